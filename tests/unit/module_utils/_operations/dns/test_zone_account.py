# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where DNS leads for a zone: the resolver's word where it can know, Route 53's where it has another view."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.zones import PRIVATE_SERVERS, Zone
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.dns import zone_account
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.dns.zone_account import ZoneAccount
from unit.fakes.route53 import FakeRoute53

TOP, SUB = Zone("Z1", "example.com", private=False), Zone("Z2", "sub.example.com", private=False)
OURS, THEIRS = "ns.z2.example", "ns.elsewhere.example"
PRIVATE = tuple(PRIVATE_SERVERS)
NAME = "sub.example.com"


class Resolver:
    def __init__(self, told: tuple[str, ...] | None, addresses: dict[str, str]) -> None:
        self._told, self._addresses = told, addresses
        self.asked: list[str] = []

    def lookup(self, names: t.Iterable[str], rdtype: str) -> dict[str, tuple[str, ...] | None]:
        self.asked.append(rdtype)
        if rdtype == "NS":
            return dict.fromkeys(names, self._told)
        return {name: (self._addresses[name],) if name in self._addresses else () for name in names}


@pytest.mark.parametrize(
    ("told", "recorded", "found"),
    [
        pytest.param((OURS,), (), {OURS}, id="DNS leads there"),
        pytest.param((OURS, THEIRS), (), {OURS, THEIRS}, id="DNS leads there, too"),
        pytest.param((THEIRS,), (OURS,), {THEIRS}, id="DNS leads elsewhere, whatever the zone above says"),
        pytest.param((), (OURS,), {OURS}, id="DNS does not show what the zone above says"),
        pytest.param((), (), set(), id="nothing leads there"),
        pytest.param(None, (OURS,), {OURS}, id="DNS is silent, and the zone above leads there"),
        pytest.param(None, (), set(), id="DNS is silent, and the zone above leads nowhere"),
        pytest.param(PRIVATE, (OURS,), {OURS}, id="a private view, and the zone above leads there"),
        pytest.param(PRIVATE, (THEIRS,), {THEIRS}, id="a private view, and the zone above leads elsewhere"),
        pytest.param(PRIVATE, (), set(), id="a private view, and the zone above leads nowhere"),
        pytest.param(("ns1.white.example",), (), {OURS}, id="white-label"),
        pytest.param(PRIVATE, ("ns1.white.example",), {OURS}, id="white-label behind a private view"),
        pytest.param(("ns1.white.example", THEIRS), (), {OURS, THEIRS}, id="white-label and another"),
        pytest.param(("ns1.other.example",), (), {"ns1.other.example"}, id="another's white-label"),
    ],
)
def test_where_dns_leads_for_a_zone_below_another(
    told: tuple[str, ...] | None, recorded: tuple[str, ...], found: set[str]
) -> None:
    route53 = FakeRoute53(zones=(TOP, SUB))
    if recorded:
        route53.references_of["Z1"] = {("NS", NAME): frozenset(recorded)}
    addresses = {OURS: "192.0.2.1", "ns1.white.example": "192.0.2.1", "ns1.other.example": "192.0.2.9"}
    facts = zone_account.facts(ZoneAccount(route53), Resolver(told, addresses), {NAME})
    assert facts.delegated_to == {NAME: frozenset(found)}
    assert (NAME in facts.hidden) == (told == PRIVATE)


@pytest.mark.parametrize("told", [None, PRIVATE])
def test_of_a_zone_without_one_above_nothing_is_known(told: tuple[str, ...] | None) -> None:
    facts = zone_account.facts(ZoneAccount(FakeRoute53(zones=(TOP,))), Resolver(told, {}), {"example.com"})
    assert facts.delegated_to == {"example.com": None}


def test_addresses_are_asked_for_only_where_names_do_not_tell() -> None:
    resolver = Resolver((OURS, THEIRS), {})
    zone_account.facts(ZoneAccount(FakeRoute53(zones=(TOP, SUB))), resolver, {NAME})
    assert resolver.asked == ["NS"]
