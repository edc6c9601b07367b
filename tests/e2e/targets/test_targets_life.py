# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One project whose certificate is served by distributions, tenants, listeners and an API domain: renewed with one
command, while clients of each place see one of its certificates at any time."""

from __future__ import annotations

import hashlib
import socket
import ssl
import threading
import typing as t

import pytest
from e2e import acm_certs
from e2e.life import Life
from playbook_runs.runs import Ansible
from sandbox import seed, seed_targets
from sandbox.control import Control
from sandbox.process import SandboxProcess

pytestmark = pytest.mark.slow
REGIONS = ("us-east-1", "eu-west-1")
READING = ("Get", "List", "Describe", "directory", "newNonce")
WWW, API, TENANT = "www.example.com", "api.example.com", "tenant.example.com"


@pytest.fixture
def life(ansible: Ansible, control: Control, sandbox: SandboxProcess) -> Life:
    """A project in ACM with all kinds of targets, without notification."""
    found = Life(ansible, control, sandbox.env(), sandbox.env())
    found.variables.update(
        project_sns_topic="",
        project_certificate_store="acm",
        project_targets=["cloudfront", "elb", "apigateway"],
    )
    return found


class Places:
    """Where the certificate of a project is served, bound to its first one."""

    def __init__(self, life: Life, control: Control, first: str) -> None:
        self.control, self.edge = control, life.env["CERTOPS_EDGE_ADDRESS"]
        self.other = seed.create_distribution(["other.example.com"], first)
        self.shared = seed_targets.create_multi_tenant_distribution(first)
        self.inheriting = seed_targets.create_tenant(self.shared, ["inherits.example.com"])
        self.tenant = seed_targets.create_tenant(self.shared, [TENANT], first)
        self.listener = seed_targets.create_listener("web", [first, first])
        self.port = seed_targets.create_classic_listener("classic", first)
        self.domain = seed_targets.create_api_domain(API, first)

    def addresses(self) -> dict[str, tuple[str, str]]:
        """Address and name of each place where a client may ask."""
        classic = next(one for one in self.control.endpoints() if one["service"] == "elb")["address"]
        return {
            "distribution": (self.edge, WWW),
            "tenant": (self.edge, TENANT),
            "inheriting": (self.edge, "inherits.example.com"),
            "default": (self.control.address(self.listener), ""),
            "sni": (self.control.address(self.listener), WWW),
            "classic": (classic, WWW),
            "domain": (self.control.address(self.domain), API),
        }

    def certificates(self) -> dict[str, set[str]]:
        """The ARNs in each place, as AWS shows them."""
        cloudfront, elb = seed.client("cloudfront"), seed.client("elbv2")
        tenant = cloudfront.get_distribution_tenant(Identifier=self.tenant)["DistributionTenant"]
        listed = elb.describe_listener_certificates(ListenerArn=self.listener)["Certificates"]
        classic = seed.client("elb").describe_load_balancers(LoadBalancerNames=["classic"])
        port = classic["LoadBalancerDescriptions"][0]["ListenerDescriptions"][0]["Listener"]
        domain = seed.client("apigateway").get_domain_name(domainName=API)
        return {
            "distribution": {_viewer(cloudfront, self.other)},
            "shared": {_viewer(cloudfront, self.shared)},
            "tenant": {tenant["Customizations"]["Certificate"]["Arn"]},
            "default": {one["CertificateArn"] for one in listed if one["IsDefault"]},
            "sni": {one["CertificateArn"] for one in listed if not one["IsDefault"]},
            "classic": {port["SSLCertificateId"]},
            "domain": {domain["regionalCertificateArn"]},
        }


def _viewer(cloudfront: t.Any, distribution: str) -> str:
    config = cloudfront.get_distribution_config(Id=distribution)["DistributionConfig"]
    return str(config["ViewerCertificate"]["ACMCertificateArn"])


def served(address: tuple[str, str]) -> str:
    """SHA-256 of what a client gets there."""
    (host, _colon, port), name = address[0].rpartition(":"), address[1]
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((host, int(port)), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname=name or None) as connection,
    ):
        return hashlib.sha256(connection.getpeercert(True) or b"").hexdigest()


class Clients(threading.Thread):
    """Clients of all places, again and again: what each got, and what went wrong."""

    def __init__(self, addresses: dict[str, tuple[str, str]]) -> None:
        super().__init__(daemon=True)
        self.addresses, self.over = addresses, threading.Event()
        self.seen: dict[str, list[str]] = {name: [] for name in addresses}

    def run(self) -> None:
        while not self.over.wait(0.05):
            for name, address in self.addresses.items():
                try:
                    self.seen[name].append(served(address))
                except OSError as exc:
                    self.seen[name].append(f"failed: {exc}")

    def stop(self) -> dict[str, list[str]]:
        self.over.set()
        self.join()
        return {name: list(dict.fromkeys(seen)) for name, seen in self.seen.items()}


def certificate(life: Life) -> dict[str, t.Any]:
    return dict(life.document()["certificate"])


def test_one_command_renews_every_place_and_no_client_sees_anything_else(life: Life, control: Control) -> None:
    life.play("create").succeeded()
    first = certificate(life)
    places = Places(life, control, first["arn"])
    assert life.play("create").succeeded().changed == 0
    clients = Clients(places.addresses())
    clients.start()
    life.play("reissue").succeeded()
    seen, second = clients.stop(), certificate(life)
    assert places.certificates() == {key: {second["arn"]} for key in places.certificates()}
    known = {first["fingerprint_sha256"], second["fingerprint_sha256"]}
    assert {name: set(found) - known for name, found in seen.items()} == {key: set() for key in seen}
    assert {served(address) for address in places.addresses().values()} == {second["fingerprint_sha256"]}
    last_run = life.document()["last_run"]
    assert last_run["Update_Targets_Status"] == [
        {places.listener: "Success"},
        {places.port: "Success"},
        {API: "Success"},
    ]
    assert set(last_run["Matched_CloudFront"]["ID_LIST"]) >= {places.other, places.shared, places.tenant}
    assert life.play("create").succeeded().changed == 0
    # the former one is kept while ACM still believes in its users, and deleted by a run after that
    control.advance(3600)
    life.play("cleanup").succeeded()
    assert acm_certs.arns() == {second["arn"]}


def test_check_mode_tells_what_would_change_and_a_rollback_takes_all_places_back(life: Life, control: Control) -> None:
    life.play("create").succeeded()
    first = certificate(life)
    places = Places(life, control, first["arn"])
    before = places.certificates()
    rehearsed = life.play("reissue", "--check", project_keep_previous=1).succeeded()
    assert (places.certificates(), bool(rehearsed.changed)) == (before, True)
    life.play("reissue", project_keep_previous=1).succeeded()
    assert places.certificates() != before
    life.play("rollback").succeeded()
    assert places.certificates() == before


def test_a_listener_that_fails_keeps_the_old_certificate_and_the_next_run_finishes(
    life: Life, control: Control
) -> None:
    life.play("create").succeeded()
    first = certificate(life)
    places = Places(life, control, first["arn"])
    control.fault("elbv2", "ModifyListener", "access_denied")
    failed = life.play("reissue").failed()
    second = certificate(life)
    assert "ModifyListener" in failed.output
    assert places.certificates()["distribution"] == {second["arn"]}, "the others are bound in any case"
    assert first["arn"] in acm_certs.arns()
    assert life.document()["journal"]["phase"] != "done"
    life.play("renew").succeeded()
    assert places.certificates() == {key: {second["arn"]} for key in places.certificates()}
    assert life.document()["journal"]["phase"] == "done"


def test_an_older_certificate_on_a_listener_is_found_by_the_plan_and_by_the_doctor(
    life: Life, control: Control
) -> None:
    life.play("create").succeeded()
    first = certificate(life)
    places = Places(life, control, first["arn"])
    life.play("reissue", project_keep_previous=1).succeeded()
    second = certificate(life)
    control.clear_calls()
    assert life.play("renew").succeeded().changed == 0
    assert "elbv2" not in control.counts(), "nothing hints at a listener, so none is listed"
    assert "TARGET" not in life.play("doctor").succeeded().output
    # somebody sets the old one again
    seed.client("elbv2").modify_listener(ListenerArn=places.listener, Certificates=[{"CertificateArn": first["arn"]}])
    examined = " ".join(life.play("doctor").succeeded().output.split())
    assert f"TARGET_ASTRAY {places.listener}: it still uses an older certificate, {first['arn']}" in examined
    planned = " ".join(life.play("renew", "--check").succeeded().output.split())
    assert f"{places.listener} does not use the certificate of the project" in planned
    assert life.play("renew").succeeded().changed
    assert places.certificates()["default"] == {second["arn"]}
    assert life.play("renew").succeeded().changed == 0


def test_what_a_stack_owns_is_named_by_the_plan_and_by_the_doctor_with_the_ways_out(
    life: Life, control: Control
) -> None:
    life.variables.update(project_targets=["cloudfront", "elb"])
    life.play("create").succeeded()
    listener = seed_targets.create_listener("web", [certificate(life)["arn"]])
    life.play("reissue").succeeded()
    balancer = listener.replace(":listener/", ":loadbalancer/").rpartition("/")[0]
    seed.client("elbv2").add_tags(ResourceArns=[balancer], Tags=[{"Key": "ManagedBy", "Value": "terraform"}])
    stood = [["Site", "AWS::CloudFront::Distribution", life.distribution]]
    control.stack("us-east-1", "web-stack", resources=stood)
    examined = " ".join(life.play("doctor").succeeded().output.split())
    assert f"OWNED_ELSEWHERE {life.distribution}: its tags say that it belongs to the CloudFormation stack" in examined
    assert f"OWNED_ELSEWHERE {listener}: its tags say that it belongs to Terraform" in examined
    assert "ignore_changes in Terraform" in examined
    control.set(acme_renewal_due=True)
    planned = " ".join(life.play("renew", "--check").succeeded().output.split())
    assert f"{life.distribution} (the CloudFormation stack 'web-stack')" in planned
    assert f"{balancer} (Terraform)" in planned
    # one project that is named finds out by itself, before it changes anything and when it does; a reissue costs no
    # call more for it
    more = [*life.variables["project_domains"], "one.more.example.com"]
    for playbook, arguments, changed in (("reissue", ["--check"], {}), ("create", [], {"project_domains": more})):
        control.clear_calls()
        told = " ".join(life.play(playbook, *arguments, **changed).succeeded().output.split())
        assert f"{life.distribution} (the CloudFormation stack 'web-stack'), {balancer} (Terraform) have owners" in told
        assert "docs/infrastructure-as-code.md" in told
        assert control.counts("resourcegroupstaggingapi") == {
            "GetResources": 2 if balancer.split(":")[3] != "us-east-1" else 1
        }
    control.clear_calls()
    assert "have owners" not in life.play("reissue").succeeded().output
    assert control.counts("resourcegroupstaggingapi") == {}
    control.fault("resourcegroupstaggingapi", "GetResources", "access_denied", count=100)
    assert "have owners" not in life.play("reissue", "--check").succeeded().output
    control.clear_faults()
    # a parameter, or an ARN that stays, keeps templates true
    published = "ssm:/certops/webapp/certificate"
    life.play("create", project_publish=published).succeeded()
    assert "OWNED_ELSEWHERE" not in life.play("doctor").succeeded().output
    assert "whose next update" not in life.play("renew", "--check").succeeded().output
    assert "whose next update" not in life.play("reissue", project_publish=published).succeeded().output


def test_a_load_balancer_takes_the_certificate_of_iam_that_distributions_use(life: Life, control: Control) -> None:
    life.variables.update(project_certificate_store="iam", project_targets=["cloudfront", "elb"])
    life.play("create").succeeded()
    first = certificate(life)
    listener = seed_targets.create_listener("web", [first["arn"], first["arn"]])
    assert life.play("create").succeeded().changed == 0
    life.play("reissue").succeeded()
    listed = seed.client("elbv2").describe_listener_certificates(ListenerArn=listener)["Certificates"]
    second = certificate(life)
    assert {one["CertificateArn"] for one in listed} == {second["arn"]} != {first["arn"]}
    assert life.server_certificates() == [second["id"]]


def test_edge_optimised_domains_of_every_region_take_the_certificate_of_us_east_1(life: Life, control: Control) -> None:
    life.variables.update(project_targets=["cloudfront", "apigateway"], project_acm_regions=["eu-west-1"])
    life.play("create").succeeded()
    first = {copy["region"]: copy["arn"] for copy in certificate(life)["copies"]}
    seed_targets.create_api_domain("one.example.com", first["us-east-1"], kind="EDGE")
    seed_targets.create_api_domain("two.example.com", first["us-east-1"], kind="EDGE", region="eu-west-1")
    seed_targets.create_api_domain("three.example.com", first["eu-west-1"], region="eu-west-1")
    assert life.play("create").succeeded().changed == 0
    assert "TARGET" not in life.play("doctor").succeeded().output
    life.play("reissue", project_keep_previous=1).succeeded()
    second = {copy["region"]: copy["arn"] for copy in certificate(life)["copies"]}
    assert domains() == [second["us-east-1"], second["us-east-1"], second["eu-west-1"]]
    assert life.play("create", project_keep_previous=1).succeeded().changed == 0
    life.play("rollback").succeeded()
    assert domains() == [first["us-east-1"], first["us-east-1"], first["eu-west-1"]]


def domains() -> list[str]:
    """What the domains of that test have."""
    found = [("one", "us-east-1"), ("two", "eu-west-1"), ("three", "eu-west-1")]
    shown = [
        seed_targets._client("apigateway", None, region).get_domain_name(domainName=f"{name}.example.com")
        for name, region in found
    ]
    return [one.get("certificateArn") or one["regionalCertificateArn"] for one in shown]


def test_listed_domains_may_be_in_any_region_of_the_project(life: Life, control: Control) -> None:
    life.variables.update(
        project_targets=["apigateway"],
        project_acm_regions=["eu-west-1"],
        project_bind=["previous", "ids"],
        project_api_domains=["one.example.com", "two.example.com", "gone.example.com"],
    )
    foreign = {region: acm_certs.make(names=("*.example.com",)).imported(region) for region in REGIONS}
    seed_targets.create_api_domain("one.example.com", foreign["us-east-1"])
    seed_targets.create_api_domain("two.example.com", foreign["eu-west-1"], region="eu-west-1")
    control.clear_calls()
    refused = " ".join(life.play("create").failed().output.split())
    assert "gone.example.com does not exist in a region of the project" in refused
    assert not [call for call in control.calls() if not call["operation"].startswith(READING)], "nothing was ordered"
    life.variables["project_api_domains"] = ["one.example.com", "two.example.com"]
    life.play("create").succeeded()
    assert life.play("create").succeeded().changed == 0
    own = {copy["region"]: copy["arn"] for copy in certificate(life)["copies"]}
    for name, region in (("one", "us-east-1"), ("two", "eu-west-1")):
        found = seed_targets._client("apigateway", None, region).get_domain_name(domainName=f"{name}.example.com")
        assert found["regionalCertificateArn"] == own[region]


def test_what_cannot_be_bound_is_refused_before_anything_is_ordered(life: Life, control: Control) -> None:
    owner = seed.client("elbv2").create_load_balancer(Name="plain", Subnets=["subnet-0123456789abcdef0"])
    plain = seed.client("elbv2").create_listener(
        LoadBalancerArn=owner["LoadBalancers"][0]["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=seed_targets.FIXED_RESPONSE,
    )["Listeners"][0]["ListenerArn"]
    life.variables.update(
        project_bind=["ids"],
        project_listeners=[plain],
        project_distributions=["E1AAAAAAAAAAAA"],
        project_api_domains=["gone.example.com"],
    )
    control.clear_calls()
    refused = " ".join(life.play("create").failed().output.split())
    assert "is a listener of HTTP, which has no certificate" in refused
    assert "E1AAAAAAAAAAAA does not exist" in refused
    assert "gone.example.com does not exist" in refused
    assert not [call for call in control.calls() if not call["operation"].startswith(READING)]


def test_bad_input_is_refused_before_anything_is_called(life: Life, control: Control) -> None:
    control.clear_calls()
    life.variables.update(project_certificate_store="iam", project_listeners=["nonsense"])
    refused = " ".join(life.play("create").failed().output.split())
    assert "apigateway takes certificates of ACM only" in refused
    assert "'nonsense' is neither" in refused
    assert control.calls() == []
