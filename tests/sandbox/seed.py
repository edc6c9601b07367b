# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Something to play with: zones and distributions, made by boto3 as a user would."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import boto3


@dataclass(frozen=True)
class Distribution:
    """A distribution as it was made."""

    id: str
    arn: str
    domain_name: str
    aliases: tuple[str, ...]


class Seed:
    """Makes resources in the sandbox that `env` points to."""

    def __init__(self, env: Mapping[str, str] | None = None) -> None:
        self._env = env or os.environ

    def client(self, service: str) -> Any:
        """A boto3 client for the sandbox, whatever the environment of this process says."""
        return boto3.Session(
            aws_access_key_id=self._env["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self._env["AWS_SECRET_ACCESS_KEY"],
            region_name=self._env["AWS_REGION"],
        ).client(service, endpoint_url=self._env["AWS_ENDPOINT_URL"])

    def create_zone(self, name: str, private: bool = False) -> str:
        """A hosted zone; returns its ID."""
        more: dict[str, Any] = {}
        if private:
            more = {"HostedZoneConfig": {"PrivateZone": True}, "VPC": {"VPCRegion": self._env["AWS_REGION"], "VPCId": "vpc-0123456789abcdef0"}}
        answer = self.client("route53").create_hosted_zone(Name=name, CallerReference=uuid.uuid4().hex, **more)
        return str(answer["HostedZone"]["Id"]).rpartition("/")[2]

    def create_record(self, zone_id: str, name: str, kind: str, values: Iterable[str], ttl: int = 60) -> None:
        """A record set; TXT values are quoted here."""
        records = [{"Value": f'"{value}"' if kind == "TXT" else value} for value in values]
        change = {"Action": "CREATE", "ResourceRecordSet": {"Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": records}}
        self.client("route53").change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": [change]})

    def create_distribution(
        self, aliases: Iterable[str] = (), certificate: str | None = None, staging: bool = False, more: Mapping[str, Any] | None = None
    ) -> Distribution:
        """A distribution; `certificate` is a ServerCertificateId of IAM, or an ARN of ACM; `more` overrides parts of the configuration."""
        names = tuple(aliases)
        config = {**distribution_config(names, certificate, staging), **(more or {})}
        made = self.client("cloudfront").create_distribution(DistributionConfig=config)["Distribution"]
        return Distribution(made["Id"], made["ARN"], made["DomainName"], names)


def viewer_certificate(certificate: str | None) -> dict[str, Any]:
    if certificate is None:
        return {"CloudFrontDefaultCertificate": True}
    key = "ACMCertificateArn" if certificate.startswith("arn:") else "IAMCertificateId"
    return {key: certificate, "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": "TLSv1.2_2021"}


def distribution_config(aliases: tuple[str, ...], certificate: str | None, staging: bool) -> dict[str, Any]:
    """The smallest configuration that CloudFront takes."""
    origin = {
        "Id": "origin",
        "DomainName": "origin.example.net",
        "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
    }
    behaviour = {"TargetOriginId": "origin", "ViewerProtocolPolicy": "redirect-to-https", "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"}
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


def playground(env: Mapping[str, str]) -> list[str]:
    """Two zones and three distributions; returns what was made, in words."""
    seed = Seed(env)
    lines = [f"hosted zone {name} ({seed.create_zone(name)})" for name in ("example.com", "example.org")]
    for aliases in ((), (), ()):
        made = seed.create_distribution(aliases)
        lines.append(f"distribution {made.id} ({', '.join(aliases) or 'no alias yet'})")
    return lines
