# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How often a CA is asked about an order."""

from __future__ import annotations

import json
import threading
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.acme.messages import (
    AcmeOrder,
    AcmeStatus,
    Authorization,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.ca.problems import Problem
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.waiting import Deadline
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import (
    DeadlineError,
    RemoteError,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.issue import conversation
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.issue.conversation import Conversation
from unit.fakes.calls import refusal
from unit.fakes.clock import FakeClock
from unit.fakes.issuing_world import World, calls_of_a_first_run
from unit.fakes.route53 import FakeRoute53

URL = "https://ca.example/o"


ORDER = AcmeOrder(URL, AcmeStatus.PROCESSING, frozenset(), (), f"{URL}/f", None, None, None)


class Client:
    """An order that stays in processing."""

    def __init__(self, order: AcmeOrder) -> None:
        self._order, self.asked = order, 0

    def order(self, _url: str) -> AcmeOrder:
        self.asked += 1
        return self._order


@pytest.mark.parametrize(("retry_after", "most"), [(None, 14), (0.0, 60), (0.2, 60), (1.0, 60), (7.0, 9)])
def test_between_two_questions_about_an_order_there_is_at_least_a_second(retry_after: float | None, most: int) -> None:
    clock, client = FakeClock(), Client(replace(ORDER, retry_after=retry_after))
    with pytest.raises(DeadlineError, match="still processing"):
        Conversation(t.cast("t.Any", client), clock).settle(
            replace(ORDER, retry_after=retry_after), Deadline.after(clock.now(), 60)
        )
    assert min(clock.naps[:-1]) >= 1.0
    assert client.asked <= most


class Retrying(Client):
    """A CA that tries failed challenges again and again; of some authorizations it tells nothing."""

    def authorization(self, url: str) -> Authorization:
        if url == "hidden":
            raise RemoteError("away", service="acme", operation="authorization", code="unknown")
        problem = Problem(code="dns", detail="no record") if url == "failing" else None
        return Authorization(url, f"{url}.example.com", AcmeStatus.PENDING, None, problem)


@pytest.mark.parametrize(
    ("authorizations", "told"),
    [
        (("quiet", "failing", "hidden"), "ran out; failing.example.com: dns: no record; run again"),
        (("quiet",), "ran out; run again"),
    ],
)
def test_what_keeps_an_order_pending_is_told_at_the_end(authorizations: tuple[str, ...], told: str) -> None:
    order = replace(ORDER, status=AcmeStatus.PENDING, authorizations=authorizations)
    clock = FakeClock()
    with pytest.raises(DeadlineError, match=told):
        Conversation(t.cast("t.Any", Retrying(order)), clock).settle(order, Deadline.after(clock.now(), 5))


@pytest.fixture
def world() -> World:
    return World()


def test_a_processing_order_is_awaited_as_the_ca_says(world: World) -> None:
    world.ca.polls_until_issued = 3
    assert world.run().result["issued"]
    assert world.clock.naps[-3:] == [3.0, 3.0, 3.0]


@pytest.mark.parametrize("asked", ["order", "finalize"])
def test_an_order_that_a_proxy_hides_is_kept_with_its_key(world: World, asked: str) -> None:
    world.kill(calls_of_a_first_run().index("finalize"))
    kept = dict(world.archive.objects)
    world.calls.refusals[asked] = [refusal("unknown", status=404)]
    with pytest.raises(RemoteError, match="acme: unknown"):
        world.run()
    assert [json.loads(world.archive.objects[key])["private_key"] for key in world.archive.keys("/pending/")] == [
        json.loads(kept[key])["private_key"] for key in kept if "/pending/" in key
    ]
    assert world.run().result["issued"]
    assert len(world.ca.orders) == 1


def test_a_failed_validation_names_the_domain_and_leaves_nothing(world: World) -> None:
    world.ca.zones = FakeRoute53()
    with pytest.raises(RemoteError) as caught:
        world.run()
    assert caught.value.code == "incorrectResponse"
    assert "example.com: incorrectResponse: no such TXT value" in caught.value.message
    assert caught.value.details["subproblems"][0]["identifier"] == "example.com"
    assert caught.value.details["order_url"] == "https://ca.example/order/1"
    assert world.zones.sets == {}
    assert world.archive.keys("/pending/") == []


def test_a_ca_that_leaves_a_failed_order_pending_is_seen_through(world: World) -> None:
    world.ca.zones = FakeRoute53()
    world.ca.leaves_orders_pending = True
    with pytest.raises(RemoteError, match="no such TXT value"):
        world.run(order_timeout=600)
    assert sum(world.clock.naps) < 60
    assert world.zones.sets == {}


def test_an_order_that_stays_in_processing_is_finished_by_the_next_run(world: World) -> None:
    world.ca.polls_until_issued = 10**9
    with pytest.raises(DeadlineError, match="order_timeout"):
        world.run(order_timeout=30)
    assert world.zones.sets == {}
    world.ca.polls_until_issued = 1
    assert world.run().result["issued"]
    assert world.ca.issued == 1


@pytest.fixture
def persistent(world: World) -> World:
    """A CA that offers dns-persist-01, too."""
    world.ca.issuers = ("ca.example",)
    return world


def test_a_ca_that_offers_nothing_else_needs_the_option(persistent: World) -> None:
    persistent.ca.has_dns_01 = False
    with pytest.raises(RemoteError, match=r"no dns-01, and dns_persist is not set"):
        persistent.run()
    assert persistent.run(dns_persist=True).result["issued"]


def test_many_names_are_asked_about_over_several_connections_and_answered_in_order() -> None:
    together = threading.Barrier(conversation.MOST_CONNECTIONS, timeout=60)

    def ask(number: int) -> int:
        together.wait()
        return -number

    numbers = range(conversation.NAMES_A_CONNECTION * conversation.MOST_CONNECTIONS)
    assert conversation.at_once(ask, numbers) == [-number for number in numbers]


def test_few_names_are_asked_about_one_after_the_other() -> None:
    asked_by = conversation.at_once(
        lambda _number: threading.get_ident(), range(2 * conversation.NAMES_A_CONNECTION - 1)
    )
    assert set(asked_by) == {threading.get_ident()}


def test_after_a_failure_nothing_more_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    cancelled = threading.Event()

    class Pool(ThreadPoolExecutor):
        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            super().shutdown(wait, cancel_futures=cancel_futures)
            if cancel_futures:
                cancelled.set()

    asked: list[int] = []

    def ask(number: int) -> None:
        asked.append(number)
        if number == 0:
            raise refusal("serverInternal")
        assert cancelled.wait(60)

    monkeypatch.setattr(conversation, "ThreadPoolExecutor", Pool)
    with pytest.raises(RemoteError):
        conversation.at_once(ask, range(100))
    assert len(asked) <= conversation.MOST_CONNECTIONS + 1
