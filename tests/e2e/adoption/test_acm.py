# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of ACM become projects: what people imported is renewed from now on, what ACM issued is watched."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RefusedError
from e2e import acm_certs
from e2e.adoption.conftest import Adoption
from playbook_runs.runs import Ansible
from sandbox import seed, seed_targets
from sandbox.client_files import CertbotHome
from sandbox.control import Control
from sandbox.process import SandboxProcess

NAMES = ["example.com", "www.example.com"]


@pytest.fixture
def imported() -> str:
    """A certificate that somebody imported, in service."""
    arn = acm_certs.make(names=NAMES, days=200).imported()
    seed.create_distribution(NAMES, arn)
    return arn


def issued(control: Control, names: t.Sequence[str], **options: t.Any) -> str:
    """A certificate of ACM itself, validated."""
    acm = acm_certs.acm()
    request = {"DomainName": names[0], "SubjectAlternativeNames": list(names), "ValidationMethod": "DNS"}
    arn = str(acm.request_certificate(**request, **options)["CertificateArn"])
    control.approve(arn)
    return arn


def viewer(distribution: str) -> dict[str, t.Any]:
    answer = seed.client("cloudfront").get_distribution_config(Id=distribution)
    return dict(answer["DistributionConfig"]["ViewerCertificate"])


def found(adoption: Adoption, **params: t.Any) -> list[dict[str, t.Any]]:
    return [dict(one) for one in adoption.info(sources=["acm"], **params).result["projects"]]


def test_what_somebody_imported_is_a_project_without_a_key(adoption: Adoption, imported: str, control: Control) -> None:
    acm_certs.make(names=["unused.example.com"]).imported()
    control.clear_calls()
    project = found(adoption)[0]
    assert control.counts("acm") == {"ListCertificates": 1, "DescribeCertificate": 1, "GetCertificate": 1}
    assert (project["source"], project["name"], project["status"]) == ("acm", "example-com", "ready")
    assert (project["definition"]["certificate_store"], project["definition"]["bind"]) == ("acm", ["previous"])
    assert any("key" in one for one in project["warnings"])
    control.clear_calls()
    assert adoption.adopt(project, check_mode=True).changed
    assert control.counts() == {}
    done = adoption.adopt(project)
    assert control.counts() == {"AddTagsToCertificate": 1}
    certificate = done.result["document"]["certificate"]
    assert (certificate["store"], certificate["arn"], certificate["archive_uri"]) == ("acm", imported, None)
    assert certificate["copies"] == [{"region": "us-east-1", "arn": imported}]
    assert acm_certs.tags_of(imported)["certops:project"] == "example-com"
    need = adoption.plan()["example-com"]
    assert (need["action"], need["state"]) == ("none", "ok")
    assert found(adoption) == []
    again = found(adoption, known=[project])
    assert [one["status"] for one in again] == ["adopted"]
    assert not adoption.adopt(again[0]).changed


def test_what_acm_issued_is_watched_and_never_ordered(adoption: Adoption, control: Control) -> None:
    seed.create_zone("example.com")
    arn = issued(control, NAMES)
    seed.create_distribution(NAMES, arn)
    project = found(adoption)[0]
    assert (project["definition"]["source"], project["definition"]["certificate_store"]) == ("acm", "acm")
    assert project["warnings"] == []
    done = adoption.adopt(project, require_key=True)
    assert done.warnings == ()
    assert done.result["document"]["certificate"]["source"] == "acm"
    need = adoption.plan()["example-com"]
    assert (need["action"], need["state"]) == ("none", "ok")


def test_the_way_back_takes_the_tags_off(adoption: Adoption, imported: str) -> None:
    before = acm_certs.tags_of(imported)
    adoption.adopt(found(adoption)[0])
    adoption.adopt(name="example-com", state="absent")
    assert acm_certs.tags_of(imported) == before
    assert adoption.document("example-com") is None
    assert found(adoption)[0]["status"] == "ready"


def test_one_that_was_killed_after_the_tags_is_found_again(adoption: Adoption, imported: str, control: Control) -> None:
    project = found(adoption)[0]
    adoption.adopt(project, state="copied")
    acm_certs.acm().add_tags_to_certificate(
        CertificateArn=imported, Tags=[{"Key": key, "Value": value} for key, value in _ours("example-com").items()]
    )
    again = found(adoption)
    assert [(one["name"], one["status"]) for one in again] == [("example-com", "ready")]
    assert adoption.adopt(again[0]).result["phase"] == "done"


def _ours(name: str) -> dict[str, str]:
    return {"managed-by": "certops.cloudfront", "certops:project": name}


def test_one_that_was_moved_in_iam_and_killed_is_found_again(adoption: Adoption) -> None:
    old = seed.upload_certificate("by-hand", NAMES)
    seed.create_distribution(NAMES, old)
    project = adoption.info(sources=["iam"]).result["projects"][0]
    adoption.adopt(project, state="copied")
    seed.client("iam").update_server_certificate(
        ServerCertificateName="by-hand", NewPath="/cloudfront/certops/example-com/"
    )
    again = adoption.info(sources=["iam"]).result["projects"]
    assert [(one["name"], one["status"]) for one in again] == [("example-com", "ready")]
    assert adoption.adopt(again[0]).result["document"]["certificate"]["id"] == old


def test_a_key_on_a_host_and_a_certificate_in_acm_are_one_project(adoption: Adoption, certbot: CertbotHome) -> None:
    pair = certbot.lineage("example.com", NAMES)
    made = acm_certs.Made(pair.certificate_pem, certbot.authority.issuer.certificate_pem, pair.key_pem)
    seed.create_distribution(NAMES, made.imported())
    on_host = adoption.info(sources=["certbot"], paths=[str(certbot.root)], keys=True).result
    projects = adoption.info(sources=["acm"], hosts=on_host["projects"]).result["projects"]
    assert [(one["source"], one["status"]) for one in projects] == [("certbot", "ready")]
    adoption.source(projects[0])
    known = adoption.info(sources=["certbot"], paths=[str(certbot.root)]).result["projects"]
    again = adoption.info(sources=["acm"], hosts=known, known=projects).result["projects"]
    done = adoption.adopt(again[0], keys=on_host["bundles"])
    certificate = done.result["document"]["certificate"]
    assert (certificate["store"], done.result["document"]["definition"]["certificate_store"]) == ("acm", "acm")
    assert certificate["archive_uri"] is not None


def test_a_certificate_in_iam_and_in_acm_is_one_project(adoption: Adoption) -> None:
    made = acm_certs.make(names=NAMES)
    uploaded = seed.client("iam").upload_server_certificate(
        ServerCertificateName="same",
        Path="/cloudfront/",
        CertificateBody=made.leaf,
        PrivateKey=made.key,
        CertificateChain=made.chain,
    )["ServerCertificateMetadata"]["ServerCertificateId"]
    arn = made.imported()
    first, second = seed.create_distribution(NAMES[:1], uploaded), seed.create_distribution(NAMES[1:], arn)
    projects = adoption.info(sources=["iam", "acm"]).result["projects"]
    assert [(one["source"], one["status"]) for one in projects] == [("iam", "ready")]
    assert {user for one in projects[0]["certificates"] for user in one["users"]} == {first, second}
    document = adoption.adopt(projects[0]).result["document"]
    assert len(document["superseded"]) == 1
    assert adoption.plan()["example-com"]["action"] in ("resume", "rebind")


def test_what_else_uses_it_is_a_target_and_what_keeps_its_arn_is_named(adoption: Adoption, imported: str) -> None:
    seed_targets.create_listener("web", [imported], region="us-east-1")
    project = found(adoption)[0]
    assert project["definition"]["targets"] == ["cloudfront", "elb"]


def test_a_tenant_with_a_certificate_of_its_own_is_a_user(adoption: Adoption, imported: str) -> None:
    shared = seed_targets.create_multi_tenant_distribution(imported)
    own = acm_certs.make(names=["tenant.example.com"]).imported()
    tenant = seed_targets.create_tenant(shared, ["tenant.example.com"], own)
    users = {one["name"]: one["certificates"][0]["users"] for one in found(adoption)}
    assert users["tenant-example-com"] == [tenant]


def test_another_tool_that_manages_it_by_tags_is_named(adoption: Adoption) -> None:
    arn = acm_certs.make(names=NAMES).imported(**{"managed-by": "terraform"})
    seed.create_distribution(NAMES, arn)
    assert any("terraform" in one for one in found(adoption)[0]["warnings"])


def test_store_and_source_stay_what_they_are_and_a_wish_is_told(adoption: Adoption, imported: str) -> None:
    project = found(adoption, variables={"project_certificate_store": "iam", "project_tags": {"team": "web"}})[0]
    assert project["definition"]["certificate_store"] == "acm"
    assert any("project_certificate_store stays acm" in one for one in project["warnings"])
    adoption.adopt(project)
    assert acm_certs.tags_of(imported)["team"] == "web"


def test_acm_is_refused_in_china(adoption: Adoption, control: Control, sandbox: SandboxProcess) -> None:
    control.clear_calls()
    with pytest.raises(ConfigError, match="in China"):
        adoption.info(sources=["acm"], region="cn-northwest-1")
    assert control.calls() == []


def test_a_denied_tag_leaves_the_certificate_as_it_was(adoption: Adoption, imported: str, control: Control) -> None:
    project = found(adoption)[0]
    control.fault("acm", "AddTagsToCertificate", "access_denied", count=1)
    with pytest.raises(RefusedError, match="in service as before"):
        adoption.adopt(project)
    assert (adoption.document("example-com") or {})["adoption"]["phase"] == "copied"
    assert adoption.adopt(found(adoption)[0]).result["phase"] == "done"


@pytest.mark.slow
def test_adopted_certificates_of_acm_live_on(ansible: Ansible, imported: str, control: Control) -> None:
    seed.create_zone("example.com")
    other = issued(control, ["acm.example.com"])
    distribution = seed.create_distribution(["acm.example.com"], other)
    done = ansible.playbook("adopt", {"adopt_from": "acm"}).succeeded()
    assert "example-com (acm): adopted" in done.output
    assert "acm-example-com (acm): adopted" in done.output
    assert ansible.playbook("adopt", {"adopt_from": "acm"}).succeeded().changed == 0
    assert ansible.playbook("renew", {}, "--check").succeeded().changed == 0
    wanted: dict[str, dict[str, t.Any]] = {
        "example-com": {"project_domains": NAMES},
        "acm-example-com": {
            "project_domains": ["acm.example.com"],
            "project_source": "acm",
            "project_key_type": "rsa_2048",
        },
    }
    for name, own in wanted.items():
        variables = {"project_name": name, "project_certificate_store": "acm", "project_emails": ["new@example.com"]}
        kept = ansible.playbook("create", {**variables, **own}).succeeded()
        assert control.counts("acme") == {}, kept.output
    assert control.counts("acm")["ImportCertificate"] == 1
    assert control.counts("acm")["RequestCertificate"] == 1
    ansible.playbook("reissue", {"projects": ["example-com"]}).succeeded()
    assert imported not in acm_certs.arns()
    assert viewer(distribution)["ACMCertificateArn"] == other
    control.confirm("new@example.com")
    doctor = ansible.playbook("doctor", {})
    assert "example-com is healthy" in doctor.output, doctor.output
    assert "acm-example-com is healthy" in doctor.output
