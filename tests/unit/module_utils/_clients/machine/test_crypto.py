# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Without the library, whoever needs a key or a certificate is told what to install."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import crypto
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import CertError, ConfigError


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
