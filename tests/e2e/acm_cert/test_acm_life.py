# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole life of a project whose certificate is in ACM: each playbook, and each a second time."""

from __future__ import annotations

from typing import Any

import pytest
from e2e import acm_certs
from e2e.life import PROJECT, Life
from playbook_runs.runs import Ansible
from sandbox import seed
from sandbox.control import Control
from sandbox.process import SandboxProcess

pytestmark = pytest.mark.slow


@pytest.fixture
def life(ansible: Ansible, control: Control, sandbox: SandboxProcess) -> Life:
    """A project in ACM, without notification."""
    found = Life(ansible, control, sandbox.env(), sandbox.env())
    found.variables.update(project_sns_topic="", project_certificate_store="acm")
    return found


def bound(life: Life) -> str:
    """The ARN that the distribution uses."""
    answer = seed.client("cloudfront", life.owner).get_distribution_config(Id=life.distribution)
    return str(answer["DistributionConfig"]["ViewerCertificate"].get("ACMCertificateArn"))


def calls(control: Control, service: str, operation: str) -> int:
    """How often an operation was called so far."""
    return int(control.counts(service).get(operation, 0))


def certificate(life: Life) -> dict[str, Any]:
    """The recorded certificate."""
    return dict(life.document()["certificate"])


def test_each_playbook_twice_with_a_new_arn_each_time(life: Life, control: Control) -> None:
    assert life.play("create", "--check").succeeded().changed
    assert acm_certs.arns() == set()
    life.play("create").succeeded()
    first = certificate(life)
    assert (first["store"], first["arn"], first["id"]) == ("acm", bound(life), None)
    assert first["copies"] == [{"region": "us-east-1", "arn": first["arn"]}]
    assert first["name"].startswith(f"{PROJECT}-")
    assert life.server_certificates() == []
    for playbook in ("create", "renew", "cleanup"):
        assert life.play(playbook).succeeded().changed == 0
    life.play("reissue", project_keep_previous=1).succeeded()
    second = bound(life)
    assert second != first["arn"]
    assert acm_certs.arns() == {first["arn"], second}
    assert life.document()["last_run"]["Previous_ACM_SSL_Info"]["ACM_SSL_ARN"] == [first["arn"]]
    life.play("create", project_keep_previous=0).succeeded()
    assert acm_certs.arns() == {second}
    assert life.document()["superseded"] == []
    assert life.play("cleanup").succeeded().changed == 0
    refused = life.play("delete").failed()
    assert f"{second} by cloudfront {life.distribution}" in " ".join(refused.output.split())
    life.give_up()
    assert life.play("delete", "--check").succeeded().changed
    assert life.play("delete").succeeded().changed
    assert acm_certs.arns() == set()
    assert life.play("delete").succeeded().changed == 0


def test_a_rollback_and_a_restore_where_each_renewal_has_an_arn(life: Life, control: Control) -> None:
    life.play("create").succeeded()
    first = certificate(life)
    life.play("reissue", project_keep_previous=1).succeeded()
    second = certificate(life)
    assert life.play("rollback", "--check").succeeded().changed
    assert bound(life) == second["arn"]
    life.play("rollback").succeeded()
    assert (bound(life), certificate(life)["arn"]) == (first["arn"], first["arn"])
    assert [entry["arn"] for entry in life.document()["superseded"]] == [second["arn"]]
    for playbook in ("rollback", "renew"):
        assert life.play(playbook).succeeded().changed == 0
    assert life.play("create", project_keep_previous=1).succeeded().changed == 0
    # deleted by hand: the archive has it
    life.give_up()
    acm_certs.acm().delete_certificate(CertificateArn=first["arn"])
    assert life.play("restore").succeeded().changed
    back = certificate(life)
    assert back["arn"] in acm_certs.arns() - {first["arn"], second["arn"]}
    assert back["fingerprint_sha256"] == first["fingerprint_sha256"]
    assert life.play("restore").succeeded().changed == 0
    assert control.counts("acme")["newOrder"] == 2


def test_a_superseded_certificate_that_is_gone_comes_back_from_the_archive(life: Life) -> None:
    life.play("create").succeeded()
    first = certificate(life)
    life.play("reissue", project_keep_previous=1).succeeded()
    acm_certs.acm().delete_certificate(CertificateArn=first["arn"])
    life.play("rollback").succeeded()
    back = certificate(life)
    assert back["fingerprint_sha256"] == first["fingerprint_sha256"]
    assert (back["arn"] != first["arn"], back["name"], bound(life)) == (True, first["name"], back["arn"])


def test_each_playbook_twice_under_the_same_arn(life: Life, control: Control) -> None:
    same = {"project_acm_arn": "same"}
    life.play("create", **same).succeeded()
    first = certificate(life)
    assert life.play("create", **same).succeeded().changed == 0
    updates = calls(control, "cloudfront", "UpdateDistribution")
    life.play("reissue", **same, project_keep_previous=1).succeeded()
    second = certificate(life)
    assert second["arn"] == first["arn"] == bound(life)
    assert second["fingerprint_sha256"] != first["fingerprint_sha256"]
    assert second["settled_by"] is not None
    assert acm_certs.arns() == {first["arn"]}
    assert calls(control, "cloudfront", "UpdateDistribution") == updates
    again = life.play("create", **same, project_keep_previous=1).succeeded()
    assert again.changed == 0, again.output
    for playbook in ("renew", "cleanup"):
        assert life.play(playbook).succeeded().changed == 0
    # nothing but the archive has the first one
    life.play("rollback").succeeded()
    back = certificate(life)
    assert (back["arn"], back["fingerprint_sha256"]) == (first["arn"], first["fingerprint_sha256"])
    assert life.play("rollback").succeeded().changed == 0
    assert acm_certs.arns() == {first["arn"]}
    assert calls(control, "cloudfront", "UpdateDistribution") == updates
    life.give_up()
    life.play("delete").succeeded()
    assert acm_certs.arns() == set()


def test_the_same_arn_is_refused_before_an_order_where_it_cannot_be_kept(life: Life, control: Control) -> None:
    life.play("create", project_acm_arn="same").succeeded()
    orders = control.counts("acme")["newOrder"]
    refused = life.play("create", project_acm_arn="same", project_key_type="rsa_2048").failed()
    words = " ".join(refused.output.split())
    assert "its key is ecdsa_p256, that of the new certificate rsa_2048; choose" in words
    assert control.counts("acme")["newOrder"] == orders
    assert life.document()["definition"]["key_type"] == "ecdsa_p256"


def test_from_iam_to_acm_and_back(life: Life, control: Control) -> None:
    life.play("create", project_certificate_store="iam").succeeded()
    in_iam = certificate(life)
    assert life.play("create", "--check").succeeded().changed
    life.play("create").succeeded()
    in_acm = certificate(life)
    assert bound(life) == in_acm["arn"]
    assert in_acm["fingerprint_sha256"] == in_iam["fingerprint_sha256"]
    assert (life.server_certificates(), life.document()["superseded"]) == ([], [])
    assert life.play("create").succeeded().changed == 0
    life.play("create", project_certificate_store="iam", project_keep_previous=1).succeeded()
    assert (acm_certs.arns(), certificate(life)["store"]) == ({in_acm["arn"]}, "iam")
    life.play("rollback").succeeded()
    assert (bound(life), certificate(life)["arn"]) == (in_acm["arn"], in_acm["arn"])
    assert life.play("renew").succeeded().changed == 0
    assert life.play("create", project_certificate_store="iam", project_keep_previous=1).succeeded().changed == 0
    assert control.counts("acme")["newOrder"] == 1
    life.give_up()
    life.play("delete").succeeded()
    assert (acm_certs.arns(), life.server_certificates()) == (set(), [])


def test_plan_doctor_and_revocation_know_acm(life: Life, control: Control) -> None:
    life.play("create").succeeded()
    control.clear_calls()
    assert life.play("renew").succeeded().changed == 0
    assert control.counts("acm") == {"ListCertificates": 1}
    assert "iam" not in control.counts()
    healthy = life.play("doctor").succeeded()
    assert "CERTIFICATE" not in healthy.output
    first = certificate(life)
    life.play("reissue", project_revoke_reason="superseded").succeeded()
    assert life.document()["superseded"] == []
    assert first["fingerprint_sha256"] in life.document()["revoked"]
    gone = certificate(life)["arn"]
    life.give_up()
    acm_certs.acm().delete_certificate(CertificateArn=gone)
    missing = life.play("doctor").failed()
    assert "CERTIFICATE_MISSING" in missing.output
    assert "no longer in ACM" in " ".join(life.play("renew", "--check").succeeded().output.split())
    life.play("renew").succeeded()
    assert certificate(life)["arn"] in acm_certs.arns() - {gone}
    assert life.play("renew").succeeded().changed == 0


def test_a_copy_in_another_region_comes_and_goes(life: Life) -> None:
    life.play("create", project_acm_regions=["eu-central-1"]).succeeded()
    first = certificate(life)
    assert [copy["region"] for copy in first["copies"]] == ["us-east-1", "eu-central-1"]
    assert acm_certs.arns("eu-central-1") == {first["copies"][1]["arn"]}
    assert life.play("create", project_acm_regions=["eu-central-1"]).succeeded().changed == 0
    life.play("reissue", project_acm_regions=["eu-central-1"]).succeeded()
    assert acm_certs.arns("eu-central-1") == {certificate(life)["copies"][1]["arn"]}
    life.play("create").succeeded()
    assert acm_certs.arns("eu-central-1") == set()
    assert life.document()["superseded"] == []
    assert life.play("create").succeeded().changed == 0


def test_a_parameter_that_is_renamed_or_left_out_is_withdrawn_once(life: Life, control: Control) -> None:
    ssm = seed.client("ssm", life.owner)

    def published() -> dict[str, str]:
        found = ssm.get_parameters(Names=[f"/certops/{name}" for name in ("one", "two", "three")])["Parameters"]
        return {one["Name"].rpartition("/")[2]: one["Value"] for one in found}

    life.play("create", project_publish="ssm:/certops/one").succeeded()
    assert published() == {"one": certificate(life)["arn"]}
    assert life.play("create", "--check", project_publish="ssm:/certops/two").succeeded().changed
    assert published() == {"one": certificate(life)["arn"]}
    # a run that is not allowed to, or is killed, leaves it to the next one
    control.fault("ssm", "DeleteParameter", "access_denied")
    assert "DeleteParameter" in life.play("create", project_publish="ssm:/certops/two").failed().output
    assert life.document()["to_withdraw"] == ["ssm:/certops/one"]
    life.play("create", project_publish="ssm:/certops/two").succeeded()
    assert (published(), life.document()["to_withdraw"]) == ({"two": certificate(life)["arn"]}, [])
    assert life.play("create", project_publish="ssm:/certops/two").succeeded().changed == 0
    # what somebody lets name a certificate of others stays
    ssm.put_parameter(Name="/certops/two", Value="arn:aws:acm:us-east-1:123456789012:certificate/x", Overwrite=True)
    life.play("create", project_publish="ssm:/certops/three").succeeded()
    assert set(published()) == {"two", "three"}
    ssm.delete_parameter(Name="/certops/two")
    life.play("create").succeeded()
    assert published() == {}
    assert life.play("create").succeeded().changed == 0
    # what is still to be withdrawn goes with the project
    life.play("create", project_publish="ssm:/certops/one").succeeded()
    control.fault("ssm", "DeleteParameter", "access_denied")
    life.play("create").failed()
    life.give_up()
    life.play("delete").succeeded()
    assert published() == {}


def test_the_certificate_in_service_is_published_before_the_former_one_goes(life: Life, control: Control) -> None:
    name = "/certops/webapp/certificate"
    life.variables["project_publish"] = f"ssm:{name}"
    ssm = seed.client("ssm", life.owner)

    def published() -> str:
        return str(ssm.get_parameter(Name=name)["Parameter"]["Value"])

    life.play("create").succeeded()
    first = certificate(life)["arn"]
    assert published() == first
    assert life.play("create").succeeded().changed == 0
    control.fault("ssm", "PutParameter", "error_500", count=20)
    life.play("reissue").failed()
    assert first in acm_certs.arns()
    control.clear_faults()
    life.play("create", project_keep_previous=1).succeeded()
    assert published() == bound(life) != first
    life.play("rollback").succeeded()
    assert published() == bound(life) == first
    # restored under another ARN
    life.give_up()
    acm_certs.acm().delete_certificate(CertificateArn=first)
    life.play("restore").succeeded()
    assert published() == certificate(life)["arn"] != first
    life.give_up()
    assert life.play("delete", "--check").succeeded().changed
    assert published() == certificate(life)["arn"]
    life.play("delete").succeeded()
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        published()
