# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import crypto
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.net import tls
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RemoteError
from sandbox.ca.authority import Authority
from sandbox.edge import Edge

AUTHORITY = Authority()
PAIRS = {name: AUTHORITY.certificate([name]) for name in ("a.test", "b.test")}


@pytest.fixture
def port() -> t.Iterator[int]:
    material = {
        name: (pair.certificate_pem + AUTHORITY.issuer.certificate_pem, pair.key_pem) for name, pair in PAIRS.items()
    }
    edge = Edge(AUTHORITY, material.get)
    edge.start(0)
    yield edge.port
    edge.stop()


@pytest.mark.parametrize("name", ["a.test", "b.test"])
def test_what_is_served_is_found_by_sni(port: int, name: str) -> None:
    expected = crypto.inspect(PAIRS[name].certificate_pem).fingerprint_sha256
    assert tls.TlsProbe().served_fingerprint("127.0.0.1", port, name) == expected


def test_with_a_ca_bundle_the_chain_must_lead_there(port: int, tmp_path: Path) -> None:
    for authority in (AUTHORITY, Authority()):
        (tmp_path / "ca.pem").write_text(authority.root.certificate_pem, encoding="ascii")
        probe = tls.TlsProbe(str(tmp_path / "ca.pem"))
        if authority is AUTHORITY:
            assert probe.served_fingerprint("127.0.0.1", port, "a.test")
        else:
            with pytest.raises(RemoteError, match="verify failed"):
                probe.served_fingerprint("127.0.0.1", port, "a.test")


def test_nobody_there_is_an_error_that_names_the_place() -> None:
    with pytest.raises(RemoteError, match=r"127.0.0.1:1 for a.test"):
        tls.TlsProbe().served_fingerprint("127.0.0.1", 1, "a.test")


@pytest.mark.parametrize(
    ("text", "address"),
    [("127.0.0.1:8443", ("127.0.0.1", 8443)), ("[::1]:443", ("::1", 443)), ("edge.test:1", ("edge.test", 1))],
    ids=["IPv4", "IPv6", "name"],
)
def test_addresses(text: str, address: tuple[str, int]) -> None:
    assert tls.parse_address(text) == address


@pytest.mark.parametrize(
    "text", ["", "edge.test", ":443", "edge.test:", "edge.test:0", "edge.test:65536", "edge.test:https"]
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="not host:port"):
        tls.parse_address(text)
