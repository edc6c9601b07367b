# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Distributions are awaited together, and not for ever."""

from __future__ import annotations

import pytest
from unit.fakes.binding_world import World, row, statuses
from unit.fakes.calls import refused_by_aws


@pytest.fixture
def world() -> World:
    return World()


def test_all_are_awaited_together_and_verified_without_reading_again(world: World) -> None:
    world.run()
    made = world.cloudfront.calls.made
    assert made.count("GetDistributionConfig") == 2
    assert made.count("ListDistributions") < 12
    assert sum(world.clock.naps) < 90


def test_what_another_run_bound_is_awaited(world: World) -> None:
    assert not world.run(wait=False).result["verified"]
    resumed = world.run()
    assert statuses(resumed) == {"E1": "already", "E2": "already"}
    assert (resumed.changed, resumed.result["verified"]) == (False, True)
    assert world.clock.naps


def test_a_deployment_that_takes_too_long_fails_but_everything_is_returned(world: World) -> None:
    world.cloudfront.deploy_seconds = 4000
    done = world.run(wait_timeout=60)
    assert done.changed
    assert done.failure is not None
    assert "run again" in done.failure
    assert row(done, "E1")["error"]["code"] == "DeadlineExceeded"
    assert not done.result["complete"]
    assert sum(world.clock.naps) <= 60
    world.clock.sleep(4000)
    assert world.run().result["verified"]


def test_polls_that_fail_are_followed_by_others(world: World) -> None:
    world.cloudfront.calls.refusals["ListDistributions"] = [
        None,
        refused_by_aws("Throttling"),
        refused_by_aws("Throttling"),
    ]
    assert world.run().result["verified"]
