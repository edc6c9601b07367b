# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far the projects have come, in bars and in lines."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report import progress
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.progress import (
    DONE,
    FAILED,
    HEIGHT,
    Progress,
)


def test_a_phase_is_said_once_and_an_end_with_how_long_it_took() -> None:
    run = Progress(total=2, began=0)
    assert run.enter("web", "issue", now=1) == "web: issue"
    assert run.enter("web", "issue", now=2) is None
    assert run.enter("web", "store", now=3) == "web: store"
    assert run.end("web", DONE, now=63) == "web: done after 0:01:02 (1 of 2)"
    assert run.end("web", DONE, now=64) is None
    assert run.enter("web", "bind", now=65) is None


def test_a_failure_says_in_which_phase() -> None:
    run = Progress(total=1, began=0)
    run.enter("web", "bind", now=0)
    assert run.end("web", FAILED, now=3) == "web: failed in bind after 0:00:03 (1 of 1)"


def test_a_failure_before_any_phase_names_none() -> None:
    assert Progress(total=1, began=0).end("web", FAILED, now=0) == "web: failed after 0:00:00 (1 of 1)"


def test_a_project_may_run_again() -> None:
    run = Progress(total=1, began=0)
    run.end("web", DONE, now=1)
    run.begin("web", now=10)
    assert run.open() == ["web"]
    assert run.end("web", DONE, now=12) == "web: done after 0:00:02 (1 of 1)"


def test_more_projects_than_expected_raise_the_total() -> None:
    run = Progress(total=1, began=0)
    for name in ("web", "shop"):
        run.begin(name, now=0)
    assert run.end("shop", DONE, now=0) == "shop: done after 0:00:00 (1 of 2)"


def test_a_bar_for_each_phase_shows_who_is_past_it_and_who_is_in_it() -> None:
    run = Progress(total=4, began=0)
    run.end("a", DONE, now=1)
    run.enter("b", "bind", now=1)
    run.enter("c", "issue", now=1)
    run.enter("d", "store", now=1)
    run.end("d", FAILED, now=1)
    assert run.bars(46, now=5) == [
        "issue    [###############.....] 3/4, 1 running",
        "store    [##########..........] 2/4",
        "bind     [#####...............] 1/4, 1 running",
        "clean up [#####...............] 1/4",
        "record   [#####...............] 1/4",
        "projects 2 of 4 ended, 1 failed, 0:00:05",
    ]


@pytest.mark.parametrize("width", [20, 40, 79, 300])
def test_bars_keep_within_the_screen(width: int) -> None:
    run = Progress(total=1000, began=0)
    run.enter("web", "issue", now=0)
    lines = run.bars(width, now=0)
    assert len(lines) == HEIGHT
    assert max(map(len, lines)) <= width


def test_one_line_says_it_of_all() -> None:
    run = Progress(total=1000, began=0)
    for number in range(5):
        run.enter(f"p{number}", "issue" if number < 2 else "bind", now=0)
    run.end("p4", FAILED, now=1)
    assert run.line(now=4000) == "issue 2, bind 2; 1 of 1000 ended, 1 failed, 1:06:40"
    assert Progress(total=3, began=0).line(now=0) == "0 of 3 ended, 0:00:00"


def test_a_name_cannot_move_the_cursor() -> None:
    assert Progress(total=1, began=0).enter("web\033[2J", "issue", now=0) == "web?[2J: issue"


@pytest.mark.parametrize(
    ("plan", "phase", "needed"),
    [
        pytest.param({"issue": True}, "issue", True, id="something to issue"),
        pytest.param({"issue": False}, "issue", False, id="nothing to issue"),
        pytest.param({"issue": False}, "bind", True, id="other phases always look"),
        pytest.param(None, "issue", True, id="no plan known"),
    ],
)
def test_a_project_that_has_nothing_to_issue_does_not_come_through_that_phase(
    plan: t.Any, phase: str, needed: bool
) -> None:
    assert progress.needs_phase(plan, phase) is needed
