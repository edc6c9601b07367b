# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""acm_cert_request against the strict sandbox: requests, validation by Route 53 and by export, waiting over runs,
exports."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.archive import bundles
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RefusedError
from ansible_collections.certops.cloudfront.plugins.modules import acm_cert_request, iam_server_cert
from e2e.acm_certs import TAGS, acm, arns, tags_of
from e2e.in_process import run
from sandbox import permissions, seed
from sandbox.control import Control
from sandbox.process import SandboxProcess

HOUR = 3600
NAMES = ["example.com", "*.example.com"]


@pytest.fixture
def zone(control: Control) -> str:
    return seed.create_zone("example.com")


def ask(check_mode: bool = False, **params: t.Any) -> Outcome:
    return run(acm_cert_request, check_mode, **{"domains": NAMES, "tags": TAGS, **params})


def cnames(zone: str, env: t.Any = None) -> dict[str, str]:
    found = seed.client("route53", env).list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    return {one["Name"]: one["ResourceRecords"][0]["Value"] for one in found if one["Type"] == "CNAME"}


def allow(zone: str, issuer: str) -> None:
    records = {"Name": "example.com", "Type": "CAA", "TTL": 60, "ResourceRecords": [{"Value": f'0 issue "{issuer}"'}]}
    batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": records}]}
    seed.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)


def test_check_mode_asks_for_nothing_and_then_the_certificate_is_issued_once(control: Control, zone: str) -> None:
    planned = ask(check_mode=True, region="eu-west-1")
    assert (planned.changed, planned.result["steps"], arns(), cnames(zone)) == (True, ["request"], set(), {})
    done = ask(region="eu-west-1")
    assert (done.changed, done.result["issued"], done.result["state"]) == (True, True, "issued")
    assert done.result.keys() == planned.result.keys()
    arn = done.result["certificate_arn"]
    assert arn.startswith("arn:aws:acm:us-east-1:")
    assert tags_of(arn) == TAGS
    assert len(cnames(zone)) == 1
    again, named = ask(), ask(certificate_arn=arn)
    assert (again.changed, named.changed) == (False, False)
    assert again.result["certificate"] == done.result["certificate"]
    assert arns() == {arn}


def test_a_certificate_that_cloudfront_manages_is_not_taken_even_by_its_arn(control: Control, zone: str) -> None:
    managed = acm().request_certificate(
        DomainName=NAMES[0],
        SubjectAlternativeNames=list(NAMES[1:]),
        ValidationMethod="DNS",
        KeyAlgorithm="EC_prime256v1",
        ManagedBy="CLOUDFRONT",
    )["CertificateArn"]
    done = ask(certificate_arn=managed)
    assert done.result["issued"]
    assert done.result["certificate_arn"] != managed


def test_the_known_arn_spares_the_listing(control: Control, zone: str) -> None:
    arn = ask().result["certificate_arn"]
    control.clear_calls()
    assert not ask(certificate_arn=arn).changed
    assert control.counts("acm") == {"DescribeCertificate": 1, "GetCertificate": 1}
    assert not control.calls("route53")


def test_a_run_waits_no_longer_than_it_may_and_the_next_one_continues(control: Control, zone: str) -> None:
    control.set(acm_issue_seconds=1200)
    before = control.now()
    first = ask(wait_timeout=300)
    assert (first.failure, first.result["state"], first.result["issued"]) == (None, "pending", False)
    assert control.now() - before < 310
    assert "waits for" in first.result["reason"]
    second = ask(wait_timeout=0)
    assert (second.changed, second.result["state"]) == (False, "pending")
    control.advance(1200)
    assert ask(wait_timeout=0).result["issued"]
    assert control.counts("acm")["RequestCertificate"] == 1


def test_records_that_come_late_are_written_by_the_next_run(control: Control, zone: str) -> None:
    control.set(acm_record_seconds=60)
    first = ask(wait_timeout=10)
    assert (first.result["steps"], first.result["records"]) == (["request"], [])
    second = ask()
    assert (second.result["steps"], second.result["issued"]) == (["records"], True)


def test_two_requests_of_one_hour_for_other_names_are_two_certificates(control: Control, zone: str) -> None:
    first, second = ask(domains=["example.com"]), ask(domains=["example.com", "www.example.com"])
    assert first.result["certificate_arn"] != second.result["certificate_arn"]
    assert second.result["certificate"]["domains"] == ["example.com", "www.example.com"]
    third = ask(domains=["example.com"], key_type="rsa_2048")
    assert third.result["certificate"]["key_type"] == "rsa_2048"
    assert len(arns()) == 3


def test_a_lost_answer_of_a_request_leaves_one_certificate(control: Control, zone: str) -> None:
    control.fault("acm", "RequestCertificate", "reset", when="after")
    done = ask()
    assert arns() == {done.result["certificate_arn"]}


def test_a_lost_answer_to_a_record_that_was_written_is_no_failure(control: Control, zone: str) -> None:
    control.fault("route53", "ChangeResourceRecordSets", "reset", when="after")
    assert ask().result["issued"]
    assert control.counts("route53")["ChangeResourceRecordSets"] == 2
    assert len(cnames(zone)) == 1


def test_a_request_of_another_project_is_not_taken(control: Control, zone: str) -> None:
    first = ask(tags={**TAGS, "certops:project": "shop"})
    assert ask().result["certificate_arn"] != first.result["certificate_arn"]


def test_the_zone_of_a_name_may_be_in_another_account(sandbox: SandboxProcess, control: Control, zone: str) -> None:
    control.account("AKIADELEGATED0000001", "222222222222")
    other = {**sandbox.env(), "AWS_ACCESS_KEY_ID": "AKIADELEGATED0000001", "AWS_SECRET_ACCESS_KEY": "secret"}
    inner = seed.create_zone("shop.example.com", env=other)
    servers = seed.client("route53", other).get_hosted_zone(Id=inner)["DelegationSet"]["NameServers"]
    seed.create_record(zone, "shop.example.com", "NS", [f"{server}." for server in servers])
    keys = {"access_key": "AKIADELEGATED0000001", "secret_key": "secret"}
    names = ["www.shop.example.com", "example.com"]
    done = ask(domains=names, dns_delegations=[{"zone": "shop.example.com", "dns_aws": keys}])
    assert done.result["issued"]
    assert [len(cnames(zone)), len(cnames(inner, other))] == [1, 1]


def test_a_name_that_is_a_cname_to_its_distribution_is_proven_in_its_own_zone(control: Control, zone: str) -> None:
    seed.create_record(zone, "www.example.com", "CNAME", ["d111111abcdef8.cloudfront.net"])
    assert ask(domains=["www.example.com"]).result["issued"]


def test_a_record_that_stands_already_is_adopted_also_without_its_underscore(control: Control, zone: str) -> None:
    first = ask(wait_timeout=30, validation="export")
    record = first.result["records"][0]
    seed.create_record(zone, record["name"], "CNAME", [record["value"].removeprefix("_")])
    done = ask()
    assert (done.changed, done.result["issued"]) == (False, True)
    assert control.counts("route53")["ChangeResourceRecordSets"] == 1


def test_a_record_with_another_value_is_corrected(control: Control, zone: str) -> None:
    record = ask(wait_timeout=30, validation="export").result["records"][0]
    seed.create_record(zone, record["name"], "CNAME", ["elsewhere.example.org"])
    assert ask().result["steps"] == ["records"]
    assert [value.rstrip(".") for value in cnames(zone).values()] == [record["value"]]


@pytest.mark.parametrize("is_right", [True, False])
def test_a_weighted_record_counts_if_it_is_right_and_is_refused_if_not(
    control: Control, zone: str, is_right: bool
) -> None:
    record = ask(wait_timeout=30, validation="export").result["records"][0]
    weighted = {
        "Name": record["name"],
        "Type": "CNAME",
        "TTL": 300,
        "SetIdentifier": "SaaS For SSL",
        "Weight": 100,
        "ResourceRecords": [{"Value": record["value"] if is_right else "elsewhere.example.org"}],
    }
    changes = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": weighted}]}
    seed.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch=changes)
    if is_right:
        assert ask().result["issued"]
    else:
        with pytest.raises(RefusedError, match="weighted or otherwise routed"):
            ask()


def test_without_a_zone_nothing_is_requested(control: Control) -> None:
    with pytest.raises(ConfigError, match="has no public hosted zone"):
        ask()
    assert control.counts("acm")["RequestCertificate"] == 0


def test_a_caa_record_of_another_ca_stops_the_request_in_advance(control: Control, zone: str) -> None:
    allow(zone, "letsencrypt.org")
    with pytest.raises(RefusedError, match=r"may not issue .* CAA records of example\.com"):
        ask()
    assert control.counts("acm")["RequestCertificate"] == 0


def test_what_acm_refused_is_asked_for_again_only_when_the_user_says_so(control: Control, zone: str) -> None:
    control.set(acm_issue_seconds=600)
    ask(wait_timeout=60)
    allow(zone, "letsencrypt.org")
    control.advance(600)
    with pytest.raises(RefusedError, match=r"a CAA record of a name forbids.*set retry, or wait until"):
        ask()
    assert control.counts("acm")["RequestCertificate"] == 1
    allow(zone, "amazon.com")
    assert ask(retry=True).result["state"] == "pending"
    assert control.counts("acm")["RequestCertificate"] == 2


def test_a_refusal_while_a_run_waits_is_a_failure_that_says_what_to_do(control: Control, zone: str) -> None:
    control.set(acm_issue_seconds=600)
    ask(wait_timeout=60)
    allow(zone, "letsencrypt.org")
    done = ask(wait_timeout=1200)
    assert done.result["state"] == "failed"
    assert "CAA_ERROR" in str(done.failure)


def test_a_request_that_nobody_validated_is_dead_after_three_days_and_made_anew(control: Control, zone: str) -> None:
    first = ask(validation="export", wait_timeout=30)
    control.advance(73 * HOUR)
    done = ask(certificate_arn=first.result["certificate_arn"])
    assert done.result["steps"] == ["request", "records"]
    assert done.result["certificate_arn"] != first.result["certificate_arn"]


def test_export_hands_out_the_records_and_waits_only_once_they_are_visible(
    control: Control, zone: str, tmp_path: Path
) -> None:
    target = tmp_path / "records.zone"
    before = control.now()
    first = ask(validation="export", records_file=str(target))
    assert control.now() - before < 60
    assert first.result["steps"] == ["request", "file"]
    (record,) = first.result["records"]
    assert record["visible"] is False
    assert target.read_text() == f"{record['name']}. 300 IN CNAME {record['value']}.\n"
    assert not ask(validation="export", records_file=str(target)).changed
    assert cnames(zone) == {}
    seed.create_record(zone, record["name"], "CNAME", [record["value"]])
    assert ask(validation="export", records_file=str(target)).result["issued"]


def test_an_exportable_certificate_says_its_cost_and_is_requested_only_when_that_is_accepted(
    control: Control, zone: str
) -> None:
    given = {"exportable": True, "project": "webapp", "archive": "file:///nonexistent"}
    with pytest.raises(ConfigError, match="these 2 names costs 86 USD"):
        ask(**given)
    assert not control.calls("acm")
    planned = ask(check_mode=True, **given)
    assert planned.result["cost_usd"] == 86
    assert "costs 86 USD" in planned.result["reason"]


def test_an_exportable_certificate_is_archived_and_stored_wherever_a_bundle_is(
    control: Control, zone: str, tmp_path: Path
) -> None:
    given = {"exportable": True, "cost_accepted": True, "project": "webapp", "archive": f"file://{tmp_path}"}
    done = ask(**given)
    assert done.result["steps"] == ["request", "records", "export"]
    again = ask(**given)
    assert (again.changed, again.result["bundle"]) == (False, done.result["bundle"])
    bundle = bundles.read(done.result["bundle"]["uri"])
    assert "ENCRYPTED" not in bundle.privkey
    assert bundle.privkey.splitlines()[1] not in repr(done)
    stored = run(iam_server_cert, name="webapp", region="cn-north-1", bundle=done.result["bundle"])
    assert stored.result["arn"].startswith("arn:aws-cn:iam::")
    control.renewal_due(done.result["certificate_arn"])
    renewed = ask(**given)
    assert renewed.result["steps"] == ["export"]
    assert renewed.result["certificate_arn"] == done.result["certificate_arn"]
    assert renewed.result["bundle"]["serial"] != done.result["bundle"]["serial"]


BAD = {
    "China": ({"region": "cn-north-1"}, "CloudFront in China"),
    "no names": ({"domains": []}, "list at least one domain name"),
    "101 names": ({"domains": [f"n{number}.example.com" for number in range(101)]}, "at most 100"),
    "AWS's own": ({"domains": ["d111.cloudfront.net"]}, "belongs to AWS"),
    "too long": ({"domains": ["a" * 60 + ".example.com"]}, "at most 64 characters"),
    "ARN elsewhere": ({"certificate_arn": "arn:aws:acm:eu-west-1:123456789012:certificate/1"}, "is in eu-west-1"),
    "negative": ({"wait_timeout": -1}, "is negative"),
    "tags": ({"tags": {"aws:x": ""}}, "tags: the key"),
    "zone": ({"zone_id": "example.com"}, "zone_id"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_before_any_call(control: Control, case: str) -> None:
    params, why = BAD[case]
    with pytest.raises(ConfigError, match=why):
        ask(**params)
    assert not control.calls()


def test_more_names_than_the_usual_quota_are_warned_of_in_advance(control: Control, zone: str) -> None:
    control.set(acm_names_quota=100)
    names = [f"n{number}.example.com" for number in range(11)]
    assert "ACM refuses more than 10" in ask(check_mode=True, domains=names).warnings[0]
    done = ask(domains=names)
    assert done.result["issued"]
    assert len(cnames(zone)) == 11


def test_as_ansible_runs_it(ansible: t.Any, control: Control, zone: str) -> None:
    arguments = {"domains": NAMES, "tags": TAGS, "wait_timeout": 0, "route53_calls_per_second": 0}
    checked, predicted = ansible.module("acm_cert_request", arguments, check=True)
    done, result = ansible.module("acm_cert_request", arguments)
    assert (predicted["changed"], result["changed"]) == (True, True), checked.output + done.output
    assert result["state"] == "pending"
    assert acm().describe_certificate(CertificateArn=result["certificate_arn"])
    assert permissions.ACCOUNT in result["certificate_arn"]
