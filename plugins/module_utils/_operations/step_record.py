# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A step of a run keeps its own record: what it did is in the document of its project before its module returns."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from datetime import datetime

from .._clients.aws.session import Connection
from .._clients.stores import open as stores
from .._clients.stores.base import Store
from .._core.project import definition, document as project_document, journal, lease, places
from .._core.report.notice import Notice
from .._core.run import run_plan, shown, steps, transitions
from .._core.run.step_report import StepReport
from .._core.run.transitions import Transition
from .._core.values.params import Params
from .._core.values.plan import Outcome
from .._core.values.shapes import ProjectDocument
from .._core.values.waiting import Clock
from .._errors import CertError, ConfigError
from . import project_updates

REQUIRED_BY = {"run_id": "project"}
OPTIONS: dict[str, t.Any] = {"project": {"type": "str"}, "store": {"type": "str"}, "run_id": {"type": "str"}}
# The report of a step that is done, from its options and its outcome; None if there is nothing to say.
ReportOf = t.Callable[[t.Mapping[str, t.Any], Outcome], "StepReport | None"]


@dataclass(frozen=True)
class RunJournal:
    """The journal of one run in the document of its project: each write proves that the run holds the project."""

    store: Store
    project: str
    run_id: str

    def ordering(self, order_url: str, now: datetime) -> None:
        """The order is in the journal, and the project is held anew; RefusedError if another run holds it, or if it is
        gone."""
        self._write(StepReport(phase=journal.Phase.ORDERING.value, order_url=order_url), now)

    def hold(self, now: datetime) -> None:
        """The project is held anew, right before something is changed that cannot be taken back; RefusedError as
        above."""
        self._write(StepReport(), now)

    def step(
        self, report: StepReport, now: datetime, changed: bool, rehearsal: bool
    ) -> tuple[ProjectDocument | None, Transition | None]:
        """The document before, and what became of it; None if the report does not belong in it."""
        request = self._request(report, now, rehearsal)
        is_recorded = True

        def decide(document: ProjectDocument | None) -> Transition:
            nonlocal is_recorded
            before = transitions.held(request, document)
            is_recorded = steps.is_worth_recording(before, report, changed, rehearsal)
            if is_recorded:
                return transitions.recorded(request, document)
            return Transition(document=document, plan=run_plan.plan(before, request.claim.run, now))

        before, found = project_updates.update(self.store, self.project, decide, rehearsal)
        return before, found if is_recorded else None

    def _write(self, report: StepReport, now: datetime) -> None:
        request = self._request(report, now)
        project_updates.update(self.store, self.project, lambda document: transitions.recorded(request, document))

    def _request(self, report: StepReport, now: datetime, rehearsal: bool = False) -> transitions.Request:
        claim = lease.Claim(run="converge", run_id=self.run_id, owner={}, ttl=0, now=now, is_dead=lambda _owner: False)
        return transitions.Request(name=self.project, claim=claim, report=report, rehearsal=rehearsal)


@dataclass(frozen=True)
class StepRequest:
    """The run that a step is part of."""

    project: str
    store: str | None
    run_id: str
    connection: Connection

    def journal(self) -> RunJournal:
        """The journal of the run, in the store that has the document."""
        return RunJournal(stores.store(self.store, self.connection.session), self.project, self.run_id)


def parse(params: Params) -> StepRequest | None:
    """The run that the options name, None if the step is part of none; ConfigError if they cannot be used."""
    if not params["run_id"]:
        return None
    problems = definition.name_problems(params["project"] or "", "project")
    problems += stores.uri_problems(params["store"], "store")
    if problems:
        raise ConfigError(problems)
    return StepRequest(params["project"], params["store"], params["run_id"], Connection.of(params))


@dataclass(frozen=True)
class RecordedStep:
    """A module that may be a step of a run, by what it has to say once it is done."""

    report_of: ReportOf

    def outcome(self, params: Params, clock: Clock, act: t.Callable[[], Outcome]) -> Outcome:
        """What ``act`` did, on record if it is part of a run."""
        asked = parse(params)
        found = act()
        if asked is None:
            return found
        report = self.report_of(params, found) if found.failure is None else None
        return record(asked.journal(), report, found, clock, params.check_mode)


def record(
    run_journal: RunJournal, report: StepReport | None, outcome: Outcome, clock: Clock, rehearsal: bool
) -> Outcome:
    """The outcome of a step, with what became of the document; a record that could not be written is a failure."""
    result: dict[str, t.Any] = {**outcome.result, "run_id": run_journal.run_id, "recorded": None}
    if report is not None and report.bind_result is not None:
        result["postponed"] = steps.postponed(report.bind_result, is_recorded=False)
    if report is None:
        return replace(outcome, result=result)
    try:
        before, found = run_journal.step(report, clock.now(), outcome.changed, rehearsal)
    except CertError as exc:
        return replace(outcome, result={**result, "error": {"kind": exc.kind, **exc.details}}, failure=exc.message)
    if found is None or found.document is None:
        return replace(outcome, result=result)
    result["recorded"] = _told(found.document, found.mail, report, before if rehearsal else found.document)
    if report.bind_result is not None:
        result["postponed"] = steps.postponed(report.bind_result, is_recorded=True)
    pair = shown.visible(before), shown.visible(found.document)
    if rehearsal:
        pair = shown.rehearsed(before, found.document, report)
    if pair[0] == pair[1]:
        return replace(outcome, result=result)
    return replace(
        outcome,
        changed=True,
        result=result,
        before={**outcome.before, "record": pair[0]},
        after={**outcome.after, "record": pair[1]},
    )


def _told(
    document: ProjectDocument, mail: Notice | None, report: StepReport, revokes: ProjectDocument | None
) -> dict[str, t.Any]:
    """What the next steps need to know of the document; what check mode only predicts counts as if it was there, but
    is not revoked: ``revokes`` has what is."""
    superseded, acm = places.in_iam(document), places.in_acm(document)
    replaced = document["certificate"] if report.predicted is not None else None
    if replaced and places.store_of(replaced) == places.IAM:
        superseded.append(replaced["name"])
    elif replaced and report.predicted and report.predicted.get("arn") != replaced.get("arn"):
        acm["superseded"] += places.arns(replaced)
        acm["arns"] = []
    to_be_revoked = project_document.to_be_revoked(revokes) if revokes is not None else []
    run = document["lock"]["run"] if document["lock"] else ""
    retired = {places.IAM: superseded, places.ACM: acm["superseded"]}
    return {
        "superseded": superseded,
        "acm": acm,
        "archived": places.archived(document),
        "to_be_revoked": to_be_revoked,
        "after_binding": steps.after_binding(document, run, to_be_revoked, retired),
        "notice": mail.as_dict() if mail else None,
    }
