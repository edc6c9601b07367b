# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones above others."""

from __future__ import annotations

import pytest
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


@pytest.mark.parametrize(
    ("public", "is_hidden", "said"),
    [
        pytest.param(None, True, f"the resolver {doctor_zones.PRIVATE_VIEW}", id="a private view"),
        pytest.param(None, False, "no answer", id="no answer"),
        pytest.param(OURS, False, None, id="it is known"),
    ],
)
def test_dns_that_cannot_be_asked_is_one_finding(
    public: frozenset[str] | None, is_hidden: bool, said: str | None
) -> None:
    known = Delegation("Z1", "example.com", OURS, OURS, is_hidden=True)
    asked = Delegation("Z2", "example.org", OURS, public, is_hidden=is_hidden)
    found = doctor_zones.unanswered([known, asked, asked], "no answer")
    wanted = [("DNS_FAILED", "example.org", f"whether DNS leads to its name servers is unknown: {said}")]
    assert [(one.code, one.subject, one.message) for one in found] == (wanted if said else [])


@pytest.mark.parametrize(
    ("public", "is_used", "is_delegated"),
    [
        (OURS, False, True),
        (THEIRS, True, False),
        (OURS | THEIRS, False, True),
        (None, True, True),
        (None, False, False),
    ],
)
def test_a_zone_is_delegated_if_one_server_has_it(
    public: frozenset[str] | None, is_used: bool, is_delegated: bool
) -> None:
    assert Delegation("Z1", "example.com", OURS, public, is_used=is_used).is_delegated is is_delegated


def test_servers_that_do_not_have_the_zone_are_named() -> None:
    partly = Delegation("Z1", "example.com", OURS, OURS | THEIRS)
    assert [(one.code, one.message) for one in doctor_zones.delegations([partly])] == [
        ("ZONE_PARTLY_DELEGATED", "DNS also leads to ns-9.example, which do not have the hosted zone Z1")
    ]
    assert doctor_zones.delegations([Delegation("Z1", "example.com", OURS, OURS)]) == []
