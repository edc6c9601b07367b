# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""acme_route53_issue with renewal information: due when the CA suggests it, and the order that says which certificate
it replaces."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace
from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.archive import bundles
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.renewal_info import (
    RenewalInfo,
    Window,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RemoteError
from unit.fakes.calls import refusal
from unit.modules.test_acme_route53_issue import World

DAY = timedelta(days=1)
URL = "https://ca.example/incident"


@pytest.fixture
def world() -> World:
    return World()


def known(outcome: Outcome, after: timedelta) -> dict[str, t.Any]:
    """Renewal information of this certificate with a window that begins ``after`` its start."""
    info = RenewalInfo.from_dict(outcome.result["renewal"]["ari"])
    start = times.from_text(outcome.result["bundle"]["not_before"]) + after
    return replace(
        info, window=Window(start, start + DAY), selected_at=start, next_check_at=start, explanation_url=URL
    ).as_dict()


def renew(world: World, **changes: t.Any) -> Outcome:
    world.clock.time += 40 * DAY
    return world.run(**changes)


def cert_id(outcome: Outcome) -> str:
    return str(outcome.result["renewal"]["ari"]["cert_id"])


def test_a_new_certificate_has_a_name_and_nothing_else_is_known_of_it(world: World) -> None:
    ari = world.run().result["renewal"]["ari"]
    key_id, _dot, serial = ari.pop("cert_id").partition(".")
    assert key_id
    assert serial
    assert set(ari.values()) == {None}


def test_a_window_in_the_past_renews_at_once_and_says_why(world: World) -> None:
    first = world.run()
    world.clock.time += 2 * DAY
    assert not world.run().changed
    again = world.run(renewal_info=known(first, DAY))
    assert again.result["issued"]
    assert "renewal information" in again.result["reason"]
    assert URL in again.result["reason"]


def test_a_window_in_the_future_is_when_it_is_due(world: World) -> None:
    given = known(world.run(), 10 * DAY)
    kept = world.run(renewal_info=given)
    assert not kept.changed
    assert kept.result["renewal"]["renew_at"] == given["selected_at"]
    assert kept.result["renewal"]["ari"] == given


def test_what_was_known_of_the_certificate_before_does_not_renew_the_new_one(world: World) -> None:
    given = known(world.run(), timedelta(0))
    second = world.run(renewal_info=given)
    assert second.result["issued"]
    third = world.run(renewal_info=given)
    assert not third.changed
    assert cert_id(third) == cert_id(second)


def test_check_mode_predicts_it(world: World) -> None:
    given = known(world.run(), timedelta(0))
    predicted = world.run(check_mode=True, renewal_info=given)
    assert predicted.changed
    assert (predicted.result["replaces"], predicted.result["renewal"]["ari"]) == (None, given)


@pytest.mark.parametrize("given", [{"cert_id": "x"}, {"cert_id": "x", "window_start": "soon"}])
def test_renewal_info_that_is_none_is_refused_with_all_other_problems(world: World, given: dict[str, t.Any]) -> None:
    with pytest.raises(ConfigError, match="renewal_info") as caught:
        world.run(renewal_info=given, renewal_interval_days=0)
    assert len(caught.value.problems) == 2
    assert world.calls.made == []


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
