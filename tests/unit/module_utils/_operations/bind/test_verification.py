# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether edges serve the new certificate."""

from __future__ import annotations

import pytest
from unit.fakes.binding_world import World, row, served, statuses


@pytest.fixture
def world() -> World:
    return World()


def test_without_etags_in_the_listing_the_configuration_is_read_back(world: World) -> None:
    world.cloudfront.lists_etags = False
    assert world.run().result["verified"]
    assert world.cloudfront.calls.made.count("GetDistributionConfig") == 4


def test_tls_verification_probes_every_alias_of_what_serves_them(world: World) -> None:
    served(world, "f" * 64)
    assert world.run(verify="tls").result["verified"]
    assert world.tls.asked == [("e1.cloudfront.net", 443, "www.example.com")]


def test_tls_verification_can_be_pointed_at_one_edge(world: World) -> None:
    served(world, "f" * 64)
    world.run(verify="tls", match=["aliases"], edge_address="[::1]:8443")
    assert {(host, port) for host, port, _name in world.tls.asked} == {("::1", 8443)}


def test_edges_may_switch_a_little_later(world: World) -> None:
    served(world, "0" * 64, "0" * 64, "f" * 64)
    assert world.run(verify="tls").result["verified"]


def test_an_edge_that_serves_another_certificate_fails_the_verification(world: World) -> None:
    served(world, "0" * 64)
    done = world.run(verify="tls", rollback=False)
    assert statuses(done) == {"E1": "failed", "E2": "rebound"}
    assert row(done, "E1")["error"]["code"] == "ServedCertificateDiffers"
    assert (done.changed, done.result["verified"], done.result["complete"]) == (True, False, False)


def test_verify_none_verifies_nothing(world: World) -> None:
    done = world.run(verify="none")
    assert (done.result["complete"], done.result["verified"]) == (True, False)
    assert world.run(True, verify="none").result["verified"] is False
