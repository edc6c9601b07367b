# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the end of a run says of those that did not run; tests/unit/modules/test_run_summary.py has the rest."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report import run_summary
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.run_summary import Story
from unit.fakes.projects import NOW

FIRST: dict[str, t.Any] = {"first_held": [], "first_without_room": []}
LETTERS = [chr(ord("a") + number) for number in range(11)]


def told(**given: t.Any) -> t.Any:
    return run_summary.compose(Story("renew", **given), NOW)


def result(name: str, status: str = "changed", **more: t.Any) -> dict[str, t.Any]:
    return {"name": name, "status": status, "changed": status == "changed", "reason": "because", **more}


def test_data_that_is_no_list_is_named_with_its_option() -> None:
    assert run_summary.problems({}, {"selected": {"x": 1}, "broken": ()}, []) == [
        "plan.selected: it is not a list; use what project_plan returned"
    ]
    (problem,) = run_summary.problems({"webapp": {"name": "webapp", "status": "changed"}}, {}, [{"reason": "x"}])
    assert problem.startswith("attention: 1: it has no name;")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], []),
        (["a"], ["1 project is in the store, but not in the inventory: a; define them there"]),
        (["a", "b"], ["2 projects are in the store, but not in the inventory: a, b; define them there"]),
        (LETTERS[:10], [f"10 projects are in the store, but not in the inventory: {', '.join(LETTERS[:10])}; define"]),
        (LETTERS, [f"not in the inventory: {', '.join(LETTERS[:10])} and 1 more; define"]),
    ],
)
def test_projects_that_left_the_inventory_are_named(names: list[str], said: list[str]) -> None:
    waiting = told(undefined=names)["waiting"]
    assert len(waiting) == len(said)
    assert all(word in line for word, line in zip(said, waiting))


@pytest.mark.parametrize(
    ("planned", "said"),
    [
        pytest.param({}, [], id="nothing"),
        pytest.param(
            {"actions": {"wait": 1}, "first_waiting": [{"name": "a", "until": "U", "reason": "R"}]},
            ["a | waits until U | R"],
            id="one waits",
        ),
        pytest.param(
            {"actions": {"wait": 3}, "first_waiting": [{"name": "a", "until": "U", "reason": "R"}]},
            ["a | waits until U | R", "and 2 more that wait"],
            id="three wait",
        ),
        pytest.param(
            {"put_off": 2, "first_put_off": [{"name": "a", "deadline": "D"}]},
            ["2 projects deferred: max_per_run is reached; the first ones: a (deadline D)"],
            id="put off",
        ),
        pytest.param(
            {"held": 1, "first_held": [{"name": "a", "until": "U"}]},
            ["1 project held back: the CA would refuse their orders now; the first ones: a (until U)"],
            id="held by the CA",
        ),
        pytest.param(
            {"without_room": 288, "first_without_room": [{"name": "a"}, {"name": "b"}]},
            [
                (
                    "288 projects held back: IAM has no room for their certificates; run certops.cloudfront.cleanup,"
                    ' delete what is no longer used, or raise the quota "Server certificates per account"; the first'
                    " ones: a, b"
                )
            ],
            id="no room",
        ),
        pytest.param(
            {"actions": {"cleanup": 2}, "first_to_clean": [{"name": "a"}]},
            [
                "leftovers in IAM of a; certops.cloudfront.cleanup deletes what is not in use",
                "and 1 more that have leftovers",
            ],
            id="leftovers",
        ),
        pytest.param(
            {"actions": {"none": 1}, "first_resting": [{"name": "a", "until": "U"}, {"name": "b", "until": "V"}]},
            ["1 project with nothing to do, the next one is a, due at U"],
            id="one rests",
        ),
    ],
)
def test_who_else_there_is(planned: dict[str, t.Any], said: list[str]) -> None:
    assert told(planned=planned)["waiting"] == said


@pytest.mark.parametrize(
    ("given", "headline"),
    [
        ({}, "Nothing to do: no project was selected."),
        ({"planned": {"total": 0}}, "Nothing to do: no project was selected."),
        ({"planned": {"total": 1}}, "Nothing to do."),
        ({"planned": {"total": 3, "held": 1, "without_room": 1, **FIRST}}, "Nothing was done: 2 projects held back."),
        (
            {"planned": {"total": 1, "attention": [{"name": "a", "reason": "r", "do": "d"}]}},
            "Nothing to do now; 1 above needs a person.",
        ),
        ({"results": {"a": result("a"), "b": result("b", "locked")}}, "2 projects: 1 changed, 1 locked."),
        (
            {"results": {"a": result("a", "failed"), "b": result("b")}},
            "2 projects: 1 changed, 1 failed; fix the failures and run again: each project resumes where it stopped.",
        ),
        (
            {"results": {"a": result("a"), "b": result("b", "deleted")}, "rehearsal": True},
            "2 projects: 1 would change, 1 would be deleted; nothing was changed, as this is check mode.",
        ),
        (
            {"results": {"a": result("a", todo=[{"what": "w", "do": "d"}, {"what": "v", "do": "d"}])}},
            "1 project: 1 changed; 2 above need a person.",
        ),
    ],
)
def test_the_headline(given: dict[str, t.Any], headline: str) -> None:
    assert told(**given)["headline"] == headline


@pytest.mark.parametrize(("count", "more"), [(50, []), (51, ["and 1 more that did not fail"])])
def test_of_those_that_did_not_fail_fifty_are_shown(count: int, more: list[str]) -> None:
    lines = told(results={f"h{n}": result(f"p{n:02}") for n in range(count)})["lines"]
    assert (len(lines) - len(more), lines[50:]) == (50, more)


@pytest.mark.parametrize(
    ("hint", "said"),
    [
        ({"action": "renew", "deadline": "D"}, "a | failed | because; its certificate in service is valid until D"),
        ({"action": "issue", "deadline": "D"}, "a | failed | because"),
        ({"action": "renew", "deadline": None}, "a | failed | because"),
    ],
)
def test_a_failure_says_what_still_serves(hint: dict[str, t.Any], said: str) -> None:
    selected = [{"host": "h", "name": "a", "reason": "due", **hint}]
    assert told(results={"h": result("a", "failed")}, selected=selected)["lines"] == [said]


@pytest.mark.parametrize(
    ("rehearsal", "status", "action", "after"),
    [
        (True, "unchanged", "renew", "changed"),
        (False, "unchanged", "renew", "unchanged"),
        (True, "unchanged", "rebind", "unchanged"),
        (True, "failed", "renew", "failed"),
    ],
)
def test_only_check_mode_takes_the_word_of_the_plan_that_a_renewal_is_due(
    rehearsal: bool, status: str, action: str, after: str
) -> None:
    selected = [{"host": "h", "name": "a", "reason": "due", "action": action, "deadline": None}]
    (row,) = told(results={"h": result("a", status)}, selected=selected, rehearsal=rehearsal)["data"]["projects"]
    assert row["status"] == after
    assert row["reason"] == ("due" if after != status else "because")
