# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets are taken out of texts, in a time that grows with the text only."""

from __future__ import annotations

import re

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import redaction
from unit.growth import assert_linear

KEY_LINE = "MHcCAQEEIOexampleexampleexampleexampleexample"


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
    "text",
    [
        pytest.param("x" * (redaction._LOOKED_AT - 30) + f'{{"d": "{KEY_LINE}"}}', id="JWK"),
        pytest.param("x" * (redaction._LOOKED_AT - 60) + f"-----BEGIN PRIVATE KEY-----\n{KEY_LINE}", id="PEM"),
        pytest.param("x" * (redaction._LOOKED_AT - 30) + f"password={KEY_LINE}", id="password"),
    ],
)
def test_a_secret_that_the_cut_goes_through_is_hidden(text: str) -> None:
    # what is hidden before makes room, so that the end of what was looked at is kept
    hidden = "-----BEGIN PRIVATE KEY-----" + KEY_LINE + "-----END PRIVATE KEY-----"
    shortened = hidden * 200
    assert KEY_LINE[:12] not in redaction.redacted(shortened + text[len(shortened) :])


@pytest.mark.parametrize("pattern", [rule[0] for rule in redaction.RULES], ids=["PEM", "JWK", "named", "access key"])
@pytest.mark.parametrize(
    "unit",
    [
        "a-",
        "secret",
        "secret ",
        "token=",
        "'d':",
        "'d' ",
        "'k':'a",
        "-----BEGIN ",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN RSA ",
        "-----END ",
        "AKIA",
        " ",
    ],
)
def test_each_rule_takes_linear_time(pattern: re.Pattern[str], unit: str) -> None:
    assert_linear(lambda size: unit * (size // len(unit)), lambda text: pattern.sub("", text))


def test_four_megabytes_are_no_work() -> None:
    assert_linear(lambda size: "a-" * (size // 2), redaction.redacted)
