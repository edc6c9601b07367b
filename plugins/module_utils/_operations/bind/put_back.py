# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts back the viewer certificates that distributions had, where the edge was found not to serve the new one."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ..._clients.aws.cloudfront import CloudFront
from ..._core.bind import binding, distribution_xml, distributions
from ..._core.bind.binding import STALE_READS, Reaction
from ..._core.bind.distributions import Distribution
from ..._core.bind.report import BindReport, BindStatus
from ..._core.values.waiting import Clock, Deadline
from ..._errors import RemoteError
from . import deployment


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
    """Distributions go back to what they had, unless they were changed outside this run in between."""

    cloudfront: CloudFront
    clock: Clock
    formers: t.Mapping[str, FormerViewer]

    def carry_out(self, reports: t.Iterable[BindReport], deadline: Deadline) -> tuple[BindReport, ...]:
        """The reports of failed verifications, with what became of the distributions."""
        done = [self._put_back(report) for report in reports]
        waiting = [report.id for report in done if report.status is BindStatus.ROLLED_BACK]
        deployed = deployment.await_deployed(self.cloudfront, self.clock, waiting, self._has_former, deadline)
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
                return "", "its viewer certificate is not the one that this run set: it was changed outside this run"
            try:
                xml = distribution_xml.with_viewer_element(config.xml, former.element)
                return self.cloudfront.update_distribution(distribution_id, replace(config, xml=xml)), ""
            except RemoteError as exc:
                refusal = exc
                if binding.reaction_to(exc.code, exc.message) is not Reaction.READ_AGAIN:
                    break
        return "", refusal.message if refusal else ""

    def _has_former(self, distribution: Distribution) -> bool:
        former = self.formers[distribution.id].certificate
        return former in distributions.used_certificates(distribution.viewer)


def _is_waiting(report: BindReport, deployed: t.Collection[str]) -> bool:
    return report.status is BindStatus.ROLLED_BACK and report.id not in deployed


def _noted(report: BindReport, note: str) -> BindReport:
    """The report with more in its reason, which is that of the error, too."""
    reason = report.reason + note
    return replace(report, reason=reason, error={**(report.error or {}), "message": reason})
