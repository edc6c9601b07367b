# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Custom domain names of API Gateway: what they serve, and which certificates they take."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .uses import API_DOMAIN, NewCertificate, Slot, Use

EDGE, REGIONAL, OWNERSHIP = "edge", "regional", "ownership"
AVAILABLE = "AVAILABLE"
HTTPS_PORT = 443
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html: not adjustable
CHANGE_SECONDS = 30.0
EDGE_REGION = "us-east-1"
PATHS = {
    EDGE: "/certificateArn",
    REGIONAL: "/regionalCertificateArn",
    OWNERSHIP: "/ownershipVerificationCertificateArn",
}
# https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-specify-certificate-for-custom-domain-name.html
KEY_TYPES = {
    EDGE: frozenset({"rsa_1024", "rsa_2048", "ecdsa_p256"}),
    REGIONAL: frozenset({"rsa_2048", "ecdsa_p256", "ecdsa_secp384r1"}),
}


@dataclass(frozen=True)
class ApiDomain:
    """One custom domain name as API Gateway shows it."""

    name: str
    kinds: tuple[str, ...] = ()
    edge_certificate: str = ""
    regional_certificate: str = ""
    ownership_certificate: str = ""
    edge_host: str = ""
    regional_host: str = ""
    status: str = AVAILABLE
    tags: t.Mapping[str, str] = field(default_factory=dict)

    @property
    def is_edge(self) -> bool:
        """Whether a distribution that nobody sees serves it."""
        return "EDGE" in self.kinds

    @property
    def is_public(self) -> bool:
        """Whether it is one of those that this collection changes."""
        return "PRIVATE" not in self.kinds


def use_of(domain: ApiDomain, region: str, new: NewCertificate) -> Use:
    """A domain as a target; its first place is the one that it is served from."""
    kind = EDGE if domain.is_edge else REGIONAL
    own = domain.edge_certificate if domain.is_edge else domain.regional_certificate
    places = [(kind, own)] + ([(OWNERSHIP, domain.ownership_certificate)] if domain.ownership_certificate else [])
    host = domain.edge_host if domain.is_edge else domain.regional_host
    return Use(
        kind=API_DOMAIN,
        id=domain.name,
        slots=tuple(Slot(name, arn, (domain.name,) if name != OWNERSHIP else ()) for name, arn in places),
        names=(domain.name,),
        key_types=KEY_TYPES[kind],
        address=(host, HTTPS_PORT) if host else None,
        probes=(domain.name,),
        is_settled=domain.status == AVAILABLE,
        tags=domain.tags,
        region=EDGE_REGION if domain.is_edge else "",
        why_not=_why_not(kind, EDGE_REGION if domain.is_edge else region, new),
    )


def _why_not(kind: str, wanted: str, new: NewCertificate) -> str:
    """Why the certificate cannot serve such a domain; empty if it can."""
    if new.arn is None or wanted in (new.region, *new.copies):
        return ""
    return f"its endpoint is {kind}, so it takes certificates of ACM in {wanted} only, and this one is in {new.region}"
