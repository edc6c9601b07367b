# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGKILL at every call of every playbook, and at every phase of the journal: one more run brings everything to its
end."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import pytest

from chaos.starting_point import Bench, Played, in_lanes

from .killing import KEEPING, Survival, kill_points, survive, survive_at_phase
from .report import Report
from .stories import STORIES
from .story import VARIABLES

P = TypeVar("P")
# One before and one after each of the calls that cost something to repeat.
CHOSEN = ("acme:finalize", "iam:UploadServerCertificate", "cloudfront:UpdateDistribution")
PHASES = {
    "create": ("planned", "ordering", "stored", "verified"),
    "renew": ("planned", "ordering", "stored", "verified", "cleaned"),
    "reissue": ("planned", "ordering", "stored", "verified", "cleaned"),
}


def _undisturbed(lanes: list[Bench], name: str) -> Played:
    """The same run without a kill; the calls are those of one that has processes for its tasks."""
    found: dict[bool, Played] = {}
    for workers, played in in_lanes(
        lanes, (True, False), lambda bench, workers: bench.play(bench.begin(name), workers=workers)
    ):
        if isinstance(played, BaseException):
            raise played
        assert played.ended.status == 0, played.ended.output
        assert (played.issued, played.revoked) == (STORIES[name].issues, STORIES[name].revokes)
        found[workers] = played
    assert _distinct(found[False].calls) == _distinct(found[True].calls), (
        "a run that does its tasks in one process makes other calls"
    )
    return found[True]


def _distinct(calls: Sequence[dict[str, Any]]) -> list[str]:
    """The calls in their order, one for those that ask again and again whether something is done."""
    return [name for name, _same in itertools.groupby(f"{call['service']}:{call['operation']}" for call in calls)]


def _shared_calls(lanes: list[Bench], name: str, calls: Sequence[dict[str, Any]]) -> int:
    """How many calls at the beginning are those of the story that this one begins as, where it is killed already."""
    other = STORIES[name].begins_as
    if other is None:
        return 0
    mine, others = (
        [(call["service"], call["operation"]) for call in each] for each in (calls, _undisturbed(lanes, other).calls)
    )
    return sum(1 for _call in itertools.takewhile(lambda pair: operator.eq(*pair), zip(mine, others)))


def _survive_all(
    lanes: list[Bench], report: Report, name: str, points: Iterable[P], survive_one: Callable[[Bench, P], Survival]
) -> None:
    problems = []
    for point, found in in_lanes(lanes, points, survive_one):
        report.kill_points[name] += 1
        if isinstance(found, BaseException):
            problems.append(f"{point}: {found}")
            print(problems[-1])
            continue
        report.issued_beyond += found.issued_beyond
        if found.problems:
            problems.append("\n".join((f"{point}:", *found.problems)))
            print(problems[-1])
        else:
            report.survived[name] += 1
            report.extra_calls.append(found.calls - found.missing)
            print(f"survived: {point}, {found.calls} calls where {found.missing} were missing")
    assert not problems, f"{len(problems)} kill points\n" + "\n\n".join(problems)


@pytest.mark.chaos
@pytest.mark.parametrize("name", [name for name, story in STORIES.items() if story.is_killed])
def test_a_run_killed_at_any_call_is_finished_by_the_next_one(lanes: list[Bench], report: Report, name: str) -> None:
    undisturbed = _undisturbed(lanes, name)
    calls = undisturbed.calls
    shared = _shared_calls(lanes, name, calls)
    chosen = {
        number
        for number, call in enumerate(calls)
        if number >= shared and (call["service"] in KEEPING or not STORIES[name].in_aws)
    }
    points = [point for point in kill_points(name, calls) if point.number in chosen]
    assert len(points) >= len(chosen) > 0
    _survive_all(lanes, report, name, points, lambda bench, point: survive(bench, point, undisturbed))


@pytest.mark.chaos
@pytest.mark.parametrize("name", PHASES)
def test_a_run_killed_between_its_tasks_is_finished_by_the_next_one(
    lanes: list[Bench], report: Report, name: str
) -> None:
    undisturbed = _undisturbed(lanes, name)
    label = f"{name} (phases of the journal)"
    _survive_all(
        lanes, report, label, PHASES[name], lambda bench, phase: survive_at_phase(bench, name, phase, undisturbed)
    )


def test_a_renewal_killed_where_it_costs_most_is_finished_by_the_next_one(lanes: list[Bench], report: Report) -> None:
    undisturbed = _undisturbed(lanes, "renew")
    points = [
        point for point in kill_points("renew", undisturbed.calls) if f"{point.service}:{point.operation}" in CHOSEN
    ]
    _survive_all(lanes, report, "renew (chosen)", points, lambda bench, point: survive(bench, point, undisturbed))


@pytest.mark.chaos
def test_a_project_whose_deletion_was_killed_can_be_created_again(bench: Bench) -> None:
    story = bench.begin("delete")
    started = bench.runner.prepare(story.playbook, story.variables, workers=True)
    bench.control.fault("iam", "DeleteServerCertificate", "kill", when="after", skip=1, pgid=started.pid)
    assert bench.finish(started.go()).ended.status == -9
    bench.control.clear_faults()
    created = bench.finish(bench.runner.prepare("create", VARIABLES).go())
    assert created.ended.status == 0, created.ended.output
    assert [each.id for each in created.world.ours] == [(created.world.document or {})["certificate"]["id"]]
