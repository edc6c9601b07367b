# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that a run is to revoke once the new one is verified: remembered from its start on, so that whichever
run comes that far does it."""

from __future__ import annotations

import typing as t
from datetime import datetime

from ..values import times
from ..values.shapes import CertificateRecord, JournalRecord, ProjectDocument
from .journal import is_unfinished


def asked(document: ProjectDocument, reason: str | None, is_recorded: bool) -> ProjectDocument:
    """The document of a run that is to revoke what it replaces, which may be superseded already (``is_recorded``)."""
    found = document.copy()
    if reason is None or not found["journal"]:
        return found
    found["journal"] = {**found["journal"], "revoke": reason}
    if is_recorded and found["superseded"]:
        found["superseded"] = [*found["superseded"][:-1], _marked(found["superseded"][-1], reason)]
    return found


def superseded(former: CertificateRecord, journal: JournalRecord | None) -> CertificateRecord:
    """The certificate that was replaced by the run of this journal."""
    reason = journal.get("revoke") if journal else None
    return _marked(former, reason) if reason else former


def done(
    entries: t.Iterable[CertificateRecord], fingerprints: t.Collection[str], now: datetime
) -> list[CertificateRecord]:
    """The superseded certificates after these were revoked."""
    return [_revoked(entry, now) if entry["fingerprint_sha256"] in fingerprints else entry for entry in entries]


def noted(revoked: t.Mapping[str, str], fingerprints: t.Iterable[str], now: datetime) -> dict[str, str]:
    """When what was revoked, by fingerprint: the archive keeps the bundles, so a certificate may come back after the
    record has forgotten it."""
    return {**dict.fromkeys(fingerprints, times.to_text(now)), **revoked}


def reminded(entry: CertificateRecord, revoked: t.Mapping[str, str]) -> CertificateRecord:
    """A certificate that comes back from the archive, with the time of its revocation if it was revoked."""
    at = revoked.get(entry["fingerprint_sha256"])
    return {**entry, "revoked_at": at} if at else entry


def remembered(document: ProjectDocument, is_recorded: bool) -> str | None:
    """The reason for which the recorded certificate is to be revoked, by a run that did not come as far as replacing
    it."""
    unfinished = document["journal"]
    return unfinished.get("revoke") if is_unfinished(unfinished) and not is_recorded else None


def pending(document: ProjectDocument, is_recorded: bool) -> list[CertificateRecord]:
    """The certificates that are still to be revoked, each with its reason; the recorded one is, if a run that is to
    revoke it is not that far."""
    reason, certificate = remembered(document, is_recorded), document["certificate"]
    return [
        *filter(is_pending, document["superseded"]),
        *([_marked(certificate, reason)] if reason and certificate else []),
    ]


def is_pending(entry: CertificateRecord) -> bool:
    """Whether the certificate is still to be revoked."""
    return bool(entry.get("revoke"))


def is_good(entry: CertificateRecord) -> bool:
    """Whether the certificate may come into service again."""
    return not entry.get("revoke") and not entry.get("revoked_at")


def _marked(entry: CertificateRecord, reason: str) -> CertificateRecord:
    return entry if entry.get("revoked_at") else {**entry, "revoke": reason}


def _revoked(entry: CertificateRecord, now: datetime) -> CertificateRecord:
    found = entry.copy()
    found.pop("revoke", None)
    found["revoked_at"] = times.to_text(now)
    return found
