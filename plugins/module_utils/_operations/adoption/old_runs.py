# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of the SSL Plugin that began before it was stopped are waited for, all of them at once."""

from __future__ import annotations

import typing as t

from ..._core.adoption import plugin_items, plugin_stacks
from ..._core.adoption.shapes import READY, SeenProject, SeenScheduler
from ..._core.values.waiting import Clock
from .plugin_listings import PluginListings
from .request import Patience

POLL_SECONDS = 15.0


def awaited(
    listings: PluginListings, known: t.Iterable[SeenProject], patience: Patience, clock: Clock
) -> tuple[str, ...]:
    """No project that was stopped since the earlier reading is at work; warnings of those that say so for longer than a
    run may take."""
    if not patience.seconds:
        return ()
    stopped = [(one, scheduler) for one in known if (scheduler := _stopped(one, listings)) is not None]
    if patience.of_v1 and any(not scheduler["table"] for _one, scheduler in stopped):
        clock.sleep(patience.seconds)

    def at_work() -> list[str]:
        for table in sorted({str(scheduler["table"]) for _one, scheduler in stopped if scheduler["table"]}):
            listings.scan(table)
        return [one["theirs"] for one, scheduler in stopped if _is_at_work(one, scheduler, listings)]

    return until_ended(at_work, patience.seconds, clock)


def until_ended(at_work: t.Callable[[], t.Sequence[str]], seconds: int, clock: Clock) -> tuple[str, ...]:
    """Wait until nobody is at work; warnings of those that still are when the time is over."""
    deadline = clock.now().timestamp() + seconds
    while names := at_work():
        if clock.now().timestamp() >= deadline:
            return tuple(
                f"the last run of {name} has been Processing for {seconds} seconds, longer than a run may take, so it"
                " counts as ended"
                for name in names
            )
        clock.sleep(POLL_SECONDS)
    return ()


def _stopped(project: SeenProject, listings: PluginListings) -> SeenScheduler | None:
    """What made a project run that is to be taken over now, if it is off."""
    scheduler = project["scheduler"]
    if project["status"] != READY or scheduler is None or scheduler["stack"] is None:
        return None
    rules = [listings.rules.get(rule["name"], rule) for rule in scheduler["rules"]]
    return None if plugin_stacks.active(rules) else scheduler


def _is_at_work(project: SeenProject, scheduler: SeenScheduler, listings: PluginListings) -> bool:
    return plugin_items.status(listings.item(scheduler["table"], project["theirs"])) == plugin_items.PROCESSING
