# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of each resource of a binding, and what all of it adds up to."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ..bind.report import BindStatus
from .uses import NewCertificate, Slot, Use


@dataclass(frozen=True)
class UseReport:
    """What is known of one matched resource; ``replaced`` are the places in it that change, as they
    were."""

    kind: str
    id: str
    status: BindStatus
    reason: str
    replaced: tuple[Slot, ...] = ()
    names: tuple[str, ...] = ()
    uncovered: tuple[str, ...] = ()
    deployed: bool = False
    verified: bool = False
    error: t.Mapping[str, str] | None = None

    @property
    def is_bound(self) -> bool:
        """Whether the resource uses the certificate, as far as this run got."""
        return self.status in (BindStatus.REBOUND, BindStatus.ALREADY)

    def failed(self, stage: str, code: str, message: str) -> UseReport:
        """The same resource, where ``stage`` failed."""
        error = {"stage": stage, "code": code, "message": message}
        return replace(self, status=BindStatus.FAILED, reason=message, error=error)

    def noted(self, note: str) -> UseReport:
        """The report with more in its reason, which is that of the error, too."""
        return replace(self, reason=self.reason + note, error={**(self.error or {}), "message": self.reason + note})

    def as_dict(self) -> dict[str, t.Any]:
        """The row as it stands in the result."""
        return {
            "kind": self.kind,
            "id": self.id,
            "status": self.status.value,
            "reason": self.reason,
            "slots": sorted({slot.name for slot in self.replaced}),
            "former": sorted({slot.certificate for slot in self.replaced if slot.certificate}),
            "names": list(self.names),
            "uncovered": list(self.uncovered),
            "deployed": self.deployed,
            "verified": self.verified,
            "error": dict(self.error) if self.error is not None else None,
        }


def result(reports: t.Sequence[UseReport]) -> dict[str, t.Any]:
    """A binding's reports as modules return them."""
    counts = ", ".join(f"{sum(report.status is status for report in reports)} {status.value}" for status in BindStatus)
    return {
        "matched": [report.id for report in reports],
        "targets": [report.as_dict() for report in reports],
        "complete": is_complete(reports),
        "verified": is_verified(reports),
        "records": {"Update_Targets_Status": update_record(reports)},
        "reason": f"{counts} of {len(reports)} matched targets",
    }


def beside(distributions: t.Mapping[str, t.Any], tenants: t.Sequence[UseReport]) -> dict[str, t.Any]:
    """The result of a binding of distributions, with what became of tenants."""
    records = dict(distributions["records"])
    if tenants:
        matched = records["Matched_CloudFront"]
        listed = matched["ID_LIST"] if isinstance(matched, dict) else []
        records["Matched_CloudFront"] = {"ID_LIST": [*listed, *(report.id for report in tenants)]}
        records["Update_CloudFront_Status"] = [*records["Update_CloudFront_Status"], *update_record(tenants)]
    return {
        **distributions,
        "tenants": [report.as_dict() for report in tenants],
        "complete": distributions["complete"] and is_complete(tenants),
        "verified": distributions["verified"] and is_verified(tenants),
        "records": records,
    }


def with_others(result: t.Mapping[str, t.Any], others: t.Sequence[t.Mapping[str, t.Any]]) -> dict[str, t.Any]:
    """The result of a binding of distributions, with those of bindings of other targets in the same run."""
    records = dict(result["records"])
    if others:
        reported = [(one.get("records") or {}).get("Update_Targets_Status") or _as_error(one) for one in others]
        records["Update_Targets_Status"] = [entry for found in reported for entry in found]
    return {
        **result,
        "targets": [row for one in others for row in one.get("targets") or ()],
        "complete": result["complete"] and all(one.get("complete") is True for one in others) and not _nowhere(others),
        "verified": result["verified"] and all(one.get("verified") is True for one in others),
        "records": records,
    }


def failures_of(others: t.Sequence[t.Mapping[str, t.Any]]) -> list[str]:
    """What went wrong in bindings of other targets: only what failed has a message; and what is in none of the
    regions."""
    return [*(str(one["msg"]) for one in others if one.get("msg")), *_nowhere(others)]


def _nowhere(others: t.Sequence[t.Mapping[str, t.Any]]) -> list[str]:
    """One problem for each API domain that was listed and found in no region, if all could be looked at."""
    missed = [set(one["unknown"]) for one in others if "unknown" in one]
    if not missed or any(one.get("msg") for one in others):
        return []
    return [
        f"api_domains: {name} does not exist in a region of the project; check it, acm_regions and the credentials"
        for name in sorted(set.intersection(*missed))
    ]


def _as_error(other: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
    return [{"Error": str(other["msg"])}] if other.get("msg") else []


def search_failed(message: str) -> dict[str, t.Any]:
    """The result when the resources could not be listed: that is never "no match"."""
    reason = f"the search for targets failed, so nothing was changed: {message}"
    nothing = {**result(()), "complete": False, "verified": False, "reason": reason}
    return {**nothing, "records": {"Update_Targets_Status": [{"Error": message}]}}


def is_complete(reports: t.Iterable[UseReport]) -> bool:
    """Whether all of them use the certificate."""
    return all(report.is_bound for report in reports)


def is_verified(reports: t.Iterable[UseReport]) -> bool:
    """Whether each that was not skipped is verified."""
    return all(report.verified for report in reports if report.status is not BindStatus.SKIPPED)


def warnings(reports: t.Iterable[UseReport]) -> tuple[str, ...]:
    """One for each resource that was skipped."""
    return tuple(
        f"{report.kind} {report.id} was skipped: {report.reason}"
        for report in reports
        if report.status is BindStatus.SKIPPED
    )


def failures(reports: t.Iterable[UseReport]) -> list[str]:
    """Every failure in a sentence."""
    return [
        f"{report.id}: {report.reason}"
        for report in reports
        if report.status in (BindStatus.FAILED, BindStatus.ROLLED_BACK)
    ]


def failure(reports: t.Sequence[UseReport]) -> str | None:
    """Every failure in one sentence; None if there is none."""
    failed = failures(reports)
    return f"{len(failed)} of {len(reports)} matched targets failed: {'; '.join(failed)}" if failed else None


def changed(
    uses: t.Iterable[Use], reports: t.Iterable[UseReport], touched: t.Container[str], new: NewCertificate
) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """The certificates of the touched resources before and after, by place, as users see them in a diff."""
    replaced = {report.id: report.replaced for report in reports if report.id in touched}
    found = [use for use in uses if use.id in replaced]
    before = {use.id: _by_place((slot.name, slot.certificate) for slot in use.slots) for use in found}
    after = {
        use.id: _by_place(
            (slot.name, new.taken_by(use).shown if slot in replaced[use.id] else slot.certificate) for slot in use.slots
        )
        for use in found
    }
    return before, after


def update_record(reports: t.Iterable[UseReport]) -> list[dict[str, t.Any]]:
    """What became of each, in the vocabulary of ``Update_CloudFront_Status``."""
    return [{report.id: _update_status(report)} for report in reports]


def _update_status(report: UseReport) -> t.Any:
    if report.is_bound:
        return "Success"
    if report.error is None:
        return "Failed"
    return {"Update_Target_Error": {"code": report.error.get("code", ""), "message": report.error["message"]}}


def _by_place(found: t.Iterable[tuple[str, str]]) -> dict[str, t.Any]:
    places: dict[str, list[str]] = {}
    for name, arn in found:
        places.setdefault(name, []).append(arn)
    return {name: sorted(set(arns)) for name, arns in places.items()}
