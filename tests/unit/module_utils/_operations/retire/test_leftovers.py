# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What killed runs left behind, and the records that stay, are removed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.txt_records import TxtSet
from unit.fakes.calls import refusal
from unit.fakes.issuing_world import (
    NAME,
    PERSISTENT,
    World,
    calls_of_a_first_run,
)


@pytest.fixture
def world() -> World:
    return World()


def test_a_zone_that_is_gone_has_nothing_to_clean(world: World) -> None:
    world.kill(calls_of_a_first_run().index("GetChange"))
    world.calls.refusals["ChangeResourceRecordSets"] = [refusal("NoSuchHostedZone", "route53")]
    assert world.clean(drop_orders=True).warnings == ()
    assert world.archive.keys("/pending/") == []


def test_cleanup_removes_our_values_and_keeps_an_order_that_can_be_finished(world: World) -> None:
    world.zones.sets["Z1", NAME] = TxtSet(NAME, 300, ('"theirs"',))
    world.kill(len(calls_of_a_first_run()) - 2)
    predicted = world.clean(check_mode=True)
    assert len(world.zones.values(NAME)) == 3
    outcome = world.clean()
    assert outcome.result == predicted.result
    assert outcome.changed
    assert world.zones.values(NAME) == ('"theirs"',)
    assert len(outcome.result["kept_orders"]) == 1
    again = world.clean()
    assert not again.changed
    assert world.run().result["issued"]
    assert world.ca.issued == 1


def test_cleanup_removes_dead_orders(world: World) -> None:
    world.kill(calls_of_a_first_run().index("GetChange"))
    world.clock.time += timedelta(days=8)
    outcome = world.clean()
    assert len(outcome.result["removed_orders"]) == 1
    assert world.archive.keys("/pending/") == []
    assert world.zones.sets == {}


def test_cleanup_removes_an_order_whose_certificate_is_archived(world: World) -> None:
    world.kill(calls_of_a_first_run().index("put bundle") + 1)
    assert len(world.clean().result["removed_orders"]) == 1
    assert world.archive.keys("/pending/") == []


@pytest.fixture
def persistent(world: World) -> World:
    """A CA that offers dns-persist-01, too."""
    world.ca.issuers = ("ca.example",)
    return world


def test_the_record_that_stays_goes_when_the_user_says_so_and_values_of_others_stay(persistent: World) -> None:
    persistent.zones.sets["Z1", PERSISTENT] = TxtSet(
        PERSISTENT, 300, ('"theirs"', '"ca.example; accounturi=https://ca.example/account/other"')
    )
    account = persistent.run(dns_persist=True).result["bundle"]["account_url"]
    assert not persistent.clean().changed
    predicted = persistent.clean(check_mode=True, drop_dns_persist=True)
    assert [record["values"] for record in predicted.result["removed_records"]] == [
        [f"ca.example; accounturi={account}; policy=wildcard"]
    ]
    assert len(persistent.zones.values(PERSISTENT)) == 3
    assert persistent.clean(drop_dns_persist=True).result == predicted.result
    assert persistent.zones.values(PERSISTENT) == (
        '"theirs"',
        '"ca.example; accounturi=https://ca.example/account/other"',
    )
    assert not persistent.clean(drop_dns_persist=True).changed


def test_without_a_bundle_nobody_knows_which_records_stay(world: World) -> None:
    outcome = world.clean(drop_dns_persist=True)
    assert not outcome.changed
    assert "check for them manually" in outcome.warnings[0]
