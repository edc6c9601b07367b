# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listeners of load balancers against the strict sandbox: every place gets the certificate, and no client ever sees
another one."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError
from ansible_collections.certops.cloudfront.plugins.modules import elb_cert_bind
from e2e import acm_certs, in_process
from sandbox import seed, seed_targets
from sandbox.control import Control
from sandbox.process import SandboxProcess

CONTROLLER = {"Key": "elbv2.k8s.aws/cluster", "Value": "prod"}


def imported(*names: str, kind: str = "ecdsa_p256", region: str = "us-east-1") -> str:
    return acm_certs.make(kind, names or acm_certs.NAMES).imported(region)


def bind(new: str, *previous: str, check_mode: bool = False, **params: t.Any) -> Outcome:
    return in_process.run(elb_cert_bind, check_mode, certificate_arn=new, previous=list(previous), **params)


def elbv2(region: str = "us-east-1") -> t.Any:
    return seed_targets._client("elbv2", None, region)


def places(listener: str) -> list[tuple[str, bool]]:
    """The certificates of a listener, the default first."""
    found = elbv2(listener.split(":")[3]).describe_listener_certificates(ListenerArn=listener)["Certificates"]
    return [(one["CertificateArn"], one["IsDefault"]) for one in found]


def classic(listener: str) -> str:
    name, _colon, port = listener.rpartition(":")
    (found,) = seed.client("elb").describe_load_balancers(LoadBalancerNames=[name])["LoadBalancerDescriptions"]
    return next(
        str(one["Listener"]["SSLCertificateId"])
        for one in found["ListenerDescriptions"]
        if one["Listener"]["LoadBalancerPort"] == int(port)
    )


def statuses(outcome: Outcome) -> dict[str, str]:
    return {row["id"]: row["status"] for row in outcome.result["targets"]}


@pytest.fixture
def old(sandbox: SandboxProcess) -> str:
    return imported()


def test_check_do_again(control: Control, old: str) -> None:
    foreign = imported("shop.test")
    both = seed_targets.create_listener("both", [old, foreign, old])
    listed = seed_targets.create_listener("listed", [foreign, old], kind="network")
    port = seed_targets.create_classic_listener("classic", old)
    stranger = seed_targets.create_listener("stranger", [foreign])
    new = imported()
    predicted, done, again = bind(new, old, check_mode=True), bind(new, old), bind(new, old)
    assert statuses(predicted) == statuses(done) == dict.fromkeys([both, listed, port], "rebound"), done.failure
    assert statuses(again) == dict.fromkeys([both, listed, port], "already")
    assert (predicted.before, predicted.after) == (done.before, done.after)
    assert (done.changed, done.result["complete"], done.result["verified"], again.changed) == (True, True, True, False)
    assert places(both) == [(new, True), (foreign, False), (new, False)]
    assert places(listed) == [(foreign, True), (new, False)]
    assert (classic(port), places(stranger)) == (new, [(foreign, True)])
    assert done.result["records"]["Update_Targets_Status"][0] == {both: "Success"}


def test_the_new_one_is_added_before_the_default_is_switched_and_the_old_one_is_removed_last(
    control: Control, old: str
) -> None:
    seed_targets.create_listener("web", [old, old])
    new = imported()
    control.clear_calls()
    bind(new, old)
    changes = [call["operation"] for call in control.calls() if "Describe" not in call["operation"]]
    assert [name for name in changes if name.endswith(("Listener", "Certificates")) and "List" in name] == [
        "AddListenerCertificates",
        "ModifyListener",
        "RemoveListenerCertificates",
    ]


@pytest.mark.parametrize("operation", ["AddListenerCertificates", "ModifyListener", "RemoveListenerCertificates"])
def test_a_run_that_ends_between_two_changes_is_finished_by_the_next(
    control: Control, old: str, operation: str
) -> None:
    listener = seed_targets.create_listener("web", [old, old])
    new = imported()
    control.fault("elbv2", operation, "access_denied")
    failed = bind(new, old)
    assert (statuses(failed), failed.result["complete"]) == ({listener: "failed"}, False)
    done = bind(new, old)
    assert (statuses(done), places(listener)) == ({listener: "rebound"}, [(new, True), (new, False)])


@pytest.mark.parametrize("operation", ["AddListenerCertificates", "ModifyListener", "RemoveListenerCertificates"])
def test_a_lost_answer_changes_nothing_about_the_end(control: Control, old: str, operation: str) -> None:
    listener = seed_targets.create_listener("web", [old, old])
    new = imported()
    control.fault("elbv2", operation, "reset", when="after")
    done = bind(new, old)
    assert (statuses(done), places(listener)) == ({listener: "rebound"}, [(new, True), (new, False)])


def test_a_full_list_is_refused_with_advice_and_nothing_is_taken_out(control: Control, old: str) -> None:
    control.set(elb_certificate_quota=1)
    listener = seed_targets.create_listener("web", [imported("shop.test"), old])
    new = imported()
    before = places(listener)
    failed = bind(new, old)
    assert statuses(failed) == {listener: "failed"}
    assert "the list of certificates is full" in (failed.failure or "")
    assert "raise the quota" in (failed.failure or "")
    assert places(listener) == before


def test_load_balancers_of_a_kubernetes_controller_are_left_alone_unless_forced(control: Control, old: str) -> None:
    listener = seed_targets.create_listener("web", [old])
    owner = elbv2().describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
    elbv2().add_tags(ResourceArns=[owner], Tags=[CONTROLLER])
    new = imported()
    skipped = bind(new, old)
    assert (statuses(skipped), places(listener)) == ({listener: "skipped"}, [(old, True)])
    assert "belongs to a controller of Kubernetes" in skipped.warnings[0]
    assert statuses(bind(new, old, force=True)) == {listener: "rebound"}


def test_a_key_that_a_network_load_balancer_does_not_take_is_refused(control: Control, old: str) -> None:
    network = seed_targets.create_listener("net", [old], kind="network")
    application = seed_targets.create_listener("app", [old])
    new = imported(kind="rsa_4096")
    found = bind(new, old)
    assert statuses(found) == {network: "skipped", application: "rebound"}
    assert "does not take a key of type rsa_4096" in found.warnings[0]


def test_listeners_are_found_by_the_names_of_their_certificates(control: Control) -> None:
    other, wider = imported("www.example.com"), imported("example.com", "shop.test")
    default = seed_targets.create_listener("a", [other, imported("shop.test")])
    skipped = seed_targets.create_listener("b", [wider])
    seed_targets.create_listener("c", [imported("shop.test")])
    new = imported()
    found = bind(new, match=["aliases"])
    assert statuses(found) == {default: "rebound", skipped: "skipped"}
    assert "does not cover shop.test" in found.warnings[0]
    assert places(default)[0] == (new, True)


def test_listed_listeners_get_it_as_their_default(control: Control, old: str) -> None:
    listener = seed_targets.create_listener("web", [imported("shop.test")])
    port = seed_targets.create_classic_listener("classic", imported("shop.test"))
    seed_targets.create_listener("other", [old])
    new = imported()
    control.clear_calls()
    assert statuses(bind(new, match=["ids"], listeners=[listener, port])) == dict.fromkeys([listener, port], "rebound")
    assert control.counts("elbv2")["DescribeListeners"] == 1, "only load balancers of listed listeners are looked at"
    assert (places(listener)[0], classic(port)) == ((new, True), new)


def test_bad_input_is_refused_with_all_problems_before_any_call(control: Control, old: str) -> None:
    foreign = "arn:aws:elasticloadbalancing:eu-west-1:999999999999:listener/net/a/1/2"
    given = {"arn": old, "domains": ["example.com"], "key_type": "rsa_4096", "not_after": "2020-01-01T00:00:00Z"}
    control.clear_calls()
    with pytest.raises(ConfigError) as caught:
        in_process.run(
            elb_cert_bind, certificate=given, match=["ids"], listeners=[foreign, "x", "y:z"], wait_timeout=-1
        )
    found = " ".join(caught.value.problems)
    for expected in (
        "is in eu-west-1, but this run is about us-east-1",
        "does not take a key of type rsa_4096",
        "in the account 999999999999",
        "'x' is neither",
        "'y:z' is neither",
        "expired",
        "wait_timeout",
    ):
        assert expected in found
    with pytest.raises(ConfigError, match="is in eu-west-1; this run is about us-east-1"):
        bind("arn:aws:acm:eu-west-1:123456789012:certificate/1", old)
    with pytest.raises(ConfigError, match="not the ARN of a certificate"):
        bind("arn:aws:s3:::bucket", old)
    assert control.calls() == []


def test_a_listener_without_tls_and_one_that_does_not_exist_are_refused(control: Control, old: str) -> None:
    owner = elbv2().create_load_balancer(Name="plain", Subnets=["subnet-0123456789abcdef0"])["LoadBalancers"][0]
    plain = elbv2().create_listener(
        LoadBalancerArn=owner["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=seed_targets.FIXED_RESPONSE
    )["Listeners"][0]["ListenerArn"]
    with pytest.raises(ConfigError, match="is a listener of HTTP, which has no certificate"):
        bind(old, match=["ids"], listeners=[plain])
    with pytest.raises(ConfigError, match="gone:443 does not exist here"):
        bind(old, match=["ids"], listeners=["gone:443"])
    with pytest.raises(ConfigError, match="does not exist, or is not issued"):
        bind(old[:-1] + ("0" if old[-1] != "0" else "1"), old)


def test_only_load_balancers_with_the_tags_are_looked_at(control: Control, old: str) -> None:
    ours, other = (seed_targets.create_listener(name, [old]) for name in ("ours", "other"))
    port = seed_targets.create_classic_listener("classic", old)
    owner = ours.replace(":listener/", ":loadbalancer/").rpartition("/")[0]
    elbv2().add_tags(ResourceArns=[owner], Tags=[{"Key": "team", "Value": "web"}])
    seed.client("elb").add_tags(LoadBalancerNames=["classic"], Tags=[{"Key": "team", "Value": "web"}])
    control.clear_calls()
    assert statuses(bind(imported(), old, match_tags={"team": "web"})) == dict.fromkeys([ours, port], "rebound")
    assert control.counts("elbv2")["DescribeListeners"] == 1
    assert places(other) == [(old, True)]


def test_what_is_not_served_goes_back_to_what_it_had(control: Control, old: str) -> None:
    listener = seed_targets.create_listener("web", [old, old])
    made = acm_certs.make()
    new, before = made.imported(), places(listener)
    control.set(elb_propagation_seconds=10_000)
    probed = {"verify": "tls", "edge_address": control.address(listener)}
    failed = bind(new, old, **probed)
    assert statuses(failed) == {listener: "rolled_back"}
    assert f"what it had before ({old}) was put back" in (failed.failure or "")
    assert places(listener) == before
    control.set(elb_propagation_seconds=30)
    control.advance(20_000)
    done = bind(new, old, **probed)
    assert (statuses(done), done.result["verified"]) == ({listener: "rebound"}, True)
    assert places(listener) == [(new, True), (new, False)]


def test_a_client_sees_one_of_the_two_certificates_at_any_time(control: Control, old: str) -> None:
    listener = seed_targets.create_listener("web", [old, old])
    made = acm_certs.make()
    new = made.imported()
    control.fault("elbv2", "RemoveListenerCertificates", "access_denied", count=9)
    probed = {"verify": "tls", "edge_address": control.address(listener)}
    assert statuses(bind(new, old, **probed)) == {listener: "failed"}
    assert places(listener) == [(new, True), (old, False), (new, False)]


def test_in_china_with_a_certificate_of_iam(control: Control, sandbox: SandboxProcess) -> None:
    control.set(check_signing_region=True)
    env = sandbox.env("cn-north-1")
    iam = seed.client("iam", env)

    def upload(name: str) -> str:
        seed.upload_certificate(name, ["www.example.cn"], env)
        return str(
            iam.get_server_certificate(ServerCertificateName=name)["ServerCertificate"]["ServerCertificateMetadata"][
                "Arn"
            ]
        )

    former, new = upload("old"), upload("new")
    listener = seed_targets.create_listener("web", [former], env=env, region="cn-north-1")
    found = bind(new, former, region="cn-north-1")
    assert (statuses(found), new.split(":")[1]) == ({listener: "rebound"}, "aws-cn")
    acm = imported("www.example.cn", region="cn-north-1")
    identity = iam.get_server_certificate(ServerCertificateName="new")["ServerCertificate"]["ServerCertificateMetadata"]
    assert statuses(bind(acm, identity["ServerCertificateId"], region="cn-north-1")) == {listener: "rebound"}


def test_the_copy_of_the_region_is_bound(control: Control) -> None:
    old, new = imported(region="eu-west-1"), imported(region="eu-west-1")
    listener = seed_targets.create_listener("web", [old], region="eu-west-1")
    copies = [{"region": "us-east-1", "arn": imported()}, {"region": "eu-west-1", "arn": new}]
    given = {"arn": copies[0]["arn"], "copies": copies, "domains": list(acm_certs.NAMES), "key_type": "ecdsa_p256"}
    found = in_process.run(elb_cert_bind, certificate=given, previous=[old], region="eu-west-1")
    assert (statuses(found), places(listener)) == ({listener: "rebound"}, [(new, True)])


def test_a_second_run_looks_once(control: Control, old: str) -> None:
    seed_targets.create_listener("web", [old, old])
    control.clear_calls()
    assert not bind(old, imported()).changed
    assert control.counts("elbv2") == {
        "DescribeLoadBalancers": 1,
        "DescribeListeners": 1,
        "DescribeTags": 1,
        "DescribeListenerCertificates": 1,
    }


def test_a_planned_certificate_is_predicted(control: Control, old: str) -> None:
    listener = seed_targets.create_listener("web", [old])
    given = {"certificate": {"arn": None, "domains": list(acm_certs.NAMES), "key_type": "ecdsa_p256"}}
    found = in_process.run(elb_cert_bind, True, previous=[old], **given)
    assert (statuses(found), found.after) == ({listener: "rebound"}, {listener: {"default": ["(known after import)"]}})
    with pytest.raises(ConfigError, match="only planned"):
        in_process.run(elb_cert_bind, previous=[old], **given)


def test_a_listing_that_fails_is_never_no_match(control: Control, old: str) -> None:
    seed_targets.create_listener("web", [old])
    control.fault("elbv2", "DescribeListeners", "access_denied")
    failed = bind(imported(), old)
    assert (failed.changed, failed.result["complete"]) == (False, False)
    assert "the search for targets failed" in (failed.failure or "")
