# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out a binding: update every distribution, wait for them together, verify; one that fails never stops the
others."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ..._clients.aws.cloudfront import CloudFront, DistributionConfig
from ..._clients.net.tls import TlsProbe
from ..._core.bind import binding, distribution_xml, distributions as distributions_, viewer as viewer_
from ..._core.bind.binding import Reaction
from ..._core.bind.distributions import Distribution, Selection
from ..._core.bind.report import BindReport, BindStatus
from ..._core.bind.target import VISIBILITY_SECONDS, Target
from ..._core.values.waiting import Clock, Deadline, backoff
from ..._errors import RemoteError
from .deployment import POLL_BASE_SECONDS, POLL_CAP_SECONDS, POLL_FACTOR, STALE_READS
from .put_back import FormerViewer, PuttingBack
from .verification import HTTPS_PORT, NOT_SERVED, PROBE_SECONDS


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
        self._note_deployed(self.distributions.values())

    def _bind_all(self, deadline: Deadline) -> None:
        pending = {report.id for report in self.reports.values() if report.status is BindStatus.REBOUND}
        visible_by: Deadline | None = None
        rounds = 0
        blocked: set[str] = set()
        while True:
            reactions = {one: self._bind(one) for one in sorted(pending - blocked)}
            if visible_by is None and Reaction.WAIT_VISIBLE in reactions.values():
                visible_by = self._visibility_deadline(deadline)
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
            self._pause(visible_by if invisible and visible_by else deadline, rounds)
            blocked -= self._settled() if blocked else set()
            rounds += 1

    def _visibility_deadline(self, deadline: Deadline) -> Deadline:
        now = self.clock.now()
        seconds = VISIBILITY_SECONDS if self.target.is_fresh(now) else 0
        return Deadline.after(now, deadline.clamp(now, seconds))

    def _bind(self, distribution_id: str) -> Reaction | None:
        """One attempt; None when it is decided, else what a further attempt has to wait for. The report says failed
        meanwhile."""
        for _read in range(STALE_READS):
            config = self._read(distribution_id)
            if config is None:
                return None
            report = self._judge(distribution_id, config)
            if report.status is not BindStatus.REBOUND:
                self.reports[distribution_id] = report
                return None
            refusal = self._update(report, config)
            if refusal is None:
                return None
            reaction = binding.reaction_to(refusal.code, refusal.message)
            self._fail(distribution_id, "update", refusal.code, refusal.message)
            if reaction is not Reaction.READ_AGAIN:
                return reaction
        return None

    def _read(self, distribution_id: str) -> DistributionConfig | None:
        try:
            return self.cloudfront.get_distribution_config(distribution_id)
        except RemoteError as exc:
            self._fail(distribution_id, "get", exc.code, exc.message)
            return None

    def _judge(self, distribution_id: str, config: DistributionConfig) -> BindReport:
        """Decide again on what the distribution is now; an update of ours whose answer got lost counts as ours."""
        current = replace(
            self.distributions[distribution_id], aliases=config.aliases, viewer=config.viewer, etag=config.etag
        )
        self.distributions[distribution_id] = current
        report = binding.judge(current, self.selection, self.target)
        if report.status is BindStatus.ALREADY and distribution_id in self.attempted:
            self.updated.add(distribution_id)
            before = self.reports[distribution_id].etag_before
            reason = "it took the certificate, though the answer to the update was lost"
            return replace(report, status=BindStatus.REBOUND, reason=reason, etag_before=before, etag_after=config.etag)
        return replace(report, etag_after=config.etag) if report.status is BindStatus.ALREADY else report

    def _update(self, report: BindReport, config: DistributionConfig) -> RemoteError | None:
        viewer = viewer_.viewer_for(self.distributions[report.id].viewer, self.target, self.options.partition)
        self.attempted.add(report.id)
        self.formers[report.id] = FormerViewer(distribution_xml.viewer_element(config.xml), config.viewer, viewer)
        self.reports[report.id] = report
        try:
            etag = self.cloudfront.update_distribution(
                report.id, replace(config, xml=distribution_xml.with_viewer(config.xml, viewer))
            )
        except RemoteError as exc:
            return exc
        self.updated.add(report.id)
        self.reports[report.id] = replace(report, etag_after=etag)
        return None

    def _fail(self, distribution_id: str, stage: str, code: str, message: str) -> None:
        report = self.reports[distribution_id]
        self.reports[distribution_id] = replace(
            report, status=BindStatus.FAILED, reason=message, error={"stage": stage, "code": code, "message": message}
        )

    def _wait_until_deployed(self, deadline: Deadline) -> None:
        rounds = 0
        while self._undeployed():
            self._pause(deadline, rounds)
            self._note_deployed(self._listing())
            if deadline.has_passed(self.clock.now()):
                break
            rounds += 1
        for report in self._undeployed():
            message = (
                f"it uses the certificate, but was not {distributions_.DEPLOYED} within {self.options.wait_timeout:g}"
                " seconds; run again to go on waiting"
            )
            self._fail(report.id, "deploy", "DeadlineExceeded", message)

    def _undeployed(self) -> list[BindReport]:
        return [report for report in self.reports.values() if report.is_bound and not report.deployed]

    def _note_deployed(self, listing: t.Iterable[Distribution]) -> None:
        """Take over what a listing says. Right after an update it may still show the state before, so the certificate
        must be ours."""
        for distribution in listing:
            report = self.reports.get(distribution.id)
            if (
                report is None
                or not report.is_bound
                or distribution.status != distributions_.DEPLOYED
                or not binding.is_bound(distribution.viewer, self.target)
            ):
                continue
            read_back = report.status is BindStatus.ALREADY or (
                distribution.etag != "" and distribution.etag == report.etag_after
            )
            self.reports[report.id] = replace(
                report, deployed=True, verified=read_back and self.options.verify != "none"
            )

    def _listing(self) -> tuple[Distribution, ...]:
        try:
            return self.cloudfront.list_distributions()
        except RemoteError:
            # a poll among many; the deadline bounds them, and the next one may succeed
            return ()

    def _settled(self) -> set[str]:
        return {one.id for one in self._listing() if one.status == distributions_.DEPLOYED}

    def _pause(self, deadline: Deadline, rounds: int) -> None:
        self.clock.sleep(
            deadline.clamp(self.clock.now(), backoff(rounds, POLL_BASE_SECONDS, POLL_FACTOR, POLL_CAP_SECONDS))
        )

    def _verify_all(self) -> None:
        for report in list(self.reports.values()):
            if report.is_bound and report.deployed and not report.verified:
                self._read_back(report)
        if self.options.verify == "tls":
            deadline = Deadline.after(self.clock.now(), min(PROBE_SECONDS, self.options.wait_timeout))
            for report in list(self.reports.values()):
                if report.verified:
                    self._probe(report, deadline)

    def _read_back(self, report: BindReport) -> None:
        config = self._read(report.id)
        if config is None:
            return
        if binding.is_bound(config.viewer, self.target):
            self.reports[report.id] = replace(report, verified=True, etag_after=config.etag)
        else:
            self._fail(
                report.id,
                "verify",
                "BoundElsewhere",
                "it was bound, but by now uses another certificate: somebody else changed it",
            )

    def _probe(self, report: BindReport, deadline: Deadline) -> None:
        distribution = self.distributions[report.id]
        host, port = self.options.edge or (distribution.domain_name, HTTPS_PORT)
        for server_name in binding.probe_names(distribution):
            problem = self._served_otherwise(host, port, server_name, deadline)
            if problem:
                self._fail(report.id, "verify", NOT_SERVED, problem)
                self.reports[report.id] = replace(self.reports[report.id], verified=False)
                return

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

    def _served_otherwise(self, host: str, port: int, server_name: str, deadline: Deadline) -> str:
        """Why the edge does not serve the certificate for the name, after retries; empty if it does."""
        rounds = 0
        while True:
            try:
                served = self.tls.served_fingerprint(host, port, server_name)
            except RemoteError as exc:
                problem = exc.message
            else:
                if served == self.target.fingerprint_sha256:
                    return ""
                problem = f"{host}:{port} serves another certificate for {server_name} (SHA-256 {served})"
            if deadline.has_passed(self.clock.now()):
                return problem
            self._pause(deadline, rounds)
            rounds += 1
