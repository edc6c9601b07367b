# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The states that project_record brings a document to: present, locked, recorded, absent. Document in, transition out;
may refuse."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..._errors import ConfigError, RefusedError
from ..project import (
    definition as project_definition,
    document as project_document,
    history,
    identity,
    journal,
    lease,
    sources,
)
from ..project.history import EndedRun
from ..project.lease import Claim
from ..report import notice
from ..values import redaction
from ..values.partitions import AwsAccount
from ..values.shapes import ProjectDefinition, ProjectDocument
from . import recording, reissue, run_plan, shown, step_options
from .run_plan import RunPlan
from .step_report import StepReport


@dataclass(frozen=True)
class Request:
    """What is asked of the document: its definition (checked), who asks, and the report of a step.

    ``rehearsal`` is check mode, ``available`` are the server certificates in IAM, ``job`` is the controller's that this
    run is part of. ``caller`` tells the account that the run works in, which a project changes only if
    ``account_change`` allows it. ``restore_bundle`` is what a restore is to bring back.
    """

    name: str
    claim: Claim
    definition: ProjectDefinition | None = None
    report: StepReport = field(default_factory=StepReport)
    release: bool = False
    rehearsal: bool = False
    available: tuple[t.Mapping[str, t.Any], ...] = ()
    job: str = ""
    caller: t.Callable[[], AwsAccount] | None = None
    account_change: bool = False
    restore_bundle: str | None = None


@dataclass(frozen=True)
class Transition:
    """The document as it shall be (None: gone), and what is reported to the caller."""

    document: ProjectDocument | None
    plan: RunPlan
    locked: bool = False
    holder: t.Mapping[str, t.Any] | None = None
    warnings: tuple[str, ...] = ()
    mail: notice.Notice | None = None
    summary: t.Mapping[str, t.Any] = field(default_factory=dict)


def present(request: Request, document: ProjectDocument | None) -> Transition:
    """The document exists with this definition; a lock of another run does not matter, since its run keeps what it
    began with."""
    _require_account(request, document)
    found, warnings = _defined(request, document)
    plan = run_plan.plan(found, request.claim.run, request.claim.now)
    return Transition(
        document=found, plan=plan, warnings=warnings, summary=notice.summary(found, document != found, plan.renew_at)
    )


def locked(request: Request, document: ProjectDocument | None) -> Transition:
    """The document is in the hands of this run, which starts; or another run holds it, and nothing is changed."""
    claim = request.claim
    if document is None and request.definition is None and claim.run == "delete":
        plan = RunPlan(action="none", reason=f"project {request.name} does not exist, so there is nothing to delete")
        return Transition(document=None, plan=plan, summary=_absent(request.name, plan))
    if document is not None and lease.blocks(document["lock"], claim):
        plan = run_plan.locked_out(document, lease.owner_text(lease.of(document)), claim.now)
        summary = {**notice.summary(document, False, plan.renew_at), "status": "locked", "reason": plan.reason}
        return Transition(document=document, plan=plan, holder=lease.holder(lease.of(document)), summary=summary)
    found, warnings = _defined(request, document)
    found, moved = _placed(request, found)
    _check_source(request, found)
    _check_restored(request, found)
    run = reissue.run_for(found, claim.run, request.report.issued_before)
    plan = run_plan.plan(found, run, claim.now, request.available)
    # A certificate that the incident does not concern is not revoked, whatever replaces it.
    reason = request.report.revoke_reason if run == reissue.RUN or plan.resumed else None
    changed = shown.visible(document) != shown.visible(found)
    begun = recording.started(lease.taken(found, claim), plan, claim.now, reason)
    begun["lock"] = {**lease.of(begun), "changed": changed}
    return Transition(
        document=begun,
        plan=plan,
        locked=True,
        warnings=(*warnings, *moved),
        summary={**notice.summary(begun, changed, plan.renew_at), "reason": plan.reason},
    )


def _check_source(request: Request, document: ProjectDocument) -> None:
    """RefusedError for what only a CA by ACME can do."""
    source = document["definition"]["source"]
    if request.claim.run == reissue.RUN and source == sources.ACM and document["certificate"]:
        raise RefusedError(
            f"project {request.name} cannot be reissued: ACM issues and renews its certificate, and makes no new key"
            " for the same names; change its names or key type, or set project_source to acme"
        )
    if request.report.revoke_reason and source != sources.ACME:
        raise RefusedError(
            f"project {request.name} has no CA by ACME, so nothing can be revoked there; leave project_revoke_reason"
            " out, and have the certificate revoked by the CA that sold it"
        )


def _check_restored(request: Request, document: ProjectDocument) -> None:
    """RefusedError for a restore that does not know of which bundle."""
    if request.claim.run == step_options.RESTORE and not step_options.restored(document, request.restore_bundle):
        raise RefusedError(
            f"project {request.name} has no recorded certificate; set project_restore_bundle to the bundle of the"
            " archive to restore"
        )


def recorded(request: Request, document: ProjectDocument | None) -> Transition:
    """The document holds what a step of this run did; refused unless the run holds the lock."""
    claim, report = request.claim, request.report
    before = held(request, document)
    found = recording.reported(before, report, claim.now)
    plan = run_plan.plan(found, claim.run, claim.now)
    changed = (
        recording.is_own(found)
        or lease.of(before).get("changed", False)
        or shown.visible(before) != shown.visible(found)
    )
    found["lock"] = {**lease.of(found), "changed": changed}
    if request.release and (changed or report.failure is not None):
        found = history.appended(found, _ended(request, found), claim.now)
    kept = recording.released(found) if request.release else recording.held(found, claim.now)
    return Transition(
        document=kept,
        plan=plan,
        locked=not request.release,
        mail=_mail(found, report, plan.renew_at),
        summary=_summary(found, report, changed, plan.renew_at),
    )


def _ended(request: Request, document: ProjectDocument) -> EndedRun:
    """The run that releases the project now."""
    report, lock = request.report, lease.of(document)
    return EndedRun(
        run=lock["run"],
        run_id=lock["run_id"],
        started_at=lock["acquired_at"],
        succeeded=report.failure is None and report.phase == journal.Phase.DONE.value,
        error=report.failure or "",
        job=request.job,
    )


def held(request: Request, document: ProjectDocument | None) -> ProjectDocument:
    """The document under the lock of this run. A rehearsal took no lock, and may rehearse a project that is still to be
    created."""
    if request.rehearsal:
        found = document or project_document.new_document(
            request.name, project_definition.with_defaults(request.name, {})
        )
        return lease.taken(found, request.claim)
    if document is None:
        raise RefusedError(f"project {request.name} is not in the store, so nothing can be recorded; create it first")
    lock = document["lock"]
    if lock is None or lock["run_id"] != request.claim.run_id:
        who = lease.owner_text(lock) if lock else "nobody"
        raise RefusedError(
            f"run {request.claim.run_id} no longer holds project {request.name} ({who} does), so its result is"
            " not recorded; run again"
        )
    return document


def absent(request: Request, document: ProjectDocument | None) -> Transition:
    """There is no document; refused while another run holds it."""
    plan = RunPlan(action="none", reason=f"project {request.name} does not exist")
    if document is None:
        return Transition(document=None, plan=plan, summary=_absent(request.name, plan))
    if lease.blocks(document["lock"], request.claim):
        raise RefusedError(
            f"project {request.name} is not deleted: {lease.owner_text(lease.of(document))} holds it until"
            f" {lease.of(document)['expires_at']}"
        )
    _require_account(request, document)
    reason = f"project {request.name} is deleted; its archive is kept"
    return Transition(
        document=None,
        plan=plan,
        summary={"name": request.name, "status": "deleted", "changed": True, "failed": False, "reason": reason},
    )


def _absent(name: str, plan: RunPlan) -> dict[str, t.Any]:
    return {"name": name, "status": "absent", "changed": False, "failed": False, "reason": plan.reason}


def _mail(document: ProjectDocument, report: StepReport, renew_at: str | None) -> notice.Notice | None:
    """What the subscribers are sent: a failure, or that the certificate of a run that had something to do is in
    place."""
    if document["last_run"] is None:
        return None
    if report.failure is not None:
        reason = document["last_run"].get("Error") or redaction.redacted(report.failure)
        return notice.of_failure(document, reason, renew_at)
    if report.phase is None or not recording.is_own(document):
        return None
    return notice.of_success(document, renew_at) if journal.is_deployed(report.phase) else None


def _summary(document: ProjectDocument, report: StepReport, changed: bool, renew_at: str | None) -> dict[str, t.Any]:
    changes = history.changes(document) if changed else []
    line = {**notice.summary(document, changed, renew_at), "changes": changes}
    if report.failure is None:
        return line
    return {**line, "status": "failed", "failed": True, "reason": redaction.redacted(report.failure)}


def _placed(request: Request, document: ProjectDocument) -> tuple[ProjectDocument, tuple[str, ...]]:
    """The document with the account that the run works in; RefusedError if the project belongs to another one and was
    not said to move."""
    if request.caller is None:
        return document, ()
    _require_account(request, document)
    caller, before = request.caller(), identity.account_of(document)
    found = identity.with_account(document, caller)
    if not request.account_change:
        return found, ()
    if before in (None, caller):
        return found, (
            f"{identity.OPTION} is set, but project {document['name']} is in account {caller} already; remove it",
        )
    told = (
        f"project {document['name']} moves from account {before} to {caller}; what it has in the old account stays"
        " there: delete it once the new account serves its sites"
    )
    return found, (told,)


def _require_account(request: Request, document: ProjectDocument | None) -> None:
    """RefusedError if the project belongs to another account than that of the credentials, and does not move."""
    if request.caller is None or document is None or request.account_change:
        return
    caller, before = request.caller(), identity.account_of(document)
    if identity.is_elsewhere(document, caller):
        raise RefusedError(identity.refusal(document, caller), account=before and vars(before), caller=vars(caller))


def _defined(request: Request, document: ProjectDocument | None) -> tuple[ProjectDocument, tuple[str, ...]]:
    """The document with the definition that was given, else with its own."""
    if document is None:
        if request.definition is not None:
            return project_document.new_document(request.name, request.definition), ()
        raise ConfigError(
            [
                (
                    f"project {request.name} is not in the store; create it (certificates in the archive are"
                    " not issued again), or correct the name"
                )
            ]
        )
    if request.definition is None or request.definition == document["definition"]:
        return document, ()
    warnings = project_definition.shrinking(document["definition"]["domains"], request.definition["domains"])
    found: ProjectDocument = {**document, "definition": request.definition.copy()}
    return {**found, "to_withdraw": _to_withdraw(document, request.definition["publish"])}, warnings


def _to_withdraw(document: ProjectDocument, wanted: str | None) -> list[str]:
    """The parameters that name a certificate of the project, and that its definition no longer has."""
    former = document["definition"]["publish"]
    listed = dict.fromkeys([*document["to_withdraw"], *([former] if former else [])])
    return [one for one in listed if one != wanted]
