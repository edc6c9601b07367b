# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When each playbook last began, how it ended, and how often it is scheduled: kept beside the projects, so that a
stopped schedule is noticed."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..._clients.stores.base import DamagedDocumentError, Store
from ..._core.certificate import renewal
from ..._core.report.fleet.rows import PlaybookEnd
from ..._core.values import texts, times
from ..._errors import CertError, ConflictError

AREA, NAME, KEY, ENDED, EVERY = "runs", "planned", "planned_at", "ended", "every_hours"
SCHEMA = 1
# This playbook is one of a schedule, also where nobody says so.
SCHEDULED = "renew"
# Each attempt lost means that another run noted its own, as the slices of a job do that end together.
ATTEMPTS = 10
MOST_PLAYBOOKS = 20


@dataclass(frozen=True)
class RunNotes:
    """When each playbook last began, how its last run that came to its end was, and the hours between its runs where
    that run said so."""

    planned: t.Mapping[str, datetime] = field(default_factory=dict)
    ended: t.Mapping[str, PlaybookEnd] = field(default_factory=dict)
    every_hours: t.Mapping[str, float] = field(default_factory=dict)

    def with_end(self, playbook: str, began: datetime, run: PlaybookEnd, every_hours: float | None) -> RunNotes:
        """With a run that has ended now, together with others of the same workflow; one that says no interval is the
        last of its schedule."""
        others = {name: hours for name, hours in self.every_hours.items() if name != playbook}
        return RunNotes(
            planned={**self.planned, playbook: max(began, self.planned.get(playbook, began))},
            ended={**self.ended, playbook: run.joined(self.ended.get(playbook))},
            every_hours={**others, playbook: every_hours} if every_hours else others,
        )

    def as_document(self) -> dict[str, t.Any]:
        """The form in the store."""
        return {
            "schema": SCHEMA,
            KEY: {name: times.to_text(at) for name, at in self.planned.items()},
            ENDED: {name: {**vars(one), "at": times.to_text(one.at)} for name, one in self.ended.items()},
            EVERY: dict(self.every_hours),
        }


def note(store: Store, playbook: str, now: datetime) -> str | None:
    """Note that the playbook runs now; what kept it from that, if anything did."""
    problem = _change(store, lambda known: replace(known, planned={**known.planned, playbook: now}))
    return (
        f"the time of this run could not be noted, so an alert may say that runs have stopped: {problem}"
        if problem
        else None
    )


def note_end(
    store: Store, playbook: str, began: datetime, run: PlaybookEnd, every_hours: float | None = None
) -> str | None:
    """Note how the playbook ended; what kept it from that, if anything did."""
    problem = _change(store, lambda known: known.with_end(playbook, began, run, every_hours))
    return (
        f"how this run ended could not be noted, so the metrics tell of the one before: {problem}" if problem else None
    )


def noted(store: Store) -> RunNotes:
    """When each playbook last ran; CertError if the store is away."""
    return _read(store.beside(AREA))[0]


def _change(store: Store, change: t.Callable[[RunNotes], RunNotes]) -> str:
    beside = store.beside(AREA)
    try:
        for _attempt in range(ATTEMPTS):
            known, version = _read(beside)
            try:
                beside.write(NAME, change(known).as_document(), version)
            except ConflictError:
                continue
            return ""
    except CertError as exc:
        return exc.message
    return ""


def _read(beside: Store) -> tuple[RunNotes, str | None]:
    """What was noted, with the version to replace it by; anything else is left out."""
    try:
        stored = beside.read(NAME)
    except DamagedDocumentError as exc:
        return RunNotes(), exc.version
    if stored is None:
        return RunNotes(), None
    planned = {name: at for name, value in _entries(stored.document.get(KEY)) if (at := _time(value))}
    ended = {name: run for name, value in _entries(stored.document.get(ENDED)) if (run := _ended(value))}
    every = {name: hours for name, value in _entries(stored.document.get(EVERY)) if (hours := _hours(value))}
    return RunNotes(planned, ended, every), stored.version


def _entries(kept: t.Any) -> t.Iterator[tuple[str, t.Any]]:
    for name, value in list(kept.items())[:MOST_PLAYBOOKS] if isinstance(kept, dict) else ():
        yield texts.cleaned(name, 40), value


def _ended(value: t.Any) -> PlaybookEnd | None:
    try:
        counts = {texts.cleaned(status, 40): int(count) for status, count in value["projects"].items()}
        workflow = texts.cleaned(str(value.get("workflow_job", "")), 40)
        return PlaybookEnd(
            times.from_text(value["at"]), float(value["seconds"]), bool(value["success"]), counts, workflow
        )
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def _hours(value: t.Any) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not renewal.schedule_problems(value) else None


def _time(text: t.Any) -> datetime | None:
    try:
        return times.from_text(text)
    except (ValueError, TypeError, AttributeError):
        return None
