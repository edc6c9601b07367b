# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load balancers: what they refuse of certificates, what they show of them, and which one a client gets."""

from __future__ import annotations

import dataclasses
import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

FIXED = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}]
IAM_UNKNOWN = "arn:aws:iam::123456789012:server-certificate/unknown"


@pytest.fixture
def elb(aws):
    return aws.client("elbv2")


@pytest.fixture
def classic(aws):
    return aws.client("elb")


def store_rsa(aws, bits):
    """Imports a self-signed RSA certificate."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    name, now = (
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "www.example.com")]),
        datetime.datetime.now(datetime.timezone.utc),
    )
    builder = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    )
    builder = builder.not_valid_before(now - datetime.timedelta(1)).not_valid_after(now + datetime.timedelta(300))
    leaf = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName("www.example.com")]), critical=False).sign(
        key, hashes.SHA256()
    )
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return aws.client("acm").import_certificate(
        Certificate=leaf.public_bytes(serialization.Encoding.PEM), PrivateKey=text
    )["CertificateArn"]


@pytest.fixture
def balancer(elb):
    """Makes load balancers: `balancer("a", "network")` is its ARN."""

    def one(name="a", kind="application", **more):
        return elb.create_load_balancer(Name=name, Type=kind, Subnets=["subnet-1"], **more)["LoadBalancers"][0][
            "LoadBalancerArn"
        ]

    return one


@pytest.fixture
def listen(elb, balancer):
    """Makes a listener on a load balancer of its own: its ARN."""

    def one(certificate, name="a", kind="application", port=443):
        protocol = "TLS" if kind == "network" else "HTTPS"
        given = {
            "Protocol": protocol,
            "Port": port,
            "Certificates": [{"CertificateArn": certificate}],
            "DefaultActions": FIXED,
        }
        return elb.create_listener(LoadBalancerArn=balancer(name, kind), **given)["Listeners"][0]["ListenerArn"]

    return one


def add(elb, listener, *arns):
    elb.add_listener_certificates(ListenerArn=listener, Certificates=[{"CertificateArn": arn} for arn in arns])


def remove(elb, listener, *arns):
    elb.remove_listener_certificates(ListenerArn=listener, Certificates=[{"CertificateArn": arn} for arn in arns])


def shown(elb, listener):
    return [
        (item["CertificateArn"], item["IsDefault"])
        for item in elb.describe_listener_certificates(ListenerArn=listener)["Certificates"]
    ]


def served(aws, listener, name="www.example.com"):
    return aws.state.endpoint_certificate(listener, name)[0]


def test_the_default_stands_in_the_list_too_and_listeners_show_nothing_else(elb, store, listen):
    default, other = store(), store("api.example.com")
    listener = listen(default)
    add(elb, listener, other)
    add(elb, listener, default)
    add(elb, listener, default)
    assert shown(elb, listener) == [(default, True), (other, False), (default, False)]
    assert elb.describe_listeners(ListenerArns=[listener])["Listeners"][0]["Certificates"] == [
        {"CertificateArn": default}
    ]


def test_modifying_a_listener_changes_the_default_and_nothing_else(elb, store, listen):
    old, new, other = store(), store(), store("api.example.com")
    listener = listen(old)
    add(elb, listener, other)
    add(elb, listener, old)
    elb.modify_listener(ListenerArn=listener, Certificates=[{"CertificateArn": new}])
    assert shown(elb, listener) == [(new, True), (other, False), (old, False)]
    remove(elb, listener, old)
    assert shown(elb, listener) == [(new, True), (other, False)]
    assert elb.describe_listeners(ListenerArns=[listener])["Listeners"][0]["DefaultActions"] == FIXED


def test_a_network_load_balancers_listener_is_modified_likewise(elb, store, listen):
    old, new = store(), store()
    listener = listen(old, kind="network")
    elb.modify_listener(ListenerArn=listener, Certificates=[{"CertificateArn": new}])
    assert shown(elb, listener) == [(new, True)]


def test_one_certificate_at_a_time_and_never_is_default(aws, elb, store, listen):
    one, two = store(), store()
    listener = listen(one)
    with aws.refuses("TooManyCertificates"):
        add(elb, listener, one, two)
    with aws.refuses("TooManyCertificates"):
        elb.modify_listener(ListenerArn=listener, Certificates=[{"CertificateArn": one}, {"CertificateArn": two}])
    with aws.refuses("ValidationError"):
        remove(elb, listener, one, two)
    for call in (elb.modify_listener, elb.add_listener_certificates):
        with aws.refuses("ValidationError") as refusal:
            call(ListenerArn=listener, Certificates=[{"CertificateArn": two, "IsDefault": True}])
        assert "isDefault" in refusal.message


def test_the_default_is_not_removed(aws, elb, store, listen):
    default = store()
    listener = listen(default)
    add(elb, listener, default)
    with aws.refuses("OperationNotPermitted"):
        remove(elb, listener, default)
    remove(elb, listener, store())


@pytest.mark.parametrize(("kind", "room"), [("application", 2), ("network", 1)])
def test_a_full_list_is_refused_and_counts_the_default_of_network_load_balancers(aws, store, listen, kind, room):
    elb = aws.client("elbv2")
    aws.control("POST", "settings", {"elb_certificate_quota": 2})
    listener = listen(store(), kind=kind)
    for dummy in range(room):
        add(elb, listener, store())
    with aws.refuses("TooManyCertificates"):
        add(elb, listener, store())
    elb.modify_listener(ListenerArn=listener, Certificates=[{"CertificateArn": store()}])


@pytest.mark.parametrize("region", ["eu-west-1", None])
def test_certificates_of_other_regions_and_unknown_ones_are_not_found(aws, elb, store, listen, region):
    arn = store(region=region) if region else IAM_UNKNOWN
    listener = listen(store())
    for call in (elb.modify_listener, elb.add_listener_certificates):
        with aws.refuses("CertificateNotFound"):
            call(ListenerArn=listener, Certificates=[{"CertificateArn": arn}])


def test_a_new_certificate_is_not_found_at_once(aws, elb, store, listen):
    listener = listen(store())
    aws.control("POST", "settings", {"acm_visibility_seconds": 60})
    arn = store()
    with aws.refuses("CertificateNotFound"):
        add(elb, listener, arn)
    aws.control("POST", "clock", {"advance_seconds": 61})
    add(elb, listener, arn)


def test_keys_that_a_kind_of_load_balancer_lacks_and_requests_that_are_pending_are_unsupported(aws, elb, store, listen):
    large, small = store_rsa(aws, 4096), store_rsa(aws, 1024)
    for kind, refused, taken in (("network", large, small), ("application", small, large)):
        listener = listen(store(), kind, kind)
        with aws.refuses("UnsupportedCertificate"):
            add(elb, listener, refused)
        add(elb, listener, taken)
    pending = aws.client("acm").request_certificate(DomainName="www.example.com", ValidationMethod="DNS")[
        "CertificateArn"
    ]
    with aws.refuses("UnsupportedCertificate"):
        add(elb, listener, pending)


def test_listeners_need_a_certificate_if_and_only_if_they_speak_tls(aws, elb, store, balancer):
    arn = balancer()

    def create(**more):
        return elb.create_listener(LoadBalancerArn=arn, **{"Port": 443, "DefaultActions": FIXED, **more})

    with aws.refuses("ValidationError"):
        create(Protocol="HTTPS")
    with aws.refuses("ValidationError"):
        create(Protocol="HTTP", Certificates=[{"CertificateArn": store()}])
    with aws.refuses("ValidationError"):
        create(Protocol="TLS", Certificates=[{"CertificateArn": store()}])
    with aws.refuses("SSLPolicyNotFound"):
        create(Protocol="HTTPS", Certificates=[{"CertificateArn": store()}], SslPolicy="none")
    with aws.refuses("TargetGroupNotFound"):
        unknown = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/1"
        create(Protocol="HTTP", DefaultActions=[{"Type": "forward", "TargetGroupArn": unknown}])
    plain = create(Protocol="HTTP", Port=80)["Listeners"][0]["ListenerArn"]
    with aws.refuses("ValidationError"):
        add(elb, plain, store())
    with aws.refuses("DuplicateListener"):
        create(Protocol="HTTP", Port=80)


def test_what_does_not_exist_is_not_found(aws, elb, balancer):
    arn = balancer().replace("123456789012", "222222222222")
    for call, code in (
        (lambda: elb.describe_load_balancers(LoadBalancerArns=[arn]), "LoadBalancerNotFound"),
        (lambda: elb.describe_listeners(LoadBalancerArn=arn), "LoadBalancerNotFound"),
        (lambda: elb.describe_listeners(ListenerArns=[arn]), "ListenerNotFound"),
        (lambda: elb.describe_listener_certificates(ListenerArn=arn), "ListenerNotFound"),
        (lambda: elb.describe_tags(ResourceArns=[arn]), "LoadBalancerNotFound"),
        (elb.describe_listeners, "ValidationError"),
        (lambda: elb.describe_load_balancers(PageSize=401), "ValidationError"),
        (balancer, "DuplicateLoadBalancerName"),
    ):
        with aws.refuses(code):
            call()


def test_listings_come_in_pages_and_tags_twenty_at_a_time(aws, elb, balancer):
    arns = [balancer(f"lb{number}", Tags=[{"Key": "elbv2.k8s.aws/cluster", "Value": "c"}]) for number in range(21)]
    pages = list(elb.get_paginator("describe_load_balancers").paginate(PaginationConfig={"PageSize": 10}))
    assert [len(page["LoadBalancers"]) for page in pages] == [10, 10, 1]
    with aws.refuses("ValidationError"):
        elb.describe_tags(ResourceArns=arns)
    described = elb.describe_tags(ResourceArns=arns[:20])["TagDescriptions"]
    assert described[0] == {"ResourceArn": arns[0], "Tags": [{"Key": "elbv2.k8s.aws/cluster", "Value": "c"}]}


def test_a_client_gets_the_elliptic_one_of_several_and_the_default_otherwise(aws, elb, store, listen):
    default = store("example.org")
    listener = listen(default)
    elliptic, large = store("www.example.com"), store_rsa(aws, 4096)
    add(elb, listener, large)
    first = served(aws, listener)
    add(elb, listener, elliptic)
    assert served(aws, listener) != first
    assert (
        served(aws, listener, "elsewhere.example.net")
        == served(aws, listener, "")
        == served(aws, listener, "example.org")
    )
    longer = store("www.example.com", days=(-1, 90))
    before = served(aws, listener)
    add(elb, listener, longer)
    assert served(aws, listener) != before


def test_a_change_reaches_the_nodes_late(aws, elb, store, listen):
    listener = listen(store())
    before = served(aws, listener)
    aws.control("POST", "settings", {"elb_propagation_seconds": 30})
    elb.modify_listener(ListenerArn=listener, Certificates=[{"CertificateArn": store()}])
    assert served(aws, listener) == before
    aws.control("POST", "clock", {"advance_seconds": 31})
    assert served(aws, listener) != before


def test_a_reimport_reaches_the_nodes_late(aws, elb, store, listen, bundle):
    arn = store()
    listener = listen(arn)
    before = served(aws, listener)
    aws.control("POST", "settings", {"elb_propagation_seconds": 30})
    made = bundle("www.example.com")
    aws.client("acm").import_certificate(
        CertificateArn=arn, Certificate=made.leaf, PrivateKey=made.key, CertificateChain=made.chain
    )
    assert served(aws, listener) == before
    aws.control("POST", "clock", {"advance_seconds": 31})
    assert served(aws, listener).startswith(made.leaf.strip())


def test_both_stores_know_the_load_balancer(aws, elb, store, listen, bundle):
    iam, acm = aws.client("iam"), aws.client("acm")
    uploaded = iam.upload_server_certificate(**bundle("www.example.com").upload_arguments("a", "/"))[
        "ServerCertificateMetadata"
    ]["Arn"]
    arn = store()
    listener = listen(arn)
    add(elb, listener, uploaded)
    owner = elb.describe_listeners(ListenerArns=[listener])["Listeners"][0]["LoadBalancerArn"]
    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["InUseBy"] == [owner]
    with aws.refuses("ResourceInUseException"):
        acm.delete_certificate(CertificateArn=arn)
    with aws.refuses("DeleteConflict", 409) as refusal:
        iam.delete_server_certificate(ServerCertificateName="a")
    assert owner in refusal.message
    elb.delete_load_balancer(LoadBalancerArn=owner)
    iam.delete_server_certificate(ServerCertificateName="a")
    acm.delete_certificate(CertificateArn=arn)


def test_china_has_load_balancers_with_both_stores(aws, bundle, store):
    elb = aws.client("elbv2", "cn-north-1")
    uploaded = aws.client("iam", "cn-north-1").upload_server_certificate(
        **bundle("www.example.cn").upload_arguments("a", "/")
    )
    arn = elb.create_load_balancer(Name="a", Subnets=["subnet-1"])["LoadBalancers"][0]["LoadBalancerArn"]
    assert arn.startswith("arn:aws-cn:")
    stored = store("www.example.cn", region="cn-north-1")
    for port, certificate in ((443, uploaded["ServerCertificateMetadata"]["Arn"]), (8443, stored)):
        given = {
            "Protocol": "HTTPS",
            "Port": port,
            "Certificates": [{"CertificateArn": certificate}],
            "DefaultActions": FIXED,
        }
        elb.create_listener(LoadBalancerArn=arn, **given)


# --- classic ---


@pytest.fixture
def old_style(classic, store):
    """A classic load balancer with a TLS and a plain listener: the ARN of its certificate."""
    arn = store()
    listeners = [
        {"Protocol": "HTTPS", "LoadBalancerPort": 443, "InstancePort": 80, "SSLCertificateId": arn},
        {"Protocol": "TCP", "LoadBalancerPort": 25, "InstancePort": 25},
    ]
    classic.create_load_balancer(LoadBalancerName="old", Listeners=listeners, AvailabilityZones=["us-east-1a"])
    return arn


def test_a_classic_listener_has_one_certificate(aws, classic, old_style, store):
    new = store()
    classic.set_load_balancer_listener_ssl_certificate(
        LoadBalancerName="old", LoadBalancerPort=443, SSLCertificateId=new
    )
    (found,) = classic.describe_load_balancers()["LoadBalancerDescriptions"]
    assert [one["Listener"].get("SSLCertificateId") for one in found["ListenerDescriptions"]] == [new, None]
    aws.client("acm").delete_certificate(CertificateArn=old_style)
    with aws.refuses("ResourceInUseException"):
        aws.client("acm").delete_certificate(CertificateArn=new)


@pytest.mark.parametrize(
    ("change", "code", "status"),
    [
        ({"LoadBalancerName": "none"}, "LoadBalancerNotFound", 400),
        ({"LoadBalancerPort": 8443}, "ListenerNotFound", 400),
        ({"LoadBalancerPort": 25}, "InvalidConfigurationRequest", 409),
        ({"SSLCertificateId": IAM_UNKNOWN}, "CertificateNotFound", 400),
    ],
)
def test_changes_that_classic_load_balancers_refuse(aws, old_style, change, code, status):
    classic = aws.client("elb")
    values = {"LoadBalancerName": "old", "LoadBalancerPort": 443, "SSLCertificateId": old_style, **change}
    with aws.refuses(code, status):
        classic.set_load_balancer_listener_ssl_certificate(**values)


def test_both_apis_see_their_own_kind_only(elb, classic, old_style, balancer):
    balancer("new")
    assert [item["LoadBalancerName"] for item in elb.describe_load_balancers()["LoadBalancers"]] == ["new"]
    assert [item["LoadBalancerName"] for item in classic.describe_load_balancers()["LoadBalancerDescriptions"]] == [
        "old"
    ]


def test_bundles_without_a_chain_are_served_as_well(aws, listen, bundle):
    made = dataclasses.replace(bundle("www.example.com"), chain="")
    arn = aws.client("acm").import_certificate(Certificate=made.leaf, PrivateKey=made.key)["CertificateArn"]
    assert served(aws, listen(arn)).strip() == made.leaf.strip()
