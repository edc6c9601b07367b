# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""lego, acme.sh and dehydrated: their files are data, and their certificates are matched to IAM like those of
certbot."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from e2e.adoption.conftest import Adoption
from sandbox import client_files, seed
from sandbox.ca.authority import Authority

NAMES = ["example.com", "www.example.com"]
MAKERS: dict[str, t.Callable[..., t.Any]] = {
    "lego": client_files.lego,
    "acme_sh": client_files.acme_sh,
    "dehydrated": client_files.dehydrated,
}


def on_host(adoption: Adoption, client: str, root: Path, **params: t.Any) -> t.Any:
    return adoption.info(sources=[client], paths=[str(root)], **params).result


@pytest.mark.parametrize("client", MAKERS)
def test_a_certificate_of_a_client_is_adopted_with_its_key(adoption: Adoption, client: str, tmp_path: Path) -> None:
    authority = Authority()
    pair = MAKERS[client](tmp_path / client, NAMES, authority)
    answer = seed.client("iam").upload_server_certificate(
        ServerCertificateName="by-a-hook",
        Path="/cloudfront/",
        CertificateBody=pair.certificate_pem,
        PrivateKey=pair.key_pem,
        CertificateChain=authority.issuer.certificate_pem,
    )["ServerCertificateMetadata"]
    seed.create_distribution(NAMES, answer["ServerCertificateId"])
    seen = on_host(adoption, client, tmp_path / client, keys=True)
    assert [one["problems"] for one in seen["projects"]] == [[]]
    assert "a secret of another tool" not in str(seen)
    project = adoption.info(sources=[], hosts=seen["projects"]).result["projects"][0]
    name = {"acme_sh": "example-com_ecc"}.get(client, "example-com")
    assert (project["status"], project["name"], project["source"]) == ("ready", name, client)
    stopped = adoption.source(project)
    assert stopped.changed == (client == "acme_sh")
    again = on_host(adoption, client, tmp_path / client, keys=True)
    project = adoption.info(sources=[], hosts=again["projects"]).result["projects"][0]
    done = adoption.adopt(project, keys=again["bundles"])
    assert done.result["phase"] == "done"
    assert done.result["document"]["certificate"]["archive_uri"] is not None
    assert not adoption.source(project).changed
    if client == "acme_sh":
        assert adoption.source(project, state="running").changed
        assert not on_host(adoption, client, tmp_path / client)["projects"][0]["scheduler"]["stopped"]
    else:
        assert any("by hand" in line or "out of" in line for line in stopped.warnings)


@pytest.mark.parametrize("line", ["Le_X='$(touch /tmp/owned)'", "Le_X='`id`'", "Le_X=id", "Le_X='a' ; id", "source /x"])
def test_a_file_of_acme_sh_that_is_a_program_is_refused(adoption: Adoption, line: str, tmp_path: Path) -> None:
    client_files.acme_sh(tmp_path / "acme", NAMES, Authority(), more=f"{line}\n")
    found = on_host(adoption, "acme_sh", tmp_path / "acme")["projects"][0]
    assert found["status"] == "refused"
    assert any("line 8" in problem for problem in found["problems"])


def test_the_ca_and_the_hook_of_acme_sh_are_shown(adoption: Adoption, tmp_path: Path) -> None:
    client_files.acme_sh(tmp_path / "acme", NAMES, Authority())
    found = on_host(adoption, "acme_sh", tmp_path / "acme")["projects"][0]
    assert found["settings"]["directory"] == "zerossl"
    assert found["scheduler"]["next_run_at"] == "2027-01-15T07:59:59Z"
    assert any("/opt/reload.sh" in note for note in found["notes"])
