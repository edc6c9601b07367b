# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run writes into the project document, from its start over each step to its end or failure: document in,
document out."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

from ..ca import issuances
from ..project import document as project_document, journal, last_run, lease, pending_revocations, places, sources
from ..values import redaction, times
from ..values.shapes import CertificateRecord, Deployed, JournalRecord, ProjectDocument, Wanted
from . import rollback, run_plan
from .run_plan import RunPlan
from .step_report import RenewalReport, StepReport

FIRST_RETRY = timedelta(hours=1)
LAST_RETRY = timedelta(hours=24)


def started(
    document: ProjectDocument, plan: RunPlan, now: datetime, revoke_reason: str | None = None
) -> ProjectDocument:
    """The locked document at the start of a run: a journal continued or begun, the last run in process; unchanged if
    nothing is to do."""
    found = document.copy()
    unfinished, run = document["journal"], lease.of(document)["run"]
    if plan.resumed and unfinished:
        found["journal"] = {**_held_by(document, unfinished), "wanted": journal.wanted(document["definition"])}
    elif plan.action != "none":
        begun = _begun(document, plan.action, now)
        found["journal"] = {**begun, "issued_since": plan.issued_since}
        # What a run was to revoke that ended before it replaced anything is still to be revoked by the one that does.
        revoke_reason = revoke_reason or (
            pending_revocations.remembered(document, project_document.is_recorded(document)) if plan.issue else None
        )
    elif journal.is_unfinished(unfinished) and run not in (*run_plan.WITHOUT_JOURNAL, "renew"):
        # What it was about is no longer wanted, for example a change of names that was taken back.
        found["journal"] = {**unfinished, "phase": journal.Phase.DONE.value}
        found["last_run"] = last_run.succeeded(document["last_run"] or last_run.begin((), now), now)
        found["renewal"] = {**document["renewal"], "next_attempt_at": None, "failures": 0}
    if plan.action != "none":
        found["last_run"] = last_run.begin(_replaced(found), now)
        found = pending_revocations.asked(found, revoke_reason, plan.resumed and project_document.is_recorded(found))
    return found


def reported(document: ProjectDocument, report: StepReport, now: datetime) -> ProjectDocument:
    """The document after this report; a run that had nothing to do by its plan, but did something, gets a journal
    late."""
    if (
        report.certificate is not None
        and lease.of(document)["run"] == "restore"
        and not _brings_back(document, report.certificate)
    ):
        return _with_restored(document, report.certificate)
    found = _begun_late(document, report, now)
    if report.certificate is not None:
        found = _with_certificate(found, report.certificate, now)
        found = _with_rollback(found, now) if lease.of(found)["run"] == rollback.RUN else found
    if report.renewal is not None:
        found = _with_renewal(found, report.renewal)
    if report.subscribed is not None:
        stays = () if report.unsubscribed is None else set(found["subscribed"]) - set(report.unsubscribed)
        found["subscribed"] = sorted({*report.subscribed, *stays})
    found["to_withdraw"] = [one for one in found["to_withdraw"] if one not in report.withdrawn]
    found["superseded"] = pending_revocations.done(found["superseded"], report.revoked, now)
    found["revoked"] = pending_revocations.noted(found["revoked"], report.revoked, now)
    if report.cleanup_result is not None:
        found["superseded"] = _still_there(found, report.cleanup_result)
    found = _advanced(found, report, now) if is_own(found) else _noted(found, report, now)
    return found if report.failure is None else _failed(found, report, now)


def _begun_late(document: ProjectDocument, report: StepReport, now: datetime) -> ProjectDocument:
    """The document with a journal of this run, if it needs one and has none yet."""
    found, run = document.copy(), lease.of(document)["run"]
    if is_own(found):
        return found
    if run == "delete" and report.phase is not None:
        # From here on certificates of the record may be gone.
        found["journal"] = _begun(found, run, now)
    elif report.is_about_work and not journal.is_unfinished(found["journal"]):
        found["journal"] = _begun(found, "rebind", now)
        found["last_run"] = last_run.begin(_replaced(found), now)
    return found


def retry_delay(failures: int) -> timedelta:
    """How long a scheduled run waits after so many failures in a row."""
    return min(LAST_RETRY, FIRST_RETRY * (1 << min(failures - 1, 10)))


def is_own(document: ProjectDocument) -> bool:
    """Whether the journal is that of the run that holds the lock; a run ID alone could be given twice."""
    lock, run = lease.of(document), document["journal"]
    return run is not None and (run.get("run_id"), run.get("fence")) == (lock["run_id"], lock["fence"])


def _begun(document: ProjectDocument, action: str, now: datetime) -> JournalRecord:
    """The journal of the run that holds the lock, as it begins."""
    return _held_by(document, journal.begin(lease.of(document)["run"], action, document["definition"], now))


def _held_by(document: ProjectDocument, run: JournalRecord) -> JournalRecord:
    """The journal in the hands of the run that holds the lock."""
    lock = lease.of(document)
    return {**run, "run_id": lock["run_id"], "fence": lock["fence"]}


def _is_side_run(document: ProjectDocument) -> bool:
    """Whether the lock is held by a run that neither issues nor binds, whose failure says nothing about renewal."""
    return lease.of(document)["run"] in run_plan.WITHOUT_JOURNAL


def _replaced(document: ProjectDocument) -> list[CertificateRecord]:
    """The certificates that the run replaces: the superseded ones, and the recorded one unless this run brought it or
    keeps it."""
    certificate = document["certificate"]
    return [
        *document["superseded"],
        *([] if certificate is None or project_document.is_recorded(document) else [certificate]),
    ]


def _with_certificate(document: ProjectDocument, certificate: CertificateRecord, now: datetime) -> ProjectDocument:
    """The certificate is the recorded one; another one that was there is superseded, unless it never had a place
    outside the archive."""
    former, run = document["certificate"], document["journal"] if is_own(document) else None
    fingerprint = certificate["fingerprint_sha256"]
    wanted = run["wanted"] if run else document["definition"]
    entry: CertificateRecord = {
        "acme_directory": wanted["acme_directory"],
        "acme_profile": wanted["acme_profile"],
        **_source_of(wanted),
        **certificate,
        "deployed": None,
    }
    superseded = [old for old in document["superseded"] if not _is_same(old, certificate)]
    if former and former["fingerprint_sha256"] == fingerprint:
        stays = places.identity(former) == places.identity(certificate)
        entry = {
            **places.kept_after_move(former, certificate),
            **_source_of(wanted),
            **certificate,
            "deployed": former.get("deployed") if stays else None,
        }
        left = places.left_behind(former, certificate)
        superseded += [left] if left else []
    elif former and places.has_place(former):
        superseded.append(pending_revocations.superseded(former, run))
    superseded = _without_overwritten(superseded, entry, document["definition"]["keep_previous"])
    found: ProjectDocument = {
        **document,
        "certificate": entry,
        "superseded": superseded,
        "issued": issuances.noted(document, entry, now) if sources.of(entry) == sources.ACME else document["issued"],
    }
    if run:
        found["journal"] = {**run, "fingerprint_sha256": fingerprint}
    return found


def _source_of(wanted: t.Mapping[str, t.Any]) -> CertificateRecord:
    """Where the certificate comes from, unless it is a CA by ACME, as in records of earlier versions."""
    source = sources.of(wanted)
    return t.cast("CertificateRecord", {} if source == sources.ACME else {"source": source})


def _is_same(old: CertificateRecord, certificate: CertificateRecord) -> bool:
    """Whether both are one certificate in one store; a move leaves the same one behind in the other."""
    same = old["fingerprint_sha256"] == certificate["fingerprint_sha256"]
    return same and places.store_of(old) == places.store_of(certificate)


def _without_overwritten(
    superseded: t.Sequence[CertificateRecord], current: CertificateRecord, keep: int
) -> list[CertificateRecord]:
    """The superseded certificates without those, beyond the newest to keep, that a re-import replaced: no clean-up
    meets them."""
    overwritten = [
        old for old in superseded if places.is_overwritten(old, current) and not pending_revocations.is_pending(old)
    ]
    forgotten = [
        *(old for old in overwritten if not old.get("archive_uri")),
        *overwritten[: max(0, len(overwritten) - keep)],
    ]
    return [old for old in superseded if old not in forgotten]


def _with_rollback(document: ProjectDocument, now: datetime) -> ProjectDocument:
    """The certificate is one that the project went back to, with its own time of renewal."""
    certificate = rollback.marked(project_document.recorded(document), document["definition"], now)
    found: ProjectDocument = {**document, "certificate": certificate}
    return project_document.with_renewal_info(found, project_document.renewal_info(found), now)


def _brings_back(document: ProjectDocument, certificate: CertificateRecord) -> bool:
    """Whether this is the recorded certificate in a new place, because it had gone missing."""
    former = document["certificate"]
    if former is None or former["fingerprint_sha256"] != certificate["fingerprint_sha256"]:
        return False
    return places.identity(former) != places.identity(certificate)


def _with_restored(document: ProjectDocument, certificate: CertificateRecord) -> ProjectDocument:
    """A certificate from the archive is there to go back to, the first choice; the recorded one stays what it is."""
    fingerprint = certificate["fingerprint_sha256"]
    if document["certificate"] and document["certificate"]["fingerprint_sha256"] == fingerprint:
        return document.copy()
    known = next((old for old in document["superseded"] if old["fingerprint_sha256"] == fingerprint), None)
    others = [old for old in document["superseded"] if old["fingerprint_sha256"] != fingerprint]
    restored: CertificateRecord = {**known, **certificate} if known else certificate
    return {**document, "superseded": [*others, pending_revocations.reminded(restored, document["revoked"])]}


def _with_renewal(document: ProjectDocument, renewal: RenewalReport) -> ProjectDocument:
    """The time of the next renewal; the sentence alone is not news, since it may tell the time of day."""
    known = document["renewal"]
    ari = renewal.get("ari", known["ari"]) or {}
    if (renewal.get("renew_at"), ari) == (known["renew_at"], known["ari"]):
        return document
    return {
        **document,
        "renewal": {**known, "renew_at": renewal.get("renew_at"), "reason": renewal.get("reason"), "ari": ari},
    }


def _still_there(document: ProjectDocument, result: t.Mapping[str, t.Any]) -> list[CertificateRecord]:
    """Those that the clean-up kept, and those of a store that it was not about: what it neither kept nor deleted was
    gone before, for example deleted by a run that was killed."""
    superseded, current = document["superseded"], document["certificate"]
    if "kept" not in result:
        return list(superseded)
    if result.get("store") == places.ACM:
        arns = {entry["arn"] for entry in result["kept"]}
        meant = [old for old in superseded if places.store_of(old) == places.ACM]
        gone = [old for old in meant if not arns & set(places.arns(old)) and not places.is_overwritten(old, current)]
    else:
        names = {entry["name"] for entry in result["kept"]}
        meant = [old for old in superseded if places.store_of(old) == places.IAM]
        gone = [old for old in meant if old.get("name") not in names]
    return [old for old in superseded if old not in gone or pending_revocations.is_pending(old)]


def _advanced(document: ProjectDocument, report: StepReport, now: datetime) -> ProjectDocument:
    found, run = document.copy(), document["journal"]
    if run is None:
        return found
    if report.order_url is not None:
        run = {**run, "order_url": report.order_url}
    if report.phase is not None:
        run = journal.advanced(run, report.phase)
    found["journal"] = run
    last = last_run.merged(
        found["last_run"] or last_run.begin(_replaced(found), now), (report.bind_result, report.cleanup_result)
    )
    certificate = found["certificate"]
    if report.phase is not None and journal.is_deployed(run["phase"]) and project_document.is_recorded(found):
        found["certificate"] = certificate and _deployed(certificate, run["wanted"], now)
    if report.phase == journal.Phase.DONE.value:
        last = last_run.succeeded(last, now)
        found["renewal"] = {**found["renewal"], "next_attempt_at": None, "failures": 0}
    found["last_run"] = last
    return found


def _noted(document: ProjectDocument, report: StepReport, now: datetime) -> ProjectDocument:
    """What a run without a journal of its own leaves behind: results of a clean-up, and that a failing project is well
    again."""
    found = document.copy()
    if report.bind_result is not None or report.cleanup_result is not None:
        record = last_run.merged(
            found["last_run"] or last_run.succeeded(last_run.begin((), now), now),
            (report.bind_result, report.cleanup_result),
        )
        found["last_run"] = last_run.judged(record)
    has_ended = report.phase == journal.Phase.DONE.value and not _is_side_run(found)
    if has_ended and found["renewal"]["failures"] and not journal.is_unfinished(found["journal"]):
        found["last_run"] = last_run.succeeded(last_run.begin((), now), now)
        found["renewal"] = {**found["renewal"], "next_attempt_at": None, "failures": 0}
    return found


def _deployed(certificate: CertificateRecord, wanted: Wanted, now: datetime) -> CertificateRecord:
    before = certificate.get("deployed")
    if before and (before["bind"], before["distributions"]) == (wanted["bind"], wanted["distributions"]):
        return certificate
    deployed: Deployed = {
        "at": times.to_text(now),
        "bind": wanted["bind"],
        "distributions": wanted["distributions"],
    }
    return {**certificate, "deployed": deployed}


def _failed(document: ProjectDocument, report: StepReport, now: datetime) -> ProjectDocument:
    if _is_side_run(document):
        return document
    failures = document["renewal"]["failures"] + 1
    # The CA knows best when its limit is over; before that an attempt is useless, after it a longer wait is. No limit
    # that is published lasts longer than
    # its window, so a time beyond that is a mistake, for which no certificate may expire.
    said = min(times.from_text(report.retry_at), now + issuances.LONGEST_WINDOW) if report.retry_at else now
    next_attempt = said if said > now else now + retry_delay(failures)
    state = document["renewal"].copy()
    state["failures"], state["next_attempt_at"] = failures, times.to_text(next_attempt)
    record = (document["last_run"] if is_own(document) else None) or last_run.begin((), now)
    return {
        **document,
        "renewal": state,
        "last_run": last_run.failed(record, redaction.redacted(report.failure or ""), now),
    }


def released(document: ProjectDocument) -> ProjectDocument:
    """The document without a lock."""
    return {**document, "lock": None}


def held(document: ProjectDocument, now: datetime) -> ProjectDocument:
    """The document with its lock renewed, since its run is at work."""
    return {**document, "lock": lease.renewed(lease.of(document), now)}
