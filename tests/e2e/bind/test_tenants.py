# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Multi-tenant distributions against the strict sandbox: the shared certificate, and those that tenants have of their
own."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError
from ansible_collections.certops.cloudfront.plugins.modules import cloudfront_cert_bind
from e2e import acm_certs, in_process
from sandbox import seed, seed_targets
from sandbox.control import Control
from sandbox.process import SandboxProcess

NAMES = ("example.com", "*.example.com")
RULES = {
    "WebAcl": {"Action": "override", "Arn": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/1"},
    "GeoRestrictions": {"RestrictionType": "whitelist", "Locations": ["DE"]},
}
PARAMETERS = [{"Name": "color", "Value": "<blue & green>"}]


def imported(*names: str) -> str:
    return acm_certs.make(names=names or NAMES).imported()


def bind(new: str, *previous: str, check_mode: bool = False, **params: t.Any) -> Outcome:
    given = {"acm_certificate_arn": new, "certificate_domains": list(NAMES), "previous": list(previous), **params}
    return in_process.run(cloudfront_cert_bind, check_mode, **given)


def tenant(identifier: str) -> dict[str, t.Any]:
    found = seed.client("cloudfront").get_distribution_tenant(Identifier=identifier)["DistributionTenant"]
    return t.cast("dict[str, t.Any]", found)


def shared_certificate(distribution: str) -> str:
    config = seed.client("cloudfront").get_distribution_config(Id=distribution)["DistributionConfig"]
    return str(config["ViewerCertificate"]["ACMCertificateArn"])


def statuses(outcome: Outcome) -> dict[str, str]:
    return {row["id"]: row["status"] for row in (*outcome.result["distributions"], *outcome.result["tenants"])}


@pytest.fixture
def old(sandbox: SandboxProcess) -> str:
    return imported()


def test_check_do_again(control: Control, old: str) -> None:
    distribution = seed_targets.create_multi_tenant_distribution(old)
    inherits = seed_targets.create_tenant(distribution, ["a.example.com"])
    own = seed_targets.create_tenant(
        distribution,
        ["b.example.com"],
        Customizations={**RULES, "Certificate": {"Arn": old}},
        Parameters=PARAMETERS,
        Tags={"Items": [{"Key": "team", "Value": "web"}]},
    )
    new, before = imported(), tenant(own)
    control.set(cloudfront_deploy_seconds=60)
    predicted, done, again = bind(new, old, check_mode=True), bind(new, old), bind(new, old)
    assert statuses(predicted) == statuses(done) == dict.fromkeys([distribution, own], "rebound"), done.failure
    assert statuses(again) == dict.fromkeys([distribution, own], "already")
    assert (predicted.before, predicted.after) == (done.before, done.after)
    assert (done.changed, done.result["complete"], done.result["verified"], again.changed) == (True, True, True, False)
    assert done.result["records"]["Matched_CloudFront"] == {"ID_LIST": [distribution, own]}
    after = tenant(own)
    assert after["Customizations"] == {**RULES, "Certificate": {"Arn": new}}
    unchanged = ("Domains", "Parameters", "Tags", "ConnectionGroupId", "Enabled", "DistributionId", "Name")
    assert {name: after[name] for name in unchanged} == {name: before[name] for name in unchanged}
    assert shared_certificate(distribution) == new
    assert "Customizations" not in tenant(inherits)


def test_an_account_without_tenants_costs_no_call_for_them(control: Control, old: str) -> None:
    seed.create_distribution(["www.example.com"], old)
    new = imported()
    control.clear_calls()
    assert bind(new, old).changed
    assert {name for name in control.counts("cloudfront") if "Tenant" in name} == set()


def test_the_calls_are_a_listing_for_each_certificate_and_two_for_each_tenant(control: Control, old: str) -> None:
    distribution = seed_targets.create_multi_tenant_distribution(imported("*.example.org"))
    for number in range(5):
        seed_targets.create_tenant(distribution, [f"{number}.example.com"], old)
    new = imported()
    control.clear_calls()
    assert bind(new, old).changed
    counts = control.counts("cloudfront")
    assert counts["GetDistributionTenant"] == counts["UpdateDistributionTenant"] == 5
    assert counts["ListDistributionTenantsByCustomization"] == 3


def test_a_shared_certificate_that_would_leave_a_name_uncovered_stays(control: Control, old: str) -> None:
    wide = imported(*NAMES, "shop.test")
    distribution = seed_targets.create_multi_tenant_distribution(wide)
    seed_targets.create_tenant(distribution, ["a.example.com"])
    seed_targets.create_tenant(distribution, ["shop.test"])
    own = seed_targets.create_tenant(
        distribution, ["b.example.com", "*.shop.test"], imported("b.example.com", "*.shop.test")
    )
    found = bind(imported(), wide, check_mode=False)
    assert statuses(found) == {distribution: "skipped"}
    assert "does not cover shop.test" in found.warnings[0]
    assert shared_certificate(distribution) == wide
    assert tenant(own)["Customizations"]["Certificate"]["Arn"] != old


def test_the_shared_certificate_covers_what_the_own_one_of_a_tenant_does_not(control: Control, old: str) -> None:
    distribution = seed_targets.create_multi_tenant_distribution(imported("*.example.org"))
    mixed = seed_targets.create_tenant(distribution, ["a.example.com", "a.example.org"], old)
    new = imported()
    assert statuses(bind(new, old)) == {mixed: "rebound"}
    assert tenant(mixed)["Customizations"]["Certificate"]["Arn"] == new


def test_a_tenant_whose_names_no_certificate_would_cover_is_skipped(control: Control) -> None:
    wide = imported(*NAMES, "shop.test")
    distribution = seed_targets.create_multi_tenant_distribution(imported("*.example.org"))
    one = seed_targets.create_tenant(distribution, ["shop.test"], wide)
    found = bind(imported(), wide)
    assert statuses(found) == {one: "skipped"}
    assert found.result["tenants"][0]["uncovered"] == ["shop.test"]


def test_a_tenant_that_is_listed_gets_a_certificate_of_its_own(control: Control, old: str) -> None:
    distribution = seed_targets.create_multi_tenant_distribution(old)
    one = seed_targets.create_tenant(distribution, ["a.example.com"], Customizations=RULES)
    new = imported()
    given = {"match": ["ids"], "distributions": [one]}
    assert statuses(bind(new, **given)) == {one: "rebound"}
    assert tenant(one)["Customizations"] == {**RULES, "Certificate": {"Arn": new}}
    assert not bind(new, **given).changed
    with pytest.raises(ConfigError, match="dt_unknown does not exist"):
        bind(new, match=["ids"], distributions=["dt_unknown"])


def test_a_server_certificate_of_iam_is_refused_for_tenants(control: Control, old: str) -> None:
    distribution = seed_targets.create_multi_tenant_distribution(old)
    stored = {"id": seed.upload_certificate("new", NAMES), "domains": list(NAMES)}
    found = in_process.run(
        cloudfront_cert_bind, server_certificate=stored, previous=[old], match=["previous"], verify="config"
    )
    assert statuses(found) == {distribution: "skipped"}
    assert "takes certificates of ACM only" in found.warnings[0]
    control.clear_calls()
    with pytest.raises(ConfigError, match="dt_1 is a tenant"):
        in_process.run(cloudfront_cert_bind, server_certificate=stored, match=["ids"], distributions=["dt_1"])
    assert control.calls() == []


def test_a_tenant_that_was_changed_in_between_is_read_again(control: Control, old: str) -> None:
    distribution = seed_targets.create_multi_tenant_distribution(imported("*.example.org"))
    one = seed_targets.create_tenant(distribution, ["a.example.com"], old)
    control.set(cloudfront_etag_on_deploy=True, cloudfront_deploy_seconds=1)
    control.fault("cloudfront", "UpdateDistributionTenant", "reset", when="after")
    done = bind(imported(), old)
    assert (statuses(done), done.changed) == ({one: "rebound"}, True)


def test_what_the_edge_does_not_serve_goes_back_to_what_it_had(
    control: Control, sandbox: SandboxProcess, old: str
) -> None:
    distribution = seed_targets.create_multi_tenant_distribution(old)
    seed_targets.create_tenant(distribution, ["a.example.com"])
    own = seed_targets.create_tenant(
        distribution, ["b.example.com"], Customizations={**RULES, "Certificate": {"Arn": old}}
    )
    made = acm_certs.make()
    new = made.imported()
    given = {"verify": "tls", "edge_address": sandbox.env()["CERTOPS_EDGE_ADDRESS"]}
    given["certificate_fingerprint"] = acm_certs.fingerprint(made)
    control.set(cloudfront_deploy_seconds=60, edge_serves_stale=True)
    failed = bind(new, old, **given)
    assert statuses(failed) == dict.fromkeys([distribution, own], "rolled_back")
    assert (tenant(own)["Customizations"], shared_certificate(distribution)) == (
        {**RULES, "Certificate": {"Arn": old}},
        old,
    )
    control.set(edge_serves_stale=False)
    done = bind(new, old, **given)
    assert (statuses(done), done.result["verified"]) == (dict.fromkeys([distribution, own], "rebound"), True)


def test_only_what_has_the_tags_is_found(control: Control, old: str) -> None:
    distribution = seed_targets.create_multi_tenant_distribution(imported("*.example.org"))
    tags = {"Tags": {"Items": [{"Key": "team", "Value": "web"}]}}
    ours = seed_targets.create_tenant(distribution, ["a.example.com"], old, **tags)
    seed_targets.create_tenant(distribution, ["b.example.com"], old)
    tagged, other = (seed.create_distribution([name], old) for name in ("c.example.com", "d.example.com"))
    arn = f"arn:aws:cloudfront::123456789012:distribution/{tagged}"
    seed.client("cloudfront").tag_resource(Resource=arn, Tags=tags["Tags"])
    found = bind(imported(), old, match_tags={"team": "web"})
    assert statuses(found) == dict.fromkeys([tagged, ours], "rebound")
    assert statuses(bind(imported(), match=["ids"], distributions=[other], match_tags={"team": "web"})) == {
        other: "rebound"
    }
