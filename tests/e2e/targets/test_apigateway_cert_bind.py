# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Custom domain names of API Gateway against the strict sandbox: one change in half a minute, and only the certificate
changes."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError
from ansible_collections.certops.cloudfront.plugins.modules import acm_cert, apigateway_cert_bind
from e2e import acm_certs, in_process
from sandbox import seed, seed_targets
from sandbox.control import Control
from sandbox.process import SandboxProcess

NAMES = ("api.example.com", "www.example.com")


def imported(*names: str, kind: str = "ecdsa_p256", region: str = "us-east-1") -> str:
    return acm_certs.make(kind, names or acm_certs.NAMES).imported(region)


def bind(new: str, *previous: str, check_mode: bool = False, **params: t.Any) -> Outcome:
    return in_process.run(apigateway_cert_bind, check_mode, certificate_arn=new, previous=list(previous), **params)


def domain(name: str, region: str = "us-east-1") -> dict[str, t.Any]:
    found = seed_targets._client("apigateway", None, region).get_domain_name(domainName=name)
    return {key: value for key, value in found.items() if key not in ("ResponseMetadata", "certificateUploadDate")}


def statuses(outcome: Outcome) -> dict[str, str]:
    return {row["id"]: row["status"] for row in outcome.result["targets"]}


@pytest.fixture
def old(sandbox: SandboxProcess) -> str:
    return imported()


def test_check_do_again(control: Control, old: str) -> None:
    foreign = imported("shop.example.org")
    for name in NAMES:
        seed_targets.create_api_domain(name, old, kind="EDGE" if name.startswith("www") else "REGIONAL")
    seed_targets.create_api_domain("shop.example.org", foreign)
    before, new = {name: domain(name) for name in NAMES}, imported()
    predicted, done, again = bind(new, old, check_mode=True), bind(new, old), bind(new, old)
    assert statuses(predicted) == statuses(done) == dict.fromkeys(NAMES, "rebound"), done.failure
    assert statuses(again) == dict.fromkeys(NAMES, "already")
    assert (predicted.before, predicted.after) == (done.before, done.after)
    assert (done.changed, done.result["complete"], done.result["verified"], again.changed) == (True, True, True, False)
    changed = {"api.example.com": "regionalCertificateArn", "www.example.com": "certificateArn"}
    for name, member in changed.items():
        assert domain(name) == {**before[name], member: new}
    assert domain("shop.example.org")["regionalCertificateArn"] == foreign


def test_changes_keep_the_pace_and_are_not_tried_in_vain(control: Control, old: str) -> None:
    names = [f"a{number}.example.com" for number in range(4)]
    for name in names:
        seed_targets.create_api_domain(name, old)
    new = imported()
    control.clear_calls()
    assert statuses(bind(new, old)) == dict.fromkeys(names, "rebound")
    updates = [call for call in control.calls() if call["operation"] == "UpdateDomainName"]
    assert ([call["error"] for call in updates], len(updates)) == ([None] * 4, 4)


def test_a_change_of_somebody_else_is_waited_for(control: Control, old: str) -> None:
    seed_targets.create_api_domain("api.example.com", old)
    new, other = imported(), imported()
    path = [{"op": "replace", "path": "/regionalCertificateArn", "value": other}]
    seed.client("apigateway").update_domain_name(domainName="api.example.com", patchOperations=path)
    assert statuses(bind(new, other)) == {"api.example.com": "rebound"}


def test_domains_are_found_by_their_names(control: Control) -> None:
    seed_targets.create_api_domain("api.example.com", imported("api.example.com"))
    seed_targets.create_api_domain("api.example.org", imported("api.example.org"))
    new = imported()
    assert statuses(bind(new, match=["aliases"])) == {"api.example.com": "rebound"}


def test_a_listed_domain_whose_name_is_not_covered_is_skipped(control: Control) -> None:
    seed_targets.create_api_domain("api.example.org", imported("api.example.org"))
    found = bind(imported(), match=["ids"], api_domains=["API.example.org"])
    assert statuses(found) == {"api.example.org": "skipped"}
    assert "does not cover api.example.org" in found.warnings[0]
    with pytest.raises(ConfigError, match=r"gone\.example\.com does not exist here"):
        bind(imported(), match=["ids"], api_domains=["gone.example.com"])


def test_edge_domains_of_another_region_take_a_certificate_of_us_east_1(control: Control, old: str) -> None:
    regional = imported(region="eu-west-1")
    seed_targets.create_api_domain("www.example.com", old, kind="EDGE", region="eu-west-1")
    seed_targets.create_api_domain("api.example.com", regional, region="eu-west-1")
    new = imported()
    found = bind(new, old, regional, region="eu-west-1")
    assert statuses(found) == {"www.example.com": "rebound", "api.example.com": "skipped"}
    assert "takes certificates of ACM in eu-west-1 only" in found.warnings[0]
    found = bind(imported(region="eu-west-1"), regional, region="eu-west-1")
    assert statuses(found) == {"api.example.com": "rebound"}


def copied(*names: str) -> dict[str, t.Any]:
    """A certificate with a copy in each of two regions, as acm_cert returns it."""
    options = acm_certs.make(names=names or acm_certs.NAMES).options()
    found = in_process.run(acm_cert, regions=["eu-west-1"], **options).result["certificate"]
    return dict(found)


def test_of_a_certificate_with_copies_each_domain_gets_the_one_that_it_takes(control: Control) -> None:
    old, new = copied(), copied()
    former = {copy["region"]: copy["arn"] for copy in old["copies"]}
    wanted = {copy["region"]: copy["arn"] for copy in new["copies"]}
    edge = seed_targets.create_api_domain("www.example.com", former["us-east-1"], kind="EDGE", region="eu-west-1")
    seed_targets.create_api_domain("api.example.com", former["eu-west-1"], region="eu-west-1")
    given = {"certificate": new, "previous": list(former.values()), "region": "eu-west-1", "verify": "tls"}

    def bind_all(check_mode: bool = False, **more: t.Any) -> Outcome:
        return in_process.run(apigateway_cert_bind, check_mode, **given, **more)

    failed = bind_all(edge_address="127.0.0.1:1")
    assert set(statuses(failed).values()) == {"rolled_back"}, failed.failure
    assert domain("www.example.com", "eu-west-1")["certificateArn"] == former["us-east-1"]
    assert domain("api.example.com", "eu-west-1")["regionalCertificateArn"] == former["eu-west-1"]
    predicted = bind_all(check_mode=True, edge_address=control.address(edge))
    done = bind_all(edge_address=control.address(edge), match=["ids"], api_domains=["www.example.com"])
    assert statuses(done) == {"www.example.com": "rebound"}, done.failure
    assert done.result["verified"]
    assert predicted.after["www.example.com"] == done.after["www.example.com"] == {"edge": [wanted["us-east-1"]]}
    assert predicted.after["api.example.com"] == {"regional": [wanted["eu-west-1"]]}
    given["verify"] = "config"
    assert statuses(bind_all()) == {"www.example.com": "already", "api.example.com": "rebound"}
    assert domain("www.example.com", "eu-west-1")["certificateArn"] == wanted["us-east-1"]
    assert domain("api.example.com", "eu-west-1")["regionalCertificateArn"] == wanted["eu-west-1"]
    assert not bind_all().changed


def test_what_may_be_in_another_region_is_told_and_no_error(control: Control, old: str) -> None:
    seed_targets.create_api_domain("api.example.com", old)
    listed = ["api.example.com", "www.example.com"]
    found = bind(imported(), match=["ids"], api_domains=listed, in_another_region=True)
    assert statuses(found) == {"api.example.com": "rebound"}
    assert found.result["unknown"] == ["www.example.com"]


def test_a_key_that_a_domain_does_not_take_is_refused(control: Control, old: str) -> None:
    seed_targets.create_api_domain("api.example.com", old)
    found = bind(imported(kind="rsa_4096"), old)
    assert statuses(found) == {"api.example.com": "skipped"}
    assert "does not take a key of type rsa_4096" in found.warnings[0]


def test_bad_input_is_refused_before_any_call(control: Control, old: str) -> None:
    control.clear_calls()
    with pytest.raises(ConfigError, match="API Gateway takes certificates of ACM only"):
        bind("arn:aws:iam::123456789012:server-certificate/cloudfront/x", old)
    with pytest.raises(ConfigError, match="is in eu-west-1; this run is about us-east-1"):
        bind("arn:aws:acm:eu-west-1:123456789012:certificate/1", old)
    with pytest.raises(ConfigError, match=r"this run is about cn-north-1$"):
        bind("arn:aws:acm:us-east-1:123456789012:certificate/1", old, region="cn-north-1")
    with pytest.raises(ConfigError, match="api_domains"):
        bind(old, match=["ids"])
    assert control.calls() == []


def test_only_domains_with_the_tags_are_found(control: Control, old: str) -> None:
    arn = seed_targets.create_api_domain("api.example.com", old)
    seed_targets.create_api_domain("www.example.com", old)
    seed.client("apigateway").tag_resource(resourceArn=arn, tags={"team": "web"})
    assert statuses(bind(imported(), old, match_tags={"team": "web"})) == {"api.example.com": "rebound"}


def test_what_is_not_served_goes_back_to_what_it_had(control: Control, old: str) -> None:
    arn = seed_targets.create_api_domain("api.example.com", old)
    seed_targets.create_api_domain("www.example.com", imported())
    new = imported()
    wrong = {"verify": "tls", "edge_address": "127.0.0.1:1"}
    failed = bind(new, old, **wrong)
    assert statuses(failed) == {"api.example.com": "rolled_back"}, failed.failure
    assert domain("api.example.com")["regionalCertificateArn"] == old
    done = bind(new, old, verify="tls", edge_address=control.address(arn))
    assert (statuses(done), done.result["verified"]) == ({"api.example.com": "rebound"}, True)


@pytest.mark.parametrize("kind", ["reset", "throttled"])
def test_a_change_whose_answer_got_lost_or_that_was_throttled(control: Control, old: str, kind: str) -> None:
    seed_targets.create_api_domain("api.example.com", old)
    control.fault("apigateway", "UpdateDomainName", kind, when="after" if kind == "reset" else "before")
    done = bind(imported(), old)
    assert (statuses(done), done.changed) == ({"api.example.com": "rebound"}, True)
