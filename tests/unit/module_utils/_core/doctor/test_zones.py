# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones above others."""

from __future__ import annotations

from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.zones import Zone
from ansible_collections.certops.cloudfront.plugins.module_utils._core.doctor import (
    zones as doctor_zones,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.doctor.zones import Delegation

OURS, THEIRS = frozenset({"ns-1.example"}), frozenset({"ns-9.example"})


def zone(zone_id: str, name: str, private: bool = False) -> Zone:
    return Zone(zone_id, name, private)


def test_the_zone_above_is_named_if_it_is_in_the_account() -> None:
    zones = [zone("Z1", "example.com"), zone("Z2", "shop.example.com"), zone("Z3", "example.com", True)]
    assert doctor_zones.parent(zones[1], zones) == "Z1"
    assert doctor_zones.parent(zones[0], zones) is None
    found = doctor_zones.delegations([Delegation("Z2", "shop.example.com", OURS, frozenset(), "Z1")])
    assert [entry.message for entry in found] == [
        (
            "DNS knows no name servers for it, but the hosted zone Z2 is on ns-1.example; the zone above it, Z1, is in"
            " this account and has no such NS records"
        )
    ]
