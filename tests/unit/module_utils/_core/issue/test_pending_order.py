# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unfinished orders: what they know, and which of them can be finished."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.txt_records import ChallengeRecord
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.zones import RecordPlace
from ansible_collections.certops.cloudfront.plugins.module_utils._core.issue import pending_order
from ansible_collections.certops.cloudfront.plugins.module_utils._core.issue.pending_order import Asked, PendingOrder
from ansible_collections.certops.cloudfront.plugins.module_utils._core.issue.wanted import WantedCertificate

NOW = datetime(2027, 1, 6, 4, 42, tzinfo=timezone.utc)
URL = "https://ca.example/order/1"
WANTED = WantedCertificate("webapp", ("example.com", "*.example.com"), "ecdsa_p256", "https://ca.example/dir", None)
PLACE = RecordPlace("_acme-challenge.example.com", "Z1")
ORDER = PendingOrder(WANTED, "PRIVATE", NOW).with_order(URL, None)
WRITTEN = ORDER.with_records([ChallengeRecord.at(PLACE, ["one"])], [Asked("a", "example.com", "u", "t")])
KNOWN = WRITTEN.with_changes([("Z1", "C1")])


def test_what_is_stored_is_read_back() -> None:
    assert PendingOrder.from_dict(KNOWN.as_dict()) == KNOWN


def test_the_key_is_in_no_representation() -> None:
    assert "PRIVATE" not in repr(ORDER)


def test_another_value_of_a_name_makes_it_unknown_whether_all_are_there() -> None:
    assert KNOWN.with_records([ChallengeRecord.at(PLACE, ["one"])], ()).changes == KNOWN.changes
    more = KNOWN.with_records([ChallengeRecord.at(PLACE, ["two"])], ())
    assert more.changes == ()
    assert more.has_values({PLACE.name: ["one", "two"]})
    assert not KNOWN.has_values({PLACE.name: ["two"]})


def test_what_is_withdrawn_is_no_longer_known_to_be_there_and_then_gone() -> None:
    assert (KNOWN.withdrawing().records, KNOWN.withdrawing().changes) == (KNOWN.records, ())
    assert KNOWN.without_records() == replace(ORDER)


@pytest.mark.parametrize(
    ("wanted", "can"),
    [
        pytest.param(replace(WANTED, domains=tuple(reversed(WANTED.domains))), True, id="names in another order"),
        pytest.param(replace(WANTED, domains=("example.com",)), False, id="a name less"),
        pytest.param(replace(WANTED, key_type="rsa_2048"), False, id="another key type"),
        pytest.param(replace(WANTED, profile="shortlived"), False, id="a profile"),
    ],
)
def test_what_an_order_can_be_finished_for(wanted: WantedCertificate, can: bool) -> None:
    assert pending_order.can_resume(ORDER, wanted) is can


@pytest.mark.parametrize(
    ("issued_from", "age", "dead"),
    [
        pytest.param(None, timedelta(days=7), False, id="as old as orders live"),
        pytest.param(None, timedelta(days=7, seconds=1), True, id="older"),
        pytest.param(URL, timedelta(0), True, id="its certificate is archived"),
        pytest.param("https://ca.example/order/2", timedelta(0), False, id="that of another is"),
    ],
)
def test_when_an_order_is_dead(issued_from: str | None, age: timedelta, dead: bool) -> None:
    assert pending_order.is_dead(ORDER, issued_from, NOW + age) is dead
