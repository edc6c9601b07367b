# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is found and what is cleaned up: acm_cert_info, acm_cert_cleanup and certificate_info with its playbook."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RemoteError
from ansible_collections.certops.cloudfront.plugins.modules import (
    acm_cert_cleanup,
    acm_cert_info,
    acm_cert_request,
    certificate_info,
)
from e2e.acm_certs import TAGS, arns, make
from e2e.in_process import run
from sandbox import seed, seed_targets
from sandbox.control import Control

DAY = 86400


def found(**params: t.Any) -> list[str]:
    return [one["arn"] for one in run(acm_cert_info, **params).result["certificates"]]


def clean(check_mode: bool = False, **params: t.Any) -> Outcome:
    return run(acm_cert_cleanup, check_mode, **{"project": "webapp", **params})


def test_a_search_by_name_is_exact_or_by_cover_and_sees_all_kinds_of_keys(control: Control) -> None:
    wild = make("rsa_2048", ["*.example.com"], days=30).imported()
    exact = make(names=["www.example.com"], days=20).imported()
    make(names=["a.b.example.com"], days=10).imported()
    assert found(domain="www.example.com") == [exact, wild]
    assert found(domain="WWW.example.com", domain_match="exact") == [exact]
    assert found(domain="*.example.com") == [wild]
    assert found(domain="x.a.b.example.com") == []
    assert run(acm_cert_info, domain="www.example.com", details=False).result["certificates"][0]["arn"] == exact


def test_a_search_by_days_by_use_and_by_owner(control: Control) -> None:
    soon, later = make(days=10).imported(**TAGS), make(days=60).imported()
    seed.create_distribution(["example.com"], soon)
    assert found(expires_within_days=30) == [soon]
    assert found(unused=True) == [later]
    assert found(foreign=True) == [later]
    control.clear_calls()
    assert found(unused=True, details=False) == [later]
    assert control.counts() == {"ListCertificates": 1}


def test_users_are_shown_by_what_a_new_arn_means_for_them(control: Control) -> None:
    arn = make().imported(**TAGS)
    distribution = seed.create_distribution(["example.com"], arn)
    listener = seed_targets.create_listener("web", [arn])
    seed_targets.create_api_domain("www.example.com", arn, "EDGE")
    (shown,) = run(acm_cert_info, certificate_arns=[arn]).result["certificates"]
    assert {user["kind"] for user in shown["users"]["rebind"]} == {"cloudfront", "elb"}
    assert distribution in {user["id"] for user in shown["users"]["rebind"]}
    assert listener.split("/")[2] in str(shown["users"]["rebind"])
    assert "in an account of AWS" in shown["users"]["unknown"][0]["note"]
    assert (shown["project"], shown["ours"], shown["in_use"]) == ("webapp", True, True)


def test_a_user_that_acm_does_not_name_yet_is_seen_in_the_listing_of_distributions(control: Control) -> None:
    control.set(acm_in_use_seconds=3600)
    arn = make().imported(**TAGS)
    distribution = seed.create_distribution(["example.com"], arn)
    (shown,) = run(acm_cert_info, certificate_arns=[arn]).result["certificates"]
    assert [user["id"] for user in shown["users"]["rebind"]] == [distribution]


def test_regions_are_searched_one_by_one_and_that_of_cloudfront_by_default(control: Control) -> None:
    here, there = make().imported(), make().imported("eu-west-1")
    assert found() == [here]
    assert set(found(region="eu-west-1")) == {here, there}
    assert found(regions=["eu-west-1"]) == [there]
    assert found(certificate_arns=[there]) == [there]


def test_what_stands_in_the_way_of_a_renewal_is_said(control: Control) -> None:
    zone = seed.create_zone("example.com")
    arn = run(acm_cert_request, domains=["example.com"], tags=TAGS).result["certificate_arn"]
    seed.create_distribution(["example.com"], arn)

    def problems() -> list[str]:
        (shown,) = run(acm_cert_info, certificate_arns=[arn], check_dns=True).result["certificates"]
        return list(shown["renewal"]["problems"])

    assert problems() == []
    route53 = seed.client("route53")
    sets = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    changes = [{"Action": "DELETE", "ResourceRecordSet": one} for one in sets if one["Type"] == "CNAME"]
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
    assert "is missing; put back CNAME" in problems()[0]
    control.renewal_due(arn)
    assert "waits for the validation of example.com" in problems()[0]


def test_a_denied_listing_is_an_error(control: Control) -> None:
    control.fault("acm", "ListCertificates", "access_denied")
    with pytest.raises(RemoteError, match="AccessDenied"):
        found()


BAD = {
    "region": ({"regions": ["nowhere"]}, "is not the name of a region"),
    "ARN": ({"certificate_arns": ["x"]}, "is not the ARN"),
    "name": ({"domain": "no name"}, "domain:"),
    "days": ({"expires_within_days": -1}, "is negative"),
    "records without details": ({"check_dns": True, "details": False}, "set details to true"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_of_a_search_is_refused_before_any_call(control: Control, case: str) -> None:
    params, why = BAD[case]
    with pytest.raises(ConfigError, match=why):
        run(acm_cert_info, **params)
    assert not control.calls()


def test_cleanup_keeps_what_is_used_kept_pending_or_not_ours(control: Control) -> None:
    used, kept, old = (make().imported(**TAGS) for _number in range(3))
    other = make().imported(**{**TAGS, "certops:project": "shop"})
    foreign = make().imported()
    distribution = seed.create_distribution(["example.com"], used)
    planned = clean(check_mode=True, keep=[kept])
    control.clear_calls()
    done = clean(keep=[kept])
    again = clean(keep=[kept])
    assert (planned.changed, done.changed, again.changed) == (True, True, False)
    assert planned.result["deleted"] == done.result["deleted"] == [old]
    assert {one["arn"]: one["used_by"] for one in done.result["kept"]} == {used: [distribution], kept: []}
    assert arns() == {used, kept, other, foreign}
    assert control.counts("resourcegroupstaggingapi") == {"GetResources": 2}
    assert not control.calls("route53")


def test_cleanup_of_candidates_spares_those_of_others(control: Control) -> None:
    foreign = make().imported()
    done = clean(candidates=[foreign])
    assert (done.changed, arns()) == (False, {foreign})
    assert "it is not ours" in done.result["kept"][0]["reason"]


def test_cleanup_of_a_rehearsal_knows_what_the_run_would_rebind(control: Control) -> None:
    arn = make().imported(**TAGS)
    distribution = seed.create_distribution(["example.com"], arn)
    assert clean(check_mode=True, rebound=[distribution]).result["deleted"] == [arn]
    assert not clean(rebound=[distribution]).changed


def test_cleanup_that_requires_no_use_deletes_all_or_nothing(control: Control) -> None:
    used, free = make().imported(**TAGS), make().imported(**TAGS)
    seed.create_distribution(["example.com"], used)
    done = clean(require_unused=True)
    assert "bind these to another certificate first" in str(done.failure)
    assert arns() == {used, free}


def test_tenants_that_acm_does_not_name_are_users(control: Control) -> None:
    shared, own = make().imported(), make().imported(**TAGS)
    distribution = seed_targets.create_multi_tenant_distribution(shared)
    tenant = seed_targets.create_tenant(distribution, ["example.com"], own)
    assert clean().result["kept"][0]["used_by"] == [tenant]
    (found,) = run(acm_cert_info, certificate_arns=[own]).result["certificates"]
    assert [user["id"] for user in found["users"]["rebind"]] == [tenant]
    rows = {row["arn"]: row for row in run(certificate_info).result["certificates"]}
    assert (rows[own]["in_use"], rows[shared]["in_use"]) == (True, True)


def test_cleanup_reports_what_acm_keeps_though_nothing_shows_why(control: Control) -> None:
    control.set(acm_in_use_seconds=3600)
    used = make().imported(**TAGS)
    seed_targets.create_listener("web", [used])
    done = clean()
    assert (done.changed, done.failure) == (False, None)
    assert "ResourceInUse" in done.result["kept"][0]["reason"]


def test_cleanup_deletes_nothing_after_a_failed_search(control: Control) -> None:
    make().imported(**TAGS)
    control.fault("cloudfront", "ListDistributions", "access_denied", count=9)
    with pytest.raises(RemoteError):
        clean()
    assert control.counts("acm")["DeleteCertificate"] == 0


def test_bad_input_of_a_cleanup_is_refused_before_any_call(control: Control) -> None:
    with pytest.raises(ConfigError) as caught:
        clean(project="x!", keep=["x"], candidates=["y"], keep_previous=-1, regions=["nowhere"])
    assert len(caught.value.problems) == 5
    assert not control.calls()


def test_every_certificate_of_the_account_is_listed_once(control: Control) -> None:
    pem = seed.upload_certificate("webapp", ["example.com"], path="/cloudfront/certops/webapp/")
    assert pem
    used = make(days=20).imported(**TAGS)
    free = make(names=["shop.example.net"], days=10).imported("eu-west-1")
    distribution = seed.create_distribution(["example.com"], used)
    done = run(certificate_info, regions=["us-east-1", "eu-west-1"])
    rows = {one["arn"]: one for one in done.result["certificates"]}
    assert list(rows)[:2] == [free, used]
    assert (rows[free]["source"], rows[free]["ours"], rows[free]["days_left"]) == ("imported", False, 9)
    assert [user["id"] for user in rows[used]["users"]["rebind"]] == [distribution]
    (uploaded,) = (one for one in rows.values() if one["store"] == "iam")
    assert (uploaded["source"], uploaded["project"], uploaded["name"]) == ("uploaded", "webapp", "webapp")
    assert control.counts("acm")["DescribeCertificate"] == 1
    assert len(done.result["lines"]) == 4
    only = run(certificate_info, foreign=True, regions=["us-east-1", "eu-west-1"]).result["certificates"]
    assert [one["arn"] for one in only] == [free]


def test_a_thousand_certificates_take_a_listing_and_pages_of_tags(control: Control) -> None:
    control.fleet(
        [
            {
                "name": f"p{number}",
                "domains": [f"p{number}.example.com"],
                "not_before": "2026-11-01T00:00:00Z",
                "not_after": "2027-02-01T00:00:00Z",
                "aliases": [],
                "store": "acm",
            }
            for number in range(1000)
        ]
    )
    control.clear_calls()
    assert len(run(certificate_info, stores=["acm"]).result["certificates"]) == 1000
    assert control.counts() == {"ListDistributions": 1, "ListCertificates": 1, "GetResources": 10}


def test_the_playbook_shows_a_table(ansible: t.Any, control: Control) -> None:
    make(days=20.5).imported(**TAGS)
    make(names=["shop.example.net"], days=60.5).imported()
    shown = ansible.playbook("certificates", {"certificates_domain": "www.example.com"}).succeeded()
    assert "EXPIRES IN" in shown.output
    assert "20 days" in shown.output
    assert "shop.example.net" not in shown.output
    none = ansible.playbook("certificates", {"certificates_expire_within_days": 5}).succeeded()
    assert "There is no such certificate." in none.output
