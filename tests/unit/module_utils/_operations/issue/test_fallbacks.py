# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the next CA is asked, and what is left of the order at the one before."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import (
    RemoteError,
)
from unit.fakes.calls import refusal
from unit.fakes.issuing_world import (
    World,
)


@pytest.fixture
def world() -> World:
    return World()


FALLBACKS = [{"acme_directory": "https://other.example/directory"}]


OTHER = "https://other.example/directory"


@pytest.mark.parametrize(
    ("call", "error"),
    [
        pytest.param(
            "directory",
            RemoteError("away", service="acme", operation="directory", code="ConnectionError", answered=False),
            id="away",
        ),
        pytest.param("newAccount", refusal("serverInternal", status=500), id="an internal problem"),
        pytest.param("newOrder", refusal("rateLimited", status=429), id="a limit"),
        pytest.param("order", refusal("serverInternal", status=503), id="overloaded while it validates"),
        pytest.param("challenge", refusal("caa", status=403), id="CAA names other CAs"),
    ],
)
def test_the_next_ca_issues_and_the_order_at_the_first_is_given_up(world: World, call: str, error: RemoteError) -> None:
    world.calls.refusals[call] = [error]
    outcome = world.run(acme_fallbacks=FALLBACKS)
    assert outcome.result["bundle"]["directory"] == OTHER
    assert (world.ca.issued, world.other.issued) == (0, 1)
    assert any("was skipped" in warning for warning in outcome.warnings)
    assert world.archive.keys("/pending/") == []
    assert world.zones.sets == {}
    world.forget_calls()
    assert not world.run(acme_fallbacks=FALLBACKS).changed
    assert not any(made for made in world.calls.made)


def test_a_certificate_of_a_ca_that_is_no_fallback_any_more_is_issued_again(world: World) -> None:
    world.calls.refusals["newOrder"] = [refusal("rateLimited", status=429)]
    world.run(acme_fallbacks=FALLBACKS)
    assert world.run().result["reason"].startswith("the ACME directory changed from https://other.example")


@pytest.mark.parametrize(
    ("call", "error"),
    [
        pytest.param("newOrder", refusal("rejectedIdentifier", status=400), id="a name that the CA refuses"),
        pytest.param("newOrder", refusal("userActionRequired"), id="new terms"),
        pytest.param("finalize", refusal("serverInternal", status=500), id="the order may be finalized"),
        pytest.param("certificate", refusal("serverInternal", status=500), id="the certificate cannot be fetched"),
    ],
)
def test_the_next_ca_is_not_asked_for_what_it_cannot_help_with(world: World, call: str, error: RemoteError) -> None:
    world.calls.refusals[call] = [error]
    with pytest.raises(RemoteError):
        world.run(acme_fallbacks=FALLBACKS)
    assert world.other.orders == {}
    assert world.run(acme_fallbacks=FALLBACKS).result["issued"]
    assert (world.ca.issued, world.other.issued) == (1, 0)


def test_an_order_that_a_fallback_may_have_finalized_is_finished_there(world: World) -> None:
    world.calls.refusals["newOrder"] = [refusal("rateLimited", status=429)]
    world.calls.refusals["finalize"] = [refusal("serverInternal", status=500)]
    with pytest.raises(RemoteError, match="serverInternal"):
        world.run(acme_fallbacks=FALLBACKS)
    assert len(world.archive.keys("/pending/")) == 2
    outcome = world.run(acme_fallbacks=FALLBACKS)
    assert outcome.result["bundle"]["directory"] == OTHER
    assert (world.ca.issued, world.other.issued, len(world.other.orders)) == (0, 1, 1)
    assert world.archive.keys("/pending/") == []
    assert world.zones.sets == {}
