# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out a binding of targets, whatever their kind: change each, wait for all of them together, verify, take the
old certificate out; one that fails never stops the others."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ..._clients.net.tls import TlsProbe
from ..._core.bind.binding import STALE_READS, Reaction
from ..._core.bind.report import BindStatus
from ..._core.targets import judging, report as target_report
from ..._core.targets.report import UseReport
from ..._core.targets.uses import NewCertificate, Use, UseSelection
from ..._core.values.waiting import Clock, Deadline
from ..._errors import RemoteError
from .kinds import TargetKind, Turns
from .probing import PROBE_SECONDS, ServedProbe, pause

# A certificate may be known to a service some seconds after its import.
VISIBLE_SECONDS = 60
NOT_SERVED = "ServedCertificateDiffers"


@dataclass(frozen=True)
class TargetOptions:
    """How to carry out a binding; ``edge`` is the host and port to probe in place of each target's own."""

    wait: bool = True
    wait_timeout: float = 1800
    verify: str = "config"
    edge: tuple[str, int] | None = None
    rollback: bool = True


@dataclass(frozen=True)
class BoundTargets:
    """What a binding found and did, with the certificates before and after by target and place."""

    reports: tuple[UseReport, ...]
    changed: bool
    before: t.Mapping[str, t.Any]
    after: t.Mapping[str, t.Any]


@dataclass
class TargetBinding:
    """One binding under way: reports by ID are what is known so far."""

    kinds: t.Mapping[str, TargetKind]
    tls: TlsProbe
    clock: Clock
    new: NewCertificate
    selection: UseSelection
    options: TargetOptions
    uses: dict[str, Use] = field(default_factory=dict)
    reports: dict[str, UseReport] = field(default_factory=dict)
    formers: dict[str, Use] = field(default_factory=dict)
    attempted: dict[str, UseReport] = field(default_factory=dict)
    updated: set[str] = field(default_factory=set)
    turns: Turns = field(init=False)

    def run(self, uses: t.Collection[Use], check_mode: bool) -> BoundTargets:
        """Plan, then bind, or predict what that would do."""
        planned = judging.plan(uses, self.selection, self.new)
        reports = predicted(planned, self.options) if check_mode else self.carry_out(uses, planned)
        rebound = {report.id for report in planned if report.status is BindStatus.REBOUND}
        touched = rebound if check_mode else self.updated
        before, after = target_report.changed(uses, planned, touched, self.new)
        return BoundTargets(reports, bool(touched), before, after)

    def carry_out(self, uses: t.Iterable[Use], planned: t.Iterable[UseReport]) -> tuple[UseReport, ...]:
        """Bind what is planned, wait and verify as the options say; returns a report on every planned resource."""
        self.turns = Turns(self.clock, {name: kind.interval for name, kind in self.kinds.items()})
        self.uses = {use.id: use for use in uses}
        self.reports = {report.id: report for report in planned}
        deadline = Deadline.after(self.clock.now(), self.options.wait_timeout)
        self._give_all(deadline)
        if self.options.wait:
            self._settle(deadline)
        if self.options.verify == "tls":
            self._probe_all()
        self._finish_all()
        if self.options.rollback:
            self._roll_back(deadline)
        return tuple(self.reports.values())

    def _give_all(self, deadline: Deadline) -> None:
        pending = sorted(report.id for report in self.reports.values() if report.status is BindStatus.REBOUND)
        soon = Deadline.after(self.clock.now(), min(VISIBLE_SECONDS, self.options.wait_timeout))
        rounds = 0
        while pending:
            later = []
            for one in pending:
                reaction = self._give(one, deadline)
                # only a service that takes one change in so many seconds is busy for long
                is_paced = self.kinds[self.uses[one].kind].interval > 0
                until = deadline if is_paced and reaction is not Reaction.WAIT_VISIBLE else soon
                if reaction is not None and not until.has_passed(self.clock.now()):
                    later.append(one)
            pending = later
            if pending:
                pause(self.clock, deadline, rounds)
            rounds += 1

    def _give(self, one: str, deadline: Deadline) -> Reaction | None:
        """One attempt; None when it is decided, else what a further attempt has to wait for. The report says failed
        meanwhile."""
        for _read in range(STALE_READS):
            try:
                use = self.kinds[self.uses[one].kind].look([one])[one]
            except RemoteError as exc:
                self.reports[one] = _failed(self.reports[one], "get", exc)
                return None
            except KeyError:
                self.reports[one] = self.reports[one].failed("get", "NotFound", "it no longer exists")
                return None
            report = self._judge(use)
            self.reports[one] = report
            if report.status is not BindStatus.REBOUND:
                return None
            refusal = self._change(use, report, deadline)
            if refusal is None:
                return None
            self.reports[one] = _failed(self.reports[one], "update", refusal)
            reaction = judging.reaction_to(refusal.code, refusal.message)
            if reaction is not Reaction.READ_AGAIN:
                return None if reaction is Reaction.FINAL else reaction
        return None

    def _judge(self, use: Use) -> UseReport:
        """Decide again on what it is now; a change of ours whose answer got lost counts as ours."""
        report = judging.judge(use, self.selection, self.new)
        self.uses[use.id] = replace(use, tags=use.tags or self.uses[use.id].tags)
        if report.status is BindStatus.ALREADY and use.id in self.attempted:
            self.updated.add(use.id)
            return replace(self.attempted[use.id], reason="it took the certificate, though the answer was lost")
        return report

    def _change(self, use: Use, report: UseReport, deadline: Deadline) -> RemoteError | None:
        self.attempted.setdefault(use.id, report)
        self.formers.setdefault(use.id, use)
        try:
            with self.turns.turn(use.kind, deadline):
                self.kinds[use.kind].give(use, report.replaced, self.new.taken_by(use).shown)
        except RemoteError as exc:
            return exc
        self.updated.add(use.id)
        return None

    def _settle(self, deadline: Deadline) -> None:
        """Wait until all of them have it and say that they are ready: that is as good as reading it back."""
        rounds = 0
        waiting = {report.id for report in self.reports.values() if report.is_bound}
        # what needed no change was looked at just now
        found = [self.uses[one] for one in waiting - self.updated]
        while waiting:
            for use in found or self._look(waiting):
                if use.is_settled and use.has(self.new.taken_by(use).arn):
                    verified = self.options.verify != "none"
                    self.reports[use.id] = replace(self.reports[use.id], deployed=True, verified=verified)
                    waiting.discard(use.id)
            found = []
            if not waiting or deadline.has_passed(self.clock.now()):
                break
            pause(self.clock, deadline, rounds)
            rounds += 1
        message = (
            f"it got the certificate, but did not show it as ready within {self.options.wait_timeout:g} seconds; run"
            " again to continue waiting"
        )
        for one in waiting:
            self.reports[one] = self.reports[one].failed("deploy", "DeadlineExceeded", message)

    def _look(self, ids: t.Collection[str]) -> list[Use]:
        """Those that can be read now: one poll among many."""
        found: list[Use] = []
        for kind in sorted({self.uses[one].kind for one in ids}):
            try:
                found += self.kinds[kind].look([one for one in ids if self.uses[one].kind == kind]).values()
            except RemoteError:
                continue
        return found

    def _probe_all(self) -> None:
        now, seconds = self.clock.now(), min(PROBE_SECONDS, self.options.wait_timeout)
        probe = ServedProbe(self.tls, self.clock, self.new, self.options.edge, Deadline.after(now, seconds))
        for report in [report for report in self.reports.values() if report.verified]:
            problem = probe.problem(self.uses[report.id], [name for slot in report.replaced for name in slot.names])
            if problem:
                self.reports[report.id] = replace(report.failed("verify", NOT_SERVED, problem), verified=False)

    def _finish_all(self) -> None:
        for one in sorted(self.updated):
            report = self.reports[one]
            if not report.is_bound:
                continue
            try:
                self.kinds[report.kind].finish(self.uses[one], report.replaced, self.new.taken_by(self.uses[one]).shown)
            except RemoteError as exc:
                self.reports[one] = _failed(self.reports[one], "update", exc)

    def _roll_back(self, deadline: Deadline) -> None:
        """What this run changed, but is not served, goes back to what it had."""
        for report in list(self.reports.values()):
            if report.id not in self.updated or (report.error or {}).get("code") != NOT_SERVED:
                continue
            former, kind = self.formers[report.id], self.kinds[report.kind]
            try:
                shown = self.new.taken_by(former).shown
                self.turns.retried(report.kind, deadline, lambda: kind.put_back(former, shown))  # noqa: B023
            except RemoteError as exc:
                self.reports[report.id] = report.noted(f"; what it had before could not be put back: {exc.message}")
                continue
            self.updated.discard(report.id)
            had = ", ".join(sorted({slot.certificate for slot in report.replaced if slot.certificate}))
            back = replace(report, status=BindStatus.ROLLED_BACK, deployed=False, verified=False)
            self.reports[report.id] = back.noted(f"; what it had before ({had or 'none of its own'}) was put back")


def predicted(planned: t.Iterable[UseReport], options: TargetOptions) -> tuple[UseReport, ...]:
    """The reports of ``carry_out`` if everything goes well."""
    verified = options.wait and options.verify != "none"
    return tuple(
        replace(report, deployed=options.wait, verified=verified) if report.is_bound else report for report in planned
    )


def _failed(report: UseReport, stage: str, exc: RemoteError) -> UseReport:
    return report.failed(stage, exc.code, judging.advised(exc.code, exc.message))
