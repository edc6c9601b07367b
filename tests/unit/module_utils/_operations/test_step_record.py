# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A step keeps its own record, after it is done and while its run holds the project."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run.step_report import StepReport
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.params import Params
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RefusedError
from ansible_collections.certops.cloudfront.plugins.module_utils._operations import step_record
from ansible_collections.certops.cloudfront.plugins.modules import project_record
from unit.fakes import modules
from unit.fakes.clock import FakeClock
from unit.fakes.projects import NOW, reported_certificate
from unit.fakes.store import FakeStore

DEFAULTS = {name: spec.get("default") for name, spec in project_record.ARGUMENT_SPEC.items()}
WANTED = {"domains": "example.com, *.example.com"}
STORED = StepReport(phase="stored", certificate={**reported_certificate(1), "archive_uri": "file:///archive/1.tar.gz"})
BOUND = StepReport(phase="verified", bind_result={"records": {}, "complete": True})
DONE = Outcome(changed=True, result={"said": "done"})


def take(store: FakeStore) -> step_record.RunJournal:
    given = {**DEFAULTS, "name": "webapp", "state": "locked", "definition": WANTED}
    taken = modules.run(project_record, given, FakeClock(NOW), False, project_record.Clients(store))
    return step_record.RunJournal(store, "webapp", str(taken.result["run_id"]))


def finish(store: FakeStore, journal: step_record.RunJournal) -> None:
    given = {
        **DEFAULTS,
        "name": "webapp",
        "state": "recorded",
        "run_id": journal.run_id,
        "phase": "done",
        "release": True,
    }
    modules.run(project_record, given, FakeClock(NOW), False, project_record.Clients(store))


def recorded(
    journal: step_record.RunJournal, report: StepReport | None, outcome: Outcome = DONE, check_mode: bool = False
) -> Outcome:
    return step_record.record(journal, report, outcome, FakeClock(NOW), check_mode)


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


def document(store: FakeStore) -> t.Any:
    return store.documents["webapp"].document


def test_each_step_brings_the_journal_forward(store: FakeStore) -> None:
    journal = take(store)
    stored = recorded(journal, STORED)
    assert (document(store)["journal"]["phase"], document(store)["certificate"]["name"]) == (
        "stored",
        reported_certificate(1)["name"],
    )
    told = stored.result["recorded"]
    assert [told[key] for key in ("superseded", "to_be_revoked", "notice")] == [[], [], None]
    assert told["archived"] == ["file:///archive/1.tar.gz", reported_certificate(1)["fingerprint_sha256"]]
    assert stored.after["record"]["certificate"]["name"] == reported_certificate(1)["name"]
    bound = recorded(journal, BOUND)
    assert document(store)["journal"]["phase"] == "verified"
    assert "webapp" in bound.result["recorded"]["notice"]["subject"]


def test_what_a_step_returned_is_returned_with_its_run(store: FakeStore) -> None:
    journal = take(store)
    found = recorded(journal, None)
    assert found == replace(DONE, result={"said": "done", "run_id": journal.run_id, "recorded": None})


def test_a_step_with_nothing_to_say_writes_nothing(store: FakeStore) -> None:
    journal = take(store)
    before = store.writes
    recorded(journal, None)
    assert store.writes == before


def test_work_that_changed_nothing_is_not_on_record_unless_its_run_had_something_to_do(store: FakeStore) -> None:
    journal = take(store)
    recorded(journal, STORED)
    recorded(journal, BOUND)
    finish(store, journal)
    again = take(store)
    before = store.writes
    assert recorded(again, BOUND, replace(DONE, changed=False)).result["recorded"] is None
    assert store.writes == before
    assert recorded(again, BOUND).result["recorded"] is not None


def test_a_binding_says_what_has_to_wait(store: FakeStore) -> None:
    journal = take(store)
    recorded(journal, STORED)
    partly = StepReport(phase="verified", bind_result={"records": {}, "complete": False})
    assert recorded(journal, partly).result["postponed"] == [
        "publish",
        "withdraw",
        "delete_superseded",
        "delete_superseded_acm",
    ]
    assert recorded(journal, BOUND).result["postponed"] == []
    assert "postponed" not in recorded(journal, STORED).result
    finish(store, journal)
    again = recorded(take(store), BOUND, replace(DONE, changed=False))
    assert (again.result["recorded"], again.result["postponed"]) == (None, ["notify", "notify_former"])


def test_a_run_that_lost_its_project_has_failed_and_still_says_what_it_did(store: FakeStore) -> None:
    lost = step_record.RunJournal(store, "webapp", "run-of-before")
    take(store)
    before = dict(store.documents)
    found = recorded(lost, BOUND)
    assert "run run-of-before no longer holds project webapp" in str(found.failure)
    assert (found.changed, found.result["said"], found.result["error"]["kind"]) == (True, "done", "refused")
    assert store.documents == before


def test_a_run_that_lost_its_project_learns_it_before_it_changes_anything(store: FakeStore) -> None:
    lost = step_record.RunJournal(store, "webapp", "run-of-before")
    take(store)
    with pytest.raises(RefusedError, match="no longer holds project webapp"):
        lost.hold(NOW)


def test_to_hold_a_project_renews_its_lock_and_nothing_else(store: FakeStore) -> None:
    journal = take(store)
    before = document(store)
    journal.hold(NOW)
    assert document(store) == before


def test_a_rehearsal_writes_nothing_and_counts_what_would_be_superseded(store: FakeStore) -> None:
    journal = take(store)
    recorded(journal, STORED)
    before = dict(store.documents)
    predicted = StepReport(phase="stored", predicted={"name": "webapp-new"})
    found = recorded(journal, predicted, check_mode=True)
    assert found.result["recorded"]["superseded"] == [reported_certificate(1)["name"]]
    assert store.documents == before


class TestOptions:
    def parsed(self, **options: t.Any) -> step_record.StepRequest | None:
        given = {"project": None, "store": None, "run_id": None, **options}
        return step_record.parse(Params(given, NOW, check_mode=False))

    def test_a_step_of_no_run_keeps_no_record(self) -> None:
        assert self.parsed(project="webapp") is None

    def test_a_step_of_a_run_has_its_journal(self) -> None:
        asked = self.parsed(project="webapp", store="file:///store", run_id="run-1")
        assert asked is not None
        journal = asked.journal()
        assert (journal.project, journal.run_id, journal.store.uri) == ("webapp", "run-1", "file:///store")

    def test_every_problem_is_named(self) -> None:
        with pytest.raises(ConfigError) as caught:
            self.parsed(project="x!", store="ftp://store", run_id="run-1")
        assert [problem.partition(" ")[0].rstrip(":") for problem in caught.value.problems] == ["project", "store"]
