# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Without the library, whoever needs a key or a certificate is told what to install."""

from __future__ import annotations

import json
import time
import typing as t
from datetime import timedelta

import josepy
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


def test_a_bundle_whose_chain_expired_or_does_not_fit_says_what_to_use_instead() -> None:
    lasting, other = issue("example.com", lifetime=timedelta(days=36500)), issue("example.com")
    leaf, issuer = crypto.load_certificates(lasting.leaf)[0], crypto.load_certificates(lasting.chain)[0]
    subject, name, day = leaf.subject.rfc4514_string(), issuer.subject.rfc4514_string(), timedelta(days=1)

    def problems(chain: str, key: str, now: t.Any) -> list[str]:
        return crypto.bundle_problems(lasting.leaf, chain, key, now)

    assert problems(lasting.chain, lasting.key, issuer.not_valid_after_utc - day) == []
    advice = "use a newer chain, or have the CA send another one (project_acme_preferred_chain)"
    assert problems(lasting.chain, lasting.key, issuer.not_valid_after_utc) == [
        f"the chain certificate {name} expired at {issuer.not_valid_after_utc.isoformat()}; {advice}"
    ]
    assert problems(other.chain, other.key, leaf.not_valid_before_utc - day) == [
        "the private key does not belong to the certificate",
        f"the certificate is not valid before {leaf.not_valid_before_utc.isoformat()}",
        f"the chain contradicts itself: {subject} was not issued by {name}; order it from the leaf upwards",
    ]
    assert problems("", lasting.key, leaf.not_valid_after_utc) == [
        f"the certificate expired at {leaf.not_valid_after_utc.isoformat()}"
    ]


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


@pytest.mark.parametrize("key_type", ["ecdsa_p256", "rsa_2048"])
def test_an_account_key_as_json_is_the_same_key(key_type: str) -> None:
    pem = crypto.generate_key(key_type)
    fields = json.loads(josepy.JWK.load(pem.encode()).json_dumps())
    assert crypto.key_of_jwk(fields) == pem
    assert crypto.signing_key(pem) == pem


@pytest.mark.parametrize("flaw", ["d", "kty", "n or x", "not a mapping"])
def test_an_account_key_as_json_that_is_damaged_is_refused_without_quoting_it(flaw: str) -> None:
    fields: t.Any = json.loads(josepy.JWK.load(crypto.generate_key("ecdsa_p256").encode()).json_dumps())
    secret = fields["d"]
    if flaw == "not a mapping":
        fields = [secret]
    elif flaw == "n or x":
        fields["x"] = fields["y"]
    else:
        fields[flaw] = {"d": secret[:-4] + "!", "kty": "oct"}[flaw]
    with pytest.raises(ConfigError) as caught:
        crypto.key_of_jwk(fields)
    assert secret[:10] not in str(caught.value)
