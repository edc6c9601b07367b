# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""New orders: profiles that are refused, and certificates that are replaced."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace
from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.archive import bundles
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
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


@pytest.mark.parametrize("code", ["invalidProfile", "malformed", "unauthorized"])
def test_a_preferred_profile_that_the_ca_refuses_is_left_out_and_the_order_resumed(world: World, code: str) -> None:
    refused = refusal(code, status=403, message="the account may not use the profile")
    given = {"acme_profile": "shortlived", "acme_profile_required": False}
    world.calls.refusals["newOrder"] = [refused]
    world.calls.refusals["finalize"] = [refusal("serverInternal", status=500)]
    with pytest.raises(RemoteError, match="serverInternal"):
        world.run(**given)
    outcome = world.run(**given)
    assert outcome.result["bundle"]["profile"] is None
    assert len(world.ca.orders) == 1
    assert not world.run(**given).changed


def test_a_required_profile_that_the_ca_refuses_ends_the_run(world: World) -> None:
    world.calls.refusals["newOrder"] = [refusal("invalidProfile", status=403)]
    with pytest.raises(RemoteError, match="invalidProfile"):
        world.run(acme_profile="shortlived")
    assert world.ca.orders == {}


def test_an_order_for_other_names_is_not_used(world: World) -> None:
    original = world.ca.look
    world.ca.look = lambda order: original(world.ca.update(order, identifiers=frozenset({"example.net"})))  # type: ignore[method-assign]
    with pytest.raises(RemoteError, match=r"other names: example\.net"):
        world.run()
    assert world.archive.keys("/pending/") == []
    assert world.zones.sets == {}


DAY = timedelta(days=1)


def renew(world: World, **changes: t.Any) -> Outcome:
    world.clock.time += 40 * DAY
    return world.run(**changes)


def cert_id(outcome: Outcome) -> str:
    return str(outcome.result["renewal"]["ari"]["cert_id"])


def test_a_renewal_says_which_certificate_it_replaces(world: World) -> None:
    first = world.run()
    second = renew(world)
    assert world.ca.replacements == [None, cert_id(first)]
    assert (first.result["replaces"], second.result["replaces"]) == (None, cert_id(first))
    assert second.warnings == ()
    assert world.run().result["replaces"] is None


def test_changed_names_replace_it_if_one_stays(world: World) -> None:
    first = world.run(domains=["example.com", "www.example.com"])
    assert world.run(domains=["www.example.com", "new.example.com"]).result["replaces"] == cert_id(first)
    assert world.run(domains=["other.example.com"]).result["replaces"] is None


def test_a_ca_without_renewal_information_is_not_told(world: World) -> None:
    world.ca.has_renewal_info = False
    world.run()
    assert renew(world).result["replaces"] is None
    assert world.ca.replacements == [None, None]


def test_an_account_that_did_not_order_the_certificate_does_not_replace_it(world: World) -> None:
    world.run()
    assert renew(world, acme_contacts=["ops@example.com"]).result["replaces"] is None


def test_another_ca_does_not_replace_it(world: World) -> None:
    world.run()
    assert world.run(acme_directory="google", acme_eab_kid="kid", acme_eab_hmac_key="aGFzaA").result["replaces"] is None


def test_a_bundle_of_before_the_account_was_kept_is_not_replaced(world: World) -> None:
    world.run()
    (key,) = (key for key in world.archive.objects if key.endswith(".tar.gz"))
    bundle = bundles.unpack(world.archive.objects[key], key)
    assert bundle.manifest
    older = json.loads(json.dumps(bundle.manifest.as_dict()))
    del older["account_url"]
    world.archive.objects[key] = bundles.pack(replace(bundle, manifest=type(bundle.manifest).from_dict(older)))
    assert renew(world).result["replaces"] is None


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(refusal("alreadyReplaced", status=409), id="already replaced"),
        pytest.param(refusal("conflict", status=409), id="conflict"),
        pytest.param(refusal("unauthorized", status=403), id="another account"),
        pytest.param(refusal("malformed", status=404), id="unknown certificate"),
        pytest.param(refusal("serverInternal", status=500), id="a CA that stumbles over it"),
    ],
)
def test_a_refused_replacement_is_ordered_without_it_once(world: World, error: RemoteError) -> None:
    first = world.run()
    world.calls.refusals["newOrder"] = [error]
    again = renew(world)
    assert world.ca.replacements == [None, cert_id(first), None]
    assert again.result["issued"]
    assert again.result["replaces"] is None
    (warning,) = again.warnings
    assert cert_id(first) in warning
    assert error.code in warning


def test_a_refusal_that_has_nothing_to_do_with_it_is_final(world: World) -> None:
    world.run()
    world.calls.refusals["newOrder"] = [refusal("rateLimited", status=429)]
    with pytest.raises(RemoteError, match="rateLimited"):
        renew(world)
    assert len(world.ca.replacements) == 2


def test_an_order_that_is_refused_without_it_too_fails(world: World) -> None:
    world.run()
    world.calls.refusals["newOrder"] = [refusal("unauthorized"), refusal("unauthorized")]
    with pytest.raises(RemoteError, match="unauthorized"):
        renew(world)
    assert len(world.ca.replacements) == 3


def test_an_order_that_is_resumed_remembers_what_it_replaces(world: World) -> None:
    first = world.run()
    world.clock.time += 40 * DAY
    world.forget_calls()
    # ListHostedZones, directory, put pending, newOrder, put pending
    world.kill(at=5)
    resumed = world.run()
    assert resumed.result["issued"]
    assert resumed.result["replaces"] == cert_id(first)
    assert world.ca.replacements.count(cert_id(first)) == 1
