# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every place that serves a certificate, on the sandbox as a whole: what a client gets that connects to it."""

from __future__ import annotations

import socket
import ssl

import pytest
from cryptography import x509
from sandbox import seed, seed_targets

NAME = "www.example.com"


@pytest.fixture
def place(sandbox):
    """Certificates of the sandbox: `place("www.example.com")` is the ARN of a new one."""
    return lambda *names: seed_targets.import_certificate(names or (NAME,), env=sandbox.env())


def serial(address, name=NAME):
    """The serial number of what is served at an address."""
    host, port = address.split(":")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((host, int(port)), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname=name) as connection,
    ):
        return x509.load_der_x509_certificate(connection.getpeercert(True)).serial_number


def stored(sandbox, arn):
    found = seed.client("acm", sandbox.env()).describe_certificate(CertificateArn=arn)["Certificate"]
    return int(found["Serial"].replace(":", ""), 16)


def test_each_place_has_an_address_of_its_own(sandbox, control, place):
    balanced, classic, domain = place(), place(), place()
    listener = seed_targets.create_listener("a", [balanced], env=sandbox.env())
    seed_targets.create_classic_listener("b", classic, env=sandbox.env())
    api = seed_targets.create_api_domain(NAME, domain, env=sandbox.env())
    found = {one["service"]: one for one in control.endpoints()}
    assert found["elbv2"]["arn"] == listener
    assert found["elbv2"]["host"].endswith(".us-east-1.elb.amazonaws.com")
    assert serial(found["elbv2"]["address"]) == stored(sandbox, balanced)
    assert serial(found["elb"]["address"]) == stored(sandbox, classic)
    assert serial(control.address(api)) == stored(sandbox, domain)
    with pytest.raises(ssl.SSLError):
        serial(control.address(api), "elsewhere.example.com")
    assert serial(control.address(listener), None) == stored(sandbox, balanced)


def test_a_reset_closes_the_addresses(sandbox, control, place):
    address = control.address(seed_targets.create_listener("a", [place()], env=sandbox.env()))
    control.reset()
    assert control.endpoints() == []
    with pytest.raises(ConnectionRefusedError):
        serial(address)


def test_a_client_sees_the_new_certificate_when_the_change_has_reached_the_place(sandbox, control, place):
    old, new = place(), place()
    listener = seed_targets.create_listener("a", [old], env=sandbox.env())
    control.set(elb_propagation_seconds=60)
    seed.client("elbv2", sandbox.env()).modify_listener(ListenerArn=listener, Certificates=[{"CertificateArn": new}])
    assert serial(control.address(listener)) == stored(sandbox, old)
    control.advance(61)
    assert serial(control.address(listener)) == stored(sandbox, new)


def test_the_edge_serves_tenants_and_what_only_other_places_have(sandbox, place):
    shared, own, domain = place("*.example.com"), place("b.example.com"), place("api.example.org")
    distribution = seed_targets.create_multi_tenant_distribution(shared, env=sandbox.env())
    seed_targets.create_tenant(distribution, ["a.example.com"], env=sandbox.env())
    seed_targets.create_tenant(distribution, ["b.example.com"], own, env=sandbox.env())
    seed_targets.create_api_domain("api.example.org", domain, env=sandbox.env())
    edge = sandbox.env()["CERTOPS_EDGE_ADDRESS"]
    assert [serial(edge, name) for name in ("a.example.com", "b.example.com", "api.example.org")] == [
        stored(sandbox, arn) for arn in (shared, own, domain)
    ]


def test_what_acm_issued_can_be_verified_by_a_client(sandbox, control):
    env = sandbox.env()
    zone = seed.create_zone("example.com", env=env)
    acm = seed.client("acm", env)
    arn = acm.request_certificate(DomainName=NAME, ValidationMethod="DNS", KeyAlgorithm="EC_prime256v1")[
        "CertificateArn"
    ]
    control.advance(1)
    (option,) = acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"]
    record = option["ResourceRecord"]
    seed.create_record(zone, record["Name"], record["Type"], [record["Value"]], env)
    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "ISSUED"
    seed.create_distribution([NAME], arn, env=env)
    host, port = env["CERTOPS_EDGE_ADDRESS"].split(":")
    context = ssl.create_default_context(cafile=env["CERTOPS_ACME_CA_BUNDLE"])
    with (
        socket.create_connection((host, int(port)), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname=NAME) as connection,
    ):
        assert connection.getpeercert()["subjectAltName"] == (("DNS", NAME),)


def test_a_fleet_may_have_its_certificates_in_acm(sandbox, control):
    members = [
        {
            "name": f"p{number}",
            "domains": [f"p{number}.example.com"],
            "not_before": "2026-11-01T00:00:00Z",
            "not_after": "2027-11-01T00:00:00Z",
            "store": "acm",
        }
        for number in range(3)
    ]
    made = control.fleet([{**member, "aliases": member["domains"]} for member in members])
    acm = seed.client("acm", sandbox.env())
    found = acm.describe_certificate(CertificateArn=made[0]["arn"])["Certificate"]
    assert found["InUseBy"] == [f"arn:aws:cloudfront::123456789012:distribution/{made[0]['distribution']}"]
    assert len(acm.list_certificates(Includes={"keyTypes": ["EC_prime256v1"]})["CertificateSummaryList"]) == 3
    assert serial(sandbox.env()["CERTOPS_EDGE_ADDRESS"], "p1.example.com") == int(made[1]["serial"], 16)
