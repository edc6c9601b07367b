# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lineages of certbot: read on their host as data, and matched to IAM by the certificate itself."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest
from e2e.adoption.conftest import Adoption
from sandbox import seed
from sandbox.client_files import CertbotHome
from sandbox.control import Control

NAMES = ["example.com", "www.example.com"]


def on_host(adoption: Adoption, certbot: CertbotHome, **params: t.Any) -> list[dict[str, t.Any]]:
    return list(adoption.info(sources=["certbot"], paths=[str(certbot.root)], **params).result["projects"])


def upload(certbot: CertbotHome, pair: t.Any, name: str = "example-1") -> str:
    answer = seed.client("iam").upload_server_certificate(
        ServerCertificateName=name,
        Path="/cloudfront/",
        CertificateBody=pair.certificate_pem,
        PrivateKey=pair.key_pem,
        CertificateChain=certbot.authority.issuer.certificate_pem,
    )
    return str(answer["ServerCertificateMetadata"]["ServerCertificateId"])


def test_a_lineage_is_read_without_a_call_and_without_its_key(
    adoption: Adoption, certbot: CertbotHome, control: Control
) -> None:
    pair = certbot.lineage("example.com", NAMES, versions=2, more="renew_hook = /opt/upload.sh\n")
    control.clear_calls()
    result = adoption.info(sources=["certbot"], paths=[str(certbot.root)]).result
    assert control.calls() == []
    found = result["projects"][0]
    assert (found["theirs"], found["lineage"]["domains"]) == ("example.com", NAMES)
    assert found["settings"]["directory"] == "letsencrypt"
    assert any("/opt/upload.sh" in note for note in found["notes"])
    assert not found["scheduler"]["stopped"]
    assert "PRIVATE KEY" not in str(result)
    with_keys = adoption.info(sources=["certbot"], paths=[str(certbot.root)], keys=True).result["bundles"]
    assert with_keys[found["lineage"]["fingerprint_sha256"]]["privkey.pem"] == pair.key_pem


def test_a_lineage_takes_its_certificate_from_iam_and_is_one_project(adoption: Adoption, certbot: CertbotHome) -> None:
    pair = certbot.lineage("example.com", NAMES)
    distribution = seed.create_distribution(NAMES, upload(certbot, pair))
    hosts = on_host(adoption, certbot, names={"example.com": "web"})
    found = adoption.info(sources=["iam"], hosts=hosts, names={"example.com": "web"}).result["projects"]
    assert [(one["source"], one["name"], one["status"]) for one in found] == [("certbot", "web", "ready")]
    assert found[0]["certificates"][0]["users"] == [distribution]
    assert found[0]["moves"][0]["before"] == "/cloudfront/"


def test_a_lineage_whose_newest_version_never_came_to_iam_is_adopted_with_a_warning(
    adoption: Adoption, certbot: CertbotHome
) -> None:
    pair = certbot.lineage("example.com", NAMES)
    seed.create_distribution(NAMES, upload(certbot, pair))
    certbot.write("example.com", 2, NAMES)
    names = {"example.com": "web"}
    found = adoption.info(sources=[], hosts=on_host(adoption, certbot, names=names), names=names).result["projects"][0]
    assert found["status"] == "ready"
    assert any("another certificate than IAM" in one for one in found["warnings"])


def test_of_mixed_versions_the_newest_whole_one_is_taken(adoption: Adoption, certbot: CertbotHome) -> None:
    certbot.lineage("example.com", NAMES, versions=2)
    (certbot.root / "archive/example.com/privkey2.pem").unlink()
    first = on_host(adoption, certbot)[0]["lineage"]["fingerprint_sha256"]
    certbot.write("example.com", 2, NAMES)
    assert on_host(adoption, certbot)[0]["lineage"]["fingerprint_sha256"] != first


def test_a_reused_key_is_a_link_to_an_older_one(adoption: Adoption, certbot: CertbotHome) -> None:
    certbot.lineage("example.com", NAMES)
    archive = certbot.root / "archive/example.com"
    for kind in ("cert", "chain", "fullchain"):
        (archive / f"{kind}2.pem").write_bytes((archive / f"{kind}1.pem").read_bytes())
    (archive / "privkey2.pem").symlink_to("privkey1.pem")
    assert on_host(adoption, certbot)[0]["problems"] == []


@pytest.mark.parametrize("trap", ["link", "absolute", "fifo", "huge", "foreign", "other key"])
def test_files_that_are_traps_are_refused_by_name(
    adoption: Adoption, certbot: CertbotHome, tmp_path: Path, trap: str
) -> None:
    certbot.lineage("example.com", NAMES)
    certbot.lineage("fine", ["fine.example.com"])
    key = certbot.root / "archive/example.com/privkey1.pem"
    secret = tmp_path / "secret.pem"
    secret.write_bytes(key.read_bytes())
    key.unlink()
    if trap == "link":
        key.symlink_to("../../../secret.pem")
    elif trap == "absolute":
        key.symlink_to(secret)
    elif trap == "fifo":
        os.mkfifo(key)
    elif trap == "huge":
        key.write_bytes(b"x" * (2 << 20))
    elif trap == "foreign":
        key.write_bytes(secret.read_bytes())
        if os.geteuid() != 0:
            pytest.skip("only root can give files away")
        os.chown(key, 12345, 12345)
    else:
        key.write_text(certbot.authority.certificate(NAMES).key_pem, encoding="ascii")
    found = {one["theirs"]: one for one in on_host(adoption, certbot)}
    assert found["example.com"]["status"] == "refused"
    assert "PRIVATE KEY" not in str(found)
    assert found["fine"]["problems"] == []


def test_two_hosts_with_one_lineage_are_one_project_and_the_one_in_iam_wins(
    adoption: Adoption, certbot: CertbotHome, tmp_path: Path
) -> None:
    pair = certbot.lineage("web", NAMES)
    other = CertbotHome(tmp_path / "other", certbot.authority)
    other.lineage("web", NAMES)
    seed.create_distribution(NAMES, upload(certbot, pair))
    hosts = [*on_host(adoption, other), *on_host(adoption, certbot), *on_host(adoption, certbot)]
    found = adoption.info(sources=[], hosts=hosts).result["projects"]
    assert [(one["theirs"], one["status"]) for one in found] == [("web", "ready")]
    assert found[0]["lineage"]["fingerprint_sha256"] == found[0]["certificates"][0]["fingerprint_sha256"]


def test_two_hosts_with_one_name_and_no_certificate_in_iam_are_left_alone(
    adoption: Adoption, certbot: CertbotHome, tmp_path: Path
) -> None:
    certbot.lineage("web", NAMES)
    other = CertbotHome(tmp_path / "other", certbot.authority)
    other.lineage("web", NAMES)
    found = adoption.info(sources=[], hosts=[*on_host(adoption, other), *on_host(adoption, certbot)]).result
    assert {one["status"] for one in found["projects"]} == {"left alone"}
