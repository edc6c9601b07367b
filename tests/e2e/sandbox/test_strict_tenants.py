# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Multi-tenant distributions: what CloudFront refuses of tenants, and which certificate they serve."""

from __future__ import annotations

import pytest

ACL = "arn:aws:wafv2:us-east-1:123456789012:global/webacl/a/1"


@pytest.fixture
def cloudfront(aws):
    return aws.client("cloudfront")


def config(arn, mode="tenant-only", **certificate):
    viewer = {
        "ACMCertificateArn": arn,
        "SSLSupportMethod": "sni-only",
        "MinimumProtocolVersion": "TLSv1.2_2021",
        **certificate,
    }
    return {
        "CallerReference": arn,
        "Comment": "",
        "Enabled": True,
        "ConnectionMode": mode,
        "Origins": {
            "Quantity": 1,
            "Items": [{"Id": "o", "DomainName": "o.example.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}],
        },
        "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all"},
        "ViewerCertificate": viewer,
    }


@pytest.fixture
def shared(cloudfront, store):
    """A multi-tenant distribution with a certificate for *.example.com: its ID."""
    return cloudfront.create_distribution(DistributionConfig=config(store("*.example.com")))["Distribution"]["Id"]


@pytest.fixture
def create(cloudfront, shared):
    """Makes tenants: `create("a", "a.example.com", arn)`."""

    def one(name, domain, arn=None, **more):
        own = {"Customizations": {"Certificate": {"Arn": arn}}} if arn else {}
        return cloudfront.create_distribution_tenant(
            **{"DistributionId": shared, "Name": name, "Domains": [{"Domain": domain}], **own, **more}
        )

    return one


def update(cloudfront, made, **changes):
    """Sends back what was read, with changes."""
    tenant = made["DistributionTenant"]
    values = {
        name: tenant[name]
        for name in ("DistributionId", "ConnectionGroupId", "Customizations", "Enabled")
        if name in tenant
    }
    domains = [{"Domain": item["Domain"], "ServeOn": item["ServeOn"]} for item in tenant["Domains"]]
    return cloudfront.update_distribution_tenant(
        Id=tenant["Id"], **{"IfMatch": made["ETag"], "Domains": domains, **values, **changes}
    )


def served(aws, name):
    return aws.state.edge_certificate(name)[0]


def test_tenants_inherit_the_shared_certificate_or_have_their_own(aws, store, create, bundle):
    create("a", "a.example.com")
    create("b", "www.example.org", store("www.example.org"))
    create("c", "c.example.com", store("c.example.com"))
    assert served(aws, "a.example.com") != served(aws, "c.example.com")
    assert served(aws, "www.example.org") is not None


@pytest.mark.parametrize(
    ("distribution", "change", "code"),
    [
        ({}, {"DistributionId": "E000"}, "EntityNotFound"),
        ({}, {"Domains": [{"Domain": "www.example.net"}]}, "InvalidArgument"),
        ({}, {"Domains": []}, "InvalidArgument"),
        ({}, {"Domains": [{"Domain": "nodot"}]}, "InvalidArgument"),
        ({}, {"ConnectionGroupId": "cg_none"}, "EntityNotFound"),
        ({}, {"Customizations": {"WebAcl": {"Action": "none"}}}, "InvalidArgument"),
    ],
)
def test_tenants_that_cloudfront_refuses(aws, create, distribution, change, code):
    with aws.refuses(code, 404 if code == "EntityNotFound" else 400):
        create("a", "a.example.com", **change)


@pytest.mark.parametrize(
    ("region", "key_type"),
    [("eu-west-1", "p256"), ("us-east-1", "p384")],
    ids=["of another region", "P-384"],
)
def test_own_certificates_follow_cloudfronts_rules(aws, store, create, region, key_type):
    arn = store("a.example.com", region=region, key_type=key_type)
    with aws.refuses("InvalidArgument"):
        create("a", "a.example.com", arn)


def test_a_tenant_needs_a_multi_tenant_distribution(aws, cloudfront, store, create):
    plain = cloudfront.create_distribution(DistributionConfig=config(store("*.example.com"), "direct"))["Distribution"][
        "Id"
    ]
    with aws.refuses("InvalidAssociation", 409):
        create("a", "a.example.com", DistributionId=plain)


def test_multi_tenant_distributions_take_no_aliases_and_no_dedicated_addresses(aws, cloudfront, store):
    for change in ({"Aliases": {"Quantity": 1, "Items": ["a.example.com"]}}, {}):
        values = config(store("*.example.com"), **({} if change else {"SSLSupportMethod": "vip"}))
        with aws.refuses("InvalidArgument"):
            cloudfront.create_distribution(DistributionConfig={**values, **change})


def test_names_and_domains_are_taken_once(aws, cloudfront, store, create):
    create("a", "a.example.com")
    with aws.refuses("EntityAlreadyExists", 409):
        create("a", "b.example.com")
    with aws.refuses("CNAMEAlreadyExists", 409):
        create("b", "a.example.com")
    alias = {"Aliases": {"Quantity": 1, "Items": ["a.example.com"]}}
    with aws.refuses("CNAMEAlreadyExists", 409):
        cloudfront.create_distribution(DistributionConfig={**config(store("a.example.com"), "direct"), **alias})


def test_updates_need_the_current_version(aws, cloudfront, create):
    made = create("a", "a.example.com")
    updated = update(cloudfront, made)
    assert updated["ETag"] != made["ETag"]
    with aws.refuses("PreconditionFailed", 412):
        update(cloudfront, made)
    with aws.refuses("InvalidIfMatchVersion"):
        update(cloudfront, made, IfMatch="E0")


def test_customizations_are_replaced_as_a_whole(cloudfront, store, create):
    rules = {
        "WebAcl": {"Action": "override", "Arn": ACL},
        "GeoRestrictions": {"RestrictionType": "whitelist", "Locations": ["DE"]},
    }
    made = create("a", "a.example.com", Customizations={**rules, "Certificate": {"Arn": store("a.example.com")}})
    new = store("a.example.com")
    update(cloudfront, made, Customizations={"Certificate": {"Arn": new}})
    found = cloudfront.get_distribution_tenant(Identifier="a")
    assert found["DistributionTenant"]["Customizations"] == {"Certificate": {"Arn": new}}
    update(cloudfront, found, Customizations={**rules, "Certificate": {"Arn": new}})
    found = cloudfront.get_distribution_tenant(Identifier="a")["DistributionTenant"]
    assert found["Customizations"] == {**rules, "Certificate": {"Arn": new}}


def test_what_an_update_leaves_out_is_gone_unless_told(aws, cloudfront, create):
    parameters = [{"Name": "name", "Value": "value"}]
    made = create("a", "a.example.com", Parameters=parameters)
    aws.control("POST", "settings", {"cloudfront_tenant_keeps_omitted": True})
    made = update(cloudfront, made)
    assert made["DistributionTenant"]["Parameters"] == parameters
    aws.control("POST", "settings", {"cloudfront_tenant_keeps_omitted": False})
    assert "Parameters" not in update(cloudfront, made)["DistributionTenant"]


def test_a_tenant_is_in_progress_until_it_is_deployed(aws, cloudfront, store, create):
    old = store("a.example.com")
    made = create("a", "a.example.com", old)
    before = served(aws, "a.example.com")
    aws.control("POST", "settings", {"cloudfront_deploy_seconds": 60, "cloudfront_etag_on_deploy": True})
    updated = update(cloudfront, made, Customizations={"Certificate": {"Arn": store("a.example.com")}})
    assert updated["DistributionTenant"]["Status"] == "InProgress"
    assert served(aws, "a.example.com") == before
    with aws.refuses("ResourceInUseException"):
        aws.client("acm").delete_certificate(CertificateArn=old)
    aws.control("POST", "clock", {"advance_seconds": 61})
    later = cloudfront.get_distribution_tenant_by_domain(Domain="a.example.com")
    assert (later["DistributionTenant"]["Status"], later["ETag"] != updated["ETag"]) == ("Deployed", True)
    assert served(aws, "a.example.com") != before
    aws.client("acm").delete_certificate(CertificateArn=old)


def test_in_use_by_does_not_name_tenants_but_their_certificates_are_in_use(aws, store, create):
    arn = store("a.example.com")
    create("a", "a.example.com", arn)
    acm = aws.client("acm")
    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["InUseBy"] == []
    with aws.refuses("ResourceInUseException"):
        acm.delete_certificate(CertificateArn=arn)


def test_listings_by_customization_show_own_certificates_only(aws, cloudfront, store, create, shared):
    arn = store("*.example.org")
    made = [create(str(number), f"{number}.example.org", arn)["DistributionTenant"]["Id"] for number in range(3)]
    create("inherits", "a.example.com")
    for criteria in ({"CertificateArn": arn}, {"CertificateArn": arn, "MaxItems": 2}):
        pages = list(cloudfront.get_paginator("list_distribution_tenants_by_customization").paginate(**criteria))
        assert [item["Id"] for page in pages for item in page["DistributionTenantList"]] == made
    assert all(
        item["ETag"]
        for item in cloudfront.list_distribution_tenants(AssociationFilter={"DistributionId": shared})[
            "DistributionTenantList"
        ]
    )
    for criteria in ({}, {"CertificateArn": arn, "WebACLArn": ACL}):
        with aws.refuses("InvalidArgument"):
            cloudfront.list_distribution_tenants_by_customization(**criteria)
    with aws.refuses("InvalidArgument"):
        cloudfront.list_distribution_tenants(Marker="unknown")
    with aws.refuses("EntityNotFound", 404):
        cloudfront.list_distribution_tenants(AssociationFilter={"DistributionId": "E000"})


def test_the_shared_certificate_must_cover_who_has_no_other(aws, cloudfront, store, create, shared):
    create("a", "a.example.com")
    create("b", "b.example.com", store("b.example.com"))
    current = cloudfront.get_distribution_config(Id=shared)

    def share(arn):
        viewer = {"ACMCertificateArn": arn, "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021"}
        values = {**current["DistributionConfig"], "ViewerCertificate": viewer}
        return cloudfront.update_distribution(Id=shared, IfMatch=current["ETag"], DistributionConfig=values)

    with aws.refuses("InvalidViewerCertificate"):
        share(store("www.example.com"))
    before = served(aws, "a.example.com")
    share(store("a.example.com"))
    assert served(aws, "a.example.com") != before


def test_deletion_needs_a_disabled_tenant_and_a_distribution_without_tenants(aws, cloudfront, create, shared):
    made = create("a", "a.example.com")
    with aws.refuses("ResourceNotDisabled", 409):
        cloudfront.delete_distribution_tenant(Id=made["DistributionTenant"]["Id"], IfMatch=made["ETag"])
    current = cloudfront.get_distribution_config(Id=shared)
    values = {**current["DistributionConfig"], "Enabled": False}
    etag = cloudfront.update_distribution(Id=shared, IfMatch=current["ETag"], DistributionConfig=values)["ETag"]
    with aws.refuses("ResourceInUse", 409):
        cloudfront.delete_distribution(Id=shared, IfMatch=etag)
    made = update(cloudfront, made, Enabled=False)
    cloudfront.delete_distribution_tenant(Id=made["DistributionTenant"]["Id"], IfMatch=made["ETag"])
    cloudfront.delete_distribution(Id=shared, IfMatch=etag)


def test_tenants_have_tags_and_a_connection_group(cloudfront, create):
    made = create("a", "a.example.com", Tags={"Items": [{"Key": "stage", "Value": "prod"}]})["DistributionTenant"]
    cloudfront.tag_resource(Resource=made["Arn"], Tags={"Items": [{"Key": "more", "Value": "1"}]})
    tags = cloudfront.get_distribution_tenant(Identifier=made["Id"])["DistributionTenant"]["Tags"]["Items"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"stage": "prod", "more": "1"}
    (group,) = cloudfront.list_connection_groups()["ConnectionGroups"]
    assert (group["Id"], group["IsDefault"]) == (made["ConnectionGroupId"], True)
    assert (
        cloudfront.get_connection_group(Identifier=group["Id"])["ConnectionGroup"]["RoutingEndpoint"]
        == group["RoutingEndpoint"]
    )


def test_a_connection_group_names_the_distribution_for_clients_without_a_name(aws, cloudfront, shared):
    with aws.refuses("EntityNotFound", 404):
        cloudfront.create_connection_group(Name="a", ViewerFallback={"DistributionId": "E000"})
    cloudfront.create_connection_group(Name="a", ViewerFallback={"DistributionId": shared})
    assert cloudfront.list_connection_groups()["ConnectionGroups"][0]["ViewerFallback"] == {"DistributionId": shared}


def test_a_certificate_that_cloudfront_manages_is_for_cloudfront_only(aws, create):
    acm = aws.client("acm")
    arn = acm.request_certificate(DomainName="a.example.com", ValidationMethod="HTTP", ManagedBy="CLOUDFRONT")[
        "CertificateArn"
    ]
    aws.control("POST", "acm/approve", {"arn": arn})
    create("a", "a.example.com", arn)
    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["ManagedBy"] == "CLOUDFRONT"
    elb = aws.client("elbv2")
    balancer = elb.create_load_balancer(Name="a", Subnets=["subnet-1"])["LoadBalancers"][0]["LoadBalancerArn"]
    listener = {"Protocol": "HTTPS", "Port": 443, "Certificates": [{"CertificateArn": arn}], "DefaultActions": []}
    with aws.refuses("UnsupportedCertificate"):
        elb.create_listener(LoadBalancerArn=balancer, **listener)


def test_an_origin_that_wants_a_client_certificate_uses_it(aws, cloudfront, store):
    arn = store("*.example.com")
    mutual = {
        "HTTPPort": 80,
        "HTTPSPort": 443,
        "OriginProtocolPolicy": "https-only",
        "OriginMtlsConfig": {"ClientCertificateArn": arn},
    }
    origins = {"Quantity": 1, "Items": [{"Id": "o", "DomainName": "o.example.com", "CustomOriginConfig": mutual}]}
    plain = {"ViewerCertificate": {"CloudFrontDefaultCertificate": True}}
    cloudfront.create_distribution(DistributionConfig={**config(arn, "direct"), "Origins": origins, **plain})
    with aws.refuses("ResourceInUseException"):
        aws.client("acm").delete_certificate(CertificateArn=arn)


def test_china_has_no_tenants(aws):
    with aws.refuses("InvalidArgument"):
        aws.client("cloudfront", "cn-north-1").create_connection_group(Name="a")
