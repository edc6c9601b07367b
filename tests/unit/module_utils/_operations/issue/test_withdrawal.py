# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing of ours is left in DNS or in the archive, and a failure to clean up is a warning."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import (
    RemoteError,
)
from unit.fakes.calls import refusal
from unit.fakes.issuing_world import (
    NAME,
    World,
    calls_of_a_first_run,
)


@pytest.fixture
def world() -> World:
    return World()


def test_nothing_of_ours_is_left_in_dns_or_pending(world: World) -> None:
    world.run()
    assert world.zones.sets == {}
    assert world.archive.keys("/pending/") == []


@pytest.mark.parametrize("at", range(len(calls_of_a_first_run())))
def test_a_killed_run_with_other_names_is_cleaned_up_by_the_next(world: World, at: int) -> None:
    world.kill(at)
    assert world.run(domains=["www.example.com"]).result["bundle"]["domains"] == ["www.example.com"]
    assert world.archive.keys("/pending/") == []
    assert world.zones.sets == {}


def test_a_failed_clean_up_is_a_warning_and_done_by_the_next_run(world: World) -> None:
    original = world.zones.change_resource_record_sets

    def change(zone_id: str, changes: t.Any) -> str:
        if changes[0].action == "DELETE":
            raise refusal("AccessDenied", "route53")
        return original(zone_id, changes)

    world.zones.change_resource_record_sets = change  # type: ignore[method-assign]
    outcome = world.run()
    assert outcome.result["issued"]
    assert "AccessDenied" in outcome.warnings[0]
    assert world.zones.values(NAME)
    world.zones.change_resource_record_sets = original  # type: ignore[method-assign]
    again = world.run()
    assert again.changed
    assert not again.result["issued"]
    assert world.zones.sets == {}
    assert world.ca.issued == 1


def test_a_failed_clean_up_does_not_hide_why_the_run_failed(world: World) -> None:
    world.calls.refusals["GetChange"] = [refusal("Throttling", "route53")]
    original = world.zones.change_resource_record_sets

    def change(zone_id: str, changes: t.Any) -> str:
        if changes[0].action == "DELETE":
            raise refusal("AccessDenied", "route53")
        return original(zone_id, changes)

    world.zones.change_resource_record_sets = change  # type: ignore[method-assign]
    with pytest.raises(RemoteError) as caught:
        world.run()
    assert caught.value.code == "Throttling"
    assert "AccessDenied" in caught.value.message
