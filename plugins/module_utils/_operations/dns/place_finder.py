# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds where the challenge value of each name is published: CNAMEs followed, the account that has the zone, the zone
that DNS delegates to."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..._clients.aws.route53 import References
from ..._core.dns import zones
from ..._core.dns.zones import Facts, Level, RecordPlace, Servers, Zone
from ..._core.values import domain_names
from ..._core.values.once import OnceProperty
from ..._errors import ConfigError
from .cnames import CnameChains, Resolver


class ZoneReader(t.Protocol):
    """What is read of one account's Route 53 to find zones: ``_clients.aws.route53.Route53``, or a fake."""

    def list_hosted_zones(self) -> tuple[Zone, ...]:
        """Every zone."""

    def relist(self) -> bool:
        """Whether the last listing was one from before; if it was, the next is made anew."""

    def get_hosted_zone(self, zone_id: str) -> tuple[Zone, Servers]:
        """One zone and its name servers."""

    def references(self, zone_id: str) -> References:
        """The CNAME and NS record sets of the zone, by type and name."""


@dataclass(frozen=True)
class Found:
    """What a search found, by challenge name: the place of each, or why it has none; ``targets`` are the names that
    CNAMEs lead to."""

    places: t.Mapping[str, RecordPlace]
    problems: t.Mapping[str, str]
    targets: t.Mapping[str, str]


@dataclass(frozen=True)
class _Account:
    """The zones of one account, read once."""

    reader: ZoneReader
    # what the entry of dns_delegations says: a zone's name or ID; empty for the own account
    delegation: str = ""
    _references: dict[str, References] = field(default_factory=dict)

    @OnceProperty
    def zones(self) -> tuple[Zone, ...]:
        if zones.is_zone_id(self.delegation):
            return (self.reader.get_hosted_zone(self.delegation)[0],)
        listed = self.reader.list_hosted_zones()
        return (
            tuple(zone for zone in listed if domain_names.is_within(zone.name, self.delegation))
            if self.delegation
            else listed
        )

    @property
    def domain(self) -> str:
        """The domain whose names are in this account."""
        return self.zones[0].name if zones.is_zone_id(self.delegation) else self.delegation

    def references(self, zone_id: str) -> References:
        if zone_id not in self._references:
            self._references[zone_id] = self.reader.references(zone_id)
        return self._references[zone_id]


@dataclass(frozen=True)
class PlaceFinder:
    """One search; without ``resolver``, CNAMEs are not looked for and delegations are read in Route 53.

    ``delegated`` has the other accounts by the zone that leads to them, ``overrides`` zone IDs by the domain that they
    are for, empty for all. Records that are CNAMEs themselves are looked for without following any.
    """

    own: ZoneReader
    delegated: t.Mapping[str, ZoneReader] = field(default_factory=dict)
    resolver: Resolver | None = None
    overrides: t.Mapping[str, str] = field(default_factory=dict)
    follows_cnames: bool = True

    def find(self, domain_of: t.Mapping[str, str]) -> dict[str, RecordPlace]:
        """The place of each challenge name, given with its domain; ConfigError that lists every domain without exactly
        one."""
        found = self.search(list(domain_of))
        if found.problems:
            problems = [
                f"{domain}: {found.problems[challenge]}"
                for challenge, domain in domain_of.items()
                if challenge in found.problems
            ]
            raise ConfigError(list(dict.fromkeys(problems)))
        return dict(found.places)

    def search(self, challenges: t.Sequence[str]) -> Found:
        """The place of each of these challenge names, or why it has none."""
        resolver = self.resolver if self.follows_cnames else None
        targets, problems = CnameChains(resolver, self._recorded).ends(challenges)
        by_account: dict[str, list[str]] = {}
        for target in dict.fromkeys(targets.values()):
            by_account.setdefault(self._account_of(target).delegation, []).append(target)
        found: dict[str, RecordPlace | str] = {}
        for delegation, wanted in by_account.items():
            found.update(self._in_account(self._accounts[delegation], wanted))
        places = {}
        for challenge, target in targets.items():
            place = found[target]
            if isinstance(place, RecordPlace):
                places[challenge] = place
            else:
                problems[challenge] = (
                    place if target == challenge else f"its challenge name is a CNAME to {target}, and {place}"
                )
        return Found(places, problems, targets)

    def zones(self, delegation: str = "") -> tuple[Zone, ...]:
        """The zones of the account that this entry of dns_delegations leads to, of the own one if it is empty."""
        return self._accounts[delegation].zones

    def servers(self, zone_id: str, delegation: str = "") -> Servers:
        """The name servers that have a zone of that account."""
        return self._accounts[delegation].reader.get_hosted_zone(zone_id)[1]

    @OnceProperty
    def _accounts(self) -> dict[str, _Account]:
        others = {delegation: _Account(reader, delegation) for delegation, reader in self.delegated.items()}
        return {"": _Account(self.own), **others}

    def _account_of(self, name: str) -> _Account:
        """The account of the closest zone: what dns_delegations says counts before what the own account has under the
        same name."""
        own = zones.levels(name, self._accounts[""].zones)
        closest = [
            account
            for account in self._accounts.values()
            if account.delegation and domain_names.is_within(name, account.domain)
        ]
        best = max(closest, key=lambda account: len(account.domain), default=self._accounts[""])
        return best if best.delegation and not (own and len(own[0][0].name) > len(best.domain)) else self._accounts[""]

    def _recorded(self, name: str) -> tuple[str, ...]:
        """What the records of the own zones say that a name is a CNAME to."""
        own = self._accounts[""]
        candidates = zones.levels(name, own.zones)
        return tuple(own.references(candidates[0][0].id).get(("CNAME", name), ())) if candidates else ()

    def _in_account(self, account: _Account, wanted: t.Sequence[str]) -> dict[str, RecordPlace | str]:
        override = {name: zone_id for name in wanted if (zone_id := self._override(name)) is not None}
        candidates = {name: zones.levels(name, account.zones) for name in wanted if name not in override}
        facts = self._facts(account, list(candidates.values()))
        found: dict[str, RecordPlace | str] = {}
        for name in wanted:
            zone = (
                self._overridden(override[name], name, account)
                if name in override
                else zones.choose(candidates[name], facts)
            )
            found[name] = zone if isinstance(zone, str) else RecordPlace(name, zone.id, zone.name, account.delegation)
        return found

    def _override(self, name: str) -> str | None:
        fitting = [domain for domain in self.overrides if not domain or domain_names.is_within(name, domain)]
        return self.overrides[max(fitting, key=len)] if fitting else None

    def _overridden(self, zone_id: str, name: str, account: _Account) -> Zone | str:
        problem = zones.override_problem(zone_id, name, account.zones)
        return f"zone_id: {problem}" if problem else next(zone for zone in account.zones if zone.id == zone_id)

    def _facts(self, account: _Account, candidates: t.Iterable[t.Sequence[Level]]) -> Facts:
        """What DNS says of the zones that are in doubt; of a zone below another one, the records of that where DNS
        cannot be asked."""
        doubts = {level[0].name: (level, levels) for levels in candidates for level in zones.in_doubt(levels)}
        told = self.resolver.lookup(sorted(doubts), "NS") if self.resolver and doubts else dict.fromkeys(doubts)
        delegated_to: dict[str, Servers | None] = {}
        for name, values in told.items():
            delegated_to[name] = self._named_above(account, *doubts[name]) if values is None else frozenset(values)
        asked = [zone for name, (level, _levels) in doubts.items() if delegated_to[name] for zone in level]
        return Facts(delegated_to, {zone.id: account.reader.get_hosted_zone(zone.id)[1] for zone in asked})

    def _named_above(self, account: _Account, level: Level, levels: t.Sequence[Level]) -> Servers | None:
        above = levels[levels.index(level) + 1 :]
        if not above or len(above[0]) > 1:
            return None
        return account.references(above[0][0].id).get(("NS", level[0].name), frozenset())
