# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies for ACM and for all that serves its certificates: actions, resources and conditions as AWS names them."""

from __future__ import annotations

import pytest

ACCOUNT = "123456789012"
FIXED = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}]


def test_an_import_is_allowed_by_its_tags_and_a_reimport_by_those_of_the_certificate(aws, store, bundle, reader):
    mine, theirs = store(tags={"owner": "certops"}), store(tags={"owner": "others"})
    scope = f"arn:aws:acm:us-east-1:{ACCOUNT}:certificate/*"
    key = reader(
        {
            "Action": ["acm:ImportCertificate", "acm:AddTagsToCertificate"],
            "Resource": scope,
            "Condition": {"StringEquals": {"aws:RequestTag/owner": "certops"}},
        },
        {
            "Action": "acm:ImportCertificate",
            "Resource": scope,
            "Condition": {"StringEquals": {"aws:ResourceTag/owner": "certops"}},
        },
    )
    acm = aws.client("acm", access_key=key)
    acm.import_certificate(**bundle("a.example.com").import_arguments(), Tags=[{"Key": "owner", "Value": "certops"}])
    acm.import_certificate(**bundle("a.example.com").import_arguments(), CertificateArn=mine)
    for refused in ({}, {"Tags": [{"Key": "owner", "Value": "others"}]}, {"CertificateArn": theirs}):
        with aws.refuses("AccessDeniedException"):
            acm.import_certificate(**bundle("a.example.com").import_arguments(), **refused)


def test_tags_of_an_import_need_an_action_of_their_own(aws, bundle, reader):
    acm = aws.client("acm", access_key=reader({"Action": "acm:ImportCertificate", "Resource": "*"}))
    with aws.refuses("AccessDeniedException") as refusal:
        acm.import_certificate(
            **bundle("a.example.com").import_arguments(), Tags=[{"Key": "owner", "Value": "certops"}]
        )
    assert "acm:AddTagsToCertificate" in refusal.message


def test_requests_are_allowed_by_name_method_and_export(aws, reader):
    condition = {
        "ForAllValues:StringLike": {"acm:DomainNames": ["*.example.com"]},
        "StringEquals": {"acm:ValidationMethod": "DNS", "acm:Export": "DISABLED", "acm:KeyAlgorithm": "EC_prime256v1"},
    }
    acm = aws.client(
        "acm", access_key=reader({"Action": "acm:RequestCertificate", "Resource": "*", "Condition": condition})
    )
    allowed = {"DomainName": "www.example.com", "ValidationMethod": "DNS", "KeyAlgorithm": "EC_prime256v1"}
    acm.request_certificate(**allowed)
    for change in (
        {"SubjectAlternativeNames": ["www.example.org"]},
        {"ValidationMethod": "EMAIL"},
        {"Options": {"Export": "ENABLED"}},
        {"KeyAlgorithm": "RSA_2048"},
        {"Tags": [{"Key": "a", "Value": "b"}]},
    ):
        with aws.refuses("AccessDeniedException"):
            acm.request_certificate(**{**allowed, **change})


def test_listings_have_no_resource_and_single_certificates_have(aws, store, reader):
    one, other = store(), store()
    key = reader(
        {"Action": ["acm:ListCertificates", "tag:GetResources"], "Resource": "*"},
        {"Action": ["acm:DescribeCertificate", "acm:DeleteCertificate"], "Resource": one},
    )
    acm = aws.client("acm", access_key=key)
    acm.list_certificates()
    aws.client("resourcegroupstaggingapi", access_key=key).get_resources()
    acm.describe_certificate(CertificateArn=one)
    for call in (acm.describe_certificate, acm.delete_certificate):
        with aws.refuses("AccessDeniedException"):
            call(CertificateArn=other)
    acm.delete_certificate(CertificateArn=one)
    with aws.refuses("AccessDeniedException"):
        acm.search_certificates()


def test_listeners_are_allowed_by_arn_and_by_tag(aws, store, reader):
    admin, certificate = aws.client("elbv2"), store()
    listeners = []
    for name in ("mine", "theirs"):
        balancer = admin.create_load_balancer(Name=name, Subnets=["subnet-1"])["LoadBalancers"][0]["LoadBalancerArn"]
        given = {
            "Protocol": "HTTPS",
            "Port": 443,
            "Certificates": [{"CertificateArn": certificate}],
            "DefaultActions": FIXED,
        }
        made = admin.create_listener(LoadBalancerArn=balancer, Tags=[{"Key": "owner", "Value": name}], **given)
        listeners.append(made["Listeners"][0]["ListenerArn"])
    key = reader(
        {"Action": "elasticloadbalancing:Describe*", "Resource": "*"},
        {
            "Action": ["elasticloadbalancing:ModifyListener", "elasticloadbalancing:AddListenerCertificates"],
            "Resource": f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:listener/app/*",
            "Condition": {"StringEquals": {"aws:ResourceTag/owner": "mine"}},
        },
    )
    elb = aws.client("elbv2", access_key=key)
    elb.describe_load_balancers()
    elb.describe_listener_certificates(ListenerArn=listeners[1])
    elb.modify_listener(ListenerArn=listeners[0], Certificates=[{"CertificateArn": certificate}])
    for call in (
        lambda: elb.modify_listener(ListenerArn=listeners[1], Certificates=[{"CertificateArn": certificate}]),
        lambda: elb.remove_listener_certificates(
            ListenerArn=listeners[0], Certificates=[{"CertificateArn": certificate}]
        ),
    ):
        with aws.refuses("AccessDenied", 403):
            call()


def test_a_classic_load_balancer_is_allowed_by_name(aws, store, reader):
    certificate = store()
    listener = {"Protocol": "HTTPS", "LoadBalancerPort": 443, "InstancePort": 80, "SSLCertificateId": certificate}
    for name in ("mine", "theirs"):
        aws.client("elb").create_load_balancer(LoadBalancerName=name, Listeners=[listener])
    scope = f"arn:aws:elasticloadbalancing:us-east-1:{ACCOUNT}:loadbalancer/mine"
    elb = aws.client(
        "elb",
        access_key=reader({"Action": "elasticloadbalancing:SetLoadBalancerListenerSSLCertificate", "Resource": scope}),
    )
    values = {"LoadBalancerPort": 443, "SSLCertificateId": certificate}
    elb.set_load_balancer_listener_ssl_certificate(LoadBalancerName="mine", **values)
    with aws.refuses("AccessDenied", 403):
        elb.set_load_balancer_listener_ssl_certificate(LoadBalancerName="theirs", **values)


@pytest.mark.parametrize("kind", ["EDGE", "REGIONAL"])
def test_an_api_domain_needs_more_than_patch(aws, store, reader, kind):
    aws.control("POST", "settings", {"apigateway_update_seconds": 0})
    member = "certificateArn" if kind == "EDGE" else "regionalCertificateArn"
    certificate = store()
    aws.client("apigateway").create_domain_name(
        domainName="www.example.com", endpointConfiguration={"types": [kind]}, **{member: certificate}
    )
    domains = "arn:aws:apigateway:us-east-1::/domainnames"
    statements = [
        {"Action": "apigateway:GET", "Resource": [domains, f"{domains}/*"]},
        {"Action": "apigateway:PATCH", "Resource": f"{domains}/www.example.com"},
        {
            "Action": ["apigateway:AddCertificateToDomain", "apigateway:RemoveCertificateFromDomain"],
            "Resource": f"{domains}/*",
        },
    ]
    gateway = aws.client("apigateway", access_key=reader(*statements))
    gateway.get_domain_names()
    gateway.get_domain_name(domainName="www.example.com")
    change = {
        "domainName": "www.example.com",
        "patchOperations": [{"op": "replace", "path": f"/{member}", "value": certificate}],
    }
    if kind == "REGIONAL":
        gateway.update_domain_name(**change)
        return
    with aws.refuses("AccessDeniedException", 403) as refusal:
        gateway.update_domain_name(**change)
    assert "cloudfront:UpdateDistribution on resource: *" in refusal.message


def test_a_tenant_is_allowed_by_tag(aws, store, reader):
    admin = aws.client("cloudfront")
    viewer = {
        "ACMCertificateArn": store("*.example.com"),
        "SSLSupportMethod": "sni-only",
        "MinimumProtocolVersion": "TLSv1.2_2021",
    }
    config = {
        "CallerReference": "one",
        "Comment": "",
        "Enabled": True,
        "ConnectionMode": "tenant-only",
        "Origins": {
            "Quantity": 1,
            "Items": [{"Id": "o", "DomainName": "o.example.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}],
        },
        "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all"},
        "ViewerCertificate": viewer,
    }
    distribution = admin.create_distribution(DistributionConfig=config)["Distribution"]["Id"]
    made = {}
    for name in ("mine", "theirs"):
        tags = {"Items": [{"Key": "owner", "Value": name}]}
        made[name] = admin.create_distribution_tenant(
            DistributionId=distribution, Name=name, Domains=[{"Domain": f"{name}.example.com"}], Tags=tags
        )
    key = reader(
        {
            "Action": ["cloudfront:ListDistributionTenants", "cloudfront:ListDistributionTenantsByCustomization"],
            "Resource": "*",
        },
        {
            "Action": ["cloudfront:GetDistributionTenant", "cloudfront:UpdateDistributionTenant"],
            "Resource": f"arn:aws:cloudfront::{ACCOUNT}:distribution-tenant/*",
            "Condition": {"StringEquals": {"aws:ResourceTag/owner": "mine"}},
        },
    )
    cloudfront = aws.client("cloudfront", access_key=key)
    cloudfront.list_distribution_tenants()
    cloudfront.get_distribution_tenant(Identifier=made["mine"]["DistributionTenant"]["Id"])
    cloudfront.update_distribution_tenant(
        Id=made["mine"]["DistributionTenant"]["Id"], IfMatch=made["mine"]["ETag"], Enabled=True
    )
    with aws.refuses("AccessDenied", 403):
        cloudfront.update_distribution_tenant(
            Id=made["theirs"]["DistributionTenant"]["Id"], IfMatch=made["theirs"]["ETag"], Enabled=True
        )


def test_a_parameter_is_allowed_by_its_path(aws, reader):
    scope = f"arn:aws:ssm:us-east-1:{ACCOUNT}:parameter/certops/*"
    ssm = aws.client("ssm", access_key=reader({"Action": ["ssm:PutParameter", "ssm:GetParameter"], "Resource": scope}))
    ssm.put_parameter(Name="/certops/www", Value="one", Type="String")
    with aws.refuses("AccessDeniedException"):
        ssm.put_parameter(Name="/others/www", Value="one", Type="String")
    with aws.refuses("AccessDeniedException"):
        ssm.put_parameter(Name="/certops/api", Value="one", Type="String", Tags=[{"Key": "a", "Value": "b"}])
