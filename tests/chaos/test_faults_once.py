# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every call of the life fails once: a run outlives it."""

from __future__ import annotations

import pytest

from chaos.starting_point import Bench, outlive_all

from .faults import differences, operations, play, seconds, undisturbed_runs
from .report import Report

# What a client may send again by itself.
PASSING = ("throttled", "error_500", "timeout", "reset")


@pytest.mark.chaos
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    "name",
    [
        "create",
        "renew",
        "delete",
        "reissue-elb",
        "create-acm",
        "reissue-served",
        "reissue-same",
        "create-requested",
        "create-exported",
        "delete-acm",
    ],
)
def test_a_run_outlives_that_each_call_fails_once(lanes: list[Bench], report: Report, name: str, when: str) -> None:
    undisturbed = undisturbed_runs(lanes, [name])[name]
    kinds = PASSING if when == "before" else ("reset", "timeout")

    def once(bench: Bench, kind: str) -> list[str]:
        bench.begin(name)
        for service, operation in operations(undisturbed.calls):
            bench.control.fault(service, operation, kind, when=when, seconds=seconds(service, kind))
        played = play(bench, name)
        problems = differences(undisturbed, played)
        return [*problems, played.ended.output] if problems else []

    outlive_all(
        lanes, kinds, once, lambda kind: f"{kind} once, {when} the call", (report.fault_cases, report.faults_survived)
    )
