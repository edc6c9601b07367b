# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a run: which of them it takes, and what each has to say to the project document once it is done."""

from __future__ import annotations

import typing as t

from ..project import journal, places, sources
from ..values.plan import Outcome
from ..values.shapes import CertificateRecord, ProjectDocument
from . import recording, rollback, run_plan
from .run_plan import RunPlan
from .step_report import StepReport, known_certificate

_ISSUANCE = ("directory", "issued_at", "source_arn")
_NOTICES = ("notify", "notify_former")
# The step that puts a certificate into its store.
_STORING = {places.IAM: "upload", places.ACM: "import"}


def first(plan: RunPlan, document: ProjectDocument | None, is_checked: bool) -> list[str]:
    """What comes before the certificate is bound: the step that brings one, with its check unless that was made before
    the definition was written, or before the order that is resumed was begun; and the step that stores it."""
    if document is None or document["lock"] is None:
        return []
    run, source = document["lock"]["run"], document["definition"]["source"]
    if run == rollback.RUN:
        back = plan.certificate
        return ["import"] if back and places.store_of(back) == places.ACM and back.get("archive_uri") else []
    if run in run_plan.WITHOUT_JOURNAL:
        return []
    checked = ["preflight"] if plan.issue and not is_checked and not plan.resumed else []
    if requests(plan, document):
        return checked
    brought = plan.issue or (source == sources.FILES and not _went_back(document))
    return [*checked, *([sources.STEPS[source]] if brought else []), _stored(plan, document)]


def requests(plan: RunPlan, document: ProjectDocument | None) -> list[str]:
    """What a run does that asks ACM for its certificate: that, and what stores an exported one; empty for others."""
    if document is None or document["lock"] is None or document["definition"]["source"] != sources.ACM:
        return []
    if document["lock"]["run"] in (rollback.RUN, *run_plan.WITHOUT_JOURNAL) or (
        _went_back(document) and not plan.issue
    ):
        return []
    stored = _stored(plan, document)
    return ["request_in_place"] if stored == _STORING[places.ACM] else [sources.STEPS[sources.ACM], stored]


def parts(plan: RunPlan, document: ProjectDocument | None, before: t.Sequence[str]) -> list[str]:
    """All parts of a run in their order, as the role has them: what comes first (``before``), and what it is for."""
    if document is None or document["lock"] is None:
        return ["runs/leave"]
    run, asked = document["lock"]["run"], requests(plan, document)
    main = "request" if asked else "converge" if run in ("renew", "reissue") else run
    return [*(f"steps/{step}" for step in (*before, *asked[:1])), f"runs/{main}"]


def after_binding(
    document: ProjectDocument, run: str, to_be_revoked: t.Sequence[t.Any], superseded: t.Mapping[str, t.Any]
) -> list[str]:
    """What a run does once the certificate is bound: it is published, what it replaced is retired (``superseded``, by
    store), and people are told. A rollback retires nothing."""
    definition = document["definition"]
    retired = {
        "withdraw": document["to_withdraw"],
        "revoke": to_be_revoked,
        "delete_superseded": superseded[places.IAM],
        "delete_superseded_acm": superseded[places.ACM],
    }
    published = ["publish"] if definition["publish"] else []
    return [*published, *(step for step, work in retired.items() if work and run != rollback.RUN), *notices(document)]


def notices(document: ProjectDocument) -> list[str]:
    """What notifies people: the topic and its subscriptions, the notice, and for a project that was adopted with both
    topics, the notice to the one of the old tool."""
    if not document["definition"]["sns_topic"]:
        return []
    return ["subscribe", *(_NOTICES if former_topic(document) else _NOTICES[:1])]


def former_topic(document: ProjectDocument) -> str | None:
    """The topic of an old tool that is notified as well."""
    return document["adoption"].get("also_notified") if document["adoption"] else None


def postponed(bind_result: t.Mapping[str, t.Any], is_recorded: bool) -> list[str]:
    """What of that has to wait, since not everything has the certificate yet; and the notices, if there is no news."""
    waiting = [] if bind_result["complete"] else ["publish", "withdraw", "delete_superseded", "delete_superseded_acm"]
    return [*waiting, *([] if is_recorded else _NOTICES)]


def _went_back(document: ProjectDocument) -> bool:
    """Whether the project went back to an earlier certificate, so that nothing newer is looked for."""
    return rollback.is_marked(document["certificate"])


def _stored(plan: RunPlan, document: ProjectDocument) -> str:
    certificate, definition = document["certificate"], document["definition"]
    if certificate is None or plan.issue or places.is_elsewhere(certificate, definition):
        return _STORING[definition["certificate_store"]]
    return _STORING[places.store_of(certificate)]


def is_to_be_checked(plan: RunPlan, before: t.Mapping[str, t.Any] | None, after: t.Mapping[str, t.Any] | None) -> bool:
    """Whether the definition is new or another one, so that it may not work: the stored one continues to work until it
    is known that it does."""
    if after is None or plan.resumed:
        return False
    return before is None or before["definition"] != after["definition"]


def uploaded(params: t.Mapping[str, t.Any], outcome: Outcome) -> StepReport | None:
    """What an upload says: the certificate in its place, if that is news. One that was issued is: its CA, which may be
    a fallback, and when it was are recorded beside it, since CAs date certificates back."""
    if not (outcome.changed or params["renewal"] is not None):
        return None
    return _stored_report(params, {"store": places.IAM, **outcome.result["server_certificate"]})


def imported(params: t.Mapping[str, t.Any], outcome: Outcome) -> StepReport | None:
    """What an import into ACM says, likewise; one that changed nothing may have left a region out."""
    return None if not params["bundle"] else _stored_report(params, outcome.result["certificate"])


def _stored_report(params: t.Mapping[str, t.Any], stored: t.Mapping[str, t.Any]) -> StepReport:
    bundle = params["bundle"]
    origin: dict[str, t.Any] = {"archive_uri": bundle["uri"] if isinstance(bundle, t.Mapping) else bundle}
    if params["renewal"] is not None and isinstance(bundle, t.Mapping):
        origin.update({key: bundle[key] for key in _ISSUANCE if key in bundle})
    certificate = t.cast("CertificateRecord", {**stored, **origin})
    known = known_certificate(certificate)
    return StepReport(
        phase=journal.Phase.STORED.value,
        certificate=known,
        predicted=None if known else certificate,
        renewal=params["renewal"],
    )


def requested(params: t.Mapping[str, t.Any], outcome: Outcome) -> StepReport | None:
    """What a request to ACM says: that it waits, or the certificate that ACM keeps and renews under its ARN. One that
    was exported is recorded by the step that stores it."""
    result = outcome.result
    if result["state"] == "pending":
        arn = result["certificate_arn"]
        return StepReport(phase=journal.Phase.ORDERING.value, order_url=arn) if arn else None
    if not params["in_place"]:
        return None
    origin = {"archive_uri": result["bundle"]["uri"]} if result["bundle"] else {}
    certificate = t.cast("CertificateRecord", {**result["recordable"], **origin})
    return StepReport(phase=journal.Phase.STORED.value, certificate=certificate, renewal=result["renewal"])


def bound(_params: t.Mapping[str, t.Any], outcome: Outcome) -> StepReport | None:
    """What a binding says: that its certificate was seen in service."""
    return StepReport(phase=journal.Phase.VERIFIED.value, bind_result=outcome.result)


def cleaned(params: t.Mapping[str, t.Any], outcome: Outcome) -> StepReport | None:
    """What a clean-up says: what it deleted, or that candidates were gone already, for example deleted by a run that
    was killed before it could say so."""
    result, candidates = outcome.result, params["candidates"]
    is_news = bool(result["deleted"]) or (candidates is not None and len(result["kept"]) < len(candidates))
    return StepReport(phase=journal.Phase.CLEANED.value, cleanup_result=result) if is_news else None


def revoked(_params: t.Mapping[str, t.Any], outcome: Outcome) -> StepReport | None:
    """What a revocation says, also one that found nothing left to revoke."""
    return StepReport(revoked=(outcome.result["certificate"]["fingerprint_sha256"],))


def is_worth_recording(document: ProjectDocument, report: StepReport, changed: bool, rehearsal: bool) -> bool:
    """Whether a report belongs in the document: work that changed nothing does only in the journal of a run that had
    something to do, or if it found another certificate than the recorded one."""
    if changed or not report.is_about_work or _is_other(document["certificate"], report.certificate):
        return True
    return recording.is_own(document) or (rehearsal and journal.is_unfinished(document["journal"]))


def _is_other(recorded: CertificateRecord | None, reported: CertificateRecord | None) -> bool:
    """Whether a certificate that was found is another one than the record has, or in another place."""
    if reported is None or recorded is None:
        return reported is not None
    is_same = recorded["fingerprint_sha256"] == reported["fingerprint_sha256"]
    return not is_same or places.identity(recorded) != places.identity(reported)
