# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A third ACME server: smallstep's, as Debian's Caddy has it built in, with certificates of twelve hours."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.archive import bundles
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import crypto
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import DeadlineError
from ansible_collections.certops.cloudfront.plugins.modules import acme_account, acme_revoke, acme_route53_issue
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from e2e.in_process import run
from e2e.life import Life
from playbook_runs.runs import Ansible, environment
from playbook_runs.warm import Warm
from sandbox import seed
from sandbox.ca import caddy
from sandbox.process import SandboxProcess

pytestmark = pytest.mark.caddy
SIXTY = [f"h{number}.example.com" for number in range(60)]


@pytest.fixture(scope="module")
def caddy_process() -> Iterator[SandboxProcess]:
    """A sandbox whose CA is Caddy's."""
    reason = caddy.missing()
    if reason:
        pytest.skip(reason)
    with SandboxProcess("--caddy") as process:
        yield process


@pytest.fixture
def sandbox_of_caddy(caddy_process: SandboxProcess, monkeypatch: pytest.MonkeyPatch) -> SandboxProcess:
    """The same, empty, and this process's environment points to it."""
    caddy_process.control.reset()
    caddy_process.apply(monkeypatch)
    return caddy_process


@pytest.fixture
def common(sandbox_of_caddy: SandboxProcess, tmp_path: Path) -> dict[str, object]:
    """The options that say which CA and which archive."""
    env = sandbox_of_caddy.env()
    return {
        "archive": f"file://{tmp_path / 'archive'}",
        "acme_directory": env["CERTOPS_ACME_DIRECTORY"],
        "acme_ca_bundle": env["CERTOPS_ACME_CA_BUNDLE"],
        "acme_terms_agreed": True,
    }


@pytest.mark.slow
def test_a_project_is_created_and_reissued_with_revocation(
    sandbox_of_caddy: SandboxProcess, tmp_path: Path, warm: Warm
) -> None:
    env = sandbox_of_caddy.env()
    ansible = Ansible({**environment(env, tmp_path), **warm.settings}, tmp_path, warm)
    life = Life(ansible, sandbox_of_caddy.control, env, env)
    life.variables["project_sns_topic"] = ""
    life.play("create").succeeded()
    first = life.bound()
    assert life.play("create").succeeded().changed == 0
    life.play("reissue", project_revoke_reason="keyCompromise", project_keep_previous=1).succeeded()
    assert life.bound() != first
    (superseded,) = life.document()["superseded"]
    assert superseded["revoked_at"]
    assert life.challenge_values() == ['"somebody else\'s"']


def test_sixty_names_stand_in_one_certificate_and_no_record_stays(common: dict[str, object]) -> None:
    zone = seed.create_zone("example.com")
    outcome = run(acme_route53_issue, project="webapp", domains=SIXTY, **common)
    assert sorted(outcome.result["bundle"]["domains"]) == sorted(SIXTY)
    records = seed.client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    assert [each["Name"] for each in records if each["Type"] == "TXT"] == []


def test_a_long_rsa_key_and_twelve_hours_are_taken_as_they_come(common: dict[str, object]) -> None:
    seed.create_zone("example.com")
    given = {**common, "project": "webapp", "domains": ["example.com", "*.example.com"], "key_type": "rsa_4096"}
    outcome = run(acme_route53_issue, **given)
    bundle = bundles.read(outcome.result["bundle"]["uri"])
    certificate = x509.load_pem_x509_certificate(bundle.cert.encode())
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    assert key.key_size == 4096
    assert crypto.key_matches(bundle.privkey, bundle.cert)
    left = certificate.not_valid_after_utc - datetime.now(timezone.utc)
    assert timedelta(hours=11) < left < timedelta(hours=13)
    assert "half of its lifetime of 12 hours" in outcome.result["renewal"]["reason"]
    assert not run(acme_route53_issue, **given).changed


@pytest.mark.parametrize("signed_by", ["account", "certificate"])
def test_a_certificate_is_revoked_once(common: dict[str, object], signed_by: str) -> None:
    seed.create_zone("example.com")
    uri = run(acme_route53_issue, project="webapp", domains=["example.com"], **common).result["bundle"]["uri"]
    given = {"archive": common["archive"], "acme_ca_bundle": common["acme_ca_bundle"], "bundle": uri}
    assert run(acme_revoke, signed_by=signed_by, reason="keyCompromise", **given).changed
    again = run(acme_revoke, signed_by=signed_by, reason="keyCompromise", **given)
    assert (again.changed, again.result["reason"]) == (False, "it is already revoked")


def test_other_contacts_are_taken_and_a_deactivated_account_is_gone(common: dict[str, object]) -> None:
    url = run(acme_account, acme_contacts=["a@example.com"], **common).result["account"]["url"]
    moved = run(acme_account, acme_contacts=["b@example.com"], former_contacts=["a@example.com"], **common)
    assert (moved.changed, moved.result["account"]["url"]) == (True, url)
    assert run(acme_account, acme_contacts=["b@example.com"], state="deactivated", **common).changed
    assert run(acme_account, acme_contacts=["b@example.com"], **common).result["account"]["url"] != url


def test_a_name_that_cannot_be_validated_is_told(common: dict[str, object], sandbox_of_caddy: SandboxProcess) -> None:
    seed.create_zone("example.com")
    # a zone that the registrar does not point to
    seed.create_zone("example.net", env=sandbox_of_caddy.account("222222222222"))
    zone = seed.create_zone("example.net")
    given = {**common, "project": "webapp", "domains": ["www.example.net"], "dns_check": False, "order_timeout": 60}
    # This CA leaves the challenge pending, to be tried again, so the order does not fail.
    with pytest.raises(DeadlineError, match=r"order_timeout ran out; www\.example\.net: .*; run again to continue"):
        run(acme_route53_issue, **given)
    records = seed.client("route53").list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    assert [each["Name"] for each in records if each["Type"] == "TXT"] == []
