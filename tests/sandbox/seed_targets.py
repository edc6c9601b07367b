# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Places that serve a certificate, made by boto3 as a user would: load balancers, API domains, tenants, and
certificates of ACM for them.

`env` is the environment of a sandbox; without it, the one of this process. `region` is that of the environment unless
given.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from sandbox.ca.authority import Authority

from .control import Control
from .environment import access_key
from .seed import Environment, client, distribution_config

FIXED_RESPONSE = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}]


def _client(service: str, env: Environment | None, region: str | None) -> Any:
    env = dict(env or os.environ)
    if region and region.startswith("cn-") and not env["AWS_REGION"].startswith("cn-"):
        env["AWS_ACCESS_KEY_ID"] = access_key(region)
    return client(service, {**env, "AWS_REGION": region} if region else env)


def import_certificate(
    domains: Sequence[str],
    authority: Authority | None = None,
    env: Environment | None = None,
    region: str | None = None,
    **tags: str,
) -> str:
    """A certificate of another CA in ACM; returns its ARN."""
    authority = authority or Authority()
    pair = authority.certificate(domains)
    more = {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]} if tags else {}
    parts = {
        "Certificate": pair.certificate_pem,
        "PrivateKey": pair.key_pem,
        "CertificateChain": authority.issuer.certificate_pem,
    }
    return str(_client("acm", env, region).import_certificate(**parts, **more)["CertificateArn"])


def create_listener(
    name: str,
    certificates: Sequence[str],
    *,
    kind: str = "application",
    port: int = 443,
    env: Environment | None = None,
    region: str | None = None,
) -> str:
    """A load balancer with one TLS listener; returns the listener's ARN. The first certificate is the default, all
    others stand in the list."""
    elb = _client("elbv2", env, region)
    made = elb.create_load_balancer(Name=name, Type=kind, Subnets=["subnet-0123456789abcdef0"])["LoadBalancers"][0][
        "LoadBalancerArn"
    ]
    protocol = "TLS" if kind == "network" else "HTTPS"
    given = {
        "Protocol": protocol,
        "Port": port,
        "Certificates": [{"CertificateArn": certificates[0]}],
        "DefaultActions": FIXED_RESPONSE,
    }
    arn = str(elb.create_listener(LoadBalancerArn=made, **given)["Listeners"][0]["ListenerArn"])
    for certificate in certificates[1:]:
        elb.add_listener_certificates(ListenerArn=arn, Certificates=[{"CertificateArn": certificate}])
    return arn


def create_classic_listener(
    name: str, certificate: str, port: int = 443, env: Environment | None = None, region: str | None = None
) -> str:
    """A classic load balancer with one TLS listener; returns NAME:PORT."""
    listener = {"Protocol": "HTTPS", "LoadBalancerPort": port, "InstancePort": 80, "SSLCertificateId": certificate}
    _client("elb", env, region).create_load_balancer(
        LoadBalancerName=name, Listeners=[listener], AvailabilityZones=["us-east-1a"]
    )
    return f"{name}:{port}"


def create_api_domain(
    name: str, certificate: str, kind: str = "REGIONAL", env: Environment | None = None, region: str | None = None
) -> str:
    """A custom domain name of API Gateway, whatever the limit on changes of them; returns its ARN."""
    control = Control(str((env or os.environ)["CERTOPS_SANDBOX_URL"]))
    limit = control.settings()["apigateway_update_seconds"]
    control.set(apigateway_update_seconds=0)
    try:
        member = {"certificateArn" if kind == "EDGE" else "regionalCertificateArn": certificate}
        made = _client("apigateway", env, region).create_domain_name(
            domainName=name, endpointConfiguration={"types": [kind]}, **member
        )
    finally:
        control.set(apigateway_update_seconds=limit)
    return str(made["domainNameArn"])


def create_multi_tenant_distribution(certificate: str, env: Environment | None = None) -> str:
    """A distribution for tenants, with the certificate that they share; returns its ID."""
    config = {**distribution_config((), certificate), "ConnectionMode": "tenant-only"}
    del config["Aliases"], config["Staging"]
    return str(client("cloudfront", env).create_distribution(DistributionConfig=config)["Distribution"]["Id"])


def create_tenant(
    distribution: str,
    domains: Sequence[str],
    certificate: str | None = None,
    env: Environment | None = None,
    **more: Any,
) -> str:
    """A tenant named like its first domain, perhaps with a certificate of its own; returns its ID."""
    own = {"Customizations": {"Certificate": {"Arn": certificate}}} if certificate else {}
    values = {
        "DistributionId": distribution,
        "Name": domains[0].replace("*", "star"),
        "Domains": [{"Domain": name} for name in domains],
        **own,
        **more,
    }
    return str(client("cloudfront", env).create_distribution_tenant(**values)["DistributionTenant"]["Id"])
