# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills a run at one point, lets the same playbook run again, and says what is not as after a run that nobody
disturbed."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from chaos.starting_point import Bench, Played

from .outcome import outcome
from .story import Story
from .world import PROJECT

# What keeps documents and archives: in files, reading and writing them is no call.
KEEPING = ("dynamodb", "s3")
READ_ONLY = ("directory", "newNonce", "order", "authz", "cert", "renewalInfo", "account")


@dataclass(frozen=True)
class KillPoint:
    """The moment of a kill: at a call of the undisturbed run, before it is processed or after it, when only its answer
    is lost."""

    story: str
    number: int
    service: str
    operation: str
    skip: int
    when: str

    def __str__(self) -> str:
        return f"{self.story}: {self.when} call {self.number + 1}, {self.service}:{self.operation}"


def kill_points(story: str, calls: Sequence[dict[str, Any]]) -> list[KillPoint]:
    """Two for each call that the undisturbed run makes; one if it only reads, since then nothing differs before and
    after it."""
    found, seen = [], Counter[tuple[str, str]]()
    for number, call in enumerate(calls):
        name = (call["service"], call["operation"])
        found += [
            KillPoint(story, number, *name, seen[name], when)
            for when in (("before",) if _only_reads(*name) else ("before", "after"))
        ]
        seen[name] += 1
    return found


def _counted(calls: Sequence[dict[str, Any]]) -> int:
    return sum(call["service"] not in KEEPING for call in calls)


def _only_reads(service: str, operation: str) -> bool:
    """Whether the call changes nothing: in AWS by its name, at the CA the resources that are read with GET or
    POST-as-GET (RFC 8555 section 6.3)."""
    return operation in READ_ONLY if service == "acme" else operation.startswith(("Get", "List", "Head", "Describe"))


@dataclass(frozen=True)
class Survival:
    """How one kill point went: what was wrong, and the calls of the second run against those that were still
    missing."""

    problems: tuple[str, ...]
    calls: int = 0
    missing: int = 0
    issued_beyond: int = 0
    """Certificates that the two runs had issued beyond those of the undisturbed one."""


def survive(bench: Bench, point: KillPoint, undisturbed: Played) -> Survival:
    """Kill at a call, and run again."""
    story = bench.begin(point.story)
    started = bench.runner.prepare(story.playbook, story.variables, workers=True)
    bench.control.fault(point.service, point.operation, "kill", when=point.when, skip=point.skip, pgid=started.pid)
    killed = bench.finish(started.go())
    if killed.ended.status != -9:
        return Survival((f"the run was not killed:\n{killed.ended.output}",))
    bench.control.clear_faults()
    # a call whose answer was lost is missing, too: nobody can know that it took effect
    missing = _counted(undisturbed.calls[point.number :])
    return _again(bench, story, undisturbed, missing)


def survive_at_phase(bench: Bench, story_name: str, phase: str, undisturbed: Played) -> Survival:
    """Kill as soon as the journal says this phase, and run again."""
    story = bench.begin(story_name)
    path = bench.data / "store" / f"{PROJECT}.json"
    started = bench.runner.prepare(story.playbook, story.variables, workers=True)
    started.go()
    while not started.is_over:
        journal = (json.loads(path.read_text()) if path.exists() else {}).get("journal") or {}
        if journal.get("phase") == phase:
            started.kill()
            break
        time.sleep(0.002)
    killed = bench.finish(started)
    if killed.ended.status != -9:
        return Survival((f"the journal never said {phase}:\n{killed.ended.output}",))
    return _again(bench, story, undisturbed, max(0, _counted(undisturbed.calls) - _counted(killed.calls)))


def _again(bench: Bench, story: Story, undisturbed: Played, missing: int) -> Survival:
    again = bench.finish(bench.runner.prepare(story.playbook, story.variables).go())
    wanted, found = outcome(undisturbed), outcome(again)
    problems = [f"{key}: {found[key]}, undisturbed it is {wanted[key]}" for key in wanted if found[key] != wanted[key]]
    made = _counted(again.calls)
    if made > missing + story.extra_calls:
        said = " ".join(f"{call['service']}:{call['operation']}" for call in again.calls)
        problems.append(f"{made} calls where {missing} were missing: {said}")
    if found["exit status"] != 0:
        problems.append(again.ended.output)
    return Survival(tuple(problems), made, missing, again.issued - undisturbed.issued)
