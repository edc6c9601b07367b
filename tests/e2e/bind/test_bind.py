# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rebinding against the strict sandbox: nothing but the viewer certificate changes, whatever happens in between."""

from __future__ import annotations

import re
import typing as t
from xml.etree import ElementTree as ET

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws import cloudfront
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.cloudfront import CloudFront
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.session import Session
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError
from ansible_collections.certops.cloudfront.plugins.modules import (
    cloudfront_cert_bind,
    iam_server_cert,
    iam_server_cert_cleanup,
)
from e2e import acm_certs
from e2e.in_process import run
from sandbox import seed
from sandbox.control import Control
from sandbox.process import SandboxProcess

PATH = "/cloudfront/certops/webapp/"
UNKNOWN = b'<SettingOfTomorrow a="b"><Deep>1</Deep></SettingOfTomorrow>'


def store(name: str, *domains: str) -> dict[str, t.Any]:
    certificate, key, chain = SandboxProcess.issue_foreign(domains or ["example.com", "*.example.com"])
    tags = {"managed-by": "certops.cloudfront"}
    result = run(
        iam_server_cert, name=name, path=PATH, certificate=certificate, private_key=key, chain=chain, tags=tags
    ).result
    return t.cast("dict[str, t.Any]", result["server_certificate"])


def bind(
    certificate: dict[str, t.Any], *previous: dict[str, t.Any], check_mode: bool = False, **params: t.Any
) -> Outcome:
    given = {"server_certificate": certificate, "previous": [one["id"] for one in previous], **params}
    return run(cloudfront_cert_bind, check_mode, **given)


def client() -> CloudFront:
    return CloudFront(
        Session({"region": "us-east-1", "endpoint_url": None}).client("cloudfront", **cloudfront.CLIENT_CONFIG)
    )


def raw(distribution: str) -> bytes:
    return client().get_distribution_config(distribution).xml


def without_viewer(xml: bytes) -> str:
    return ET.canonicalize(re.sub(rb"<ViewerCertificate>.*</ViewerCertificate>", b"", xml, flags=re.DOTALL).decode())


def statuses(outcome: Outcome) -> dict[str, str]:
    return {row["id"]: row["status"] for row in outcome.result["distributions"]}


@pytest.fixture
def old(sandbox: SandboxProcess) -> dict[str, t.Any]:
    return store("old")


@pytest.fixture
def new(old: dict[str, t.Any]) -> dict[str, t.Any]:
    return store("new")


def test_check_do_again(control: Control, old: dict[str, t.Any], new: dict[str, t.Any]) -> None:
    control.set(cloudfront_deploy_seconds=120)
    one = seed.create_distribution(["www.example.com"], old["id"])
    two = seed.create_distribution(["*.example.com"], old["id"], staging=True)
    foreign = seed.create_distribution(["shop.test"], seed.upload_certificate("foreign", ["shop.test"]))
    before = raw(foreign)
    control.advance(121)
    predicted, done, again = bind(new, old, check_mode=True), bind(new, old), bind(new, old)
    assert statuses(predicted) == statuses(done) == dict.fromkeys([one, two], "rebound")
    assert statuses(again) == dict.fromkeys([one, two], "already")
    assert (predicted.after, predicted.before) == (done.after, done.before)
    assert (done.result["complete"], done.result["verified"], again.changed) == (True, True, False)
    assert raw(foreign) == before


def test_calls_are_a_listing_and_two_for_each(control: Control, old: dict[str, t.Any], new: dict[str, t.Any]) -> None:
    for number in range(3):
        seed.create_distribution([f"a{number}.example.com"], old["id"])
    control.clear_calls()
    assert bind(new, old, wait=False, verify="none").changed
    assert control.counts("cloudfront") == {"ListDistributions": 1, "GetDistributionConfig": 3, "UpdateDistribution": 3}
    control.clear_calls()
    bind(new, old)
    assert control.counts() == {"ListDistributions": 1}


def test_every_page_is_searched(control: Control, old: dict[str, t.Any], new: dict[str, t.Any]) -> None:
    speaker = seed.client("cloudfront")
    for _number in range(100):
        speaker.create_distribution(DistributionConfig=seed.distribution_config((), None))
    last = seed.create_distribution(["www.example.com"], old["id"])
    control.clear_calls()
    assert statuses(bind(new, old, wait=False)) == {last: "rebound"}
    assert control.counts("cloudfront")["ListDistributions"] == 2


def test_elements_that_no_botocore_knows_survive(
    control: Control, old: dict[str, t.Any], new: dict[str, t.Any]
) -> None:
    distribution = seed.create_distribution(["www.example.com"], old["id"])
    speaker = client()
    config = speaker.get_distribution_config(distribution)
    xml = config.xml.replace(b"</DistributionConfig>", UNKNOWN + b"</DistributionConfig>").replace(
        b"</Origins>", UNKNOWN + b"</Origins>"
    )
    speaker.update_distribution(distribution, cloudfront.DistributionConfig(config.etag, xml))
    before = raw(distribution)
    assert before.count(UNKNOWN) == 2
    bind(new, old)
    assert without_viewer(raw(distribution)) == without_viewer(before)
    assert speaker.get_distribution_config(distribution).viewer["IAMCertificateId"] == new["id"]


def test_a_distribution_without_a_certificate_gets_one_by_alias(control: Control, new: dict[str, t.Any]) -> None:
    distribution = seed.create_distribution(["www.example.com"])
    assert statuses(bind(new, match=["aliases"])) == {distribution: "rebound"}
    viewer = client().get_distribution_config(distribution).viewer
    assert (viewer["SSLSupportMethod"], viewer["MinimumProtocolVersion"]) == ("sni-only", "TLSv1.2_2021")
    assert viewer.get("CloudFrontDefaultCertificate") != "true"


def test_an_uncovered_alias_skips_one_and_the_other_goes_on(control: Control, new: dict[str, t.Any]) -> None:
    wide = store("wide", "www.example.com", "shop.test")
    skipped = seed.create_distribution(["www.example.com", "shop.test"], wide["id"])
    narrow = store("narrow", "a.example.com")
    rebound = seed.create_distribution(["a.example.com"], narrow["id"])
    done = bind(new, wide, narrow)
    assert statuses(done) == {skipped: "skipped", rebound: "rebound"}
    assert done.failure is None


def test_a_certificate_that_becomes_visible_later(control: Control, old: dict[str, t.Any]) -> None:
    distribution = seed.create_distribution(["www.example.com"], old["id"])
    control.set(iam_visibility_seconds=45)
    fresh = store("fresh")
    assert statuses(bind(fresh, old)) == {distribution: "rebound"}


def test_a_change_in_progress_is_awaited(control: Control, old: dict[str, t.Any], new: dict[str, t.Any]) -> None:
    control.set(cloudfront_deploy_seconds=120)
    distribution = seed.create_distribution(["www.example.com"], old["id"])
    assert statuses(bind(new, old)) == {distribution: "rebound"}
    assert control.counts("cloudfront")["UpdateDistribution"] == 2


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_dropped_connection_during_the_update(
    control: Control, old: dict[str, t.Any], new: dict[str, t.Any], when: str
) -> None:
    distribution = seed.create_distribution(["www.example.com"], old["id"])
    control.fault("cloudfront", "UpdateDistribution", "reset", when=when)
    done = bind(new, old)
    assert statuses(done) == {distribution: "rebound"}
    assert done.changed


def test_one_denied_distribution_does_not_stop_the_others(
    control: Control, old: dict[str, t.Any], new: dict[str, t.Any]
) -> None:
    ids = sorted(seed.create_distribution([f"{name}.example.com"], old["id"]) for name in "ab")
    control.fault("cloudfront", "UpdateDistribution", "access_denied")
    done = bind(new, old)
    assert statuses(done) == {ids[0]: "failed", ids[1]: "rebound"}
    assert done.failure is not None
    assert statuses(bind(new, old)) == {ids[0]: "rebound", ids[1]: "already"}


def test_an_etag_that_changes_with_the_deployment_is_read_back(
    control: Control, old: dict[str, t.Any], new: dict[str, t.Any]
) -> None:
    control.set(cloudfront_etag_on_deploy=True, cloudfront_deploy_seconds=120)
    seed.create_distribution(["www.example.com"], old["id"])
    control.advance(121)
    assert bind(new, old).result["verified"]


def test_what_the_edge_serves_is_verified(
    control: Control, sandbox: SandboxProcess, old: dict[str, t.Any], new: dict[str, t.Any]
) -> None:
    control.set(cloudfront_deploy_seconds=120)
    seed.create_distribution(["www.example.com", "*.example.com"], old["id"])
    control.advance(121)
    done = bind(new, old, verify="tls", edge_address=sandbox.env()["CERTOPS_EDGE_ADDRESS"])
    assert done.result["verified"], done.failure


def test_what_the_edge_does_not_serve_goes_back_to_what_it_had_and_is_tried_again(
    control: Control, sandbox: SandboxProcess, old: dict[str, t.Any], new: dict[str, t.Any]
) -> None:
    distribution = seed.create_distribution(["www.example.com"], old["id"])
    before = raw(distribution)
    edge = sandbox.env()["CERTOPS_EDGE_ADDRESS"]
    control.set(cloudfront_deploy_seconds=60, edge_serves_stale=True)
    failed = bind(new, old, verify="tls", edge_address=edge)
    assert statuses(failed) == {distribution: "rolled_back"}
    assert "serves another certificate for www.example.com" in (failed.failure or "")
    assert f"its former certificate {old['id']} was put back" in (failed.failure or "")
    assert raw(distribution) == before
    assert not failed.result["complete"]
    control.set(edge_serves_stale=False)
    assert statuses(bind(new, old, verify="tls", edge_address=edge)) == {distribution: "rebound"}


def test_the_old_certificate_can_be_deleted_only_after_the_deployment(
    control: Control, old: dict[str, t.Any], new: dict[str, t.Any]
) -> None:
    seed.create_distribution(["www.example.com"], old["id"])
    control.set(cloudfront_deploy_seconds=1000)
    bind(new, old, wait=False)
    assert run(iam_server_cert_cleanup, path=PATH, keep=["new"]).result["deleted"] == []
    control.advance(1001)
    assert run(iam_server_cert_cleanup, path=PATH, keep=["new"]).result["deleted"] == ["old"]


def test_in_china(control: Control) -> None:
    control.set(check_signing_region=True)
    region = {"region": "cn-north-1"}
    certificate, key, chain = SandboxProcess.issue_foreign(["www.example.cn"])
    stored = run(iam_server_cert, name="cn", certificate=certificate, private_key=key, chain=chain, **region).result[
        "server_certificate"
    ]
    done = bind(stored, match=["aliases"], **region)
    assert (stored["arn"].split(":")[1], done.result["matched"]) == ("aws-cn", [])


def test_the_dedicated_ip_of_the_default_certificate_is_not_ordered_with_one_of_acm(control: Control) -> None:
    distribution = seed.create_distribution(["www.example.com"])
    done = run(
        cloudfront_cert_bind,
        acm_certificate_arn=acm_certs.make().imported(),
        certificate_domains=list(acm_certs.NAMES),
        match=["aliases"],
    )
    assert statuses(done) == {distribution: "rebound"}
    viewer = client().get_distribution_config(distribution).viewer
    assert (viewer["SSLSupportMethod"], viewer["MinimumProtocolVersion"]) == ("sni-only", "TLSv1.2_2021")


def test_a_certificate_of_another_account_is_refused_before_any_change(control: Control) -> None:
    own = acm_certs.make().imported()
    distribution = seed.create_distribution(["www.example.com"], own)
    foreign = own.replace("123456789012", "210987654321")
    control.clear_calls()
    with pytest.raises(ConfigError, match="is in the account 210987654321, the distributions in 123456789012"):
        run(
            cloudfront_cert_bind,
            acm_certificate_arn=foreign,
            certificate_domains=list(acm_certs.NAMES),
            match=["ids"],
            distributions=[distribution],
        )
    assert control.counts() == {"ListDistributions": 1}


def test_as_ansible_runs_it(ansible: t.Any, control: Control, old: dict[str, t.Any], new: dict[str, t.Any]) -> None:
    distribution = seed.create_distribution(["www.example.com"], old["id"])
    arguments = {"server_certificate_name": "new", "previous": [old["id"]]}
    checked, predicted = ansible.module("cloudfront_cert_bind", arguments, check=True)
    assert f'"IAMCertificateId": "{new["id"]}"' in checked.output, "the diff shows the viewer certificate"
    done, result = ansible.module("cloudfront_cert_bind", arguments)
    _again, repeated = ansible.module("cloudfront_cert_bind", arguments)
    assert (predicted["changed"], result["changed"], repeated["changed"]) == (True, True, False), done.output
    assert predicted.keys() - {"diff"} == result.keys() - {"diff"}
    assert result["records"]["Update_CloudFront_Status"] == [{distribution: "Success"}]


def test_an_unknown_distribution_as_ansible_shows_it(ansible: t.Any, control: Control, new: dict[str, t.Any]) -> None:
    shown, _result = ansible.module(
        "cloudfront_cert_bind",
        {"server_certificate_name": "new", "match": ["ids"], "distributions": ["E0000000000000"]},
    )
    assert shown.returncode != 0
    assert "E0000000000000 does not exist" in shown.output
    assert control.counts("cloudfront")["UpdateDistribution"] == 0


def attach(distribution: str, policy: str) -> None:
    """Give the distribution a continuous deployment policy; empty takes it away."""
    answer = seed.client("cloudfront").get_distribution_config(Id=distribution)
    config = {**answer["DistributionConfig"], "ContinuousDeploymentPolicyId": policy}
    seed.client("cloudfront").update_distribution(Id=distribution, IfMatch=answer["ETag"], DistributionConfig=config)


class TestContinuousDeployment:
    POLICY = "0f3d1b4e-aaaa-bbbb-cccc-000000000001"
    ADVICE = "detach the policy by an update of the distribution with an empty ContinuousDeploymentPolicyId"

    def test_is_found_before_an_order_and_explained_after_a_refusal(self, sandbox: SandboxProcess) -> None:
        old, new = store("old"), store("new")
        primary = seed.create_distribution(["example.com"], old["id"])
        seed.create_distribution([], staging=True)
        attach(primary, self.POLICY)
        found = bind(new, old, check_mode=True)
        assert found.failure is not None
        assert f"{primary}: it has the continuous deployment policy {self.POLICY}" in found.failure
        assert self.ADVICE in found.failure
        refused = bind(new, old)
        assert statuses(refused) == {primary: "failed"}
        assert "not supported for continuous deployment" in str(refused.failure)
        assert self.ADVICE in str(refused.failure)
        attach(primary, "")
        assert bind(new, old, check_mode=True).failure is None
        assert statuses(bind(new, old)) == {primary: "rebound"}

    def test_of_one_distribution_does_not_keep_the_others_from_an_order(self, sandbox: SandboxProcess) -> None:
        old, new = store("old"), store("new")
        primary, other = (seed.create_distribution([name], old["id"]) for name in ("example.com", "a.example.com"))
        seed.create_distribution([], staging=True)
        attach(primary, self.POLICY)
        found = bind(new, old, check_mode=True)
        assert (found.failure, statuses(found)) == (None, {primary: "skipped", other: "rebound"})
        assert statuses(bind(new, old)) == {primary: "failed", other: "rebound"}

    def test_costs_nothing_where_there_is_no_staging_distribution(
        self, sandbox: SandboxProcess, control: Control
    ) -> None:
        old, new = store("old"), store("new")
        seed.create_distribution(["example.com"], old["id"])
        control.clear_calls()
        bind(new, old, check_mode=True)
        assert control.counts("cloudfront") == {"ListDistributions": 1}
