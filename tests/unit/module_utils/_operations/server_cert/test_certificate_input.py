# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways to give a certificate."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.archive import bundles
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.bundle import Bundle
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import (
    CertError,
    ConfigError,
)
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from unit.fakes.certificates import issue
from unit.fakes.server_cert_world import ISSUED, PATH, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize(
    "rewrite",
    [
        pytest.param(lambda pem: pem.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda pem: pem.rstrip("\n"), id="no last line end"),
        pytest.param(lambda pem: "\n\n" + pem + "\n\n", id="blank lines around"),
    ],
)
def test_line_ends_do_not_matter(world: World, rewrite: t.Callable[[str], str]) -> None:
    world.iam.add("webapp", rewrite(ISSUED.leaf), rewrite(ISSUED.chain), PATH, {"managed-by": "us"})
    assert not world.store().changed
    assert not world.store(
        certificate=rewrite(ISSUED.leaf), chain=rewrite(ISSUED.chain), private_key=rewrite(ISSUED.key)
    ).changed


def _problems(world: World, **params: t.Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        world.store(**params)
    assert not world.iam.calls.made, "bad input is refused before any call"
    return list(caught.value.problems)


def test_a_chain_given_twice_and_differently_is_refused(world: World) -> None:
    assert "differs" in " ".join(_problems(world, certificate=ISSUED.leaf + issue("x.test").chain))


def test_an_unreadable_bundle_is_refused(world: World, tmp_path: Path) -> None:
    nothing = {"certificate": None, "private_key": None, "chain": None}
    assert "cert.pem" in " ".join(_problems(world, **nothing, bundle=str(tmp_path)))
    assert "only planned" in " ".join(
        _problems(world, **nothing, bundle={"uri": None, "domains": ["example.com"], "key_type": "ecdsa_p256"})
    )
    assert "bundle:" in " ".join(_problems(world, **nothing, bundle=7))


def test_a_bundle_directory_is_read(world: World, tmp_path: Path) -> None:
    for name, text in {"cert.pem": ISSUED.leaf, "chain.pem": ISSUED.chain, "privkey.pem": ISSUED.key}.items():
        (tmp_path / name).write_text(text, encoding="ascii")
    done = world.run(name="webapp", path=PATH, bundle={"uri": None, "dest": str(tmp_path)})
    assert done.result["server_certificate"]["domains"] == ["*.example.com", "example.com"]


def test_a_bundle_in_s3_is_read_through_the_archive(world: World) -> None:
    uri = "s3://bucket/prefix/webapp/2026-11-22-0530.tar.gz"
    world.archive[uri] = bundles.pack(Bundle(ISSUED.leaf, ISSUED.chain, ISSUED.leaf + ISSUED.chain, ISSUED.key, None))
    assert world.run(name="webapp", path=PATH, bundle=uri).changed
    assert not world.store(tags={}).changed


def test_a_bundle_that_is_gone_from_s3_is_named(world: World) -> None:
    uri = "s3://bucket/prefix/webapp/2026-11-22-0530.tar.gz"
    wanted = f"bundle {uri}: the object does not exist; aws s3 ls {uri.rpartition('/')[0]}/ lists those that do"
    assert wanted in _problems(world, bundle=uri, certificate=None, private_key=None, chain=None)


def secret_lines(key: str) -> list[str]:
    """The lines with the secret number; the last line of an EC key is the public key, which stands in the certificate
    too."""
    return [line for line in key.splitlines() if not line.startswith("-----")][:2]


@pytest.mark.parametrize(
    "encoding", [serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL]
)
def test_no_error_and_no_result_shows_the_key(world: World, encoding: serialization.PrivateFormat) -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    foreign_key = other.private_bytes(serialization.Encoding.PEM, encoding, serialization.NoEncryption()).decode()
    shown = [json.dumps([world.store().result, dict(world.store().after)]), repr(world.iam.uploads)]
    for key in (
        foreign_key,
        foreign_key[:-60],
        foreign_key.replace("BEGIN", "BEGUN"),
        "\n".join(secret_lines(foreign_key)),
    ):
        with pytest.raises(CertError) as caught:
            world.store(private_key=key)
        shown.append(f"{caught.value} {caught.value.details}")
    for line in secret_lines(foreign_key) + secret_lines(ISSUED.key):
        assert line not in " ".join(shown)
