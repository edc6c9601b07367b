# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts back the viewer certificates that distributions had, where the edge was found not to serve the new one."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ..._clients.aws.cloudfront import CloudFront
from ..._core.bind import binding, distribution_xml, distributions
from ..._core.bind.binding import Reaction
from ..._core.bind.report import BindReport, BindStatus
from ..._core.values.waiting import Clock, Deadline, backoff
from ..._errors import RemoteError
from .deployment import POLL_BASE_SECONDS, POLL_CAP_SECONDS, POLL_FACTOR, STALE_READS


@dataclass(frozen=True)
class FormerViewer:
    """The viewer certificate that a distribution had: its element as it stood, and what that says; ``given`` is what it
    got instead."""

    element: bytes
    viewer: t.Mapping[str, str]
    given: t.Mapping[str, str]

    @property
    def certificate(self) -> str:
        """The certificate that it named; empty if it was CloudFront's own."""
        return next(iter(sorted(distributions.used_certificates(self.viewer))), "")


@dataclass(frozen=True)
class PuttingBack:
    """Distributions go back to what they had, unless somebody else changed them in between."""

    cloudfront: CloudFront
    clock: Clock
    formers: t.Mapping[str, FormerViewer]

    def carry_out(self, reports: t.Iterable[BindReport], deadline: Deadline) -> tuple[BindReport, ...]:
        """The reports of failed verifications, with what became of the distributions."""
        done = [self._put_back(report) for report in reports]
        deployed = self._await({report.id for report in done if report.status is BindStatus.ROLLED_BACK}, deadline)
        return tuple(
            _noted(report, ", but is not yet deployed") if _is_waiting(report, deployed) else report for report in done
        )

    def _put_back(self, report: BindReport) -> BindReport:
        former = self.formers[report.id]
        if not former.certificate:
            return _noted(report, "; it had no certificate of its own before, so it is left as it is")
        try:
            etag, problem = self._update(report.id, former)
        except RemoteError as exc:
            etag, problem = "", exc.message
        if problem:
            return _noted(report, f"; its former certificate {former.certificate} could not be put back: {problem}")
        rolled_back = replace(report, status=BindStatus.ROLLED_BACK, deployed=False, verified=False, etag_after=etag)
        return _noted(rolled_back, f"; its former certificate {former.certificate} was put back")

    def _update(self, distribution_id: str, former: FormerViewer) -> tuple[str, str]:
        """The new ETag, or why nothing was put back; raises the last refusal."""
        refusal: RemoteError | None = None
        for _read in range(STALE_READS):
            config = self.cloudfront.get_distribution_config(distribution_id)
            if distribution_xml.viewer_element(config.xml) == former.element:
                # the answer to our update was lost
                return config.etag, ""
            if any(config.viewer.get(name) != text for name, text in former.given.items()):
                return "", "by now it has another viewer certificate than it was given: somebody else changed it"
            try:
                xml = distribution_xml.with_viewer_element(config.xml, former.element)
                return self.cloudfront.update_distribution(distribution_id, replace(config, xml=xml)), ""
            except RemoteError as exc:
                refusal = exc
                if binding.reaction_to(exc.code, exc.message) is not Reaction.READ_AGAIN:
                    break
        return "", refusal.message if refusal else ""

    def _await(self, waiting: set[str], deadline: Deadline) -> set[str]:
        """Those that are deployed with their former certificate when the time is over."""
        deployed: set[str] = set()
        rounds = 0
        while True:
            deployed |= self._deployed(waiting - deployed)
            now = self.clock.now()
            if waiting == deployed or deadline.has_passed(now):
                return deployed
            self.clock.sleep(deadline.clamp(now, backoff(rounds, POLL_BASE_SECONDS, POLL_FACTOR, POLL_CAP_SECONDS)))
            rounds += 1

    def _deployed(self, waiting: set[str]) -> set[str]:
        if not waiting:
            return set()
        try:
            listing = self.cloudfront.list_distributions()
        except RemoteError:
            # a poll among many; the deadline bounds them
            return set()
        settled = (one for one in listing if one.id in waiting and one.status == distributions.DEPLOYED)
        # right after an update a listing may still show the state before
        return {
            one.id for one in settled if self.formers[one.id].certificate in distributions.used_certificates(one.viewer)
        }


def _is_waiting(report: BindReport, deployed: set[str]) -> bool:
    return report.status is BindStatus.ROLLED_BACK and report.id not in deployed


def _noted(report: BindReport, note: str) -> BindReport:
    """The report with more in its reason, which is that of the error, too."""
    reason = report.reason + note
    return replace(report, reason=reason, error={**(report.error or {}), "message": reason})
