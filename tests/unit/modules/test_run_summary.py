# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run tells at its end, to people and to programs."""

from __future__ import annotations

import json
import typing as t
from datetime import timedelta
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report import run_summary
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.params import Params
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.report import run_notes
from ansible_collections.certops.cloudfront.plugins.modules import run_summary as module
from unit.fakes import modules
from unit.fakes.clock import FakeClock
from unit.fakes.projects import NOW
from unit.fakes.store import FakeStore

SELECTED = {
    "name": "webapp",
    "host": "webapp",
    "action": "renew",
    "reason": "renewal is due",
    "deadline": "2026-12-06T04:42:09Z",
}
NOTHING: dict[str, t.Any] = {
    "total": 3,
    "put_off": 0,
    "actions": {"none": 3},
    "first_put_off": [],
    "first_waiting": [],
    "first_to_clean": [],
}
RESTING = [{"name": "blog", "until": "2026-11-24T08:47:05Z", "reason": "the certificate is valid"}]


def told(**given: t.Any) -> dict[str, t.Any]:
    return run(**given).result | {}


def run(check_mode: bool = False, **given: t.Any) -> Outcome:
    params = {key: spec.get("default") for key, spec in module.ARGUMENT_SPEC.items()} | given
    return modules.run(module, params, FakeClock(NOW), check_mode)


def result(status: str, name: str = "webapp", reason: str = "because") -> dict[str, t.Any]:
    return {"name": name, "status": status, "changed": status == "changed", "reason": reason}


def test_what_was_done_comes_before_what_failed() -> None:
    found = told(
        results={
            "b": result("failed", "b"),
            "a": result("failed", "a"),
            "y": result("unchanged", "y"),
            "x": result("changed", "x"),
        }
    )
    assert found["lines"] == [
        "x | changed | because",
        "y | unchanged | because",
        "a | failed | because",
        "b | failed | because",
    ]
    assert (
        found["headline"]
        == "4 projects: 1 changed, 1 unchanged, 2 failed; fix the failures and run again: each project resumes"
        " where it stopped."
    )
    assert [row["name"] for row in found["failures"]] == ["a", "b"]


def test_a_failure_says_how_long_its_certificate_lasts() -> None:
    found = told(results={"webapp": result("failed")}, plan={"selected": [SELECTED], "broken": [], "summary": NOTHING})
    assert found["lines"] == [
        "webapp | failed | because; its certificate in service is valid until 2026-12-06T04:42:09Z"
    ]


def test_a_first_certificate_that_failed_has_none_in_service() -> None:
    found = told(results={"webapp": result("failed")}, plan={"selected": [{**SELECTED, "action": "issue"}]})
    assert found["lines"] == ["webapp | failed | because"]


@pytest.mark.parametrize(
    "results", [pytest.param({}, id="it never began"), pytest.param({"webapp": None}, id="it left no result")]
)
def test_a_project_that_was_selected_and_did_not_run_failed(results: dict[str, t.Any]) -> None:
    found = told(results=results, plan={"selected": [SELECTED]})
    assert "it was selected, but did not finish" in found["lines"][0]
    assert [row["name"] for row in found["failures"]] == ["webapp"]


def test_what_cannot_be_planned_failed() -> None:
    found = told(plan={"broken": [{"name": "cut", "host": "cut", "error": "it is not valid JSON"}]})
    assert found["lines"] == ["cut | failed | it is not valid JSON"]


def test_nothing_to_do_says_so_and_which_project_is_next() -> None:
    found = told(plan={"summary": {**NOTHING, "first_resting": RESTING}})
    assert found["lines"] == []
    assert found["headline"] == "Nothing to do."
    assert found["waiting"] == ["3 projects with nothing to do, the next one is blog, due at 2026-11-24T08:47:05Z"]


def test_an_empty_selection_says_so() -> None:
    assert told(plan={"summary": {**NOTHING, "total": 0}})["headline"] == "Nothing to do: no project was selected."
    assert told()["headline"] == "Nothing to do: no project was selected."


def test_what_waits_is_named_as_far_as_it_is_little_and_counted_else() -> None:
    waiting = [
        {"name": f"w{number}", "until": "2026-11-22T09:30:00Z", "reason": "failed attempts so far: 3"}
        for number in range(2)
    ]
    summary = {
        **NOTHING,
        "actions": {"wait": 7, "cleanup": 6, "none": 1},
        "put_off": 4,
        "held": 1,
        "first_held": [{"name": "many", "until": "2026-11-23T00:00:00Z"}],
        "first_waiting": waiting,
        "first_put_off": [{"name": "late", "deadline": "2026-12-01T00:00:00Z"}],
        "first_to_clean": [{"name": "shop"}, {"name": "site"}],
        "first_resting": RESTING,
    }
    assert told(plan={"summary": summary})["waiting"] == [
        "w0 | waits until 2026-11-22T09:30:00Z | failed attempts so far: 3",
        "w1 | waits until 2026-11-22T09:30:00Z | failed attempts so far: 3",
        "and 5 more that wait",
        "4 projects deferred: max_per_run is reached; the first ones: late (deadline 2026-12-01T00:00:00Z)",
        (
            "1 project held back: the CA would refuse their orders now; the first ones: many (until"
            " 2026-11-23T00:00:00Z)"
        ),
        "leftovers in IAM of shop, site; certops.cloudfront.cleanup deletes what is not in use",
        "and 4 more that have leftovers",
        "1 project with nothing to do, the next one is blog, due at 2026-11-24T08:47:05Z",
    ]


def test_many_that_went_well_are_cut_and_none_that_failed_is() -> None:
    many = run_summary.SHOWN + 20
    good = {f"g{number:03}": result("changed", f"g{number:03}") for number in range(many)}
    bad = {f"b{number:03}": result("failed", f"b{number:03}") for number in range(many)}
    lines = told(results={**good, **bad})["lines"]
    assert lines[run_summary.SHOWN] == "and 20 more that did not fail"
    assert len(lines) == run_summary.SHOWN + 1 + many


def test_a_private_key_in_a_reason_is_not_told() -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----"
    assert "MIIEvQ" not in json.dumps(told(results={"webapp": result("failed", reason=f"the service said {key}")}))


def test_the_data_say_the_same() -> None:
    found = told(
        playbook="renew", results={"webapp": result("changed")}, plan={"selected": [SELECTED], "summary": NOTHING}
    )["data"]
    assert found["playbook"] == "renew"
    assert found["finished_at"] == "2026-11-22T05:30:00Z"
    assert found["counts"] == {"changed": 1, "deleted": 0, "unchanged": 0, "absent": 0, "locked": 0, "failed": 0}
    row = {
        "name": "webapp",
        "host": "webapp",
        "status": "changed",
        "changed": True,
        "action": "renew",
        "reason": "because",
    }
    assert found["projects"] == [{**row, "deadline": SELECTED["deadline"], "did": [], "todo": []}]
    assert found["plan"] == NOTHING


class TestFile:
    def test_it_holds_the_data_and_is_replaced_as_a_whole(self, tmp_path: Path) -> None:
        path = tmp_path / "last.json"
        path.write_text("before")
        inode = path.stat().st_ino
        done = run(results={"webapp": result("changed")}, file=str(path))
        assert json.loads(path.read_text()) == done.result["data"]
        assert path.stat().st_ino != inode
        assert path.stat().st_mode & 0o777 == 0o644
        assert done.changed

    def test_check_mode_does_not_write_it(self, tmp_path: Path) -> None:
        assert run(check_mode=True, file=str(tmp_path / "last.json")).changed
        assert list(tmp_path.iterdir()) == []


def test_hosts_that_nobody_resolved_are_refused() -> None:
    with pytest.raises(ConfigError, match="read where the playbook runs"):
        run(hosts=["one"])


def test_rows_that_somebody_wrote_by_hand_are_refused_all_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        told(
            results={"a": {"status": "changed"}, "b": "done", "c": None},
            plan={"selected": [SELECTED, {"name": "d"}], "broken": [{}]},
            attention=[{}],
        )
    wanted = {
        "results: a: it has no name;",
        "results: b: it has no name and no status;",
        "plan.selected: 2: it has no host;",
        "plan.broken: 1: it has no host and no name and no error;",
        "attention: 1: it has no name;",
    }
    assert {problem.partition(";")[0] + ";" for problem in refused.value.problems} == wanted


def test_check_mode_says_what_only_the_plan_knows_to_be_due() -> None:
    found = run(True, results={"webapp": result("unchanged")}, plan={"selected": [SELECTED], "summary": NOTHING}).result
    assert found["screen"][:2] == [
        "webapp | would change | renewal is due",
        "  would issue a new certificate, store it and bind it",
    ]
    assert found["headline"] == "1 project: 1 would change; nothing was changed, as this is check mode."


class TestScreen:
    def test_what_a_project_needs_is_last_though_it_ended_well(self) -> None:
        needs = {**result("changed"), "did": ["bound E1"], "todo": [{"what": "nobody hears it", "do": "confirm"}]}
        assert told(results={"webapp": needs})["screen"] == [
            "webapp | changed | because",
            "  bound E1",
            "",
            "NEEDS A PERSON",
            "webapp: nobody hears it",
            "  > confirm",
            "",
            "1 project: 1 changed; 1 above needs a person.",
        ]

    def test_hundreds_of_equal_failures_are_one(self) -> None:
        rows = {f"p{number}": result("failed", f"p{number}", f"p{number}: IAM is full") for number in range(288)}
        found = told(results=rows)
        assert len(found["failures"]) == 288
        assert len(found["screen"]) < 10
        assert found["screen"][1].startswith("288 projects | failed | (its name): IAM is full")

    def test_a_site_left_behind_is_told_though_nothing_ran(self) -> None:
        left = {"name": "webapp", "reason": "E1 stays on an older certificate", "do": "ansible-playbook x"}
        found = told(plan={"selected": [], "summary": {**NOTHING, "attention": [left]}})
        assert found["screen"][-5:] == [
            "NEEDS A PERSON",
            "webapp: E1 stays on an older certificate",
            "  > ansible-playbook x",
            "",
            "Nothing to do now; 1 above needs a person.",
        ]

    def test_the_doctor_gives_no_advice_about_running_again(self) -> None:
        assert "run again" not in told(playbook="doctor", results={"webapp": result("failed")})["headline"]


@pytest.mark.parametrize(
    ("playbook", "status", "hours", "noted"),
    [
        ("create", "failed", None, False),
        ("create", "failed", 24.0, True),
        ("create", "changed", None, True),
        ("renew", "failed", None, True),
    ],
)
def test_a_run_that_was_refused_as_a_whole_writes_nothing_where_no_schedule_waits_for_it(
    playbook: str, status: str, hours: float | None, noted: bool
) -> None:
    store = FakeStore()
    params = {key: spec.get("default") for key, spec in module.ARGUMENT_SPEC.items()} | {
        "playbook": playbook, "planned_at": times.to_text(NOW), "results": {"x": result(status, "x")},
        "schedule_interval_hours": hours,
    }  # fmt: skip
    modules.run(module, params, FakeClock(NOW), clients=module.Clients(store))
    assert bool(run_notes.noted(store).ended) == noted


def test_the_end_of_a_scheduled_run_is_noted_with_how_long_it_took() -> None:
    store = FakeStore()
    began = times.to_text(NOW - timedelta(minutes=2))
    results = {"x": result("changed", "x"), "y": result("failed", "y")}
    params = {key: spec.get("default") for key, spec in module.ARGUMENT_SPEC.items()} | {
        "playbook": "cleanup", "planned_at": began, "results": results, "schedule_interval_hours": 168.0,
        "workflow_job": "77",
    }  # fmt: skip
    modules.run(module, params, FakeClock(NOW), clients=module.Clients(store))
    noted = run_notes.noted(store)
    ended = noted.ended["cleanup"]
    assert noted.planned == {"cleanup": NOW - timedelta(minutes=2)}
    assert noted.every_hours == {"cleanup": 168.0}
    assert (ended.at, ended.seconds, ended.success) == (NOW, 120.0, False)
    assert (ended.projects["changed"], ended.projects["failed"], ended.workflow_job) == (1, 1, "77")


@pytest.mark.parametrize(
    ("playbook", "planned_at", "check_mode"),
    [("renew", None, False), ("", "2026-11-22T05:30:00Z", False), ("renew", "2026-11-22T05:30:00Z", True)],
)
def test_nothing_is_noted_of_other_runs(playbook: str, planned_at: str | None, check_mode: bool) -> None:
    params = {key: spec.get("default") for key, spec in module.ARGUMENT_SPEC.items()}
    request = module.parse(Params({**params, "playbook": playbook, "planned_at": planned_at}, NOW, check_mode))
    assert module.connect(request).store is None


def test_a_beginning_that_is_no_time_is_refused_as_an_interval_is() -> None:
    with pytest.raises(ConfigError, match="planned_at: 'soon' is not a time") as refused:
        told(planned_at="soon", schedule_interval_hours=0.0)
    assert len(refused.value.problems) == 2


def test_what_is_published_has_the_records_of_the_projects() -> None:
    found = told(results={"x": result("changed", "x")}, records={"x": {"Status": "Succeeded"}})
    assert found["artifacts"]["certops"] == {"x": {"Status": "Succeeded"}}
    assert found["artifacts"]["certops_summary"]["omitted"] == 0
