# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of a controller: in an order in which they can be made, and with nothing secret in what shows them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.controller import objects, setup, templates
from ansible_collections.certops.cloudfront.plugins.module_utils._core.controller.objects import ControllerObject
from unit.fakes.controller_options import ARCHIVE, PLACES, ROBOT, SLACK, options, role_specs


def made(**changed: Any) -> list[ControllerObject]:
    return objects.of(setup.parse(options(**changed)), role_specs())


def one(kind: str, name: str, **changed: Any) -> dict[str, Any]:
    return {
        key: value for each in made(**changed) if each.identity == (kind, name) for key, value in each.arguments.items()
    }


@pytest.mark.parametrize("url", [options()["project_url"], ARCHIVE])
def test_each_object_stands_after_those_that_it_needs(url: str) -> None:
    seen: set[tuple[str, str]] = set()
    for each in made(project_url=url):
        assert set(each.needs) <= seen, each.label
        seen.add(each.identity)


def test_what_is_removed_stands_before_what_it_needs() -> None:
    kinds = [each.kind for each in made(state="absent")]
    assert kinds.index("workflow_job_template") < kinds.index("job_template") < kinds.index("project")
    assert kinds.index("credential") < kinds.index("credential_type")
    assert all(each.removes for each in made(state="absent"))


def test_everything_that_is_made_is_removed_or_goes_with_something() -> None:
    goes_along = {"inventory_source", "schedule", "workflow_job_template_node"}
    there = {each.identity for each in made() if each.kind not in goes_along}
    assert there == {each.identity for each in made(state="absent")}


def test_names_of_what_can_be_run_are_unique() -> None:
    names = [
        each.name
        for each in made()
        if each.kind in ("job_template", "workflow_job_template", "project", "inventory_source")
    ]
    assert len(names) == len(set(names))


def test_a_git_project_has_its_playbooks_at_the_top_and_an_archive_in_a_folder() -> None:
    assert one("job_template", "certops renew")["playbook"] == "renew.yml"
    assert one("inventory_source", "certops store")["source_path"] == "certops.yml"
    assert one("job_template", "certops renew", project_url=ARCHIVE)["playbook"] == "playbooks/renew.yml"
    assert one("inventory_source", "certops store", project_url=ARCHIVE)["source_path"].endswith(
        "controller/certops.yml"
    )
    assert one("project", "certops", project_url=ARCHIVE)["scm_type"] == "archive"


def test_what_is_not_given_is_not_said_to_the_controller() -> None:
    (environment,) = [each for each in made() if each.kind == "execution_environment"]
    assert "credential" not in environment.arguments
    (private,) = [each for each in made(image_credential="registry") if each.kind == "execution_environment"]
    assert private.arguments["credential"] == "registry"


def test_only_renew_is_sliced() -> None:
    counts = {each.name: each.arguments["job_slice_count"] for each in made() if each.kind == "job_template"}
    assert {name for name, count in counts.items() if count > 1} == {"certops renew"}
    assert counts["certops renew"] == 4


def test_jobs_get_the_credential_of_aws_and_one_with_the_region() -> None:
    assert one("job_template", "certops renew")["credentials"] == ["AWS production", "certops region"]
    assert one("job_template", "certops renew", job_region=None, aws_credential=None)["credentials"] == []
    assert one("inventory_source", "certops store")["source_vars"] == {
        "CERTOPS_STORE": "dynamodb://certops",
        "AWS_REGION": "us-east-1",
    }


def test_notices_are_linked_to_the_events_that_were_asked_for() -> None:
    found = one("job_template", "certops doctor", notifications=[ROBOT, SLACK])
    assert found["notification_templates_error"] == ["certops operations", "certops slack"]
    assert found["notification_templates_success"] == []
    waits = one("workflow_job_template", "certops reissue after approval", notifications=[ROBOT, SLACK])
    assert waits["notification_templates_approvals"] == ["certops operations"]


def test_every_playbook_of_a_template_exists() -> None:
    from pathlib import Path

    playbooks = {path.stem for path in (Path(__file__).resolve().parents[5] / "playbooks").glob("*.yml")}
    assert {template.playbook for template in templates.JOB_TEMPLATES} <= playbooks
    assert {node.template for each in templates.WORKFLOWS for node in each.nodes if node.template} <= {
        template.key for template in templates.JOB_TEMPLATES
    }


def test_nothing_secret_is_in_what_shows_an_object() -> None:
    assert "secret-" not in repr(made(notifications=[ROBOT, SLACK]))


def test_a_job_says_how_often_its_schedule_runs_it() -> None:
    hours = {
        name: one("job_template", f"certops {name}")["extra_vars"].get("schedule_interval_hours")
        for name in ("renew", "report", "doctor", "cleanup", "create", "reissue")
    }
    assert hours == {"renew": 6.0, "report": 6.0, "doctor": 24.0, "cleanup": 168.0, "create": None, "reissue": None}
    own = {"variables": {**PLACES, "schedule_interval_hours": 3}}
    assert one("job_template", "certops renew", **own)["extra_vars"]["schedule_interval_hours"] == 3


@pytest.mark.parametrize(
    ("rule", "hours"),
    [
        ("FREQ=HOURLY;INTERVAL=4", 4.0),
        ("FREQ=MINUTELY;INTERVAL=30", 0.5),
        ("FREQ=DAILY;INTERVAL=1;BYHOUR=6;BYMINUTE=30", 24.0),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU", 336.0),
        ("FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TH", None),
        ("FREQ=DAILY;INTERVAL=1;BYDAY=MO", None),
        ("FREQ=MONTHLY;INTERVAL=1", None),
        ("FREQ=DAILY;INTERVAL=1;COUNT=3", None),
    ],
)
def test_what_a_rule_tells_at_a_glance(rule: str, hours: float | None) -> None:
    assert templates.hours_between(f"DTSTART;TZID=Europe/Berlin:20260101T000000 RRULE:{rule}") == hours
