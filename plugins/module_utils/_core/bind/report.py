# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of each distribution of a binding, and what all of it adds up to."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from enum import Enum

# Beside the codes of CloudFront in a record: nothing was tried.
SKIPPED_CODE = "Skipped"


class BindStatus(str, Enum):
    """What became, or would become, of one matched distribution."""

    REBOUND = "rebound"
    ALREADY = "already"
    SKIPPED = "skipped"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True)
class BindReport:
    """What is known of one matched distribution; ``former`` are the certificates that it used before, ``error`` has
    stage, code and message."""

    id: str
    status: BindStatus
    reason: str
    aliases: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    etag_before: str | None = None
    etag_after: str | None = None
    deployed: bool = False
    verified: bool = False
    error: t.Mapping[str, str] | None = None

    @property
    def is_bound(self) -> bool:
        """Whether the distribution uses the certificate, as far as this run got."""
        return self.status in (BindStatus.REBOUND, BindStatus.ALREADY)

    def failed(self, stage: str, code: str, message: str) -> BindReport:
        """The same distribution, where ``stage`` failed."""
        error = {"stage": stage, "code": code, "message": message}
        return replace(self, status=BindStatus.FAILED, reason=message, error=error)

    def as_dict(self) -> dict[str, t.Any]:
        """The row as it stands in the result."""
        return {
            "id": self.id,
            "status": self.status.value,
            "reason": self.reason,
            "aliases": list(self.aliases),
            "uncovered": list(self.uncovered),
            "former": list(self.former),
            "etag_before": self.etag_before,
            "etag_after": self.etag_after,
            "deployed": self.deployed,
            "verified": self.verified,
            "error": dict(self.error) if self.error is not None else None,
        }


def result(reports: t.Sequence[BindReport], previous: t.Sequence[str]) -> dict[str, t.Any]:
    """A binding's reports as the module returns them."""
    counts = ", ".join(f"{sum(report.status is status for report in reports)} {status.value}" for status in BindStatus)
    return {
        "matched": [report.id for report in reports],
        "distributions": [report.as_dict() for report in reports],
        "complete": all(report.is_bound for report in reports),
        "verified": all(report.verified for report in reports if report.status is not BindStatus.SKIPPED),
        "records": {
            "Matched_CloudFront": matched_record(reports, previous),
            "Update_CloudFront_Status": update_record(reports),
        },
        "reason": f"{counts} of {len(reports)} matched distributions",
    }


def search_failed(message: str) -> dict[str, t.Any]:
    """The result when the distributions could not be listed: that is never "no match"."""
    records: dict[str, t.Any] = {"Matched_CloudFront": {"Error": [message]}, "Update_CloudFront_Status": []}
    reason = f"the search for distributions failed, so nothing was changed: {message}"
    return {
        "matched": [],
        "distributions": [],
        "complete": False,
        "verified": False,
        "records": records,
        "reason": reason,
    }


def warnings(reports: t.Iterable[BindReport]) -> tuple[str, ...]:
    """One for each distribution that was skipped."""
    return tuple(
        f"distribution {report.id} was skipped: {report.reason}"
        for report in reports
        if report.status is BindStatus.SKIPPED
    )


def failure(reports: t.Sequence[BindReport]) -> str | None:
    """Every failure in one sentence; None if there is none."""
    failed = [
        f"{report.id}: {report.reason}"
        for report in reports
        if report.status in (BindStatus.FAILED, BindStatus.ROLLED_BACK)
    ]
    return f"{len(failed)} of {len(reports)} matched distributions failed: {'; '.join(failed)}" if failed else None


def matched_record(reports: t.Sequence[BindReport], previous: t.Sequence[str]) -> t.Any:
    """``Matched_CloudFront`` in the SSL Plugin's vocabulary."""
    if not reports:
        return f"No Matched CloudFront on IAM Cert ID {list(previous)}"
    return {"ID_LIST": [report.id for report in reports]}


def update_record(reports: t.Iterable[BindReport]) -> list[dict[str, t.Any]]:
    """``Update_CloudFront_Status`` in the SSL Plugin's vocabulary."""
    return [{report.id: _update_status(report)} for report in reports]


def _update_status(report: BindReport) -> t.Any:
    if report.is_bound:
        return "Success"
    error = report.error or {"stage": "update", "code": SKIPPED_CODE, "message": report.reason}
    name = "Get_Dist_Error" if error["stage"] == "get" else "Update_Dist_Error"
    return {name: {"code": error["code"], "message": error["message"]}}
