# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One order against a CA, Route 53 and an archive in memory: what is done, in which order, and what survives a kill."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.acme.messages import AcmeStatus
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.txt_records import TxtSet
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import (
    ConfigError,
    RemoteError,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.issue import conversation
from unit.fakes.calls import refusal
from unit.fakes.issuing_world import (
    DOMAINS,
    MANY_DOMAINS,
    World,
    calls_of_a_first_run,
    sent,
)
from unit.fakes.route53 import FakeRoute53


@pytest.fixture
def world() -> World:
    return World()


def test_the_steps_of_a_first_run_are_in_the_order_that_loses_nothing() -> None:
    assert calls_of_a_first_run() == [
        "ListHostedZones",
        "directory",
        "put account",
        "newAccount",
        "put account",
        "put pending",
        "newOrder",
        "put pending",
        "authorization",
        "authorization",
        "put pending",
        "ChangeResourceRecordSets",
        "put pending",
        "GetChange",
        "challenge",
        "challenge",
        "order",
        "finalize",
        "certificate",
        "put bundle",
        "put pending",
        "ChangeResourceRecordSets",
        "delete pending",
    ]


def test_an_archive_that_cannot_be_written_costs_no_order(world: World) -> None:
    world.run()
    world.forget_calls()
    world.calls.refusals["put pending"] = [refusal("AccessDenied", "s3")]
    with pytest.raises(RemoteError, match="AccessDenied"):
        world.run(key_type="rsa_2048")
    assert "newOrder" not in world.calls.made


def test_valid_authorizations_need_no_dns(world: World) -> None:
    world.ca.valid_names = set(DOMAINS)
    assert world.run().result["issued"]
    assert "ChangeResourceRecordSets" not in world.calls.made


@pytest.mark.parametrize("after_effect", [False, True], ids=["before its effect", "after its effect"])
@pytest.mark.parametrize("reuses_orders", [False, True], ids=["new orders", "orders reused"])
@pytest.mark.parametrize("at", range(len(calls_of_a_first_run())))
def test_a_kill_at_any_call_costs_no_second_issuance(
    world: World, at: int, reuses_orders: bool, after_effect: bool
) -> None:
    world.ca.reuses_orders = reuses_orders
    world.kill(at, after_effect)
    world.clock.time += timedelta(minutes=10)
    outcome = world.run()
    assert world.ca.issued == 1
    assert len(world.archive.keys(".tar.gz")) == 1
    assert outcome.result["bundle"]["serial"]
    assert world.archive.keys("/pending/") == []
    assert world.zones.sets == {}
    assert len(world.ca.accounts) == 1
    assert not world.run().changed


@pytest.mark.parametrize("after_effect", [False, True], ids=["before its effect", "after its effect"])
@pytest.mark.parametrize("foreign", [False, True], ids=["ours alone", "beside a foreign value"])
@pytest.mark.parametrize("domains", [DOMAINS, DOMAINS[:1]], ids=len)
def test_a_run_after_a_kill_makes_few_calls_beyond_the_missing_ones(
    domains: list[str], foreign: bool, after_effect: bool
) -> None:
    def start() -> World:
        world = World()
        if foreign:
            name = f"_acme-challenge.{domains[0]}"
            world.zones.sets["Z1", name] = TxtSet(name, 300, ('"theirs"',))
        return world

    undisturbed = start()
    undisturbed.run(domains=domains)
    first = undisturbed.calls.made
    for at in range(len(first)):
        world = start()
        world.kill(at, after_effect, domains=domains)
        world.run(domains=domains)
        # besides these, a client asks for a nonce
        assert len(sent(world.calls.made)) <= len(sent(first[at:])) + 5, f"{at}, {first[at]}: {world.calls.made}"


@pytest.mark.parametrize("at", range(2 * len(MANY_DOMAINS) + 19))
def test_a_run_of_many_names_is_resumed_without_asking_for_each(world: World, at: int) -> None:
    first = calls_of_a_first_run(domains=MANY_DOMAINS)
    assert len(first) > at
    world.kill(at, domains=MANY_DOMAINS)
    world.run(domains=MANY_DOMAINS)
    assert world.ca.issued == 1
    assert world.zones.sets == {}
    answered, made = first[:at].count("challenge"), world.calls.made
    assert made.count("challenge") == len(MANY_DOMAINS) - answered
    if at >= first.index("ChangeResourceRecordSets"):
        # what is asked was noted before; which of it was answered takes a few questions
        assert made.count("authorization") <= (7 + conversation.MOST_CONNECTIONS - 1 if answered else 1)
        assert len(sent(made)) <= len(sent(first[at:])) + 4 + made.count("authorization")


@pytest.mark.parametrize("status", [AcmeStatus.INVALID, None], ids=["invalid", "unknown to the CA"])
def test_a_dead_unfinished_order_is_replaced(world: World, status: AcmeStatus | None) -> None:
    world.kill(calls_of_a_first_run().index("GetChange"))
    order = next(iter(world.ca.orders.values()))
    if status is None:
        world.ca.orders.clear()
    else:
        world.ca.update(order, status=status)
    assert world.run().result["issued"]
    assert world.archive.keys("/pending/") == []
    assert world.zones.sets == {}


def test_a_validation_that_failed_while_nobody_looked_counts(world: World) -> None:
    world.ca.zones = FakeRoute53()
    world.kill(at=calls_of_a_first_run().index("order"))
    with pytest.raises(RemoteError):
        world.run()
    (document,) = [json.loads(world.archive.objects[key]) for key in world.archive.keys("failures")]
    assert len(document["failures"]) == 2


def test_a_ca_may_take_ten_minutes_to_issue_however_long_it_took_before(world: World) -> None:
    world.ca.polls_until_issued = 199
    world.zones.polls_until_sync = 40
    started = world.clock.time
    assert world.run(propagation_timeout=300).result["issued"]
    assert world.clock.time - started > timedelta(minutes=12)


def test_a_rate_limit_keeps_the_account_and_leaves_nothing_in_dns(world: World) -> None:
    world.calls.refusals["newOrder"] = [refusal("rateLimited", status=429)]
    with pytest.raises(RemoteError, match="rateLimited"):
        world.run()
    assert world.zones.sets == {}
    assert world.run().result["issued"]
    assert len(world.ca.accounts) == 1


def test_an_account_that_the_ca_forgot_is_registered_again_with_its_key(world: World) -> None:
    world.run()
    world.ca.accounts.clear()
    world.clock.time += timedelta(days=40)
    assert world.run().result["issued"]
    assert len(world.archive.keys("accounts/")) == 1


@pytest.mark.parametrize("check_mode", [False, True])
def test_an_unknown_profile_is_refused_before_any_order(world: World, check_mode: bool) -> None:
    with pytest.raises(ConfigError, match="classic, shortlived"):
        world.run(check_mode, acme_profile="gold")
    assert "newOrder" not in world.calls.made


@pytest.mark.parametrize("at", ["challenge", "finalize"])
def test_no_key_material_is_in_results_or_representations(world: World, at: str) -> None:
    world.kill(calls_of_a_first_run().index(at))
    outcome = world.run()
    assert "PRIVATE" not in repr(outcome)
    assert "PRIVATE" not in json.dumps({**outcome.result, **outcome.before, **outcome.after})
