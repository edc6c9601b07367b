# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ACME account of a client becomes ours where the CA still knows it; its key goes nowhere but into the archive."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass
from pathlib import Path

import josepy
import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.archive import accounts, bundles
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import crypto
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores import open as stores
from ansible_collections.certops.cloudfront.plugins.modules import acme_account
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from e2e.adoption.conftest import Adoption
from e2e.adoption.test_certbot import upload
from e2e.in_process import run
from sandbox import client_files, seed
from sandbox.ca.authority import Authority
from sandbox.client_files import CertbotHome
from sandbox.control import Control
from sandbox.process import SandboxProcess

NAMES = ["example.com", "www.example.com"]
NAME = "0123456789abcdef0123456789abcdef"
LETSENCRYPT = "https://acme-v02.api.letsencrypt.org/directory"
URL = "https://acme-v02.api.letsencrypt.org/acme/acct/1"


@dataclass(frozen=True)
class Registered:
    """An account that the CA of the sandbox knows."""

    directory: str
    ca_bundle: str
    url: str
    key: str

    @property
    def jwk(self) -> str:
        return str(josepy.JWK.load(self.key.encode()).json_dumps())


@pytest.fixture
def registered(sandbox: SandboxProcess, tmp_path: Path) -> Registered:
    env = sandbox.env()
    ca = {"acme_directory": env["CERTOPS_ACME_DIRECTORY"], "acme_ca_bundle": env["CERTOPS_ACME_CA_BUNDLE"]}
    made = run(acme_account, archive=f"file://{tmp_path}/theirs", acme_terms_agreed=True, **ca).result["account"]
    archive = stores.archive(f"file://{tmp_path}/theirs", lambda: None)
    kept = accounts.load(archive, ca["acme_directory"], ())
    assert kept is not None
    return Registered(ca["acme_directory"], ca["acme_ca_bundle"], str(made["url"]), kept.private_key)


@dataclass(frozen=True)
class Host:
    """A host with certbot, one lineage of which is in service."""

    adoption: Adoption
    certbot: CertbotHome
    account: Registered

    def project(self, **params: t.Any) -> tuple[dict[str, t.Any], t.Mapping[str, t.Any]]:
        on_host = self.adoption.info(sources=["certbot"], paths=[str(self.certbot.root)], keys=True).result
        definition = {"acme_ca_bundle": self.account.ca_bundle, **params}
        found = self.adoption.info(sources=[], hosts=on_host["projects"], definition=definition).result["projects"]
        return dict(found[0]), on_host

    def adopted(self, params: t.Mapping[str, t.Any] | None = None, **options: t.Any) -> t.Any:
        project, on_host = self.project(**(params or {}))
        self.adoption.source(project)
        project, on_host = self.project(**(params or {}))
        secrets = {"keys": on_host["bundles"], "accounts": on_host["accounts"]}
        return self.adoption.adopt(project, **secrets, **options)

    def kept(self, contacts: tuple[str, ...] = ()) -> accounts.AcmeAccount | None:
        return accounts.load(stores.archive(self.adoption.archive, lambda: None), self.account.directory, contacts)


@pytest.fixture
def host(adoption: Adoption, certbot: CertbotHome, registered: Registered) -> Host:
    pair = certbot.lineage("example.com", NAMES, server=registered.directory)
    seed.create_distribution(NAMES, upload(certbot, pair))
    client_files.certbot_account(certbot.root, registered.directory, NAME, registered.jwk, registered.url)
    return Host(adoption, certbot, registered)


def test_the_account_of_certbot_is_ours_from_then_on_and_issues_the_renewal_as_one(host: Host) -> None:
    done = host.adopted()
    assert done.warnings == ()
    kept = host.kept()
    assert kept is not None
    assert (kept.url, crypto.rewritten_key(kept.private_key)) == (host.account.url, host.account.key)
    uri = done.result["document"]["certificate"]["archive_uri"]
    manifest = bundles.read(uri, lambda one: stores.archived(one, lambda: None)).manifest
    assert manifest is not None
    assert manifest.account_url == host.account.url


def test_its_key_is_in_no_result(host: Host) -> None:
    project, _on_host = host.project()
    done = host.adopted()
    secret = json.loads(host.account.jwk)["d"]
    for shown in (project, done.result, done.before, done.after, done.warnings):
        assert secret not in str(shown)
        assert "PRIVATE KEY" not in str(shown)
    assert project["lineage"]["account"] == {"directory": host.account.directory, "url": host.account.url}


def test_it_is_left_if_that_is_wanted(host: Host) -> None:
    host.adopted(account=False)
    assert host.kept() is None


def test_an_account_that_the_ca_does_not_know_is_a_warning_and_the_project_is_adopted(host: Host) -> None:
    key = crypto.generate_key("ecdsa_p256")
    jwk = str(josepy.JWK.load(key.encode()).json_dumps())
    folder = next((host.certbot.root / "accounts").rglob("private_key.json"))
    folder.chmod(0o600)
    folder.write_text(jwk, encoding="ascii")
    done = host.adopted()
    assert done.result["phase"] == "done"
    assert any("does not know it" in warning and "accounturi" in warning for warning in done.warnings)
    assert host.kept() is None


def test_an_account_that_the_ca_refuses_to_look_up_is_a_warning(host: Host, control: Control) -> None:
    control.fault("acme", "directory", "error_500", count=1000)
    done = host.adopted()
    control.clear_faults()
    assert done.result["phase"] == "done"
    assert any("is not taken along" in warning for warning in done.warnings)


def test_another_account_in_the_archive_stays_unless_contacts_tell_them_apart(host: Host, tmp_path: Path) -> None:
    archive = stores.archive(host.adoption.archive, lambda: None)
    other = accounts.AcmeAccount(host.account.directory, (), crypto.generate_key("ecdsa_p256"), "https://ca.example/1")
    accounts.save(archive, other)
    done = host.adopted()
    assert any("project_acme_contacts" in warning for warning in done.warnings)
    assert host.kept() == other


def test_contacts_tell_two_accounts_apart(host: Host) -> None:
    host.adopted({"acme_contacts": ["ops@example.com"]})
    assert host.kept() is None
    kept = host.kept(("ops@example.com",))
    assert kept is not None
    assert kept.url == host.account.url


def test_a_renewal_from_another_ca_leaves_the_account(host: Host) -> None:
    done = host.adopted({"acme_directory": "letsencrypt_staging"})
    assert any("it is with" in warning for warning in done.warnings)


def p384() -> str:
    pem = ec.generate_private_key(ec.SECP384R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem.decode()


def kept_by(client: str, root: Path, key: str) -> None:
    """The account as this client keeps it."""
    if client == "lego":
        client_files.lego_account(root, "acme-v02.api.letsencrypt.org", "ops@example.com", key, URL)
    elif client == "acme_sh":
        client_files.acme_sh_account(root, client_files.ZEROSSL, key, URL)
    else:
        client_files.dehydrated_account(root, LETSENCRYPT, key, URL)


MAKERS: dict[str, t.Any] = {
    "lego": client_files.lego,
    "acme_sh": client_files.acme_sh,
    "dehydrated": client_files.dehydrated,
}


@pytest.mark.parametrize("client", MAKERS)
def test_the_accounts_of_other_clients_are_read(adoption: Adoption, tmp_path: Path, client: str) -> None:
    MAKERS[client](tmp_path, NAMES, Authority())
    key = crypto.generate_key("ecdsa_p256")
    kept_by(client, tmp_path, key)
    found = adoption.info(sources=[client], paths=[str(tmp_path)], keys=True).result
    assert found["accounts"] == {URL: key}
    assert found["projects"][0]["lineage"]["account"]["url"] == URL
    assert "PRIVATE KEY" not in str(adoption.info(sources=[client], paths=[str(tmp_path)]).result)


@pytest.mark.parametrize("client", MAKERS)
def test_an_account_key_that_cannot_sign_here_is_a_note(adoption: Adoption, tmp_path: Path, client: str) -> None:
    MAKERS[client](tmp_path, NAMES, Authority())
    kept_by(client, tmp_path, p384())
    found = adoption.info(sources=[client], paths=[str(tmp_path)], keys=True).result
    assert (found["accounts"], found["projects"][0]["problems"]) == ({}, [])
    assert any("only P-256 and RSA" in note for note in found["projects"][0]["notes"])
