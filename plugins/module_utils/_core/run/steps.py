# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of a run: which of them it takes, and what each has to say to the project document once it is done."""

from __future__ import annotations

import typing as t

from ..project import journal
from ..values.plan import Outcome
from ..values.shapes import CertificateRecord, ProjectDocument
from . import recording
from .run_plan import RunPlan
from .step_report import StepReport, known_certificate

_ISSUANCE = ("directory", "issued_at")


def first(plan: RunPlan, is_checked: bool) -> list[str]:
    """What comes before the certificate is stored: the order, and its check unless that was made before the definition
    was written, or before the order that is resumed was begun."""
    return [*([] if is_checked or plan.resumed else ["preflight"]), "issue"] if plan.issue else []


def is_to_be_checked(plan: RunPlan, before: t.Mapping[str, t.Any] | None, after: t.Mapping[str, t.Any] | None) -> bool:
    """Whether the definition is new or another one, so that it may not work: the stored one continues to work until it
    is known that it does."""
    if after is None or plan.resumed:
        return False
    return before is None or before["definition"] != after["definition"]


def uploaded(params: t.Mapping[str, t.Any], outcome: Outcome) -> StepReport | None:
    """What an upload says: the certificate in its place, if that is news. One that was issued is: its CA, which may be
    a fallback, and when it was are recorded beside it, since CAs date certificates back."""
    is_issued = params["renewal"] is not None
    if not (outcome.changed or is_issued):
        return None
    bundle = params["bundle"]
    origin: dict[str, t.Any] = {"archive_uri": bundle["uri"] if isinstance(bundle, t.Mapping) else bundle}
    if is_issued and isinstance(bundle, t.Mapping):
        origin.update({key: bundle[key] for key in _ISSUANCE if key in bundle})
    certificate = t.cast("CertificateRecord", {**outcome.result["server_certificate"], **origin})
    known = known_certificate(certificate)
    return StepReport(
        phase=journal.Phase.STORED.value,
        certificate=known,
        predicted=None if known else certificate,
        renewal=params["renewal"],
    )


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
    something to do."""
    if changed or not report.is_about_work:
        return True
    return recording.is_own(document) or (rehearsal and journal.is_unfinished(document["journal"]))
