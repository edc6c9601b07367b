# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings on the record of a project: expiry, renewal, failures, and an interval that does not suit the lifetime."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..certificate import renewal
from ..certificate.certificate import Certificate
from ..certificate.renewal_info import RenewalInfo
from ..project import document as project_document, journal, lease, sources
from ..values import times
from ..values.shapes import CertificateRecord, ProjectDocument
from .findings import Finding, finding

# A schedule is expected to look more often than this, and the shorter a certificate lives, the more often.
LONGEST_GRACE = timedelta(days=1)


def record(document: ProjectDocument, interval_days: int, now: datetime, is_locked: bool) -> list[Finding]:
    """What is to be said of a project that has a document."""
    name, unfinished = document["name"], document["journal"]
    found = _failures(name, document, now)
    adoption = document["adoption"]
    if adoption is not None and project_document.is_being_adopted(document):
        begun = f"it began at {adoption['started_at']} and came to the phase {adoption['phase']}"
        found.append(finding("ADOPTION_UNFINISHED", name, f"{begun}; nobody renews the certificate meanwhile"))
    if is_locked:
        found.append(finding("PROJECT_LOCKED", name, f"a run holds it until {lease.of(document)['expires_at']}"))
    elif journal.is_unfinished(unfinished):
        found.append(
            finding(
                "RUN_UNFINISHED",
                name,
                f"the run that began at {unfinished['started_at']} ended after the phase {unfinished['phase']}",
            )
        )
    source = document["definition"]["source"]
    if document["certificate"] and source != sources.ACME:
        found += brought(document["certificate"], source, now)
    elif document["certificate"]:
        found += certificate(document["certificate"], interval_days, project_document.renewal_info(document), now)
    return found


def brought(fields: CertificateRecord, source: str, now: datetime) -> list[Finding]:
    """Whether something has to be done about a certificate that is not ours to renew."""
    known, name = Certificate.from_dict(fields), str(fields.get("name"))
    decided = sources.decide(known, source, now)
    if now >= known.not_after:
        return [finding("CERTIFICATE_EXPIRED", name, decided.reason)]
    return [finding("CERTIFICATE_LATE", name, decided.reason)] if now >= decided.renew_at else []


def certificate(
    fields: CertificateRecord, interval_days: int, info: RenewalInfo | None, now: datetime
) -> list[Finding]:
    """Expiry, renewal and interval of the recorded certificate."""
    known = Certificate.from_dict(fields)
    name = str(fields.get("name"))
    decided = renewal.decide(known, interval_days, now, info)
    found = [finding("INTERVAL_UNSUITABLE", name, warning) for warning in decided.warnings]
    until = times.to_text(known.not_after)
    margin = known.not_after - decided.renew_at
    if now >= known.not_after:
        return [*found, finding("CERTIFICATE_EXPIRED", name, f"it expired at {until}")]
    if now >= decided.renew_at + margin / 2:
        return [*found, finding("CERTIFICATE_EXPIRES_SOON", name, f"it expires at {until}; {decided.reason}")]
    if now >= decided.renew_at + min(LONGEST_GRACE, margin / 4):
        return [*found, finding("RENEWAL_OVERDUE", name, f"{decided.reason}; it expires at {until}")]
    return found


def _failures(name: str, document: ProjectDocument, now: datetime) -> list[Finding]:
    state = document["renewal"]
    if not state["failures"]:
        return []
    last_run = document["last_run"]
    error = (last_run.get("Error") if last_run else None) or "its last run says why"
    waits = state["next_attempt_at"]
    until = f"; scheduled runs wait until {waits}" if waits and times.from_text(waits) > now else ""
    return [finding("RUN_FAILED", name, f"{state['failures']} in a row: {error}{until}")]
