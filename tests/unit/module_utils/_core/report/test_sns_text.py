# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts that leave us: subjects, messages, failures without secrets, e-mail addresses."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report import sns_text
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import emails, redaction

KEY_LINE = "MHcCAQEEIOexampleexampleexampleexampleexample"


@pytest.mark.parametrize(
    ("given", "published"),
    [
        pytest.param("certops: done", "certops: done", id="plain"),
        pytest.param("x" * 101, "x" * 100, id="long"),
        pytest.param("two\nlines\r\n\tand a tab ", "two lines and a tab", id="lines"),
        pytest.param("项目 über", "?? ?ber", id="other letters"),
        pytest.param("a\x07b\x1bc", "a?b?c", id="control characters"),
        pytest.param("x" * 99 + " y", "x" * 99, id="no blank at the cut"),
        pytest.param("", "", id="empty"),
    ],
)
def test_a_subject_is_one_line_of_at_most_100_printable_ascii_characters(given: str, published: str) -> None:
    assert sns_text.subject(given) == published


def test_a_message_that_fits_is_left_alone() -> None:
    text = "证书" + "x" * (256 * 1024 - 6)
    assert sns_text.message(text) == text


def test_a_message_that_does_not_fit_is_cut_with_a_note_and_no_half_character() -> None:
    cut = sns_text.message("书" * 100_000)
    assert len(cut.encode()) <= 256 * 1024
    assert cut.endswith("(cut: SNS takes 256 KB at most)")
    assert set(cut.removesuffix(sns_text.CUT_NOTE)) == {"书"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"-----BEGIN PRIVATE KEY-----\n{KEY_LINE}\n-----END PRIVATE KEY-----", id="PKCS8"),
        pytest.param(
            f"-----BEGIN RSA PRIVATE KEY-----\\n{KEY_LINE}\\n-----END RSA PRIVATE KEY-----", id="escaped line ends"
        ),
        pytest.param(f"-----BEGIN EC PRIVATE KEY-----\n{KEY_LINE}", id="cut off"),
        pytest.param(f'{{"kty": "EC", "d": "{KEY_LINE}"}}', id="JWK"),
        pytest.param(f"aws_secret_access_key={KEY_LINE}", id="AWS secret"),
        pytest.param(f"'acme_eab_hmac_key': '{KEY_LINE}'", id="EAB key"),
        pytest.param(f"x-amz-security-token: {KEY_LINE}", id="token"),
    ],
)
def test_secrets_are_taken_out_of_a_text(text: str) -> None:
    assert KEY_LINE not in redaction.redacted(f"before {text} after")
    assert redaction.redacted(f"before {text}").startswith("before ")


def test_an_access_key_id_is_taken_out() -> None:
    assert redaction.redacted("key AKIAIOSFODNN7EXAMPLE refused") == "key [hidden] refused"


def test_other_text_is_left_alone() -> None:
    text = "sns:Publish on certops-webapp was answered with AuthorizationError: token of 3; serial 3f0c5e1d2b"
    assert redaction.redacted(text) == text


def test_a_long_text_is_cut() -> None:
    assert len(redaction.redacted("x" * 100_000)) < 5000


@pytest.mark.parametrize(
    "address",
    ["a@example.com", "first.last+tag@sub.example.photography", "o'neil@example.co", "x@xn--bcher-kva.example"],
)
def test_addresses(address: str) -> None:
    assert emails.is_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@",
        "@example.com",
        "a@example",
        "a b@example.com",
        ".a@example.com",
        "a.@example.com",
        "a..b@example.com",
        "a@-x.com",
        "a@x.123",
        "x" * 65 + "@example.com",
    ],
)
def test_texts_that_are_no_addresses(address: str) -> None:
    assert not emails.is_address(address)
