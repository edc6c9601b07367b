# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ten jobs at once on the same projects: each project gets one certificate, and who comes too late says who is at work,
until when."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import pytest
from sandbox.seed import create_distribution, create_zone, upload_certificate

from chaos.starting_point import Bench, Played

from .report import Report
from .runner import Started
from .stories import STORIES
from .story import VARIABLES
from .world import CHALLENGE

JOBS = 10
# As long as the test wants: it moves the sandbox's clock when everybody else has ended.
PROPAGATION = 100_000
SECOND: Mapping[str, Any] = {
    "project_name": "second",
    "project_domains": ["second.example"],
    "project_bind": ["aliases"],
    "project_emails": [],
}


def _finish_all(bench: Bench, jobs: list[Started]) -> list[Played]:
    """Let the jobs wait for each other: whoever got a project waits for DNS until all others have ended."""
    deadline = time.monotonic() + 120
    while sum(not job.is_over for job in jobs) > 1 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert sum(not job.is_over for job in jobs) <= 1, "jobs that should leave locked projects alone do not end"
    bench.control.set(route53_propagation_seconds=0)
    bench.control.advance(PROPAGATION)
    return [bench.finish(job) for job in jobs]


def _start(bench: Bench, playbook: str, variables: Mapping[str, Any]) -> list[Started]:
    """All at once, after the first one got to where it waits."""
    bench.control.set(route53_propagation_seconds=PROPAGATION)
    first = bench.runner.prepare(playbook, variables, workers=True).go()
    while not bench.control.calls("route53", "GetChange"):
        assert not first.is_over, first.wait().output
        time.sleep(0.05)
    others = [bench.runner.prepare(playbook, variables, workers=True) for _number in range(JOBS - 1)]
    for each in others:
        each.go()
    return [first, *others]


def _check(bench: Bench, played: list[Played], report: Report, issued: int) -> None:
    for each in played:
        assert each.ended.status == 0, each.ended.output
    assert len(bench.control.issued()) == issued
    locked = [
        each for each in played if "holds the project until" in each.ended.errors or "locked" in each.ended.errors
    ]
    report.jobs += len(played)
    report.jobs_locked += len(locked)
    report.issued_beyond += len(bench.control.issued()) - issued
    assert len(locked) == JOBS - 1
    for each in locked:
        assert "holds the project until 20" in each.ended.errors, each.ended.output
        assert ", process " in each.ended.errors, each.ended.output
    world = bench.observer.look()
    assert world.pending == 0
    assert all(
        "foreign" in value
        for name, values in world.challenges.items()
        if name.startswith(CHALLENGE)
        for value in values
    )


@pytest.mark.chaos
@pytest.mark.parametrize("name", ["renew", "reissue"])
def test_ten_jobs_at_once_issue_one_certificate(bench: Bench, report: Report, name: str) -> None:
    story = bench.begin(name)
    played = _finish_all(bench, _start(bench, story.playbook, story.variables))
    _check(bench, played, report, issued=1)


@pytest.mark.chaos
def test_ten_jobs_over_two_projects_issue_one_certificate_for_each(bench: Bench, report: Report) -> None:
    story = STORIES["reissue"]
    bench.begin("reissue")
    env = bench.process.env()
    create_zone("second.example", env=env)
    create_distribution(
        ["second.example"], certificate=upload_certificate("second-old", ["second.example"], env), env=env
    )
    assert bench.runner.run("create", SECOND).status == 0
    bench.start = bench.observer.look()
    before = len(bench.control.issued())
    bench.control.clear_calls()
    both = {"projects": [dict(VARIABLES), dict(SECOND)]}
    played = _finish_all(bench, _start(bench, story.playbook, both))
    _check(bench, played, report, issued=before + 2)


@pytest.mark.chaos
def test_ten_renewals_at_the_same_moment_issue_one_certificate(bench: Bench, report: Report) -> None:
    bench.begin("renew")
    jobs = [bench.runner.prepare("renew", {}, workers=True) for _number in range(JOBS)]
    for job in jobs:
        job.go()
    played = [bench.finish(job) for job in jobs]
    assert [each.ended.status for each in played] == [0] * JOBS, "\n".join(
        each.ended.output for each in played if each.ended.status
    )
    report.jobs += JOBS
    report.issued_beyond += len(bench.control.issued()) - 1
    assert len(bench.control.issued()) == 1
