# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Challenge records stand beside those of others, and an order that was half answered is answered to its end."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.acme.messages import AcmeStatus
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import crypto
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.txt_records import TxtSet
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import (
    DeadlineError,
    RemoteError,
)
from unit.fakes.calls import refusal
from unit.fakes.issuing_world import (
    MANY_DOMAINS,
    NAME,
    PERSISTENT,
    World,
    calls_of_a_first_run,
)


@pytest.fixture
def world() -> World:
    return World()


def test_foreign_values_survive_with_their_own_ttl(world: World) -> None:
    foreign = TxtSet(NAME, 300, ('"theirs"',))
    world.zones.sets["Z1", NAME] = foreign
    world.run()
    assert world.zones.sets == {("Z1", NAME): foreign}
    assert world.calls.made.count("ListResourceRecordSets") == 2


def test_a_value_that_somebody_adds_while_we_write_is_not_lost(world: World) -> None:
    world.zones.sets["Z1", NAME] = TxtSet(NAME, 300, ('"theirs"',))

    def intrude() -> None:
        world.zones.sets["Z1", NAME] = TxtSet(NAME, 300, ('"theirs"', '"late"'))

    world.zones.intruder = intrude
    world.run()
    assert world.zones.values(NAME) == ('"theirs"', '"late"')


def test_a_value_that_somebody_adds_after_ours_survives_the_clean_up(world: World) -> None:
    original = world.zones.change_status

    def change_status(change_id: str) -> str:
        there = world.zones.sets["Z1", NAME]
        world.zones.sets["Z1", NAME] = TxtSet(NAME, there.ttl, (*there.values, '"late"'))
        return original(change_id)

    world.zones.change_status = change_status  # type: ignore[method-assign]
    world.run()
    assert world.zones.values(NAME) == ('"late"',)


def test_an_order_that_was_half_answered_is_finished_with_another_account_key(world: World) -> None:
    domains = MANY_DOMAINS[:3]
    world.kill(calls_of_a_first_run(domains=domains).index("challenge") + 1, domains=domains)
    (key,) = world.archive.keys("accounts/")
    account = json.loads(world.archive.objects[key])
    account["private_key"] = crypto.generate_key("ecdsa_p256")
    world.archive.objects[key] = json.dumps(account).encode()
    ((old, url),) = world.ca.accounts.items()
    world.ca.accounts = {world.ca.client(account["private_key"], world.clock).key: url}
    assert old not in world.ca.accounts
    assert world.run(domains=domains).result["issued"]
    assert world.calls.made.count("newOrder") == 0
    assert world.zones.sets == {}


def test_what_waits_behind_a_validation_is_not_answered_before_it_is_in_sync(world: World) -> None:
    domains = MANY_DOMAINS[:3]
    world.kill(calls_of_a_first_run(domains=domains).index("GetChange"), domains=domains)
    (order,) = world.ca.orders.values()
    first = order.authorizations[0]
    world.ca.authorizations[first] = replace(world.ca.authorizations[first], status=AcmeStatus.VALID)
    world.run(domains=domains)
    assert world.calls.made.index("GetChange") < world.calls.made.index("challenge")


def test_names_that_another_order_had_validated_hide_none_that_waits(world: World) -> None:
    domains = MANY_DOMAINS[:5]
    first = calls_of_a_first_run(domains=domains)
    world.kill(first.index("challenge") + 1, domains=domains)
    (order,) = world.ca.orders.values()
    where = order.authorizations[3]
    world.ca.authorizations[where] = replace(world.ca.authorizations[where], status=AcmeStatus.VALID)
    assert world.run(domains=domains).result["issued"]
    assert world.ca.issued == 1
    assert world.calls.made.count("newOrder") == 0


def test_a_change_that_route_53_will_never_take_is_not_tried_for_ever(world: World) -> None:
    message = (
        f"[RRSet of type TXT with DNS name {NAME}. is not permitted because a conflicting RRSet of type CNAME exists]"
    )
    world.calls.refusals["ChangeResourceRecordSets"] = [
        refusal("InvalidChangeBatch", "route53", 400, message) for _number in range(20)
    ]
    with pytest.raises(RemoteError, match="CNAME"):
        world.run()
    assert world.calls.made.count("ListResourceRecordSets") <= 4


def test_records_that_do_not_get_in_sync_end_the_run_and_are_removed(world: World) -> None:
    world.zones.polls_until_sync = 10**9
    with pytest.raises(DeadlineError, match="propagation_timeout"):
        world.run(propagation_timeout=20)
    assert world.zones.sets == {}
    assert "challenge" not in world.calls.made
    assert sum(world.clock.naps) == 20
    world.zones.polls_until_sync = 1
    assert world.run().result["issued"]
    assert len(world.ca.orders) == 1


@pytest.fixture
def persistent(world: World) -> World:
    """A CA that offers dns-persist-01, too."""
    world.ca.issuers = ("ca.example",)
    return world


def test_the_record_of_dns_persist_01_stays_and_is_in_no_unfinished_order(persistent: World) -> None:
    outcome = persistent.run(dns_persist=True)
    account = outcome.result["bundle"]["account_url"]
    assert persistent.zones.values(PERSISTENT) == (f'"ca.example; accounturi={account}; policy=wildcard"',)
    assert list(persistent.zones.sets) == [("Z1", PERSISTENT)]
    persistent.forget_calls()
    assert persistent.run(dns_persist=True, key_type="rsa_2048").result["issued"]
    assert "ChangeResourceRecordSets" not in persistent.calls.made
    assert "GetChange" not in persistent.calls.made


def test_a_value_that_somebody_adds_while_the_record_that_stays_is_written_is_not_lost(persistent: World) -> None:
    persistent.zones.intruder = lambda: persistent.zones.sets.update(
        {("Z1", PERSISTENT): TxtSet(PERSISTENT, 300, ('"late"',))}
    )
    assert persistent.run(dns_persist=True).result["issued"]
    assert persistent.zones.values(PERSISTENT)[0] == '"late"'
    assert len(persistent.zones.values(PERSISTENT)) == 2


@pytest.mark.parametrize(
    ("changes", "given"),
    [
        pytest.param({}, {}, id="not wanted"),
        pytest.param(
            {"account_uri": "https://ca.example/account/somebody"}, {"dns_persist": True}, id="for another account"
        ),
        pytest.param({"issuers": ("CA.EXAMPLE.",)}, {"dns_persist": True}, id="malformed"),
    ],
)
def test_dns_01_is_answered_where_dns_persist_01_is_not(
    persistent: World, changes: dict[str, t.Any], given: dict[str, t.Any]
) -> None:
    for name, value in changes.items():
        setattr(persistent.ca, name, value)
    assert persistent.run(**given).result["issued"]
    assert persistent.zones.sets == {}
