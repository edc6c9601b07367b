# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a project document to its row in the report."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..ca import directories, issuances
from ..project import history, identity, last_run as last_runs, lease, pending_revocations, places
from ..project.document import authority, is_recorded
from ..report import expiry
from ..report.fleet.rows import (
    ATTENTION,
    FleetRow,
    PastRun,
    RenewalWindow,
    ShownAddress,
    ShownCertificate,
    ShownTarget,
)
from ..run import overview
from ..values import texts, times
from ..values.shapes import CertificateRecord, Owner, PastRunRecord, ProjectDocument
from . import report_sites
from .drift import Index

LONGEST_NAME = 253
LONGEST_SENTENCE = 600
MOST_LISTED = 100
DEEPEST = 4
# A renewal is overdue after so many intervals of the schedule, and this part of the lifetime at least.
MISSED_RUNS = 2
MISSED_SHARE = 0.1
# Failures in a row that call for a person.
FAILING = 1


@dataclass(frozen=True)
class RowQuestion:
    """What holds for all rows alike: the moment, the thresholds in days, the hours between scheduled runs, what AWS
    lists (None: nobody asked), and whether the owner of a lock is dead."""

    now: datetime
    days: tuple[int, ...]
    interval_hours: float
    is_dead: t.Callable[[Owner], bool]
    index: Index | None = None


def broken(name: str, error: str) -> FleetRow:
    """The row of a document that cannot be used."""
    return FleetRow(
        name=_name(name), state="broken", reason=texts.cleaned(error, LONGEST_SENTENCE), attention=("broken",)
    )


def of(document: ProjectDocument, question: RowQuestion) -> FleetRow:
    """The row of a document in today's form."""
    shown = overview.of(document, question.now, question.is_dead)
    definition, recorded = document["definition"], document["certificate"]
    certificates = [_certificate(entry, entry is recorded) for entry in _entries(document)]
    last_run = document["last_run"]
    row = FleetRow(
        name=_name(document["name"]),
        state=shown["state"],
        reason=texts.cleaned(shown["reason"], LONGEST_SENTENCE),
        due=shown["due"],
        domains=_texts(definition["domains"]),
        tags={_name(key): _name(value) for key, value in list((definition["tags"] or {}).items())[:MOST_LISTED]},
        ca=_ca(document),
        key_type=_name(recorded["key_type"] if recorded else definition["key_type"]),
        store=_name(places.store_of(recorded) if recorded else definition["certificate_store"]),
        partition=_partition(document),
        certificates=tuple(certificates),
        addresses=_addresses(document),
        targets=_targets(document, question.index),
        renew_at=shown["renew_at"] or "",
        next_attempt_at=document["renewal"]["next_attempt_at"] or "",
        failures=document["renewal"]["failures"],
        status=texts.cleaned(shown["status"] or "", LONGEST_SENTENCE),
        last_run=_plain(dict(last_run)) if last_run else {},
        last_success_at=_last_success(document),
        window=_window(document),
        journal=_journal(document),
        history=tuple(_past(entry) for entry in reversed(history.of(document))),
        lock=_lock(document, question) if shown["state"] == "locked" else "",
    )
    return _judged(row, document, question)


def _judged(row: FleetRow, document: ProjectDocument, question: RowQuestion) -> FleetRow:
    """The row with how urgent it is, and why a person is needed."""
    left, lifetime = row.left(question.now), row.lifetime
    level = 0 if left is None else expiry.level(left, lifetime, question.days)
    late = _late(row, question.now)
    patience = max(timedelta(hours=MISSED_RUNS * question.interval_hours), (lifetime or timedelta(0)) * MISSED_SHARE)
    facts = {
        "expired": row.state == "expired",
        "failing": row.failures >= FAILING,
        "ca_incident": bool(row.window and row.window.explanation_url and late > timedelta(0)),
        "revocation_pending": bool(pending_revocations.pending(document, is_recorded(document))),
        "expiring": level > 0 and row.state != "expired",
        "overdue": late > patience and row.state != "locked",
    }
    found = {*(reason for reason, holds in facts.items() if holds)}
    if row.state not in ("locked", "unfinished"):
        found |= {*report_sites.reasons(document, question.index)}
    reasons = tuple(reason for reason in ATTENTION if reason in found)
    return FleetRow(**{**vars(row), "level": level, "attention": reasons})


def _late(row: FleetRow, now: datetime) -> timedelta:
    """How long ago the certificate was to be renewed; negative before that."""
    return now - times.from_text(row.renew_at) if row.renew_at and row.certificate else timedelta(0)


def _entries(document: ProjectDocument) -> list[CertificateRecord]:
    recorded = document["certificate"]
    return [*([recorded] if recorded else []), *reversed(document["superseded"][-MOST_LISTED:])]


def _certificate(entry: CertificateRecord, current: bool) -> ShownCertificate:
    return ShownCertificate(
        current=current,
        name=_name(entry.get("name")),
        id=_name(entry.get("id") or entry.get("arn")),
        serial=_name(entry.get("serial")),
        fingerprint_sha256=_name(entry.get("fingerprint_sha256")),
        issuer=texts.cleaned(entry.get("issuer") or "", LONGEST_SENTENCE),
        key_type=_name(entry.get("key_type")),
        issued_at=times.to_text(issuances.issued_at(entry)),
        not_before=_name(entry.get("not_before")),
        not_after=_name(entry.get("not_after")),
        archive_uri=texts.cleaned(entry.get("archive_uri") or "", LONGEST_SENTENCE),
        revoked_at=_name(entry.get("revoked_at")),
        store=_name(places.store_of(entry)),
        copies=_texts(places.arns(entry)),
    )


def _addresses(document: ProjectDocument) -> tuple[ShownAddress, ...]:
    subscribed = set(document["subscribed"])
    emails = document["definition"]["emails"][:MOST_LISTED]
    return tuple(ShownAddress(texts.cleaned(one, LONGEST_NAME), one in subscribed) for one in emails)


def _targets(document: ProjectDocument, index: Index | None) -> tuple[ShownTarget, ...]:
    """The distributions that use a certificate of the project; as the last run found them where AWS was not asked."""
    recorded = document["certificate"]
    if index is None or (recorded and not report_sites.is_listed(recorded, index)):
        found = dict.fromkeys(
            (*last_runs.distributions(document["last_run"]), *document["definition"]["distributions"])
        )
        return tuple(ShownTarget(_name(one)) for one in list(found)[:MOST_LISTED])
    own = [key for entry in _entries(document) for key in places.keys(entry)]
    users = {user.id: user for one in own for user in index.users.get(one, ())}
    return tuple(ShownTarget(_name(one), _texts(users[one].aliases)) for one in sorted(users)[:MOST_LISTED])


def _ca(document: ProjectDocument) -> str:
    """The CA of the certificate, or the one that is wanted: its known name, or its URL."""
    try:
        url = authority(document)[0] if document["certificate"] else document["definition"]["acme_directory"]
        url = directories.resolve(url).url
    except ValueError:
        return _name(document["definition"]["acme_directory"])
    known = {directory.url: name for name, directory in directories.KNOWN.items()}
    return known.get(url) or texts.cleaned(url, LONGEST_NAME)


def _partition(document: ProjectDocument) -> str:
    """The partition of the project's account; empty before there is one."""
    account = identity.account_of(document)
    return account.partition if account else ""


def _window(document: ProjectDocument) -> RenewalWindow | None:
    info = document["renewal"]["ari"]
    if not info or not document["certificate"]:
        return None
    return RenewalWindow(
        start=_name(info.get("window_start")),
        end=_name(info.get("window_end")),
        explanation_url=texts.cleaned(info.get("explanation_url") or "", LONGEST_SENTENCE),
        error=texts.cleaned(info.get("error") or "", LONGEST_SENTENCE),
    )


def _last_success(document: ProjectDocument) -> str:
    """When the last run that succeeded ended: the last one, or the one that deployed the certificate."""
    last_run, recorded, noted = document["last_run"], document["certificate"], history.last_success(document)
    if noted:
        return noted
    if last_run and last_run.get("Status") == last_runs.SUCCEEDED:
        return last_run.get("finished_at") or ""
    deployed = recorded.get("deployed") if recorded else None
    return deployed["at"] if deployed else ""


def _past(entry: PastRunRecord) -> PastRun:
    error = texts.cleaned(entry.get("error") or "", LONGEST_SENTENCE)
    return PastRun(
        run=_name(entry.get("run")),
        finished_at=_name(entry.get("finished_at")),
        status=f"{_name(entry.get('status'))}{f': {error}' if error else ''}",
        changes=tuple(texts.cleaned(one, LONGEST_SENTENCE) for one in list(entry.get("changes") or ())[:MOST_LISTED]),
        job=texts.cleaned(entry.get("job") or "", LONGEST_SENTENCE),
    )


def _journal(document: ProjectDocument) -> str:
    entry = document["journal"]
    if entry is None:
        return ""
    return texts.cleaned(
        f"{entry['run']}: {entry['action']}, {entry['phase']} ({entry['started_at']})", LONGEST_SENTENCE
    )


def _lock(document: ProjectDocument, question: RowQuestion) -> str:
    lock = document["lock"]
    if not lease.is_live(lock, question.now, question.is_dead):
        return ""
    return texts.cleaned(
        f"{lease.owner_text(lease.of(document))}, {lease.of(document)['expires_at']}", LONGEST_SENTENCE
    )


def _plain(value: t.Any, depth: int = DEEPEST) -> t.Any:
    """A value of a document with every text in it cleaned, and not more than a page can show."""
    if isinstance(value, dict) and depth:
        return {_name(key): _plain(entry, depth - 1) for key, entry in list(value.items())[:MOST_LISTED]}
    if isinstance(value, list) and depth:
        return [_plain(entry, depth - 1) for entry in value[:MOST_LISTED]]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return texts.cleaned(value, LONGEST_SENTENCE)


def _texts(values: t.Iterable[t.Any]) -> tuple[str, ...]:
    return tuple(_name(value) for value in list(values)[:MOST_LISTED])


def _name(value: t.Any) -> str:
    return "" if value is None else texts.cleaned(value, LONGEST_NAME)
