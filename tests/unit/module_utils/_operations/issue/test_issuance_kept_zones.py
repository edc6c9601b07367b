# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""acme_route53_issue with zones that another process of the run has listed: never does it fail, nor say why, on the
word of that listing."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.txt_records import Change
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.zones import Zone
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import CertError, ConfigError, RemoteError
from unit.fakes.calls import refusal
from unit.fakes.issuing_world import NAME, World
from unit.fakes.route53 import FakeRoute53

NOW = Zone("Z1", "example.com", private=False)


BEFORE = Zone("Z0", "example.com", private=False)


OTHER = Zone("Z5", "example.org", private=False)


@dataclass
class KeptRoute53(FakeRoute53):
    """The account as it is (``zones``), and as the run remembers it."""

    kept: tuple[Zone, ...] = ()
    is_doubted: bool = False

    def list_hosted_zones(self) -> tuple[Zone, ...]:
        return super().list_hosted_zones() if self.is_doubted else self.kept

    def relist(self) -> bool:
        was_kept, self.is_doubted = not self.is_doubted, True
        return was_kept

    def get_hosted_zone(self, zone_id: str) -> tuple[Zone, frozenset[str]]:
        self._require(zone_id)
        return super().get_hosted_zone(zone_id)

    def references(self, zone_id: str) -> t.Mapping[tuple[str, str], frozenset[str]]:
        self._require(zone_id)
        return super().references(zone_id)

    def change_resource_record_sets(self, zone_id: str, changes: t.Sequence[Change]) -> str:
        self._require(zone_id)
        return super().change_resource_record_sets(zone_id, changes)

    def _require(self, zone_id: str) -> None:
        if zone_id not in {zone.id for zone in self.zones}:
            raise refusal("NoSuchHostedZone", "route53", 404)


class KeptWorld(World):
    def __init__(self, *kept: Zone) -> None:
        super().__init__()
        self.zones: KeptRoute53 = KeptRoute53(calls=self.calls, kept=kept)
        self.ca.zones = self.other.zones = self.zones

    @property
    def listings(self) -> int:
        return self.calls.made.count("ListHostedZones")


def test_a_kept_listing_that_has_the_zones_saves_one() -> None:
    world = KeptWorld(NOW)
    assert world.run(check_mode=True).changed
    assert world.run().result["issued"]
    assert world.listings == 0


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("kept", "changes"),
    [
        pytest.param((), {}, id="no zone at all"),
        pytest.param((OTHER,), {}, id="no zone for the name"),
        pytest.param((OTHER,), {"zone_id": "Z1"}, id="an unknown zone that the user names"),
        pytest.param((NOW, BEFORE), {}, id="two zones of one name"),
        pytest.param((BEFORE, NOW, OTHER), {}, id="a zone that is gone and cannot be asked for its name servers"),
    ],
)
def test_zones_that_are_a_problem_are_listed_anew(
    kept: tuple[Zone, ...], changes: dict[str, t.Any], check_mode: bool
) -> None:
    world = KeptWorld(*kept)
    outcome = world.run(check_mode, **changes)
    assert outcome.result["issued"]
    assert world.listings == 1


def test_a_zone_made_anew_since_it_was_listed_gets_the_records_of_the_same_order() -> None:
    world = KeptWorld(BEFORE)
    outcome = world.run()
    assert outcome.result["issued"]
    assert (world.listings, world.calls.made.count("newOrder"), world.ca.issued) == (1, 1, 1)
    assert world.zones.values(NAME) == ()
    assert world.archive.keys("/pending/") == []


def test_a_zone_that_is_gone_is_told_as_of_now() -> None:
    world = KeptWorld(BEFORE)
    world.zones.zones = (OTHER,)
    with pytest.raises(ConfigError, match="has no public hosted zone in this account"):
        world.run()
    world.zones.zones = (NOW,)
    assert world.run().result["issued"]
    assert (world.calls.made.count("newOrder"), world.ca.issued) == (1, 1)


def test_what_is_still_wrong_is_told_after_one_more_look() -> None:
    world = KeptWorld(OTHER)
    world.zones.zones = (OTHER,)
    with pytest.raises(CertError, match="has no public hosted zone"):
        world.run()
    assert world.listings == 1


def test_other_failures_are_told_at_once() -> None:
    world = KeptWorld(NOW)
    world.calls.refusals["ChangeResourceRecordSets"] = [refusal("AccessDenied", "route53")]
    with pytest.raises(RemoteError, match="AccessDenied"):
        world.run()
    assert (world.listings, world.calls.made.count("newOrder")) == (0, 1)
