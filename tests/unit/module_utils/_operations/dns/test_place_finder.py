# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which zone the challenge of a name goes to, told before any order."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.zones import Zone
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import (
    ConfigError,
)
from unit.fakes.issuing_world import (
    World,
)


@pytest.fixture
def world() -> World:
    return World()


def test_names_of_several_zones_use_the_closest_public_one(world: World) -> None:
    world.zones.zones = (
        Zone("Z1", "example.com", private=False),
        Zone("Z2", "sub.example.com", private=False),
        Zone("Z3", "deep.sub.example.com", private=True),
        Zone("Z4", "example.org", private=False),
    )
    world.zones.delegate("Z1", world.zones.zones[1])
    written: list[tuple[str, str]] = []
    original = world.zones.change_resource_record_sets

    def change(zone_id: str, changes: t.Any) -> str:
        written.extend((zone_id, each.record_set.name) for each in changes if each.action == "CREATE")
        return original(zone_id, changes)

    world.zones.change_resource_record_sets = change  # type: ignore[method-assign]

    def values(name: str, _zone_id: str = "") -> tuple[str, ...]:
        return tuple(
            value for (_zone, owner), found in world.zones.sets.items() if owner == name for value in found.values
        )

    world.ca.zones.values = values  # type: ignore[method-assign]
    assert world.run(domains=["a.deep.sub.example.com", "www.example.com", "example.org"]).result["issued"]
    assert sorted(written) == [
        ("Z1", "_acme-challenge.www.example.com"),
        ("Z2", "_acme-challenge.a.deep.sub.example.com"),
        ("Z4", "_acme-challenge.example.org"),
    ]
    assert world.zones.sets == {}


@pytest.mark.parametrize("check_mode", [False, True])
def test_all_names_without_a_zone_are_told_before_any_order(world: World, check_mode: bool) -> None:
    with pytest.raises(ConfigError) as caught:
        world.run(check_mode, domains=["example.com", "example.net", "www.example.org"])
    assert len(caught.value.problems) == 2
    assert world.calls.made == ["ListHostedZones"]


def test_duplicate_public_zones_are_refused_with_both_ids(world: World) -> None:
    world.zones.zones = (Zone("Z1", "example.com", private=False), Zone("Z9", "example.com", private=False))
    with pytest.raises(ConfigError, match="Z1, Z9"):
        world.run()


def test_a_private_zone_of_the_same_name_does_not_matter(world: World) -> None:
    world.zones.zones = (Zone("Z9", "example.com", private=True), Zone("Z1", "example.com", private=False))
    assert world.run().result["issued"]
