# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Without the library, whoever needs a key or a certificate is told what to install."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import crypto
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import CertError, ConfigError
from cryptography.hazmat.primitives import serialization
from unit.fakes.certificates import issue


@pytest.mark.parametrize(
    "work",
    [
        pytest.param(lambda: crypto.generate_key("ecdsa_p256"), id="make a key"),
        pytest.param(lambda: crypto.signing_request("key", ["example.com"]), id="ask for a certificate"),
        pytest.param(lambda: crypto.inspect("certificate"), id="read a certificate"),
        pytest.param(lambda: crypto.key_matches("key", "certificate"), id="compare a key and a certificate"),
        pytest.param(
            lambda: crypto.bundle_problems("certificate", "", "key", t.cast("t.Any", None)), id="check a bundle"
        ),
    ],
)
def test_a_host_without_cryptography_is_named_and_not_its_input(
    work: t.Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crypto, "HAS_CRYPTOGRAPHY", False)
    with pytest.raises(CertError, match=r"the Python library cryptography is not installed .* install") as caught:
        work()
    # A bundle that cannot be read is passed over in places; one for which there is no library must not be.
    assert not isinstance(caught.value, ConfigError)


ISSUED = issue("example.com")
KEY = crypto.rewritten_key(ISSUED.key)


def _as(form: serialization.PrivateFormat) -> str:
    pem: bytes = crypto.load_key(ISSUED.key).private_bytes(
        serialization.Encoding.PEM, form, serialization.NoEncryption()
    )
    return pem.decode()


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(KEY, id="as it is"),
        pytest.param(_as(serialization.PrivateFormat.TraditionalOpenSSL), id="traditional form"),
        pytest.param(f"Bag Attributes\n    localKeyID: 01\nKey Attributes: <No Attributes>\n{KEY}", id="attributes"),
        pytest.param(
            f"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n{KEY}", id="parameters"
        ),
        pytest.param(f"{ISSUED.leaf}{KEY}{ISSUED.chain}", id="among certificates"),
        pytest.param(f"\ufeff{KEY}".replace("\n", "\r\n"), id="mark and line ends of another system"),
    ],
)
def test_a_key_is_written_anew_whatever_tools_wrote_around_it(given: str) -> None:
    assert crypto.rewritten_key(given) == KEY


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(f"{KEY}{crypto.generate_key('ecdsa_p256')}", "has 2 private keys", id="two keys"),
        pytest.param("x", "is not an unencrypted PEM key", id="no key"),
        pytest.param(KEY[:-40], "is not an unencrypted PEM key", id="a key without an end"),
    ],
)
def test_what_is_not_one_key_is_refused_and_not_quoted(given: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        crypto.rewritten_key(given)
    assert KEY.splitlines()[1] not in str(caught.value)


def test_a_text_of_beginnings_takes_no_time() -> None:
    began = time.process_time()
    with pytest.raises(ConfigError):
        crypto.rewritten_key("-----BEGIN PRIVATE KEY-----" * 40_000)
    assert time.process_time() - began < 1
