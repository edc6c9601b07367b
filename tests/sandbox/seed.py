# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Something to play with: zones, certificates and distributions, made by boto3 as a user would.

`env` is the environment of a sandbox; without it, the one of this process.
"""

from __future__ import annotations

import contextlib
import json
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

import boto3
import botocore.loaders
import botocore.session

from sandbox.ca.authority import Authority

from .control import Control

Environment = Mapping[str, str]


# What botocore has read of the services' descriptions: to read them again for each client takes longer than most calls.
_MODELS = botocore.loaders.create_loader()


def client(service: str, env: Environment | None = None) -> Any:
    """A boto3 client for the sandbox."""
    env = env or os.environ
    core = botocore.session.Session()
    core.register_component("data_loader", _MODELS)
    session = boto3.Session(
        env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"], region_name=env["AWS_REGION"], botocore_session=core
    )
    return session.client(service, endpoint_url=env["AWS_ENDPOINT_URL"])


def create_zone(name: str, private: bool = False, env: Environment | None = None) -> str:
    """A hosted zone; returns its ID."""
    more: dict[str, Any] = {}
    if private:
        more = {
            "HostedZoneConfig": {"PrivateZone": True},
            "VPC": {"VPCRegion": "us-east-1", "VPCId": "vpc-0123456789abcdef0"},
        }
    answer = client("route53", env).create_hosted_zone(Name=name, CallerReference=uuid.uuid4().hex, **more)
    return str(answer["HostedZone"]["Id"]).rpartition("/")[2]


def create_record(zone_id: str, name: str, kind: str, values: Iterable[str], env: Environment | None = None) -> None:
    """A record set; TXT values are quoted here."""
    records = [{"Value": f'"{value}"' if kind == "TXT" else value} for value in values]
    change = {
        "Action": "CREATE",
        "ResourceRecordSet": {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": records},
    }
    client("route53", env).change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": [change]})


def delegate(parent_zone_id: str, zone_id: str, env: Environment | None = None) -> None:
    """The NS records by which a zone hands a part of itself over to another zone: without them, DNS never looks into
    that."""
    zone = client("route53", env).get_hosted_zone(Id=zone_id)
    create_record(
        parent_zone_id,
        zone["HostedZone"]["Name"],
        "NS",
        [f"{server}." for server in zone["DelegationSet"]["NameServers"]],
        env,
    )


def create_role(
    name: str, trusted: str, external_id: str | None = None, policy: str | None = None, env: Environment | None = None
) -> str:
    """A role that an account may assume, perhaps with an external ID only; it may do everything unless a policy is
    given. Returns its ARN."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{trusted}:root"},
        "Action": "sts:AssumeRole",
    }
    if external_id:
        statement["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
    iam = client("iam", env)
    role = iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_role_policy(RoleName=name, PolicyName="allowed", PolicyDocument=policy or json.dumps(everything))
    return str(role["Role"]["Arn"])


def upload_certificate(
    name: str,
    domains: Sequence[str],
    env: Environment | None = None,
    path: str = "/cloudfront/",
    age: timedelta = timedelta(days=730),
) -> str:
    """A server certificate of another CA in IAM; returns its ServerCertificateId."""
    authority = Authority()
    pair = authority.certificate(domains, age=age)
    answer = client("iam", env).upload_server_certificate(
        ServerCertificateName=name,
        Path=path,
        CertificateBody=pair.certificate_pem,
        PrivateKey=pair.key_pem,
        CertificateChain=authority.issuer.certificate_pem,
    )
    return str(answer["ServerCertificateMetadata"]["ServerCertificateId"])


def create_distribution(
    aliases: Iterable[str] = (),
    certificate: str | None = None,
    staging: bool = False,
    more: Mapping[str, Any] | None = None,
    env: Environment | None = None,
) -> str:
    """A distribution; returns its ID.

    `certificate` is a ServerCertificateId of IAM or an ARN of ACM; aliases without one are what CloudFront took until
    April 2019.
    `more` replaces members of the configuration.
    """
    names = tuple(aliases)
    config = {**distribution_config(names, certificate, staging), **(more or {})}
    with _as_before_2019(env) if names and certificate is None else contextlib.nullcontext():
        return str(client("cloudfront", env).create_distribution(DistributionConfig=config)["Distribution"]["Id"])


@contextlib.contextmanager
def _as_before_2019(env: Environment | None) -> Iterator[None]:
    control = Control((env or os.environ)["CERTOPS_SANDBOX_URL"])
    control.set(cloudfront_aliases_without_certificate=True)
    try:
        yield
    finally:
        control.set(cloudfront_aliases_without_certificate=False)


def viewer_certificate(certificate: str | None) -> dict[str, Any]:
    """The ViewerCertificate member for a certificate."""
    if certificate is None:
        return {"CloudFrontDefaultCertificate": True}
    key = "ACMCertificateArn" if certificate.startswith("arn:") else "IAMCertificateId"
    return {key: certificate, "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021"}


def distribution_config(aliases: tuple[str, ...], certificate: str | None, staging: bool = False) -> dict[str, Any]:
    """The smallest configuration that CloudFront takes."""
    origin = {
        "Id": "origin",
        "DomainName": "origin.example.net",
        "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
    }
    behaviour = {
        "TargetOriginId": "origin",
        "ViewerProtocolPolicy": "redirect-to-https",
        "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
    }
    return {
        "CallerReference": uuid.uuid4().hex,
        "Aliases": {"Quantity": len(aliases), "Items": list(aliases)} if aliases else {"Quantity": 0},
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": behaviour,
        "Comment": "made for the sandbox",
        "Enabled": True,
        "Staging": staging,
        "ViewerCertificate": viewer_certificate(certificate),
    }


def playground(env: Environment) -> list[str]:
    """Two zones and three distributions; returns what was made, in words."""
    lines = [f"hosted zone {name}: {create_zone(name, env=env)}" for name in ("example.com", "example.org")]
    foreign = upload_certificate("old-one", ["example.com", "www.example.com"], env)
    lines.append(f"server certificate old-one: {foreign}, of another CA")
    distributions = ((("example.com", "www.example.com"), foreign), (("www.example.org",), None), ((), None))
    for aliases, certificate in distributions:
        made = create_distribution(aliases, certificate, env=env)
        lines.append(
            f"distribution {made}: {', '.join(aliases) or 'no alias'}, {'old-one' if certificate else 'no certificate'}"
        )
    return lines
