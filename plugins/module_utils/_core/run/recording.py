# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run writes into the project document, from its start over each step to its end or failure: document in,
document out."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

from ..ca import issuances
from ..project import document as project_document, journal, last_run, lease, pending_revocations
from ..project.document import Document
from ..values import redaction, times
from . import rollback, run_plan
from .run_plan import RunPlan
from .step_report import StepReport

FIRST_RETRY = timedelta(hours=1)
LAST_RETRY = timedelta(hours=24)


def started(
    document: t.Mapping[str, t.Any], plan: RunPlan, now: datetime, revoke_reason: str | None = None
) -> Document:
    """The locked document at the start of a run: a journal continued or begun, the last run in process; unchanged if
    nothing is to do."""
    found = dict(document)
    unfinished, run = document["journal"], document["lock"]["run"]
    if plan.resumed:
        found["journal"] = {**unfinished, **_holder(document), "wanted": journal.wanted(document["definition"])}
    elif plan.action != "none":
        begun = journal.begin(run, plan.action, document["definition"], now)
        found["journal"] = {**begun, "issued_since": plan.issued_since, **_holder(document)}
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


def reported(document: t.Mapping[str, t.Any], report: StepReport, now: datetime) -> Document:
    """The document after this report; a run that had nothing to do by its plan, but did something, gets a journal
    late."""
    if (
        report.certificate is not None
        and document["lock"]["run"] == "restore"
        and not _brings_back(document, report.certificate)
    ):
        return _with_restored(document, report.certificate)
    found = _begun_late(document, report, now)
    if report.certificate is not None:
        found = _with_certificate(found, report.certificate, now)
        found = _with_rollback(found, now) if found["lock"]["run"] == rollback.RUN else found
    if report.renewal is not None:
        found = _with_renewal(found, report.renewal)
    if report.subscribed is not None:
        found["subscribed"] = sorted(report.subscribed)
    found["superseded"] = pending_revocations.done(found["superseded"], report.revoked, now)
    found["revoked"] = pending_revocations.noted(found["revoked"], report.revoked, now)
    if report.cleanup_result is not None:
        found["superseded"] = _still_there(found["superseded"], report.cleanup_result)
    found = _advanced(found, report, now) if is_own(found) else _noted(found, report, now)
    return found if report.failure is None else _failed(found, report, now)


def _begun_late(document: t.Mapping[str, t.Any], report: StepReport, now: datetime) -> Document:
    """The document with a journal of this run, if it needs one and has none yet."""
    found, run = dict(document), document["lock"]["run"]
    if is_own(found):
        return found
    if run == "delete" and report.phase is not None:
        # From here on certificates of the record may be gone.
        found["journal"] = {**journal.begin(run, run, found["definition"], now), **_holder(found)}
    elif report.is_about_work and not journal.is_unfinished(found["journal"]):
        found["journal"] = {**journal.begin(run, "rebind", found["definition"], now), **_holder(found)}
        found["last_run"] = last_run.begin(_replaced(found), now)
    return found


def retry_delay(failures: int) -> timedelta:
    """How long a scheduled run waits after so many failures in a row."""
    return min(LAST_RETRY, FIRST_RETRY * (1 << min(failures - 1, 10)))


def is_own(document: t.Mapping[str, t.Any]) -> bool:
    """Whether the journal is that of the run that holds the lock."""
    holder = _holder(document)
    return document["journal"] is not None and {key: document["journal"].get(key) for key in holder} == holder


def _holder(document: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The holder of the lock, as its journal bears it; a run ID alone could be given twice."""
    lock = document["lock"]
    return {"run_id": lock["run_id"], "fence": lock["fence"]}


def _is_side_run(document: t.Mapping[str, t.Any]) -> bool:
    """Whether the lock is held by a run that neither issues nor binds, whose failure says nothing about renewal."""
    return document["lock"]["run"] in run_plan.WITHOUT_JOURNAL


def _replaced(document: t.Mapping[str, t.Any]) -> list[t.Mapping[str, t.Any]]:
    """The certificates that the run replaces: the superseded ones, and the recorded one unless this run brought it or
    keeps it."""
    certificate = document["certificate"]
    return [
        *document["superseded"],
        *([] if certificate is None or project_document.is_recorded(document) else [certificate]),
    ]


def _with_certificate(document: Document, certificate: t.Mapping[str, t.Any], now: datetime) -> Document:
    """The certificate is the recorded one; another one that was there is superseded, unless it never had a place
    outside the archive."""
    former = document["certificate"]
    fingerprint = certificate["fingerprint_sha256"]
    wanted = document["journal"]["wanted"] if is_own(document) else document["definition"]
    entry = {
        "acme_directory": wanted["acme_directory"],
        "acme_profile": wanted["acme_profile"],
        **certificate,
        "deployed": None,
    }
    superseded = [old for old in document["superseded"] if old["fingerprint_sha256"] != fingerprint]
    if former and former["fingerprint_sha256"] == fingerprint:
        entry = {
            **former,
            **certificate,
            "deployed": former.get("deployed") if _iam_identity(former) == _iam_identity(certificate) else None,
        }
    elif former and (former.get("id") or former.get("arn")):
        superseded.append(pending_revocations.superseded(former, document["journal"] if is_own(document) else None))
    found = {
        **document,
        "certificate": entry,
        "superseded": superseded,
        "issued": issuances.noted(document, entry, now),
    }
    if is_own(document):
        found["journal"] = {**document["journal"], "fingerprint_sha256": fingerprint}
    return found


def _iam_identity(certificate: t.Mapping[str, t.Any]) -> tuple[str | None, str | None]:
    return certificate.get("id"), certificate.get("arn")


def _with_rollback(document: Document, now: datetime) -> Document:
    """The certificate is one that the project went back to, with its own time of renewal."""
    certificate = rollback.marked(document["certificate"], document["definition"], now)
    found = {**document, "certificate": certificate}
    info = project_document.renewal_info(found)
    return project_document.with_renewal_info(found, info, now)


def _brings_back(document: t.Mapping[str, t.Any], certificate: t.Mapping[str, t.Any]) -> bool:
    """Whether this is the recorded certificate in a new place, because it had gone missing."""
    former = document["certificate"] or {}
    return former.get("fingerprint_sha256") == certificate["fingerprint_sha256"] and _iam_identity(
        former
    ) != _iam_identity(certificate)


def _with_restored(document: t.Mapping[str, t.Any], certificate: t.Mapping[str, t.Any]) -> Document:
    """A certificate from the archive is there to go back to, the first choice; the recorded one stays what it is."""
    fingerprint = certificate["fingerprint_sha256"]
    if document["certificate"] and document["certificate"]["fingerprint_sha256"] == fingerprint:
        return dict(document)
    known: t.Mapping[str, t.Any] = next(
        (old for old in document["superseded"] if old["fingerprint_sha256"] == fingerprint), {}
    )
    others = [old for old in document["superseded"] if old["fingerprint_sha256"] != fingerprint]
    return {
        **document,
        "superseded": [*others, pending_revocations.reminded({**known, **certificate}, document["revoked"])],
    }


def _with_renewal(document: Document, renewal: t.Mapping[str, t.Any]) -> Document:
    """The time of the next renewal; the sentence alone is no news, since it may tell the time of day."""
    known = document["renewal"]
    ari = renewal.get("ari", known["ari"]) or {}
    if (renewal.get("renew_at"), ari) == (known["renew_at"], known["ari"]):
        return document
    return {
        **document,
        "renewal": {**known, "renew_at": renewal.get("renew_at"), "reason": renewal.get("reason"), "ari": ari},
    }


def _still_there(
    superseded: t.Sequence[t.Mapping[str, t.Any]], result: t.Mapping[str, t.Any]
) -> list[t.Mapping[str, t.Any]]:
    """Those that the clean-up kept: what it neither kept nor deleted was gone before, for example deleted by a run that
    was killed."""
    if "kept" not in result:
        return list(superseded)
    kept = {entry["name"] for entry in result["kept"]}
    return [old for old in superseded if old.get("name") in kept or pending_revocations.is_pending(old)]


def _advanced(document: Document, report: StepReport, now: datetime) -> Document:
    found = dict(document)
    run = found["journal"]
    if report.order_url is not None:
        run = {**run, "order_url": report.order_url}
    if report.phase is not None:
        run = journal.advanced(run, report.phase)
    found["journal"] = run
    found["last_run"] = last_run.merged(
        found["last_run"] or last_run.begin(_replaced(found), now), (report.bind_result, report.cleanup_result)
    )
    if report.phase is not None and journal.is_deployed(run) and project_document.is_recorded(found):
        found["certificate"] = _deployed(found["certificate"], run["wanted"], now)
    if report.phase == journal.Phase.DONE.value:
        found["last_run"] = last_run.succeeded(found["last_run"], now)
        found["renewal"] = {**found["renewal"], "next_attempt_at": None, "failures": 0}
    return found


def _noted(document: Document, report: StepReport, now: datetime) -> Document:
    """What a run without a journal of its own leaves behind: results of a clean-up, and that a failing project is well
    again."""
    found = dict(document)
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


def _deployed(certificate: Document, wanted: t.Mapping[str, t.Any], now: datetime) -> Document:
    chosen = {"bind": wanted["bind"], "distributions": wanted["distributions"]}
    before = certificate.get("deployed")
    if before and {key: before[key] for key in chosen} == chosen:
        return certificate
    return {**certificate, "deployed": {"at": times.to_text(now), **chosen}}


def _failed(document: Document, report: StepReport, now: datetime) -> Document:
    if _is_side_run(document):
        return document
    failures = document["renewal"]["failures"] + 1
    # The CA knows best when its limit is over; before that an attempt is useless, after it a longer wait is. No limit
    # that is published lasts longer than
    # its window, so a time beyond that is a mistake, for which no certificate may expire.
    said = min(times.from_text(report.retry_at), now + issuances.LONGEST_WINDOW) if report.retry_at else now
    next_attempt = said if said > now else now + retry_delay(failures)
    state = {**document["renewal"], "failures": failures, "next_attempt_at": times.to_text(next_attempt)}
    record = document["last_run"] if is_own(document) else last_run.begin((), now)
    return {
        **document,
        "renewal": state,
        "last_run": last_run.failed(record, redaction.redacted(report.failure or ""), now),
    }


def released(document: t.Mapping[str, t.Any]) -> Document:
    """The document without a lock."""
    return {**document, "lock": None}


def held(document: t.Mapping[str, t.Any], now: datetime) -> Document:
    """The document with its lock renewed, since its run is at work."""
    return {**document, "lock": lease.renewed(document["lock"], now)}
