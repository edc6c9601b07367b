# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The archive and the journal know an order before each step that cannot be taken back."""

from __future__ import annotations

import json

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import (
    CertError,
    RefusedError,
)
from unit.fakes.issuing_world import (
    NAME,
    FakeJournal,
    World,
    calls_of_a_first_run,
)


@pytest.fixture
def world() -> World:
    return World()


def test_the_journal_knows_the_order_right_before_it_is_finalized(world: World) -> None:
    world.journal = FakeJournal(world.calls)
    outcome = world.run()
    assert world.calls.made.index("journal") == world.calls.made.index("finalize") - 1
    assert world.journal.orders == [outcome.result["order_url"]]


def test_a_run_that_lost_its_project_finalizes_nothing_and_leaves_the_order_to_the_next(world: World) -> None:
    world.journal = FakeJournal(world.calls, RefusedError("another run holds the project"))
    with pytest.raises(RefusedError):
        world.run()
    assert world.ca.issued == 0
    assert world.zones.values(NAME), "the run that holds the project may be using them"
    world.journal = None
    assert world.run().result["issued"]
    assert world.ca.issued == 1
    assert world.calls.made.count("newOrder") == 1
    assert world.zones.sets == {}


def test_a_store_that_is_away_costs_no_issuance_and_the_records_are_removed(world: World) -> None:
    world.journal = FakeJournal(world.calls, CertError("the store is away"))
    with pytest.raises(CertError):
        world.run()
    assert world.ca.issued == 0
    assert world.zones.sets == {}
    assert len(world.archive.keys("/pending/")) == 1


def test_the_key_is_in_the_archive_before_the_order_is_finalized(world: World) -> None:
    world.kill(calls_of_a_first_run().index("finalize"))
    (pending,) = world.archive.keys("/pending/")
    document = json.loads(world.archive.objects[pending])
    assert "PRIVATE KEY" in document["private_key"]
    assert document["order_url"] == "https://ca.example/order/1"
    assert document["records"][0]["name"] == NAME
