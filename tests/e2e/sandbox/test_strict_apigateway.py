# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Custom domain names of API Gateway: what it refuses, and what takes time."""

from __future__ import annotations

import pytest


@pytest.fixture
def gateway(aws):
    """The older API, with no limit on the rate of changes."""
    aws.control("POST", "settings", {"apigateway_update_seconds": 0})
    return aws.client("apigateway")


def create(gateway, arn, name="api.example.com", kind="REGIONAL", **more):
    member = "certificateArn" if kind == "EDGE" else "regionalCertificateArn"
    return gateway.create_domain_name(
        **{"domainName": name, "endpointConfiguration": {"types": [kind]}, member: arn, **more}
    )


def replace(gateway, path, value, name="api.example.com", operation="replace"):
    return gateway.update_domain_name(
        domainName=name, patchOperations=[{"op": operation, "path": path, "value": value}]
    )


def served(aws, item, name="api.example.com"):
    return aws.state.endpoint_certificate(item["domainNameArn"], name)


def test_a_patch_changes_the_certificate_and_nothing_else(gateway, store):
    new = store("api.example.com")
    before = create(gateway, store("api.example.com"), securityPolicy="TLS_1_0", tags={"a": "b"})
    replace(gateway, "/regionalCertificateArn", new)
    after = gateway.get_domain_name(domainName="api.example.com")
    changed = {name for name in before if before[name] != after[name]} - {"ResponseMetadata", "certificateUploadDate"}
    assert (changed, after["regionalCertificateArn"]) == ({"regionalCertificateArn"}, new)


def test_the_newer_api_shows_regional_domains_only_and_forgets_what_is_left_out(aws, gateway, store):
    create(gateway, store("api.example.com"), ownershipVerificationCertificateArn=store("api.example.com"))
    create(gateway, store("edge.example.com"), "edge.example.com", "EDGE")
    assert [item["domainName"] for item in gateway.get_domain_names()["items"]] == [
        "api.example.com",
        "edge.example.com",
    ]
    newer = aws.client("apigatewayv2")
    (found,) = newer.get_domain_names()["Items"]
    (configuration,) = found["DomainNameConfigurations"]
    assert "OwnershipVerificationCertificateArn" in configuration
    new = store("api.example.com")
    newer.update_domain_name(DomainName="api.example.com", DomainNameConfigurations=[{"CertificateArn": new}])
    after = gateway.get_domain_name(domainName="api.example.com")
    assert (after["regionalCertificateArn"], "ownershipVerificationCertificateArn" in after) == (new, False)
    with aws.refuses("BadRequestException"):
        newer.update_domain_name(DomainName="edge.example.com", DomainNameConfigurations=[{"CertificateArn": new}])


@pytest.mark.parametrize(
    ("kind", "path", "operation"),
    [
        ("REGIONAL", "/certificateArn", "replace"),
        ("EDGE", "/regionalCertificateArn", "replace"),
        ("REGIONAL", "/regionalCertificateArn", "add"),
        ("REGIONAL", "/domainName", "replace"),
    ],
)
def test_patches_that_do_not_fit_the_domain_are_refused(aws, store, kind, path, operation):
    aws.control("POST", "settings", {"apigateway_update_seconds": 0})
    gateway = aws.client("apigateway")
    create(gateway, store("api.example.com"), kind=kind)
    with aws.refuses("BadRequestException"):
        replace(gateway, path, store("api.example.com"), operation=operation)


@pytest.mark.parametrize(
    ("kind", "region", "own"), [("EDGE", "eu-west-1", "us-east-1"), ("REGIONAL", "us-east-1", "eu-west-1")]
)
def test_the_certificate_must_be_in_the_region_of_the_kind(aws, store, kind, region, own):
    aws.control("POST", "settings", {"apigateway_update_seconds": 0})
    elsewhere = aws.client("apigateway", "eu-west-1")
    with aws.refuses("BadRequestException") as refusal:
        create(elsewhere, store("api.example.com", region=region), kind=kind)
    assert refusal.message == f"Certificate must be in '{own}'."
    create(elsewhere, store("api.example.com", region=own), kind=kind)


def test_certificates_that_do_not_fit_are_refused(aws, gateway, store):
    unknown = "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000"
    for arn in (store("www.example.org"), store("api.example.com", key_type="p384"), unknown):
        with aws.refuses("BadRequestException"):
            create(gateway, arn, kind="EDGE")
    with aws.refuses("BadRequestException") as refusal:
        create(gateway, store("*.example.com"), "*.example.com")
    assert "ACM issued" in refusal.message


def test_one_change_in_thirty_seconds(aws, gateway, store):
    create(gateway, store("api.example.com"))
    aws.control("POST", "settings", {"apigateway_update_seconds": 30})
    replace(gateway, "/regionalCertificateArn", store("api.example.com"))
    with aws.refuses("TooManyRequestsException", 429):
        replace(gateway, "/regionalCertificateArn", store("api.example.com"))
    gateway.get_domain_names()
    aws.control("POST", "clock", {"advance_seconds": 31})
    replace(gateway, "/regionalCertificateArn", store("api.example.com"))


def test_the_limit_is_on_from_the_start(aws):
    assert aws.control("GET", "settings")["apigateway_update_seconds"] == 30


@pytest.mark.parametrize(("kind", "path"), [("EDGE", "/certificateArn"), ("REGIONAL", "/regionalCertificateArn")])
def test_a_domain_is_updating_and_then_serves_the_new_one(aws, gateway, store, kind, path):
    item = create(gateway, store("api.example.com"), kind=kind)
    before = served(aws, item)
    aws.control("POST", "settings", {"apigateway_edge_seconds": 60, "apigateway_regional_seconds": 60})
    assert replace(gateway, path, store("api.example.com"))["domainNameStatus"] == "UPDATING"
    with aws.refuses("ConflictException", 409):
        replace(gateway, path, store("api.example.com"))
    assert served(aws, item) == before
    aws.control("POST", "clock", {"advance_seconds": 61})
    assert gateway.get_domain_name(domainName="api.example.com")["domainNameStatus"] == "AVAILABLE"
    assert served(aws, item) not in (before, None)
    assert served(aws, item, "www.example.com") is None


def test_in_use_by_names_a_strangers_resource_and_lets_go_late(aws, gateway, store):
    acm, old = aws.client("acm"), store("api.example.com")
    create(gateway, old)
    (user,) = acm.describe_certificate(CertificateArn=old)["Certificate"]["InUseBy"]
    assert user.startswith("arn:aws:elasticloadbalancing:us-east-1:")
    assert "123456789012" not in user
    aws.control("POST", "settings", {"apigateway_release_seconds": 1200})
    replace(gateway, "/regionalCertificateArn", store("api.example.com"))
    with aws.refuses("ResourceInUseException"):
        acm.delete_certificate(CertificateArn=old)
    aws.control("POST", "clock", {"advance_seconds": 1201})
    acm.delete_certificate(CertificateArn=old)


def test_listings_come_in_pages(aws, gateway, store):
    arn = store("*.example.com")
    for number in range(5):
        create(gateway, arn, f"{number}.example.com")
    pages = list(gateway.get_paginator("get_domain_names").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["items"]) for page in pages] == [2, 2, 1]
    with aws.refuses("BadRequestException"):
        gateway.get_domain_names(limit=501)
    with aws.refuses("NotFoundException", 404):
        gateway.get_domain_name(domainName="none.example.com")


def test_china_has_no_edge_optimised_domains(aws, gateway, store):
    china = aws.client("apigateway", "cn-north-1")
    with aws.refuses("BadRequestException"):
        create(china, store("api.example.com", region="cn-north-1"), kind="EDGE")
    assert create(china, store("api.example.com", region="cn-north-1"))["domainNameArn"].startswith("arn:aws-cn:")
