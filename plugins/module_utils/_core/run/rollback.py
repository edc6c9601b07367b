# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which superseded certificate a project goes back to, and how that is remembered so that a scheduled run does not undo
it."""

from __future__ import annotations

import typing as t
from datetime import datetime

from ..project import pending_revocations, places, sources
from ..values import domain_names, times
from ..values.shapes import CertificateRecord, ProjectDefinition, ProjectDocument, RolledBack

RUN = "rollback"


def choose(
    document: ProjectDocument, available: t.Iterable[t.Mapping[str, t.Any]], now: datetime
) -> tuple[CertificateRecord | None, str]:
    """The superseded certificate that was in service last, of those that can serve the project; or why there is
    none."""
    ids = {one["id"] for one in available}
    current = document["certificate"]
    problems = []
    for entry in reversed(document["superseded"]):
        problem = _problem(entry, document["definition"]["domains"], ids, now) or _is_current(entry, current)
        if problem is None:
            return entry, ""
        problems.append(f"{entry.get('name')} {problem}")
    return None, "; ".join(problems) or "none was kept"


def marked(certificate: CertificateRecord, definition: ProjectDefinition, now: datetime) -> CertificateRecord:
    """The certificate that was gone back to, as it stands in the record: with what of the definition it was accepted
    for, whatever it is itself."""
    accepted: RolledBack = {
        "at": times.to_text(now),
        "domains": definition["domains"],
        "key_type": definition["key_type"],
        "acme_directory": definition["acme_directory"],
        "acme_profile": definition["acme_profile"],
        "certificate_store": definition["certificate_store"],
        "source": definition["source"],
    }
    return {**certificate, "rolled_back": accepted}


def is_marked(certificate: CertificateRecord | None) -> t.TypeGuard[CertificateRecord]:
    """Whether the project went back to this certificate."""
    return bool(certificate and certificate.get("rolled_back"))


def at(certificate: CertificateRecord | None) -> str | None:
    """When the project went back to it; bundles from before do not count as newer ones."""
    return certificate["rolled_back"]["at"] if is_marked(certificate) else None


def stands_for(certificate: CertificateRecord, definition: ProjectDefinition) -> t.Mapping[str, t.Any]:
    """What the definition is compared with: what the certificate has, or what it was accepted for."""
    accepted = certificate.get("rolled_back") or certificate.get("adopted")
    has = {**definition, "source": sources.ACME, **certificate}
    return t.cast("t.Mapping[str, t.Any]", accepted or has)


def _problem(entry: CertificateRecord, domains: t.Sequence[str], ids: t.Collection[str], now: datetime) -> str | None:
    if places.store_of(entry) == places.IAM and entry.get("id") not in ids:
        return "is no longer in IAM"
    if not places.serves_cloudfront(entry):
        return "is a copy outside the region of CloudFront"
    if not pending_revocations.is_good(entry):
        return "is revoked, or is going to be"
    if times.from_text(entry["not_after"]) <= now:
        return f"expired at {entry['not_after']}"
    uncovered = domain_names.uncovered(entry["domains"], domains)
    return f"does not cover {', '.join(uncovered)}" if uncovered else None


def _is_current(entry: CertificateRecord, current: CertificateRecord | None) -> str | None:
    """Why the certificate in service leaves nothing to go back to: it is this one, or only it stands under the ARN."""
    is_same = current is not None and entry["fingerprint_sha256"] == current["fingerprint_sha256"]
    if is_same and current is not None and places.store_of(entry) == places.store_of(current):
        return "is the certificate in service"
    if places.is_overwritten(entry, current) and not entry.get("archive_uri"):
        return "was replaced under its ARN, and is in no archive"
    return None
