# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption import plugin_stacks
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption.plugin_stacks import Stack

ABOUT = plugin_stacks.DESCRIPTION


def stack(description: str, *keys: str, status: str = "CREATE_COMPLETE") -> Stack:
    return Stack("WebApp-CertBot", "arn", status, description, dict.fromkeys(keys, "x"))


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        (stack(f"{ABOUT} V2", "accessKey"), "controller"),
        (stack(ABOUT, "projectName", "dynamoDBTable", "domainName"), "v2"),
        (stack(ABOUT, "domainName", "emailAddress", "renewIntervalDays"), "v1"),
        (stack(ABOUT, "domainName"), None),
        (stack("something else", "domainName", "emailAddress", "renewIntervalDays"), None),
    ],
)
def test_stacks_are_told_by_the_keys_of_their_parameters(found: Stack, kind: str | None) -> None:
    assert plugin_stacks.kind(found) == kind


@pytest.mark.parametrize(
    ("status", "rests"),
    [
        ("CREATE_COMPLETE", True),
        ("UPDATE_ROLLBACK_COMPLETE", True),
        ("UPDATE_IN_PROGRESS", False),
        ("ROLLBACK_COMPLETE", False),
        ("DELETE_FAILED", False),
    ],
)
def test_a_stack_that_does_not_rest_is_a_problem(status: str, rests: bool) -> None:
    found = stack(ABOUT, status=status)
    assert (plugin_stacks.problem(found) is None) == rests
    # A change that was rolled back is told, since the settings may not be those that were wanted.
    assert (plugin_stacks.warning(found) is not None) == (status == "UPDATE_ROLLBACK_COMPLETE")


@pytest.mark.parametrize(
    ("schedule", "days"), [("rate(30 days)", 30), ("rate(1 day)", 1), ("rate(5 hours)", None), (None, None)]
)
def test_a_rate_in_days_is_read(schedule: str | None, days: int | None) -> None:
    assert plugin_stacks.days(schedule) == days
