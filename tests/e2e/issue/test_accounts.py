# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""ACME accounts at real servers: external account binding, other contacts, a new key, the end."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import crypto
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RefusedError, RemoteError
from ansible_collections.certops.cloudfront.plugins.modules import (
    acme_account,
    acme_revoke,
    acme_route53_issue,
    cloudfront_cert_bind,
    iam_server_cert,
)
from e2e.in_process import run
from playbook_runs.runs import Ansible
from sandbox import seed
from sandbox.ca import pebble
from sandbox.process import SandboxProcess

HMAC = base64.urlsafe_b64encode(b"a key of thirty-two bytes or more").decode().rstrip("=")
WRONG = base64.urlsafe_b64encode(b"another of thirty-two bytes or so").decode().rstrip("=")


class Account:
    """Runs the module in this process, with one archive."""

    def __init__(self, process: SandboxProcess, archive: Path) -> None:
        self.archive = archive
        self.env = process.env()
        self.common: dict[str, Any] = {
            "archive": f"file://{archive}",
            "acme_directory": self.env["CERTOPS_ACME_DIRECTORY"],
            "acme_ca_bundle": self.env["CERTOPS_ACME_CA_BUNDLE"],
            "acme_terms_agreed": True,
        }

    def __call__(self, check_mode: bool = False, **given: Any) -> Outcome:
        return run(acme_account, check_mode, **self.common, **given)

    def issue(self, check_mode: bool = False, **given: Any) -> Outcome:
        return run(acme_route53_issue, check_mode, project="webapp", domains=["example.com"], **self.common, **given)

    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(path.read_text(encoding="utf-8")) for path in self.archive.glob("accounts/*.json")]


@pytest.fixture(scope="module")
def pebble_process() -> Iterator[SandboxProcess]:
    """A sandbox whose CA is Pebble, with its own share of refused nonces."""
    if not pebble.available():
        pytest.skip("pebble is not installed (Debian: apt install pebble)")
    with SandboxProcess("--pebble") as process:
        yield process


@pytest.fixture(params=["acme2certifier", pytest.param("pebble", marks=pytest.mark.pebble)])
def account(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    """At each of the two servers."""
    process: SandboxProcess = request.getfixturevalue(
        "sandbox" if request.param == "acme2certifier" else "pebble_process"
    )
    process.control.reset()
    process.apply(monkeypatch)
    return Account(process, tmp_path / "archive")


def test_an_account_is_registered_once_and_used_to_issue(account: Account) -> None:
    assert account(check_mode=True).changed
    assert not account.archive.exists()
    url = account().result["account"]["url"]
    assert not account().changed
    seed.create_zone("example.com", env=account.env)
    assert account.issue().result["issued"]
    assert [document["url"] for document in account.documents()] == [url]


def test_a_new_key_is_taken_and_issues(account: Account) -> None:
    url = account().result["account"]["url"]
    (before,) = account.documents()
    # times in documents are whole seconds
    since = times.to_text(datetime.now(timezone.utc))
    if before["key_since"] >= since:
        before["key_since"] = None
        (path,) = account.archive.glob("accounts/*.json")
        path.write_text(json.dumps(before), encoding="utf-8")
    assert account(check_mode=True, key_since=since).changed
    assert account(key_since=since).result["account"]["url"] == url
    assert not account(key_since=since).changed
    (after,) = account.documents()
    assert (after["private_key"] != before["private_key"], after["next_key"]) == (True, None)
    seed.create_zone("example.com", env=account.env)
    assert account.issue().result["issued"]


@pytest.mark.parametrize("taken", [True, False])
def test_the_ca_is_asked_which_key_is_valid(account: Account, taken: bool) -> None:
    """As after a kill before or after the CA changed the key."""
    account()
    (before,) = account.documents()
    if taken:
        account(key_since=times.to_text(datetime.now(timezone.utc)))
        (path,) = account.archive.glob("accounts/*.json")
        key = json.loads(path.read_text(encoding="utf-8"))["private_key"]
    else:
        (path,) = account.archive.glob("accounts/*.json")
        key = crypto.generate_key("ecdsa_p256")
    path.write_text(json.dumps({**before, "next_key": key}), encoding="utf-8")
    seed.create_zone("example.com", env=account.env)
    assert account.issue().result["issued"]
    (after,) = account.documents()
    assert (after["next_key"], after["url"]) == (None, before["url"])
    assert not account().changed


def test_other_contacts_are_taken_by_the_same_account(account: Account) -> None:
    url = account(acme_contacts=["a@example.com"]).result["account"]["url"]
    moved = account(acme_contacts=["b@example.com"], former_contacts=["a@example.com"])
    assert moved.changed
    assert moved.result["account"]["url"] == url
    assert not account(acme_contacts=["b@example.com"], former_contacts=["a@example.com"]).changed
    assert [document["contacts"] for document in account.documents()] == [["b@example.com"]]


def test_a_deactivated_account_is_gone_and_the_next_one_is_new(account: Account) -> None:
    url = account().result["account"]["url"]
    (kept,) = account.archive.glob("accounts/*.json")
    content = kept.read_bytes()
    assert account(check_mode=True, state="deactivated").changed
    assert account(state="deactivated").changed
    assert not account(state="deactivated").changed
    # as if the run had been killed before it could delete the file
    kept.write_bytes(content)
    assert account(state="deactivated").changed
    assert account().result["account"]["url"] != url


def test_a_deactivated_account_is_found_before_an_order_and_the_advice_works(account: Account) -> None:
    account()
    (kept,) = account.archive.glob("accounts/*.json")
    content = kept.read_bytes()
    account(state="deactivated")
    # as if somebody else had deactivated it
    kept.write_bytes(content)
    seed.create_zone("example.com", env=account.env)
    with pytest.raises(RemoteError, match=r"^acme:account on .* run acme_account with state=deactivated"):
        account.issue(check_mode=True)
    with pytest.raises(RemoteError) as refused:
        account.issue()
    assert refused.value.code == "unauthorized"
    assert "state=deactivated" in refused.value.message
    account(state="deactivated")
    assert account.issue().result["issued"]


@pytest.mark.parametrize("signed_by", ["account", "certificate"])
@pytest.mark.parametrize("key_type", ["ecdsa_p256", "rsa_2048"])
def test_a_certificate_is_revoked_once(
    account: Account, request: pytest.FixtureRequest, signed_by: str, key_type: str
) -> None:
    if signed_by == "certificate" and "acme2certifier" in request.node.name:
        pytest.skip("acme2certifier takes revocations by account keys only")
    seed.create_zone("example.com", env=account.env)
    uri = account.issue(key_type=key_type).result["bundle"]["uri"]
    common = {key: value for key, value in account.common.items() if key not in ("acme_terms_agreed", "acme_directory")}
    given = {**common, "bundle": uri, "signed_by": signed_by, "reason": "keyCompromise"}
    assert run(acme_revoke, check_mode=True, **given).changed
    assert run(acme_revoke, **given).changed
    again = run(acme_revoke, **given)
    assert (again.changed, again.result["reason"]) == (False, "it is already revoked")


def test_a_certificate_that_a_distribution_uses_is_not_revoked(account: Account) -> None:
    seed.create_zone("example.com", env=account.env)
    bundle = account.issue().result["bundle"]
    stored = run(iam_server_cert, name="webapp", path="/cloudfront/certops/webapp/", bundle=bundle).result[
        "server_certificate"
    ]
    distribution = seed.create_distribution(["example.com"], env=account.env)
    run(cloudfront_cert_bind, server_certificate=stored, match=["ids"], distributions=[distribution])
    given = {
        "archive": account.common["archive"],
        "acme_ca_bundle": account.common["acme_ca_bundle"],
        "project": "webapp",
    }
    with pytest.raises(RefusedError, match=distribution):
        run(acme_revoke, certificate=bundle["fingerprint_sha256"], **given)
    assert run(acme_revoke, certificate=bundle["fingerprint_sha256"], force=True, **given).changed


@pytest.fixture(scope="module")
def binding_process() -> Iterator[SandboxProcess]:
    """A sandbox whose CA wants an external account binding."""
    with SandboxProcess("--eab", f"kid-1={HMAC}") as process:
        yield process


@pytest.fixture
def bound(binding_process: SandboxProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    binding_process.control.reset()
    binding_process.apply(monkeypatch)
    return Account(binding_process, tmp_path / "archive")


def test_an_account_is_bound_to_an_external_one_once(bound: Account) -> None:
    seed.create_zone("example.com", env=bound.env)
    assert bound.issue(acme_eab_kid="kid-1", acme_eab_hmac_key=HMAC).result["issued"]
    assert not bound().changed
    assert bound.issue(key_type="rsa_2048").result["issued"]
    assert HMAC not in str(bound.documents())


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_missing_binding_is_told_before_anything_is_registered(bound: Account, check_mode: bool) -> None:
    with pytest.raises(ConfigError, match="acme_eab_kid and acme_eab_hmac_key: this CA registers accounts only"):
        bound(check_mode=check_mode)


@pytest.mark.parametrize(
    ("kid", "hmac"),
    [pytest.param("kid-1", WRONG, id="wrong key"), pytest.param("kid-2", HMAC, id="unknown key identifier")],
)
def test_a_wrong_binding_is_told_without_its_key(bound: Account, kid: str, hmac: str) -> None:
    with pytest.raises(RemoteError, match="acme:newAccount") as caught:
        bound(acme_eab_kid=kid, acme_eab_hmac_key=hmac)
    assert hmac not in str(caught.value.message) + str(caught.value.details)
    assert bound(acme_eab_kid="kid-1", acme_eab_hmac_key=HMAC).result["account"]["url"]


def test_as_a_task_it_changes_once_and_shows_no_key(ansible: Ansible, sandbox: SandboxProcess, tmp_path: Path) -> None:
    given = {**Account(sandbox, tmp_path / "archive").common, "acme_contacts": ["ops@example.com"]}
    first, result = ansible.module("acme_account", given, env={"ANSIBLE_VERBOSITY": "4"})
    first.succeeded()
    assert result["changed"]
    again, second = ansible.module("acme_account", given)
    again.succeeded()
    assert not second["changed"]
    assert "PRIVATE KEY" not in first.output + again.output
