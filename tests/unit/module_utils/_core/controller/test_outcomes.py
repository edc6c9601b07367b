# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to each object, and what is said of it."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.controller import outcomes
from ansible_collections.certops.cloudfront.plugins.module_utils._core.controller.objects import ControllerObject

PROJECT = ControllerObject("project", "certops", {}, {})
TEMPLATE = ControllerObject("job_template", "certops renew", {}, {}, needs=(PROJECT.identity,))
GONE = ControllerObject("project", "certops", {"state": "absent"}, {})


def test_a_real_run_asks_the_module_unless_there_is_nothing_to_remove() -> None:
    assert outcomes.decided(PROJECT, None, None) is None
    assert outcomes.decided(GONE, None, None) == outcomes.ABSENT
    assert outcomes.decided(GONE, {"id": 1}, None) is None


def test_check_mode_does_not_ask_about_what_a_real_run_would_have_made() -> None:
    missing: set[tuple[str, str]] = set()
    assert outcomes.decided(PROJECT, None, missing) == outcomes.CREATED
    assert outcomes.decided(TEMPLATE, {"id": 2}, missing) == outcomes.CHANGED
    assert outcomes.decided(TEMPLATE, {"id": 2}, set()) is None


@pytest.mark.parametrize(
    ("one", "was_there", "is_changed", "status"),
    [
        (PROJECT, False, True, outcomes.CREATED),
        (PROJECT, True, True, outcomes.CHANGED),
        (PROJECT, True, False, outcomes.UNCHANGED),
        (GONE, True, True, outcomes.REMOVED),
    ],
)
def test_what_was_done(one: ControllerObject, was_there: bool, is_changed: bool, status: str) -> None:
    assert outcomes.outcome(one, was_there, is_changed) == status


def test_an_object_that_is_made_in_two_steps_is_said_once() -> None:
    assert outcomes.worst(outcomes.CREATED, outcomes.CHANGED) == outcomes.CREATED
    assert outcomes.worst(outcomes.UNCHANGED, outcomes.CHANGED) == outcomes.CHANGED
    assert outcomes.worst(None, outcomes.UNCHANGED) == outcomes.UNCHANGED


def test_what_stayed_is_a_number() -> None:
    done = {PROJECT.identity: outcomes.UNCHANGED, TEMPLATE.identity: outcomes.CREATED}
    told = outcomes.told([PROJECT, TEMPLATE], done)
    assert told["changed"]
    assert told["lines"] == ["job template certops renew: created", "1 unchanged"]


def test_a_failure_names_the_object_and_hides_secrets() -> None:
    reason = outcomes.reason(
        {"msg": "refused, see response", "response": {"json": {"url": ["https://x/key is wrong"]}}}
    )
    error = outcomes.failure(TEMPLATE, reason, ["https://x/key"])
    assert error.message.startswith("job template certops renew: refused, see response: ")
    assert "https://x/key" not in error.message


def test_a_missing_collection_is_named_with_how_to_get_it() -> None:
    assert "neither ansible.controller nor awx.awx is installed" in outcomes.not_installed(None).message
    assert outcomes.not_installed("awx.awx").message.startswith("awx.awx is not installed")
