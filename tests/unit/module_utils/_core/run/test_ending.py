# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run did is what its own steps returned, in whatever form tasks register that."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run import ending

LINE = {"name": "webapp", "status": "unchanged", "changed": False, "reason": "valid"}
OURS, THEIRS = "run-2", "run-1"
SKIPPED = {"changed": False, "skipped": True, "skip_reason": "Conditional result was False"}


def subscription(endpoint: str, status: str) -> dict[str, t.Any]:
    return {"changed": False, "subscription": {"endpoint": endpoint, "status": status}}


@pytest.mark.parametrize(
    ("results", "changed"),
    [
        pytest.param([], False, id="no steps"),
        pytest.param([{"changed": False}, {"changed": True}], True, id="one that changed something"),
        pytest.param([{"changed": True, "run_id": OURS}], True, id="one that says its run"),
        pytest.param([{"changed": True, "run_id": THEIRS}], False, id="left behind by an earlier run on the same host"),
        pytest.param([SKIPPED, {}, None, ""], False, id="skipped, empty, or never run"),
        pytest.param([{"changed": True, "results": [{"changed": True, "run_id": OURS}]}], True, id="a loop"),
        pytest.param(
            [{"changed": True, "results": [{"changed": True, "run_id": THEIRS}]}], False, id="a loop of before"
        ),
        pytest.param([{"changed": False, "results": [SKIPPED]}], False, id="a loop that was skipped"),
    ],
)
def test_a_run_changed_something_if_one_of_its_own_steps_did(results: list[t.Any], changed: bool) -> None:
    found = ending.summary(LINE, False, ending.own(results, OURS), ())
    assert (found["changed"], found["status"]) == (changed, "changed" if changed else "unchanged")


def test_a_run_changed_something_if_its_record_did() -> None:
    assert ending.summary(LINE, True, (), ())["status"] == "changed"


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        pytest.param([], "valid", id="nobody is to be told"),
        pytest.param(
            [subscription("a@example.com", "pending")], "valid; no subscriber has confirmed yet", id="nobody yet"
        ),
        pytest.param(
            [{"results": [subscription("a@example.com", "pending"), subscription("b@example.com", "confirmed")]}],
            "valid",
            id="one of two",
        ),
        pytest.param([subscription("a@example.com", "absent")], "valid", id="only one who left"),
        pytest.param([SKIPPED, {"msg": "not subscribed"}], "valid", id="no subscription was kept"),
    ],
)
def test_the_last_line_says_if_nobody_hears_it(told: list[t.Any], reason: str) -> None:
    assert ending.summary(LINE, False, (), told)["reason"] == reason


def test_an_address_that_is_still_pending_stays_on_the_list() -> None:
    loop = {"results": [subscription("gone@example.com", "absent"), subscription("waits@example.com", "pending")]}
    assert ending.unsubscribed([loop]) == ("gone@example.com",)


@pytest.mark.parametrize(
    ("result", "counts"),
    [
        pytest.param({"failed": True, "run_id": OURS, "records": {}}, True, id="it failed in this run"),
        pytest.param({"failed": True, "records": {}}, True, id="it failed, and belongs to no run"),
        pytest.param({"failed": True, "run_id": THEIRS, "records": {}}, False, id="it failed in an earlier run"),
        pytest.param({"run_id": OURS, "records": {}}, False, id="it is on record already"),
        pytest.param(SKIPPED, False, id="it was skipped"),
        pytest.param(None, False, id="it never ran"),
    ],
)
def test_a_failure_takes_along_the_step_that_failed(result: t.Any, counts: bool) -> None:
    assert (ending.failed(result, OURS) is not None) == counts


def test_what_is_archived_is_said_by_the_last_step_that_recorded_something() -> None:
    first, last = {"recorded": {"archived": ["file:///a"]}}, {"recorded": {"archived": ["file:///b"]}}
    assert ending.archived([first, last, {"changed": True}, {"recorded": {"phase": "bound"}}], OURS) == ["file:///b"]
    assert ending.archived([{"archived": []}], OURS) == []
    assert ending.archived([{"changed": True}], OURS) is None
