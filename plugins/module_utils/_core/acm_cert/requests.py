# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that ACM issues: which request is ours, what it waits for, and when another one has to be made.

https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
"""

from __future__ import annotations

import hashlib
import json
import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..values import domain_names, times
from . import certificates, limits
from .certificates import AMAZON_ISSUED, ISSUED, KEY_OF_A_CLIENT, PENDING, AcmCertificate, AcmSummary, Validation
from .import_plan import may_adopt

# A request that is not validated by then is dead.
VALIDATION = timedelta(hours=72)
# What ACM refused is not asked for again at once: each request counts for the quota of a year.
RETRY_AFTER = timedelta(hours=24)
TOKEN_LENGTH = 32
# https://aws.amazon.com/certificate-manager/pricing/: for each name, at the request and at each renewal
USD_PER_NAME, USD_PER_WILDCARD = 7, 79
# https://docs.aws.amazon.com/acm/latest/userguide/setup-caa.html
CAA_IDENTITIES = ("amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com")
_REMEDIES = {
    "CAA_ERROR": "a CAA record of a name forbids ACM to issue; add one with issue amazon.com, or remove those records",
    "ADDITIONAL_VERIFICATION_REQUIRED": "AWS wants to verify a name itself; open a case with AWS Support",
    "DOMAIN_NOT_ALLOWED": "AWS has a name on a block list; open a case with AWS Support",
    "INVALID_PUBLIC_DOMAIN": "a name is not below a public top-level domain; correct it",
    "DOMAIN_VALIDATION_DENIED": "the validation of a name was denied; see its records",
}


@dataclass(frozen=True)
class WantedRequest:
    """The certificate that ACM shall issue."""

    domains: tuple[str, ...]
    key_type: str
    tags: t.Mapping[str, str] = field(default_factory=dict)
    is_exportable: bool = False

    @property
    def ordered(self) -> tuple[str, ...]:
        """The names with one in front that may be a common name."""
        first = next(name for name in self.domains if len(name) <= limits.MAX_COMMON_NAME)
        return (first, *(name for name in self.domains if name != first))


@dataclass(frozen=True)
class ValidationRecord:
    """The CNAME that proves a name to ACM, for this account, in every region and for every certificate."""

    domain: str
    name: str
    value: str

    def is_in(self, values: t.Iterable[str]) -> bool:
        """Whether one of these is the value; ACM takes it without its leading underscore, too."""
        return any(value.rstrip(".").lower() in (self.value, self.value.removeprefix("_")) for value in values)

    def as_dict(self) -> dict[str, str]:
        """The record as it stands in results."""
        return {"domain": self.domain, "name": self.name, "type": "CNAME", "value": self.value}


def token(wanted: WantedRequest, replaces: t.Iterable[str] = ()) -> str:
    """The idempotency token: another one for each difference in what is asked for, and for a request in place of dead
    ones. ACM compares nothing else for an hour."""
    parts = [
        list(wanted.ordered),
        wanted.key_type,
        sorted(wanted.tags.items()),
        wanted.is_exportable,
        sorted(replaces),
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:TOKEN_LENGTH]


def may_be_ours(summary: AcmSummary, wanted: WantedRequest) -> bool:
    """Whether this was requested from ACM for the same names, key and use, whatever became of it."""
    return (
        summary.type == AMAZON_ISSUED
        and not summary.managed_by
        and summary.key_origin != KEY_OF_A_CLIENT
        and summary.key_type == wanted.key_type
        and summary.is_exportable == wanted.is_exportable
        and summary.domains == certificates.names_of(wanted.domains)
    )


def fits(found: AcmCertificate, wanted: WantedRequest) -> bool:
    """Whether this is, or will be, the wanted certificate."""
    return (
        found.type == AMAZON_ISSUED
        and found.status in (ISSUED, PENDING)
        and not found.managed_by
        and found.key_origin != KEY_OF_A_CLIENT
        and found.key_type == wanted.key_type
        and found.is_exportable == wanted.is_exportable
        and found.domains == certificates.names_of(wanted.domains)
    )


@dataclass(frozen=True)
class KnownRequests:
    """What a region has of requests for the same: ``alive`` is pending or issued, ``dead`` ended without a certificate
    or with one that is over."""

    alive: tuple[AcmSummary, ...]
    dead: tuple[AcmSummary, ...]

    def refused(self, now: datetime) -> tuple[str, str] | None:
        """What ACM refused a short time ago, and until when it is not asked again; None if it may be."""
        failed = [(one.created_at, one.arn) for one in self.dead if one.status == "FAILED" and one.created_at]
        if not failed or now - max(failed)[0] >= RETRY_AFTER:
            return None
        created_at, arn = max(failed)
        return arn, times.to_text(created_at + RETRY_AFTER)


def known(
    listed: t.Iterable[AcmSummary], tags: t.Mapping[str, t.Mapping[str, str]], wanted: WantedRequest
) -> KnownRequests:
    """Of these, which may be ours, those that may be taken by their ``tags``; issued ones first, then the newest."""
    ours = [one for one in listed if may_adopt(tags.get(one.arn, {}), wanted.tags)]
    ours.sort(key=lambda one: (one.status != ISSUED, -(one.created_at.timestamp() if one.created_at else 0), one.arn))
    alive = tuple(one for one in ours if one.status in (ISSUED, PENDING))
    return KnownRequests(alive, tuple(one for one in ours if one not in alive))


def records(validations: t.Iterable[Validation]) -> tuple[ValidationRecord, ...]:
    """The records that ACM looks for, each once: a wildcard and its base have the same."""
    found = {
        one.record_name: ValidationRecord(domain_names.base(one.domain), one.record_name, one.record_value)
        for one in validations
        if one.record_name
    }
    return tuple(found[name] for name in sorted(found))


def are_records_known(certificate: AcmCertificate) -> bool:
    """Whether ACM has said which records it looks for; it does some seconds after a request."""
    return bool(certificate.validations) and all(one.record_name for one in certificate.validations)


def cost(domains: t.Iterable[str]) -> int:
    """What an exportable certificate for these names costs in USD, at the request and at each renewal."""
    return sum(USD_PER_WILDCARD if domain_names.is_wildcard(name) else USD_PER_NAME for name in domains)


def cost_text(domains: t.Sequence[str]) -> str:
    """The same as a sentence."""
    return (
        f"an exportable certificate for these {len(domains)} names costs {cost(domains)} USD when it is requested, and"
        f" again at each renewal ({USD_PER_NAME} for a name, {USD_PER_WILDCARD} for a wildcard)"
    )


def is_pending(certificate: AcmCertificate) -> bool:
    """Whether ACM waits for the validation of names, or is about to issue."""
    return certificate.status == PENDING


def failure(certificate: AcmCertificate) -> str | None:
    """Why there will be no certificate of this request, and what to do; None while there may be, or is one."""
    if certificate.status in (ISSUED, PENDING):
        return None
    if certificate.status == "VALIDATION_TIMED_OUT":
        missing = ", ".join(one.domain for one in certificate.validations if one.status != "SUCCESS")
        return (
            f"{certificate.arn} was not validated within {VALIDATION // timedelta(hours=1)} hours"
            + (f" (of {missing})" if missing else "")
            + "; see that the validation records are visible in DNS: the next run requests another one"
        )
    reason = certificate.failure_reason
    remedy = _REMEDIES.get(reason, "see the console of ACM")
    return f"{certificate.arn} has the status {certificate.status} ({reason or 'no reason given'}): {remedy}"


def expires_at(certificate: AcmCertificate) -> datetime | None:
    """When a pending request is dead."""
    is_pending = certificate.status == PENDING and certificate.created_at is not None
    return certificate.created_at + VALIDATION if is_pending and certificate.created_at else None
