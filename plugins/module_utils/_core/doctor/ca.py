# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings on the CA: what CAA records say of it, and what it wants before it issues."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..dns.caa import CaaVerdict, Issuer, Reason, explain
from ..values import domain_names
from ..values.shapes import CertificateRecord
from .findings import Finding, finding

_CODES = {
    Reason.OTHER_ISSUERS: "CAA_FORBIDS",
    Reason.METHOD: "CAA_FORBIDS_METHOD",
    Reason.ACCOUNT: "CAA_FORBIDS_ACCOUNT",
    Reason.CRITICAL: "CAA_UNKNOWN_CRITICAL",
    Reason.UNKNOWN_ISSUER: "CAA_ISSUER_UNKNOWN",
}


@dataclass(frozen=True)
class Ca:
    """What the directory of the CA says; ``needs_eab`` also if it is known from elsewhere."""

    url: str
    profiles: tuple[str, ...] = ()
    needs_eab: bool = False
    caa_identities: tuple[str, ...] = ()
    terms_of_service: str | None = None


@dataclass(frozen=True)
class Applicant:
    """What we would come to the CA with."""

    profile: str | None = None
    terms_agreed: bool = True
    has_account: bool = False
    has_eab: bool = False


def directory(ca: Ca, applicant: Applicant) -> list[Finding]:
    """What the CA would refuse before it looks at a name."""
    found = []
    if applicant.profile and applicant.profile not in ca.profiles:
        offered = ", ".join(ca.profiles) or "none"
        found.append(
            finding(
                "PROFILE_NOT_OFFERED", ca.url, f"it does not offer the profile {applicant.profile}; it offers {offered}"
            )
        )
    if applicant.has_account:
        return found
    if not applicant.terms_agreed:
        terms = f" ({ca.terms_of_service})" if ca.terms_of_service else ""
        found.append(
            finding(
                "TERMS_NOT_AGREED",
                ca.url,
                f"no account is registered yet, and the terms of service{terms} are not agreed to",
            )
        )
    if ca.needs_eab and not applicant.has_eab:
        found.append(
            finding(
                "EAB_MISSING",
                ca.url,
                "it registers accounts only with an external account binding, and no account is registered yet",
            )
        )
    return found


def redundant(domains: t.Iterable[str], record: CertificateRecord | None) -> list[Finding]:
    """Names that a wildcard of the same order covers: Let's Encrypt refuses that, but a CA that did issue for these
    names did not.

    https://github.com/letsencrypt/boulder/blob/main/policy/pa.go
    """
    wanted = tuple(domains)
    if record is not None and set(record["domains"]) == set(wanted):
        return []
    wildcards = [name for name in wanted if domain_names.is_wildcard(name)]
    covered = [
        (name, wildcard)
        for name in wanted
        for wildcard in wildcards
        if name != wildcard and domain_names.covers(wildcard, name)
    ]
    return [
        finding("NAMES_REDUNDANT", name, f"{wildcard} covers it, and Let's Encrypt refuses an order with both")
        for name, wildcard in covered
    ]


def caa(domain: str, verdict: CaaVerdict, issuer: Issuer) -> list[Finding]:
    """What the records of a name mean for the CA."""
    if verdict.reason is None:
        return []
    return [finding(_CODES[verdict.reason], domain, explain(verdict, issuer))]


def unread(domain: str, owner: str, why: str) -> Finding:
    """The records of a name could not be read."""
    return finding("CAA_UNCHECKED", domain, f"the CAA records of {owner} could not be read: {why}")
