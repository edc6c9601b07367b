# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notification templates: whole configurations, and messages that a controller takes for every job."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.controller import notices
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from unit.fakes.controller_options import ROBOT, SLACK

JOB = {"name": "certops renew", "job_explanation": "It ran out of time.", "artifacts": {}}
CONTEXT = {
    "job": JOB,
    "url": "https://awx.example.com/#/jobs/1",
    "approval_node_name": "approve",
    "approval_status": "running",
    "workflow_url": "https://awx.example.com/#/jobs/2",
}


def rendered(text: str, **changed: Any) -> str:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    return environment.from_string(text).render({**CONTEXT, **changed})


def read(entry: dict[str, Any]) -> notices.ControllerNotice:
    notice, problems = notices.read(entry, 1)
    assert problems == []
    return notice


@pytest.mark.parametrize("kind", notices.KINDS)
def test_the_messages_of_every_kind_can_be_rendered_for_a_job_without_artifacts(kind: str) -> None:
    notice = notices.ControllerNotice("n", kind, {}, ("error",))
    entries = {**notice.messages, **notice.messages["workflow_approval"]}
    entries.pop("workflow_approval")
    assert len(entries) == 7
    for entry in entries.values():
        assert "\n" not in entry["message"]
        assert rendered(entry["message"])
        if notice.type == "webhook":
            assert isinstance(json.loads(rendered(entry["body"])), dict)


def test_a_failure_says_what_the_run_says_of_itself() -> None:
    said = read(ROBOT).messages["error"]["body"]
    job = {**JOB, "artifacts": {"certops_summary": {"headline": 'one "failed"\n<at>'}}}
    text = json.loads(rendered(said, job=job))["text"]["content"]
    assert text == 'certops renew failed: one "failed"\n<at> https://awx.example.com/#/jobs/1'
    assert "It ran out of time." in rendered(said)


def test_what_is_left_out_takes_its_default() -> None:
    notice = read(ROBOT)
    assert (notice.type, notice.configuration["http_method"], notice.configuration["password"]) == (
        "webhook",
        "POST",
        "",
    )


def test_the_secrets_of_a_configuration_are_known() -> None:
    assert read(SLACK).secrets == ("xoxb-the-secret-token",)
    assert read(ROBOT).secrets == ("https://robot.example.com/send?key=the-secret-key",)
    assert "secret" not in repr([read(SLACK), read(ROBOT)])


@pytest.mark.parametrize(
    ("configuration", "word"),
    [
        ({"token": "x"}, "channels is missing"),
        ({"token": "x", "channels": []}, "channels is empty"),
        ({"token": 5, "channels": ["#a"]}, "token is not a str"),
        ({"token": "", "channels": ["#a"]}, "token is empty"),
        ({"token": "x", "channels": ["#a"], "icon": ""}, "'icon' is unknown; use token, channels"),
    ],
)
def test_a_configuration_that_a_controller_does_not_take_is_refused(configuration: dict[str, Any], word: str) -> None:
    _notice, (problem,) = notices.read({**SLACK, "configuration": configuration}, 3)
    assert problem.startswith("notifications: 3 (certops slack)")
    assert word in problem


def test_what_a_controller_does_not_show_counts_as_the_same() -> None:
    notice = read(SLACK)
    wanted = {
        "description": "", "notification_type": "slack", "messages": notice.messages,
        "notification_configuration": dict(notice.configuration),
    }  # fmt: skip
    shown = {**wanted, "notification_configuration": {"token": "$encrypted$", "channels": ["#ops"]}}
    assert notices.is_same(notice, wanted, shown)
    assert not notices.is_same(notice, wanted, {**shown, "description": "another"})
    moved = {"token": "$encrypted$", "channels": ["#other"]}
    assert not notices.is_same(notice, wanted, {**shown, "notification_configuration": moved})
    assert not notices.is_same(
        notice, wanted, {**shown, "notification_configuration": {"token": "", "channels": ["#ops"]}}
    )
