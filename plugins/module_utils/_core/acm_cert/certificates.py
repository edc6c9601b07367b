# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of ACM as its answers show them, in the words of the project document."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from ..values import times
from ..values.partitions import region_of

# CloudFront takes certificates of this region only, wherever a run is.
# https://docs.aws.amazon.com/acm/latest/userguide/acm-regions.html
CLOUDFRONT_REGION = "us-east-1"
IMPORTED, AMAZON_ISSUED = "IMPORTED", "AMAZON_ISSUED"
PENDING, ISSUED = "PENDING_VALIDATION", "ISSUED"
# Where the key of a certificate is that an ACME client ordered: never in ACM, so nothing can serve it.
KEY_OF_A_CLIENT = "ACME"
# All that ListCertificates knows: without this filter it shows RSA_1024 and RSA_2048 only.
# https://docs.aws.amazon.com/acm/latest/APIReference/API_Filters.html
KEY_ALGORITHMS = ("RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1")


@dataclass(frozen=True)
class Usages:
    """What the key of a certificate may be used for: key usages by the names of ACM, extended ones by their OIDs."""

    key: frozenset[str] = frozenset()
    extended: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Validation:
    """How one name is proven: the CNAME record that ACM looks for, once it is known, and what it found."""

    domain: str
    status: str
    method: str = "DNS"
    record_name: str = ""
    record_value: str = ""


@dataclass(frozen=True)
class AcmRenewal:
    """What ACM says of its own renewal."""

    status: str
    reason: str = ""
    updated_at: datetime | None = None
    validations: tuple[Validation, ...] = ()


@dataclass(frozen=True)
class AcmSummary:
    """One certificate as a listing shows it: no tags, no serial number, no users by name."""

    arn: str
    domains: tuple[str, ...]
    key_type: str
    status: str
    type: str
    in_use: bool = False
    not_before: datetime | None = None
    not_after: datetime | None = None
    created_at: datetime | None = None
    is_exportable: bool = False
    managed_by: str = ""
    key_origin: str = ""
    # a listing shows the first 100 names only
    has_more_domains: bool = False


@dataclass(frozen=True)
class AcmCertificate:
    """One certificate as DescribeCertificate shows it; ``in_use_by`` lags behind in both directions."""

    arn: str
    domains: tuple[str, ...]
    key_type: str
    status: str
    type: str
    serial: str = ""
    issuer: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    created_at: datetime | None = None
    imported_at: datetime | None = None
    usages: Usages = field(default_factory=Usages)
    in_use_by: tuple[str, ...] = ()
    failure_reason: str = ""
    managed_by: str = ""
    key_origin: str = ""
    is_exportable: bool = False
    validations: tuple[Validation, ...] = ()
    renewal_eligibility: str = ""
    renewal: AcmRenewal | None = None

    @property
    def region(self) -> str:
        """The region that the ARN names."""
        return region_of(self.arn)


@dataclass(frozen=True)
class AcmContent:
    """What GetCertificate gives back: never the key."""

    leaf: str
    chain: str


def key_type_of(algorithm: str) -> str:
    """Our word for a key algorithm, which answers write with a hyphen and requests with an underscore."""
    name = algorithm.replace("-", "_")
    if name.startswith("RSA_"):
        return name.lower()
    curve = name.removeprefix("EC_")
    return "ecdsa_p256" if curve == "prime256v1" else f"ecdsa_{curve}"


def algorithm_of(key_type: str) -> str:
    """The word of a request to ACM for a type of key."""
    return "EC_prime256v1" if key_type == "ecdsa_p256" else key_type.upper()


def serial_of(text: str) -> str:
    """A serial number as we write it: lower-case hex without colons and leading zeros."""
    return text.replace(":", "").lower().lstrip("0")


def names_of(domains: t.Iterable[str]) -> tuple[str, ...]:
    """Names as we compare them: ACM keeps no order, and repeats the common name."""
    return tuple(sorted({name.lower() for name in domains}))


def describe_summary(summary: AcmSummary) -> dict[str, t.Any]:
    """A certificate of a listing as it stands in results."""
    return {
        "arn": summary.arn,
        "region": region_of(summary.arn),
        "domains": list(summary.domains),
        "key_type": summary.key_type,
        "status": summary.status,
        "type": summary.type,
        "in_use": summary.in_use,
        "managed_by": summary.managed_by or None,
        "not_before": text_of(summary.not_before),
        "not_after": text_of(summary.not_after),
    }


def describe(certificate: AcmCertificate) -> dict[str, t.Any]:
    """A certificate as it stands in results."""
    return {
        "arn": certificate.arn,
        "region": certificate.region,
        "domains": list(certificate.domains),
        "key_type": certificate.key_type,
        "status": certificate.status,
        "type": certificate.type,
        "in_use": bool(certificate.in_use_by),
        "managed_by": certificate.managed_by or None,
        "not_before": text_of(certificate.not_before),
        "not_after": text_of(certificate.not_after),
        "serial": certificate.serial or None,
        "issuer": certificate.issuer or None,
    }


def text_of(moment: datetime | None) -> str | None:
    """A time as it stands in results; None if it is not known."""
    return times.to_text(moment) if moment else None
