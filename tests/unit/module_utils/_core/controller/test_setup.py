# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a controller is to be set up with: read, and refused with every reason at once."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.controller import setup
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError
from unit.fakes.controller_options import ARCHIVE, PLACES, ROBOT, options


def problems(**changed: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        setup.parse(options(**changed))
    return list(caught.value.problems)


def test_a_whole_set_up_is_taken() -> None:
    read = setup.parse(options())
    assert read.name() == "certops"
    assert read.name("renew_then_report") == "certops renew then report"
    assert not read.is_archive
    assert setup.parse(options(project_url=ARCHIVE)).is_archive


def test_every_problem_is_told_at_once() -> None:
    found = problems(
        image=None,
        project_url="here",
        job_region="Frankfurt",
        slices=0,
        variables={"notify_webhooks": []},
        schedules={"renew": "daily", "sometimes": ""},
        notifications=[{**ROBOT, "configuration": {"colour": 1}}],
    )
    words = " | ".join(found)
    for word in (
        "image:",
        "project_url:",
        "job_region:",
        "slices:",
        "project_store",
        "project_archive",
        "notify_webhooks",
    ):
        assert word in words
    for word in ("schedules: renew", "schedules: sometimes: unknown", "'colour' is unknown", "url is missing"):
        assert word in words


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"image": "two words"}, "image: not the name"),
        ({"project_url": "https://user:password@git.example.com/x"}, "it has a password in it"),
        ({"project_url": "http://hub.example.com/x.tar.gz"}, "not an https:// URL"),
        ({"project_url": ARCHIVE, "project_branch": "main"}, "project_branch: an archive has none"),
        ({"prefix": " "}, "prefix: empty"),
        ({"approval_seconds": -1}, "approval_seconds: below 0"),
        ({"variables": {**PLACES, "heartbeat_url": "https://x"}}, "a credential of the type certops heartbeat"),
        ({"variables": {**PLACES, "project_dns_aws": {}}}, "use a credential type of your own"),
        ({"schedules": {"renew": "RRULE:FREQ=HOURLY;INTERVAL=6"}}, "does not start with DTSTART"),
        ({"schedules": {"renew": "DTSTART:20260101T000000Z RRULE:FREQ=HOURLY"}}, "lacks FREQ or INTERVAL"),
        ({"schedules": {"renew": "DTSTART:20260101T000000Z"}}, "it has 0 rules"),
        ({"notifications": [ROBOT, ROBOT]}, "is the name of several"),
        ({"notifications": [{**ROBOT, "events": []}]}, "events is empty"),
    ],
)
def test_what_a_controller_could_not_take_is_refused(changed: dict[str, Any], word: str) -> None:
    (found,) = problems(**changed)
    assert word in found


def test_no_problem_shows_a_secret() -> None:
    url = "http://robot.example.com/send?key=the-secret-key"
    (found,) = problems(notifications=[{**ROBOT, "configuration": {"url": url}}])
    assert "the-secret-key" not in found


def test_to_remove_it_only_names_are_needed() -> None:
    bare = options(
        state="absent", image=None, project_url=None, variables={}, notifications=[{**ROBOT, "configuration": {}}]
    )
    assert setup.parse(bare).removes


def test_a_schedule_of_ones_own_comes_beside_the_usual_ones_and_an_empty_one_removes() -> None:
    rule = "DTSTART;TZID=Europe/Berlin:20260101T000000 RRULE:FREQ=DAILY;INTERVAL=1"
    read = setup.parse(options(schedules={"report": rule, "cleanup": None}))
    assert read.schedules["report"] == rule
    assert read.schedules["cleanup"] == ""
    assert read.schedules["doctor"].startswith("DTSTART")
