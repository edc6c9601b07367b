# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which orders the limits of a CA admit now, and when the next ones; the figures are those that Let's Encrypt
publishes."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.ca import ledger as ledgers, limits as ca_limits
from ansible_collections.certops.cloudfront.plugins.module_utils._core.ca.issuances import Issuance
from ansible_collections.certops.cloudfront.plugins.module_utils._core.ca.ledger import Ledger, PlannedOrder

NOW = datetime(2027, 1, 6, 4, 0, tzinfo=timezone.utc)


LE = "https://acme-v02.api.letsencrypt.org/directory"


HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)


def domain(name: str) -> str | None:
    """As the public suffix list has it for these names."""
    labels = name.split(".")
    size = 3 if name.endswith(".co.uk") else 2
    return ".".join(labels[-size:]) if len(labels) >= size else None


def ledger(own: t.Mapping[str, t.Any] | None = None) -> Ledger:
    return Ledger(ca_limits.published(own), NOW, domain)


def order(*names: str, exempt: str | None = None, account: str = "a") -> PlannedOrder:
    return PlannedOrder(LE, account, frozenset(names), exempt)


def waits(book: Ledger, orders: t.Iterable[PlannedOrder]) -> list[timedelta]:
    """How long each has to wait, nothing if it is admitted."""
    found = []
    for one in orders:
        held = book.admit([one])
        found.append(held.until - NOW if held else timedelta())
    return found


def test_of_a_thousand_separate_names_300_go_at_once_and_then_one_every_36_seconds() -> None:
    found = waits(ledger(), (order(f"site{number}.com") for number in range(1000)))
    assert found[:300] == [timedelta()] * 300
    assert found[300:303] == [timedelta(seconds=36), timedelta(seconds=72), timedelta(seconds=108)]
    assert found[-1] == 7 * HOUR


def test_of_a_thousand_names_of_one_registered_domain_50_go_at_once_and_then_one_every_202_minutes() -> None:
    found = waits(ledger(), (order(f"host{number}.example.co.uk") for number in range(1000)))
    assert found[:50] == [timedelta()] * 50
    assert round(found[50] / MINUTE) == 202
    assert round((found[51] - found[50]) / MINUTE) == 202
    assert round(found[-1] / DAY) == 133


def test_a_domain_that_is_used_up_holds_back_nobody_else() -> None:
    book = ledger()
    mixed = [order(f"host{number}.example.com") for number in range(60)] + [
        order(f"site{number}.com") for number in range(250)
    ]
    found = waits(book, mixed)
    assert [wait for wait in found[50:60] if not wait] == []
    assert found[60:] == [timedelta()] * 250


def test_a_certificate_counts_once_for_each_registered_domain_in_it() -> None:
    book = ledger()
    found = waits(
        book,
        [order(f"a{number}.example.com", f"b{number}.example.com", f"a{number}.example.net") for number in range(51)],
    )
    assert found[:50] == [timedelta()] * 50
    assert round(found[50] / MINUTE) == 202
    assert [(row["of"], row["held"]) for row in book.used() if row["limit"] == "registered_domain"] in (
        [("example.com", 1)],
        [("example.net", 1)],
    )


@pytest.mark.parametrize(
    ("issued", "wait"),
    [
        pytest.param([], timedelta(), id="never issued"),
        pytest.param([1 * HOUR] * 4, timedelta(), id="four of five"),
        pytest.param([1 * HOUR] * 5, timedelta(hours=32, minutes=36), id="five an hour ago"),
        pytest.param([34 * HOUR] * 5, timedelta(), id="five, and one token is back"),
        pytest.param([100 * HOUR] * 4 + [1 * HOUR], timedelta(), id="four that are back in part"),
        pytest.param(
            [1 * HOUR] * 50, timedelta(hours=32, minutes=36), id="more than the limit, which the CA must have raised"
        ),
        pytest.param([9 * DAY] * 5, timedelta(), id="long ago"),
    ],
)
def test_the_same_set_of_names_five_times_in_seven_days(issued: list[timedelta], wait: timedelta) -> None:
    book = ledger()
    for ago in sorted(issued, reverse=True):
        book.issued("a", Issuance(NOW - ago, LE, frozenset({"example.com", "*.example.com"}), "renewal"))
    assert waits(book, [order("*.example.com", "example.com", exempt="renewal")]) == [wait]
    assert waits(book, [order("example.com")]) == [timedelta()]


@pytest.mark.parametrize(
    ("exempt", "limits"),
    [
        pytest.param(None, ["registered_domain"], id="a first certificate"),
        pytest.param("renewal", ["exact_set"], id="the same names again"),
        pytest.param("ari", [None], id="in the window of renewal information"),
    ],
)
def test_what_lets_encrypt_exempts(exempt: str | None, limits: list[str | None]) -> None:
    book = ledger()
    for _number in range(5):
        book.issued("a", Issuance(NOW - MINUTE, LE, frozenset({"www.example.com"})))
    for number in range(45):
        book.issued("a", Issuance(NOW - MINUTE, LE, frozenset({f"{number}.example.com"})))
    held = book.admit([order("www.example.com", exempt=exempt)])
    # of the limits that hold an order back, the one that does so longest is named: 34 hours are longer than 202 minutes
    expected = "exact_set" if limits == ["registered_domain"] else limits[0]
    assert (held.key.kind if held else None) == expected
    if exempt != "ari":
        assert waits(book, [order("new.example.com", exempt=exempt)]) == (
            [timedelta()] if exempt else [timedelta(minutes=200.6)]
        )


def test_accounts_have_orders_of_their_own_but_share_domains() -> None:
    book = ledger()
    found = waits(book, [order(f"{account}{number}.com", account=account) for account in "ab" for number in range(300)])
    assert not any(found)
    book = ledger()
    found = waits(
        book, [order(f"{account}{number}.example.com", account=account) for account in "ab" for number in range(26)]
    )
    assert len([wait for wait in found if wait]) == 2


def test_a_name_that_failed_as_often_as_allowed_is_not_tried() -> None:
    book = ledger()
    for minutes in (5, 4, 3, 2, 1):
        book.failed(LE, "a", ["bad.example.com"], NOW - minutes * MINUTE)
    held = book.admit([order("*.bad.example.com", "good.example.com")])
    assert held is not None
    assert (held.key.kind, held.key.of) == ("failed_validations", "bad.example.com")
    assert held.until - NOW <= 12 * MINUTE
    assert book.admit([order("good.example.com")]) is None


def test_a_project_with_another_ca_goes_there_when_the_first_has_no_room() -> None:
    book = ledger()
    other = PlannedOrder("https://acme.zerossl.com/v2/DV90", "a", frozenset({"x.example.com"}))
    for number in range(50):
        book.issued("a", Issuance(NOW, LE, frozenset({f"{number}.example.com"})))
    assert book.admit([order("x.example.com")]) is not None
    assert book.admit([order("x.example.com"), other]) is None


def test_a_ca_without_numbers_has_no_limits() -> None:
    book = ledger()
    unlimited = [
        PlannedOrder("https://ca.example/directory", "a", frozenset({f"{number}.example.com"}))
        for number in range(2000)
    ]
    assert not any(waits(book, unlimited))
    assert book.used() == []


def test_the_use_of_limits_is_told() -> None:
    book = ledger()
    waits(book, [order(f"host{number}.example.com") for number in range(52)])
    orders, domain_row = book.used()
    shown = ("limit", "of", "takes", "left", "held")
    assert [orders[field] for field in shown] == ["orders", None, 50, 250, 0]
    assert [domain_row[field] for field in shown] == ["registered_domain", "example.com", 50, 0, 2]
    assert (domain_row["next_at"], domain_row["last_at"]) == ("2027-01-06T07:21:36Z", "2027-01-06T10:43:12Z")


def test_what_holds_a_project_back_is_said_in_words() -> None:
    book = ledger()
    waits(book, [order(f"host{number}.example.com") for number in range(50)])
    held = book.admit([order("another.example.com")])
    assert held is not None
    assert (
        held.as_text()
        == f"{LE} allows 50 certificates for the registered domain example.com in 7 days; the next one is possible at"
        " 2027-01-06T07:21:36Z"
    )


def test_what_each_limit_leaves_is_that_of_the_account_and_domain_that_has_least() -> None:
    book = ledger()
    assert book.left() == {}
    assert waits(book, [order(f"a{number}.com") for number in range(3)]) == [timedelta()] * 3
    assert waits(book, [order("b.com", account="b")]) == [timedelta()]
    assert book.left() == {(LE, ledgers.ORDERS): 297}
    waits(book, [order(f"x{number}.example.org") for number in range(40)])
    assert ledgers.REGISTERED_DOMAIN not in {kind for _ca, kind in book.left()}
    waits(book, [order("y.example.org")])
    assert book.left() == {(LE, ledgers.ORDERS): 256, (LE, ledgers.REGISTERED_DOMAIN): 9}
