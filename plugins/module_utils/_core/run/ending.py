# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a run, from what its steps returned: whether it changed anything, and what its last line says."""

from __future__ import annotations

import typing as t

Result = t.Mapping[str, t.Any]


def own(results: t.Iterable[t.Any], run_id: str | None) -> list[Result]:
    """The results of this run, those of a loop one by one. What was skipped says nothing, and neither does what an
    earlier run on the same host left behind, which says its own ID."""
    found: list[Result] = []
    for result in results:
        if isinstance(result, t.Mapping) and not result.get("skipped"):
            items = result.get("results")
            found += own(items, run_id) if isinstance(items, list) else [result]
    return [result for result in found if result.get("run_id", run_id) == run_id]


def failed(result: Result | None, run_id: str | None) -> Result | None:
    """The result of a step that failed in this run."""
    return next((one for one in own([result], run_id) if one.get("failed")), None)


def archived(results: t.Iterable[t.Any], run_id: str | None) -> list[str] | None:
    """The bundles that the document names, by URI and by fingerprint, after the last step that recorded something; None
    if none of them says it."""
    told = [result.get("recorded") or result for result in own(results, run_id)]
    return next((list(one["archived"]) for one in reversed(told) if "archived" in one), None)


def deleted(results: t.Iterable[t.Any], run_id: str | None) -> set[str]:
    """The names of what the steps deleted, or in check mode would delete."""
    return {str(name) for result in own(results, run_id) for name in result.get("deleted") or ()}


def subscriptions(results: t.Iterable[t.Any]) -> list[Result]:
    """The subscriptions that the results are about."""
    found: list[Result] = []
    for result in own(results, None):
        found += [result["subscription"]] if isinstance(result.get("subscription"), dict) else []
        found += result.get("subscriptions") or ()
    return found


def unsubscribed(results: t.Iterable[t.Any]) -> tuple[str, ...]:
    """The addresses that are subscribed no longer. SNS cannot remove a subscription that is pending: such an address
    stays on the list, and the next run tries again."""
    return tuple(str(one["endpoint"]) for one in subscriptions(results) if one["status"] == "absent")


def summary(line: Result, changed: bool, results: t.Iterable[t.Any], told: t.Iterable[t.Any]) -> dict[str, t.Any]:
    """The line of a project that came to its end, by the results of its steps and by those of its subscriptions."""
    has_changed = changed or any(result.get("changed") for result in results)
    statuses = {one["status"] for one in subscriptions(told)} - {"absent"}
    unheard = "; no subscriber has confirmed yet" if statuses and "confirmed" not in statuses else ""
    return {
        **line,
        "changed": has_changed,
        "status": "changed" if has_changed else "unchanged",
        "reason": f"{line['reason']}{unheard}",
    }
