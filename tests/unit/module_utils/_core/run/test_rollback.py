# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Going back to a superseded certificate: which one, what is recorded, and that the next runs let it be."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import (
    document as project_document,
    journal,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run import (
    recording,
    rollback,
    run_plan,
    shown,
    transitions,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run.step_report import StepReport
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run.transitions import Request
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RefusedError
from unit.fakes.projects import NOW, certificate, claim, definition, document, lock, reported_certificate

IN_IAM = [{"id": f"ASCA{number}"} for number in range(1, 10)]


def superseded(*entries: dict[str, t.Any], **given: t.Any) -> dict[str, t.Any]:
    """A project whose certificate 9 is in service, after these."""
    return document(certificate=certificate(number=9), superseded=list(entries), **given)


@pytest.mark.parametrize(
    ("entries", "chosen"),
    [
        pytest.param([certificate(number=1)], "webapp-1", id="the only one"),
        pytest.param([certificate(number=1), certificate(number=2)], "webapp-2", id="the one that was in service last"),
        pytest.param(
            [certificate(number=1), certificate(number=2, id="ASCAGONE")], "webapp-1", id="one that IAM still has"
        ),
        pytest.param([certificate(number=1), certificate(number=2, age_days=64)], "webapp-1", id="one that is valid"),
        pytest.param(
            [certificate(number=1), certificate(number=2, domains=["example.com"])],
            "webapp-1",
            id="one that covers the names",
        ),
        pytest.param(
            [certificate(number=1, domains=["*.example.com", "example.com", "example.org"])],
            "webapp-1",
            id="one with more names",
        ),
        pytest.param(
            [certificate(number=1, key_type="rsa_2048", acme_directory="zerossl")], "webapp-1", id="one of another kind"
        ),
    ],
)
def test_the_certificate_to_go_back_to(entries: list[dict[str, t.Any]], chosen: str) -> None:
    plan = run_plan.plan(superseded(*entries), "rollback", NOW, IN_IAM)
    assert (plan.action, plan.issue) == ("rollback", False)
    assert plan.certificate is not None
    assert plan.certificate["name"] == chosen


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        pytest.param([], "none was kept", id="nothing kept"),
        pytest.param([certificate(number=1, id="ASCAGONE")], "webapp-1 is no longer in IAM", id="gone"),
        pytest.param([certificate(number=1, age_days=65)], "webapp-1 expired at", id="expired"),
        pytest.param(
            [certificate(number=1, domains=["example.com"])], r"webapp-1 does not cover \*.example.com", id="too narrow"
        ),
    ],
)
def test_without_one_it_is_refused_with_the_reason_and_the_way_out(entries: list[dict[str, t.Any]], why: str) -> None:
    with pytest.raises(
        RefusedError, match=rf"project webapp has no previous certificate to go back to: {why}.*restore"
    ):
        run_plan.plan(superseded(*entries), "rollback", NOW, IN_IAM)


def rolled_back(found: dict[str, t.Any]) -> dict[str, t.Any]:
    """The document after a whole rollback."""
    taken = transitions.locked(Request("webapp", claim("rollback"), available=tuple(IN_IAM)), found)
    assert taken.document is not None
    steps = [
        StepReport(phase="stored", certificate=taken.plan.certificate),
        StepReport(phase="verified", bind_result={}),
        StepReport(phase="done"),
    ]
    done = taken.document
    for report in steps:
        recorded = transitions.recorded(
            Request("webapp", claim(), report=report, release=report.phase == "done"), done
        ).document
        assert recorded is not None
        done = recorded
    return done


def test_a_rollback_killed_after_it_was_verified_is_brought_to_its_end() -> None:
    done = rolled_back(superseded(certificate(number=1)))
    killed = {
        **done,
        "journal": {**done["journal"], "phase": "verified"},
        "last_run": {**done["last_run"], "Status": "Processing"},
    }
    plan = run_plan.plan(killed, "rollback", NOW, IN_IAM)
    assert (plan.action, plan.resumed, plan.issue) == ("resume", True, False)
    assert rolled_back(killed)["last_run"]["Status"] == "Succeeded"
    assert rolled_back(killed)["certificate"]["name"] == "webapp-1"


def test_the_one_gone_back_to_is_recorded_and_the_other_superseded() -> None:
    done = rolled_back(superseded(certificate(age_days=20, number=1), certificate(age_days=10, number=2)))
    assert done["certificate"]["name"] == "webapp-2"
    assert [entry["name"] for entry in done["superseded"]] == ["webapp-1", "webapp-9"]
    assert done["renewal"]["renew_at"] == times.to_text(NOW + timedelta(days=20))
    assert (done["journal"]["run"], done["journal"]["phase"], done["last_run"]["Status"]) == (
        "rollback",
        "done",
        "Succeeded",
    )
    assert project_document.is_deployed(done)
    assert project_document.loaded("webapp", done) == done


def test_a_second_rollback_changes_nothing() -> None:
    done = rolled_back(superseded(certificate(number=1), certificate(number=2)))
    plan = run_plan.plan(done, "rollback", NOW, IN_IAM)
    assert (plan.action, plan.certificate) == ("none", None)
    assert "went back to webapp-2" in plan.reason


def test_a_rollback_that_was_killed_before_it_was_bound_is_finished_by_any_run() -> None:
    taken = transitions.locked(
        Request("webapp", claim("rollback"), available=tuple(IN_IAM)), superseded(certificate(number=1))
    )
    stored = transitions.recorded(
        Request("webapp", claim(), report=StepReport(phase="stored", certificate=taken.plan.certificate)),
        taken.document,
    ).document
    assert stored is not None
    for run in ("rollback", "renew", "converge"):
        plan = run_plan.plan(stored, run, NOW, IN_IAM)
        assert (plan.action, plan.issue, "ASCA9" in plan.previous) == ("resume", False, True)


@pytest.mark.parametrize("run", ["renew", "converge"])
@pytest.mark.parametrize(
    "former",
    [
        pytest.param({}, id="of the same kind"),
        pytest.param(
            {
                "key_type": "rsa_2048",
                "acme_directory": "zerossl",
                "domains": ["*.example.com", "example.com", "example.org"],
            },
            id="of another kind",
        ),
    ],
)
def test_the_next_run_lets_it_be(run: str, former: dict[str, t.Any]) -> None:
    done = rolled_back(superseded(certificate(number=1, **former)))
    assert run_plan.plan(done, run, NOW).action == "none"


def test_when_it_is_due_the_certificate_that_was_left_does_not_count() -> None:
    done = rolled_back(superseded(certificate(age_days=29, number=1)))
    later = NOW + timedelta(days=2)
    plan = run_plan.plan(done, "renew", later)
    assert (plan.action, plan.issue, plan.issued_since) == ("renew", True, times.to_text(NOW))
    begun = recording.started({**done, "lock": lock()}, plan, later)
    assert begun["journal"]["issued_since"] == times.to_text(NOW)
    resumed = run_plan.plan({**begun, "lock": None}, "renew", later + timedelta(hours=1))
    assert (resumed.action, resumed.issued_since) == ("resume", times.to_text(NOW))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"domains": ["example.com", "example.net"]}, id="names"),
        pytest.param({"key_type": "rsa_3072"}, id="key type"),
    ],
)
def test_a_changed_definition_reissues_as_ever(change: dict[str, t.Any]) -> None:
    done = rolled_back(superseded(certificate(number=1)))
    plan = run_plan.plan({**done, "definition": definition(**change)}, "converge", NOW + timedelta(hours=1))
    assert (plan.action, plan.issued_since) == ("reissue", times.to_text(NOW + timedelta(hours=1)))


def test_a_new_certificate_ends_it() -> None:
    done = rolled_back(superseded(certificate(number=1)))
    again = transitions.locked(
        Request("webapp", claim("reissue", run_id="again", now=NOW + timedelta(hours=1))), done
    ).document
    assert again is not None
    report = StepReport(phase="stored", certificate=reported_certificate(3))
    renewed = transitions.recorded(Request("webapp", claim("reissue", run_id="again"), report=report), again).document
    assert renewed is not None
    assert not rollback.is_marked(renewed["certificate"])
    assert [entry["name"] for entry in renewed["superseded"]] == ["webapp-9", "webapp-1"]


class TestRestore:
    def restored(self, found: dict[str, t.Any], entry: dict[str, t.Any]) -> dict[str, t.Any]:
        request = Request("webapp", claim("restore"))
        taken = transitions.locked(request, found)
        assert taken.plan.action == "none"
        after = transitions.recorded(
            Request("webapp", claim("restore"), report=StepReport(certificate=entry)), taken.document
        ).document
        assert after is not None
        return after

    def test_the_recorded_one_in_a_new_place_is_to_be_bound(self) -> None:
        after = self.restored(superseded(), reported_certificate(9, id="ASCANEW", arn="arn:new"))
        assert (after["certificate"]["id"], after["certificate"]["deployed"]) == ("ASCANEW", None)
        assert journal.is_unfinished(after["journal"])
        assert after["superseded"] == []

    def test_one_that_was_brought_back_but_not_bound_is_bound_by_the_next_restore(self) -> None:
        after = self.restored(superseded(), reported_certificate(9, id="ASCANEW", arn="arn:new"))
        taken = transitions.locked(Request("webapp", claim("restore", "run-2")), recording.released(after))
        assert (taken.plan.action, taken.plan.resumed, taken.plan.issue) == ("resume", True, False)
        report = StepReport(phase="verified", bind_result={"records": {}})
        bound = transitions.recorded(
            Request("webapp", claim("restore", "run-2"), report=report), taken.document
        ).document
        done = transitions.recorded(
            Request("webapp", claim("restore", "run-2"), report=StepReport(phase="done"), release=True), bound
        ).document
        assert done is not None
        assert done["certificate"]["deployed"]
        assert not journal.is_unfinished(done["journal"])

    def test_the_recorded_one_in_its_place_changes_nothing(self) -> None:
        before = superseded()
        after = self.restored(before, reported_certificate(9))
        assert shown.visible(after) == shown.visible(before)
        assert after["journal"] is None

    def test_another_one_is_the_first_choice_of_a_rollback(self) -> None:
        before = superseded(certificate(number=1), certificate(number=2))
        after = self.restored(before, reported_certificate(1, id="ASCA5"))
        assert [(entry["name"], entry["id"]) for entry in after["superseded"]] == [
            ("webapp-2", "ASCA2"),
            ("webapp-1", "ASCA5"),
        ]
        assert after["certificate"] == before["certificate"]
        assert after["journal"] is None
        plan = run_plan.plan(after, "rollback", NOW, IN_IAM)
        assert plan.certificate is not None
        assert plan.certificate["id"] == "ASCA5"

    def test_a_failing_project_goes_on_failing(self) -> None:
        failing = {**document()["renewal"], "failures": 3, "next_attempt_at": times.to_text(NOW)}
        after = self.restored(superseded(renewal=failing), reported_certificate(1))
        done = transitions.recorded(
            Request("webapp", claim("restore"), report=StepReport(phase="done"), release=True), after
        ).document
        assert done is not None
        assert done["renewal"]["failures"] == 3
