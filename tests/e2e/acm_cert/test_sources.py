# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Projects whose certificates no CA issues by ACME: ACM issues and renews them, or the user brings files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from e2e import acm_certs
from e2e.life import PROJECT, Life
from playbook_runs.runs import Ansible
from sandbox import seed
from sandbox.control import Control
from sandbox.process import SandboxProcess

pytestmark = pytest.mark.slow
NAMES = ["example.com", "*.example.com"]
READING = ("Get", "List", "Describe")


@pytest.fixture
def life(ansible: Ansible, control: Control, sandbox: SandboxProcess) -> Life:
    """A project without notification."""
    found = Life(ansible, control, sandbox.env(), sandbox.env())
    found.variables.update(project_sns_topic="", project_domains=NAMES)
    return found


def viewer(life: Life) -> dict[str, Any]:
    """The viewer certificate of the distribution."""
    answer = seed.client("cloudfront", life.owner).get_distribution_config(Id=life.distribution)
    return dict(answer["DistributionConfig"]["ViewerCertificate"])


def validation_records(life: Life) -> list[str]:
    """The CNAME records of the zone."""
    found = seed.client("route53", life.dns_owner).list_resource_record_sets(HostedZoneId=life.zone)
    return [one["Name"] for one in found["ResourceRecordSets"] if one["Type"] == "CNAME"]


def words(output: str) -> str:
    return " ".join(output.split())


class TestFiles:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """Where the user keeps the files."""
        return tmp_path / "bought"

    def keep(self, folder: Path, made: acm_certs.Made) -> dict[str, str]:
        folder.mkdir(exist_ok=True)
        parts = {"certificate": made.leaf, "chain": made.chain, "private_key": made.key}
        for name, text in parts.items():
            (folder / name).write_text(text, encoding="ascii")
        return {name: str(folder / name) for name in parts}

    def test_they_are_bound_watched_and_replaced_when_they_change(
        self, life: Life, control: Control, folder: Path
    ) -> None:
        life.variables["project_source"] = "files"
        life.variables["project_files"] = self.keep(folder, acm_certs.make(names=["www.example.com"]))
        refused = life.play("create").failed()
        assert "it does not cover example.com, *.example.com; it is for www.example.com" in words(refused.output)
        self.keep(folder, acm_certs.make())
        assert life.play("create", "--check").succeeded().changed
        life.play("create").succeeded()
        first = life.document()
        assert (first["certificate"]["source"], viewer(life)["IAMCertificateId"]) == (
            "files",
            first["certificate"]["id"],
        )
        assert control.counts("acme") == {}
        for playbook in ("create", "renew", "cleanup"):
            assert life.play(playbook).succeeded().changed == 0
        made = acm_certs.make(days=300)
        self.keep(folder, made)
        life.play("renew", project_keep_previous=1).succeeded()
        second = life.document()["certificate"]
        assert second["fingerprint_sha256"] != first["certificate"]["fingerprint_sha256"]
        assert life.bound() == second["id"]
        assert life.play("renew").succeeded().changed == 0
        stored = json.dumps(life.document())
        assert "PRIVATE" not in stored
        assert "CERTIFICATE_LATE" not in life.play("doctor").succeeded().output
        self.keep(folder, acm_certs.make(days=20))
        life.play("renew").succeeded()
        assert "CERTIFICATE_LATE" in life.play("doctor").succeeded().output

    def test_files_that_do_not_belong_together_are_refused_before_any_call(
        self, life: Life, control: Control, folder: Path, sandbox: SandboxProcess
    ) -> None:
        life.variables.update(project_source="files", project_certificate_store="acm")
        life.variables["project_files"] = self.keep(folder, acm_certs.make(names=["www.example.com"]))
        (folder / "private_key").write_text(acm_certs.make("rsa_2048").key, encoding="ascii")
        (folder / "chain").write_text(sandbox.issue_foreign(["example.net"])[2], encoding="ascii")
        control.clear_calls()
        refused = words(life.play("create").failed().output)
        assert "the private key does not belong to the certificate" in refused
        assert "the chain contradicts itself" in refused
        assert "it does not cover example.com, *.example.com; it is for www.example.com" in refused
        assert [call["operation"] for call in control.calls() if not call["operation"].startswith(READING)] == []
        assert acm_certs.arns() == set()
        self.keep(folder, acm_certs.make())
        life.play("create").succeeded()
        before = life.document()
        (folder / "private_key").write_text(acm_certs.make("rsa_2048").key, encoding="ascii")
        assert "does not belong to the certificate" in words(life.play("create").failed().output)
        assert life.document()["certificate"] == before["certificate"]

    def test_a_key_from_a_vault_is_kept_nowhere_but_in_the_archive(self, life: Life, folder: Path) -> None:
        made = acm_certs.make()
        life.variables["project_source"] = "files"
        texts = {"certificate": made.leaf, "chain": made.chain, "private_key": made.key}
        done = life.play("create", "-vvv", project_certificate_store="acm", project_files=texts).succeeded()
        body = made.key.splitlines()[1]
        assert body not in done.output
        assert body not in json.dumps(life.document())
        assert viewer(life)["ACMCertificateArn"] == life.document()["certificate"]["arn"]
        # a scheduled run has no vault
        assert life.play("renew").succeeded().changed == 0
        assert life.play("create", project_certificate_store="acm", project_files=texts).succeeded().changed == 0


class TestAcm:
    def test_acm_issues_what_is_bound_and_a_renewal_of_acm_is_noticed(self, life: Life, control: Control) -> None:
        life.variables.update(project_source="acm", project_certificate_store="acm")
        assert life.play("create", "--check").succeeded().changed
        assert acm_certs.arns() == set()
        life.play("create").succeeded()
        first = life.document()["certificate"]
        assert (first["source"], viewer(life)["ACMCertificateArn"]) == ("acm", first["arn"])
        assert len(validation_records(life)) == 1
        for playbook in ("create", "renew", "cleanup", "doctor"):
            assert life.play(playbook).succeeded().changed == 0
        assert "no new key" in words(life.play("reissue").failed().output)
        control.advance(160 * 86400)
        control.renewal_due(first["arn"])
        life.play("renew").succeeded()
        second = life.document()["certificate"]
        assert (second["arn"], second["serial"] != first["serial"]) == (first["arn"], True)
        assert life.document()["superseded"] == []
        assert life.play("renew").succeeded().changed == 0
        life.play("create", project_domains=["example.com", "www.example.com"]).succeeded()
        third = life.document()["certificate"]
        assert acm_certs.arns() == {third["arn"]} != {first["arn"]}
        life.give_up()
        life.play("delete").succeeded()
        assert acm_certs.arns() == set()
        assert len(validation_records(life)) == 2

    def test_a_run_that_may_not_wait_ends_and_the_next_one_binds(self, life: Life, control: Control) -> None:
        control.set(acm_issue_seconds=1200)
        life.variables.update(project_source="acm", project_certificate_store="acm", project_order_timeout=30)
        first = life.play("create").succeeded()
        assert "waits for the validation of" in words(first.output)
        assert life.document()["certificate"] is None
        assert life.document()["journal"]["phase"] == "ordering"
        assert viewer(life).get("ACMCertificateArn") is None
        assert "waits for the validation of" in words(life.play("renew", project_order_timeout=0).succeeded().output)
        control.advance(1200)
        life.play("renew").succeeded()
        assert viewer(life)["ACMCertificateArn"] == life.document()["certificate"]["arn"]
        assert control.counts("acm")["RequestCertificate"] == 1
        assert life.play("renew").succeeded().changed == 0

    def test_records_are_handed_out_for_another_provider(self, life: Life, control: Control) -> None:
        life.variables.update(
            project_source="acm",
            project_certificate_store="acm",
            project_acm_validation="export",
            project_sns_topic=f"certops-{PROJECT}",
        )
        life.play("create", project_order_timeout=30).succeeded()
        written = (life.data / "certops" / "records" / f"{PROJECT}.zone").read_text(encoding="ascii")
        name, _ttl, _in, _kind, value = written.split()
        assert validation_records(life) == []
        seed.create_record(life.zone, name.rstrip("."), "CNAME", [value], env=life.dns_owner)
        life.play("renew").succeeded()
        assert viewer(life)["ACMCertificateArn"] == life.document()["certificate"]["arn"]

    def test_a_request_that_nobody_validated_in_72_hours_is_made_anew(self, life: Life, control: Control) -> None:
        life.variables.update(project_source="acm", project_certificate_store="acm", project_acm_validation="export")
        assert "waits for the validation of" in words(life.play("create").succeeded().output)
        (first,) = acm_certs.arns()
        control.advance(71 * 3600)
        assert "waits for the validation of" in words(life.play("renew").succeeded().output)
        assert acm_certs.arns() == {first}
        control.advance(2 * 3600)
        assert acm_certs.acm().describe_certificate(CertificateArn=first)["Certificate"]["Status"] == (
            "VALIDATION_TIMED_OUT"
        )
        # the one that is dead is of no use, also for the retry of the same job
        assert "waits for the validation of" in words(life.play("renew").succeeded().output)
        assert control.counts("acm")["RequestCertificate"] == 2
        name, _ttl, _in, _kind, value = (
            (life.data / "certops" / "records" / f"{PROJECT}.zone").read_text(encoding="ascii").split()
        )
        seed.create_record(life.zone, name.rstrip("."), "CNAME", [value], env=life.dns_owner)
        life.play("renew").succeeded()
        second = life.document()["certificate"]["arn"]
        assert viewer(life)["ACMCertificateArn"] == second != first
        assert control.counts("acm")["RequestCertificate"] == 2
        life.play("cleanup").succeeded()
        assert acm_certs.arns() == {second}, "the dead request is cleaned up"
        assert life.play("renew").succeeded().changed == 0

    def test_a_zone_in_another_account_proves_the_names_below_it(
        self, life: Life, control: Control, sandbox: SandboxProcess
    ) -> None:
        other = sandbox.account("222222222222")
        inner = seed.create_zone("shop.example.com", env=other)
        servers = seed.client("route53", other).get_hosted_zone(Id=inner)["DelegationSet"]["NameServers"]
        seed.create_record(life.zone, "shop.example.com", "NS", [f"{server}." for server in servers])
        role = seed.create_role("certops-dns", "123456789012", "ours", env=other)
        delegations = [{"zone": "shop.example.com", "dns_aws": {"role_arn": role, "external_id": "ours"}}]
        given = {
            "project_source": "acm",
            "project_certificate_store": "acm",
            "project_domains": ["example.com", "www.example.com", "www.shop.example.com"],
            "project_dns_delegations": delegations,
        }
        life.play("create", **given).succeeded()
        assert viewer(life)["ACMCertificateArn"] == life.document()["certificate"]["arn"]
        found = seed.client("route53", other).list_resource_record_sets(HostedZoneId=inner)["ResourceRecordSets"]
        assert [one["Name"].partition(".")[2] for one in found if one["Type"] == "CNAME"] == ["www.shop.example.com."]
        assert len(validation_records(life)) == 2
        assert life.play("create", **given).succeeded().changed == 0

    def test_what_is_exportable_is_archived_and_stored_in_iam(self, life: Life, control: Control) -> None:
        life.variables.update(project_source="acm", project_acm_export=True)
        said = words(life.play("create", "--check").succeeded().output)
        assert "costs 86 USD" in said
        life.play("create").succeeded()
        first = life.document()["certificate"]
        assert first["store"] == "iam"
        assert viewer(life)["IAMCertificateId"] == first["id"]
        assert {first["source_arn"]} == acm_certs.arns()
        for playbook in ("create", "renew", "cleanup"):
            assert life.play(playbook).succeeded().changed == 0
        assert {first["source_arn"]} == acm_certs.arns()
        control.advance(160 * 86400)
        control.renewal_due(first["source_arn"])
        life.play("renew").succeeded()
        second = life.document()["certificate"]
        assert second["fingerprint_sha256"] != first["fingerprint_sha256"]
        assert viewer(life)["IAMCertificateId"] == second["id"]
        assert life.server_certificates() == [second["id"]]
        life.give_up()
        life.play("delete").succeeded()
        assert (acm_certs.arns(), life.server_certificates()) == (set(), [])

    @pytest.mark.parametrize(
        ("more", "problem"),
        [
            ({"project_certificate_store": "iam"}, "what ACM issues leaves it only as exportable"),
            ({"project_key_type": "rsa_4096"}, "ACM issues no rsa_4096"),
            ({"project_acm_regions": ["eu-west-1"]}, "ACM issues for one region"),
        ],
    )
    def test_what_cannot_be_is_refused_before_any_call(
        self, life: Life, control: Control, more: dict[str, Any], problem: str
    ) -> None:
        life.variables.update({"project_source": "acm", "project_certificate_store": "acm", **more})
        control.clear_calls()
        assert problem in words(life.play("create").failed().output)
        assert control.counts() == {}
