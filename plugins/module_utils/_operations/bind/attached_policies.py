# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks, before anything is ordered or changed, for distributions that would refuse another certificate."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ..._clients.aws.cloudfront import CloudFront
from ..._core.bind import continuous_deployment
from ..._core.bind.distributions import Distribution
from ..._core.bind.report import BindReport, BindStatus
from ..._errors import RemoteError


def policies(cloudfront: CloudFront, listed: t.Sequence[Distribution], wanted: t.Iterable[str]) -> dict[str, str]:
    """The continuous deployment policy of each of these distributions that has one; no call where none can have any,
    and none for staging ones, which have none themselves. One that cannot be read is not known to have one."""
    found: dict[str, str] = {}
    staging = {one.id for one in listed if one.staging}
    for one in sorted(set(wanted) - staging) if staging else ():
        try:
            policy = continuous_deployment.policy_of(cloudfront.get_distribution_config(one).xml)
        except RemoteError:
            continue
        if policy:
            found[one] = policy
    return found


def refused(
    cloudfront: CloudFront, listed: t.Sequence[Distribution], planned: t.Sequence[BindReport]
) -> tuple[BindReport, ...]:
    """The plan, with those that CloudFront would refuse: failed if there are no others, for which a certificate is
    worth its order, else skipped."""
    to_change = [report.id for report in planned if report.status is BindStatus.REBOUND]
    found = policies(cloudfront, listed, to_change)
    is_for_none = len(found) == len(to_change)

    def judged(report: BindReport) -> BindReport:
        if report.id not in found:
            return report
        why = continuous_deployment.obstacle(found[report.id])
        if is_for_none:
            return report.failed("update", "IllegalUpdate", why)
        return replace(report, status=BindStatus.SKIPPED, reason=why)

    return tuple(judged(report) for report in planned)
