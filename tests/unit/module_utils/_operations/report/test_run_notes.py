# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""That a scheduled run was here, and how it ended, noted beside the projects."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.base import Stored
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.fleet.rows import PlaybookEnd
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RemoteError
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.report import run_notes
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.report.run_notes import RunNotes
from unit.fakes.projects import NOW
from unit.fakes.store import FakeStore


def test_the_last_time_of_each_playbook_is_kept() -> None:
    store = FakeStore()
    assert run_notes.noted(store) == RunNotes()
    assert run_notes.note(store, "renew", NOW - timedelta(days=1)) is None
    assert run_notes.note(store, "renew", NOW) is None
    assert run_notes.noted(store).planned == {"renew": NOW}
    assert store.names() == []


def test_another_run_that_was_first_does_not_matter() -> None:
    store = FakeStore()
    beside = store.beside(run_notes.AREA)
    beside.before_write = lambda: run_notes.note(store, "renew", NOW) and None
    assert run_notes.note(store, "renew", NOW) is None
    assert run_notes.noted(store).planned == {"renew": NOW}


def test_how_a_run_ended_is_kept_beside_when_the_next_one_began() -> None:
    store = FakeStore()
    ended = PlaybookEnd(NOW, 12.5, success=False, projects={"changed": 2, "failed": 1})
    assert run_notes.note_end(store, "renew", NOW, ended, 6.0) is None
    assert run_notes.note(store, "renew", NOW + timedelta(hours=6)) is None
    assert run_notes.noted(store) == RunNotes({"renew": NOW + timedelta(hours=6)}, {"renew": ended}, {"renew": 6.0})


def test_a_run_that_began_later_and_ended_sooner_is_the_last_one() -> None:
    store = FakeStore()
    ended = PlaybookEnd(NOW, 12.5, success=True, projects={})
    run_notes.note_end(store, "cleanup", NOW, ended)
    run_notes.note_end(store, "cleanup", NOW - timedelta(hours=1), ended)
    assert run_notes.noted(store).planned == {"cleanup": NOW}


def test_a_run_that_says_no_interval_ends_the_schedule_of_its_playbook_alone() -> None:
    store = FakeStore()
    ended = PlaybookEnd(NOW, 12.5, success=True, projects={})
    for playbook, hours in (("cleanup", 168.0), ("doctor", 24.0), ("cleanup", None)):
        run_notes.note_end(store, playbook, NOW, ended, hours)
    assert run_notes.noted(store).every_hours == {"doctor": 24.0}


def slice_end(minutes: int, seconds: float, workflow: str, **projects: int) -> PlaybookEnd:
    return PlaybookEnd(NOW + timedelta(minutes=minutes), seconds, not projects.get("failed"), projects, workflow)


def test_the_slices_of_a_job_end_as_one_run_that_failed_if_one_of_them_did() -> None:
    store = FakeStore()
    beside = store.beside(run_notes.AREA)
    ends = [slice_end(2, 100, "77", failed=1), slice_end(1, 60, "77", changed=2), slice_end(3, 10, "77", changed=1)]
    # Two of them at the same moment.
    beside.before_write = lambda: run_notes.note_end(store, "renew", NOW, ends[0], 6.0) and None
    for end in ends[1:]:
        assert run_notes.note_end(store, "renew", NOW, end, 6.0) is None
    whole = PlaybookEnd(NOW + timedelta(minutes=3), 180.0, False, {"failed": 1, "changed": 3}, "77")
    assert run_notes.noted(store).ended == {"renew": whole}


@pytest.mark.parametrize("workflow", ["78", ""])
def test_a_run_of_another_workflow_or_of_none_is_the_last_one(workflow: str) -> None:
    store = FakeStore()
    run_notes.note_end(store, "renew", NOW, slice_end(0, 60, "77" if workflow else "", failed=1))
    last = slice_end(5, 60, workflow, changed=1)
    run_notes.note_end(store, "renew", NOW, last)
    assert run_notes.noted(store).ended == {"renew": last}


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"planned_at": 7},
        {"planned_at": {"renew": "soon", "x": 7}},
        {"ended": {"renew": 7, "x": {"at": "soon"}}},
        {"every_hours": {"renew": "6", "x": -1, "y": float("nan"), "z": [6]}},
        {"ended": {"renew": {"at": "2026-11-22T05:30:00Z", "seconds": "x", "success": 1, "projects": {}}}},
    ],
)
def test_a_note_that_is_damaged_is_replaced(document: dict[str, object]) -> None:
    store = FakeStore()
    store.beside(run_notes.AREA).documents[run_notes.NAME] = Stored(document, "v")
    assert run_notes.noted(store) == RunNotes()
    assert run_notes.note(store, "renew", NOW) is None
    assert run_notes.noted(store).planned == {"renew": NOW}


def test_a_store_that_refuses_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    store = FakeStore()

    def refuse(*_arguments: object) -> str:
        raise RemoteError("access denied", service="s3", operation="PutObject", code="AccessDenied")

    monkeypatch.setattr(store.beside(run_notes.AREA), "write", refuse)
    problem = run_notes.note(store, "renew", NOW)
    assert problem is not None
    assert problem.endswith("access denied")
