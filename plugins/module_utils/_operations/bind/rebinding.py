# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out a binding: update every distribution, wait for them together, verify; one that fails never stops the
others."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..._clients.aws.cloudfront import CloudFront, DistributionConfig
from ..._clients.net.tls import TlsProbe
from ..._core.bind import binding, continuous_deployment, distribution_xml, viewer
from ..._core.bind.binding import STALE_READS, Reaction
from ..._core.bind.distributions import DEPLOYED, Distribution, Selection
from ..._core.bind.report import BindReport, BindStatus
from ..._core.bind.target import VISIBILITY_SECONDS, Target
from ..._core.values.waiting import Clock, Deadline
from ..._errors import RemoteError
from . import deployment, verification
from .put_back import FormerViewer, PuttingBack
from .verification import NOT_SERVED, PROBE_SECONDS, EdgeProbe


@dataclass(frozen=True)
class Options:
    """How to carry out a binding; ``edge`` is the host and port to probe instead of each distribution's own."""

    partition: str
    wait: bool = True
    wait_timeout: float = 1800
    verify: str = "config"
    edge: tuple[str, int] | None = None
    rollback: bool = True


@dataclass
class Rebinding:
    """One binding under way: reports by distribution ID are what is known so far."""

    cloudfront: CloudFront
    tls: TlsProbe
    clock: Clock
    target: Target
    selection: Selection
    options: Options
    distributions: dict[str, Distribution] = field(default_factory=dict)
    reports: dict[str, BindReport] = field(default_factory=dict)
    attempted: set[str] = field(default_factory=set)
    updated: set[str] = field(default_factory=set)
    formers: dict[str, FormerViewer] = field(default_factory=dict)

    def carry_out(
        self, distributions: t.Iterable[Distribution], planned: t.Iterable[BindReport]
    ) -> tuple[BindReport, ...]:
        """Bind what is planned, wait and verify as the options say; returns a report on every planned distribution."""
        self._start(distributions, planned)
        deadline = Deadline.after(self.clock.now(), self.options.wait_timeout)
        self._bind_all(deadline)
        if self.options.wait:
            self._wait_until_deployed(deadline)
        if self.options.verify != "none":
            self._verify_all()
        if self.options.rollback:
            self._roll_back(deadline)
        return tuple(self.reports.values())

    def predict(
        self, distributions: t.Iterable[Distribution], planned: t.Iterable[BindReport]
    ) -> tuple[BindReport, ...]:
        """The reports of ``carry_out`` if everything goes well; calls nothing."""
        self._start(distributions, planned)
        verified = self.options.wait and self.options.verify != "none"
        return tuple(
            (
                replace(report, deployed=self.options.wait, verified=verified)
                if report.status is BindStatus.REBOUND
                else report
            )
            for report in self.reports.values()
        )

    def _start(self, distributions: t.Iterable[Distribution], planned: t.Iterable[BindReport]) -> None:
        self.distributions = {one.id: one for one in distributions}
        self.reports = {report.id: report for report in planned}
        for one in self.distributions.values():
            report = self.reports.get(one.id)
            if report is not None and report.is_bound and deployment.is_deployed(one, _has(self.target)):
                self._note_deployed(one)

    def _bind_all(self, deadline: Deadline) -> None:
        pending = {report.id for report in self.reports.values() if report.status is BindStatus.REBOUND}
        visible_by: Deadline | None = None
        rounds = 0
        blocked: set[str] = set()
        while True:
            reactions = {one: self._bind(one) for one in sorted(pending - blocked)}
            if visible_by is None and Reaction.WAIT_VISIBLE in reactions.values():
                visible_by = _visible_by(self.target, self.clock.now(), deadline)
            now = self.clock.now()
            invisible = {
                one
                for one, reaction in reactions.items()
                if reaction is Reaction.WAIT_VISIBLE and visible_by and not visible_by.has_passed(now)
            }
            blocked |= {one for one, reaction in reactions.items() if reaction is Reaction.WAIT_DEPLOYED}
            pending = set() if deadline.has_passed(now) else invisible | blocked
            if not pending:
                return
            deployment.pause(self.clock, visible_by if invisible and visible_by else deadline, rounds)
            if blocked:
                blocked -= {
                    one.id for one in deployment.listing(self.cloudfront, self.clock.now()) if one.status == DEPLOYED
                }
            rounds += 1

    def _bind(self, distribution_id: str) -> Reaction | None:
        """One attempt; None when it is decided, else what a further attempt has to wait for. The report says failed
        meanwhile."""
        for _read in range(STALE_READS):
            try:
                config = self.cloudfront.get_distribution_config(distribution_id)
            except RemoteError as exc:
                self._fail(distribution_id, "get", exc.code, exc.message)
                return None
            report = self._judge(distribution_id, config)
            if report.status is not BindStatus.REBOUND:
                self.reports[distribution_id] = report
                return None
            refusal = self._update(report, config)
            if refusal is None:
                return None
            reaction = binding.reaction_to(refusal.code, refusal.message)
            told = continuous_deployment.explained(refusal.code, refusal.message)
            self._fail(distribution_id, "update", refusal.code, told)
            if reaction is not Reaction.READ_AGAIN:
                return reaction
        return None

    def _judge(self, distribution_id: str, config: DistributionConfig) -> BindReport:
        """Decide again on what the distribution is now; an update of ours whose answer got lost counts as ours."""
        known = self.distributions[distribution_id]
        # the names of a multi-tenant distribution are those of its tenants
        aliases = known.aliases if known.tenant_only else config.aliases
        current = replace(known, aliases=aliases, viewer=config.viewer, etag=config.etag)
        self.distributions[distribution_id] = current
        report = binding.judge(current, self.selection, self.target)
        if report.status is BindStatus.ALREADY and distribution_id in self.attempted:
            self.updated.add(distribution_id)
            before = self.reports[distribution_id].etag_before
            reason = "it took the certificate, though the answer to the update was lost"
            return replace(report, status=BindStatus.REBOUND, reason=reason, etag_before=before, etag_after=config.etag)
        return replace(report, etag_after=config.etag) if report.status is BindStatus.ALREADY else report

    def _update(self, report: BindReport, config: DistributionConfig) -> RemoteError | None:
        given = viewer.viewer_for(self.distributions[report.id].viewer, self.target, self.options.partition)
        self.attempted.add(report.id)
        self.formers[report.id] = FormerViewer(distribution_xml.viewer_element(config.xml), config.viewer, given)
        self.reports[report.id] = report
        try:
            etag = self.cloudfront.update_distribution(
                report.id, replace(config, xml=distribution_xml.with_viewer(config.xml, given))
            )
        except RemoteError as exc:
            return exc
        self.updated.add(report.id)
        self.reports[report.id] = replace(report, etag_after=etag)
        return None

    def _fail(self, distribution_id: str, stage: str, code: str, message: str) -> None:
        self.reports[distribution_id] = self.reports[distribution_id].failed(stage, code, message)

    def _wait_until_deployed(self, deadline: Deadline) -> None:
        waiting = [report.id for report in self.reports.values() if report.is_bound and not report.deployed]
        deployed = deployment.await_deployed(self.cloudfront, self.clock, waiting, _has(self.target), deadline)
        for listed in deployed.values():
            self._note_deployed(listed)
        message = (
            f"it uses the certificate, but was not {DEPLOYED} within {self.options.wait_timeout:g} seconds; run"
            " again to continue waiting"
        )
        for one in waiting:
            if one not in deployed:
                self._fail(one, "deploy", "DeadlineExceeded", message)

    def _note_deployed(self, listed: Distribution) -> None:
        """A listing that shows the version that this run wrote, or one that needed no change, is as good as reading
        it back."""
        report = self.reports[listed.id]
        is_read_back = report.status is BindStatus.ALREADY or (listed.etag != "" and listed.etag == report.etag_after)
        verified = is_read_back and self.options.verify != "none"
        self.reports[listed.id] = replace(report, deployed=True, verified=verified)

    def _verify_all(self) -> None:
        for report in list(self.reports.values()):
            if report.is_bound and report.deployed and not report.verified:
                self.reports[report.id] = verification.read_back(self.cloudfront, report, self.target)
        if self.options.verify == "tls":
            target = self.target
            probe = EdgeProbe(self.tls, self.clock, target.fingerprint_sha256, self.options.edge, target.settled_by)
            deadline = Deadline.after(self.clock.now(), min(PROBE_SECONDS, self.options.wait_timeout))
            for report in list(self.reports.values()):
                if report.verified:
                    self.reports[report.id] = probe.checked(report, self.distributions[report.id], deadline)

    def _roll_back(self, deadline: Deadline) -> None:
        """What this run rebound, but is not served, goes back to what it had."""
        unserved = [
            report
            for report in self.reports.values()
            if report.id in self.updated and (report.error or {}).get("code") == NOT_SERVED
        ]
        for report in PuttingBack(self.cloudfront, self.clock, self.formers).carry_out(unserved, deadline):
            self.reports[report.id] = report
            if report.status is BindStatus.ROLLED_BACK:
                self.updated.discard(report.id)


def _visible_by(target: Target, now: datetime, deadline: Deadline) -> Deadline:
    """When CloudFront has to know the certificate: a new one may take a while."""
    return Deadline.after(now, deadline.clamp(now, VISIBILITY_SECONDS if target.is_fresh(now) else 0))


def _has(target: Target) -> deployment.HasIt:
    """Whether a distribution as it is listed has the certificate."""
    return lambda distribution: binding.is_bound(distribution.viewer, target)
