# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings in order, and all in one line."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.doctor import (
    findings,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.doctor.codes import Severity


def test_errors_come_first_and_each_finding_once() -> None:
    mixed = [
        findings.finding(code, subject, "m")
        for code, subject in (("NO_NOTICES", "b"), ("RUN_FAILED", "a"), ("CAA_FORBIDS", "b"), ("CAA_FORBIDS", "a"))
    ]
    assert [(entry.code, entry.subject) for entry in findings.ordered(mixed * 2)] == [
        ("CAA_FORBIDS", "a"),
        ("CAA_FORBIDS", "b"),
        ("RUN_FAILED", "a"),
        ("NO_NOTICES", "b"),
    ]


@pytest.mark.parametrize(
    ("codes", "line"),
    [
        pytest.param([], "webapp is healthy: 3 checks", id="nothing"),
        pytest.param(["PROJECT_NEW"], "webapp is healthy: 3 checks; for information: PROJECT_NEW", id="information"),
        pytest.param(["RUN_FAILED", "PROJECT_NEW"], "webapp works, with 1 warning (3 checks)", id="warning"),
        pytest.param(
            ["RUN_FAILED", "CAA_FORBIDS", "ZONE_MISSING"],
            "webapp is not healthy: 2 errors, 1 warning (3 checks)",
            id="errors",
        ),
    ],
)
def test_the_project_in_one_line(codes: list[str], line: str) -> None:
    assert findings.summary("webapp", [findings.finding(code, "x", "m") for code in codes], 3) == line


def test_severities_are_in_the_order_of_weight() -> None:
    assert list(Severity) == [Severity.ERROR, Severity.WARNING, Severity.INFO]


@pytest.mark.parametrize(
    ("codes", "fails_on", "status"),
    [
        ([], "error", "healthy"),
        (["PROJECT_NEW"], "warning", "healthy"),
        (["RUN_FAILED"], "error", "warned"),
        (["RUN_FAILED"], "warning", "failed"),
        (["RUN_FAILED", "CAA_FORBIDS"], "error", "failed"),
        (["CAA_FORBIDS"], "warning", "failed"),
    ],
)
def test_a_project_counts_as_failed_by_its_worst_findings(codes: list[str], fails_on: str, status: str) -> None:
    found = findings.result("webapp", [findings.finding(code, "a", "m") for code in codes], "the line", fails_on)
    assert (found["status"], found["failed"], found["changed"]) == (status, status == "failed", False)
    assert (found["name"], found["reason"]) == ("webapp", "the line")
    assert len(found["todo"]) == len(codes) - codes.count("PROJECT_NEW")
