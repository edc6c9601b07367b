# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was issued for a project and when, as far as CAs count it against their limits."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..certificate import renewal_info
from ..certificate.certificate import Certificate
from ..values import times
from ..values.shapes import CertificateRecord, IssuedRecord, ProjectDocument
from . import directories

# No limit that is published looks back further; the document keeps no more than that, and not without end.
LONGEST_WINDOW = timedelta(days=7)
MOST_KEPT = 20
# Let's Encrypt's limits treat an order as a renewal if the same exact set was issued before.
# https://letsencrypt.org/docs/rate-limits/#non-ari-renewals
RENEWAL_WINDOW = timedelta(days=120)
ARI, RENEWAL = "ari", "renewal"
EXEMPTIONS = (ARI, RENEWAL)


@dataclass(frozen=True)
class Issuance:
    """One certificate, the CA that issued it, and why limits that know such exemptions did not count it, if so."""

    at: datetime
    directory: str
    domains: frozenset[str]
    exempt: str | None = None


def of(document: ProjectDocument) -> tuple[Issuance, ...]:
    """All that the document still knows, oldest first: what runs noted, and the certificates of the record, which may
    be from before that."""
    noted = {entry["serial"]: entry for entry in document.get("issued") or ()}
    found = [_noted(entry) for entry in noted.values()]
    others = [
        entry
        for entry in (*document["superseded"], document["certificate"])
        if entry and entry.get("not_before") and entry.get("serial") not in noted
    ]
    for one in sorted((_recorded(entry, document) for entry in others), key=lambda each: each.at):
        before = tuple(each for each in found if each.at < one.at)
        found.append(Issuance(one.at, one.directory, one.domains, RENEWAL if _is_renewal(before, one) else None))
    return tuple(sorted(found, key=lambda each: each.at))


def exemption(document: ProjectDocument, domains: t.Collection[str], directory: str, at: datetime) -> str | None:
    """Why an order of these names at this time is a renewal to the CA: it follows its renewal information, or the same
    names were there before."""
    if _is_suggested(document, domains, directory, at):
        return ARI
    return RENEWAL if _is_renewal(of(document), Issuance(at, directories.url(directory), frozenset(domains))) else None


def noted(document: ProjectDocument, certificate: CertificateRecord, now: datetime) -> list[IssuedRecord]:
    """The list ``issued`` of the document with this certificate in it, and without what CAs no longer count."""
    entries = [entry for entry in document.get("issued") or () if now - times.from_text(entry["at"]) < LONGEST_WINDOW]
    recorded = [entry for entry in (document["certificate"], *document["superseded"]) if entry]
    known = {entry["serial"] for entry in entries} | {entry.get("serial") for entry in recorded}
    at, directory = issued_at(certificate), _issuer(certificate) or ""
    if certificate["serial"] not in known and now - at < LONGEST_WINDOW:
        exempt = exemption(document, certificate["domains"], directory, at)
        entries.append(
            {
                "serial": certificate["serial"],
                "at": times.to_text(at),
                "acme_directory": directory,
                "domains": list(certificate["domains"]),
                "exempt": exempt,
            }
        )
    return entries[-MOST_KEPT:]


def _is_suggested(document: ProjectDocument, domains: t.Collection[str], directory: str, at: datetime) -> bool:
    """Whether the CA suggests a renewal at this time, and the order can name the certificate that it replaces: it
    shares a name (RFC 9773 section 5)."""
    if document["certificate"] is None or directories.url(str(_issuer(document["certificate"]))) != directories.url(
        directory
    ):
        return False
    certificate = Certificate.from_dict(document["certificate"])
    info = renewal_info.known(document["renewal"].get("ari"), certificate)
    return (
        info is not None
        and info.window is not None
        and info.window.start <= at <= info.window.end
        and bool(set(domains) & set(certificate.domains))
    )


def _is_renewal(before: t.Iterable[Issuance], one: Issuance) -> bool:
    return any(
        each.domains == one.domains
        and each.directory == one.directory
        and timedelta(0) < one.at - each.at <= RENEWAL_WINDOW
        for each in before
    )


def issued_at(entry: CertificateRecord) -> datetime:
    """When a certificate was issued; CAs date it back, so one of a document that does not say so counts as older than
    it is."""
    return times.from_text(entry.get("issued_at") or entry["not_before"])


def _issuer(entry: CertificateRecord) -> str | None:
    """The CA that issued, which may be a fallback, or else the one that was wanted."""
    return entry.get("directory") or entry.get("acme_directory")


def _recorded(entry: CertificateRecord, document: ProjectDocument) -> Issuance:
    directory = _issuer(entry) or document["definition"]["acme_directory"]
    return Issuance(issued_at(entry), directories.url(str(directory)), frozenset(entry.get("domains") or ()))


def _noted(entry: IssuedRecord) -> Issuance:
    return Issuance(
        times.from_text(entry["at"]),
        directories.url(str(entry["acme_directory"])),
        frozenset(entry["domains"]),
        entry["exempt"],
    )
