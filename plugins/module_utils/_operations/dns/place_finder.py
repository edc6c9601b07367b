# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds where the challenge value of each name is published: CNAMEs followed, the account that has the zone, the zone
that DNS delegates to."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..._core.dns import txt_records, zones
from ..._core.dns.zones import Facts, RecordPlace, Servers, Zone
from ..._core.values import domain_names
from ..._core.values.once import OnceProperty
from ..._errors import ConfigError
from . import zone_account
from .cnames import CnameChains, Resolver
from .zone_account import ZoneAccount, ZoneReader


@dataclass(frozen=True)
class Found:
    """What a search found, by challenge name: the place of each, or why it has none; ``targets`` are the names that
    CNAMEs lead to."""

    places: t.Mapping[str, RecordPlace]
    problems: t.Mapping[str, str]
    targets: t.Mapping[str, str]


@dataclass(frozen=True)
class PlaceFinder:
    """One search; without ``resolver``, CNAMEs are not looked for and delegations are read in Route 53.

    ``delegated`` has the other accounts by the zone that leads to them, ``overrides`` zone IDs by the domain that they
    are for, empty for all. Records that are CNAMEs themselves are looked for without following any. Routing policies
    are found before an order is made, not again for one that ``is_begun``: Route 53 refuses to write beside them.
    """

    own: ZoneReader
    delegated: t.Mapping[str, ZoneReader] = field(default_factory=dict)
    resolver: Resolver | None = None
    overrides: t.Mapping[str, str] = field(default_factory=dict)
    follows_cnames: bool = True
    is_begun: bool = False

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
        targets, problems = CnameChains(resolver, self._recorded, self._is_hidden).ends(challenges)
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
        routed = self._routed(places) if self.follows_cnames and not self.is_begun else {}
        return Found(
            {challenge: place for challenge, place in places.items() if challenge not in routed},
            {**problems, **routed},
            targets,
        )

    def _routed(self, places: t.Mapping[str, RecordPlace]) -> dict[str, str]:
        """Names of challenges under which record sets have a routing policy. Only where DNS shows anything is Route 53
        asked, since that is a call for each name. Records of dns-persist-01 are always there: they are read before they
        are written."""
        places = {name: place for name, place in places.items() if name.startswith(txt_records.CHALLENGE_LABEL)}
        names = sorted({place.name for place in places.values()})
        shown = self.resolver.lookup(names, "TXT") if self.resolver is not None and names else {}
        found: dict[str, str] = {}
        for challenge, place in places.items():
            reader = self._accounts[place.delegation].reader
            sets = reader.routed(place.zone_id, place.name) if shown.get(place.name) else ()
            if sets:
                found[challenge] = txt_records.routed_problem(place.name, place.zone_id, sets)
        return found

    def zones(self, delegation: str = "") -> tuple[Zone, ...]:
        """The zones of the account that this entry of dns_delegations leads to, of the own one if it is empty."""
        return self._accounts[delegation].zones

    def servers(self, zone_id: str, delegation: str = "") -> Servers:
        """The name servers that have a zone of that account."""
        return self._accounts[delegation].servers(zone_id)

    def facts(self, names: t.Collection[str], delegation: str = "") -> Facts:
        """Where DNS leads for the zones of these names in that account."""
        return zone_account.facts(self._accounts[delegation], self.resolver, names)

    @OnceProperty
    def _accounts(self) -> dict[str, ZoneAccount]:
        others = {delegation: ZoneAccount(reader, delegation) for delegation, reader in self.delegated.items()}
        return {"": ZoneAccount(self.own), **others}

    def _account_of(self, name: str) -> ZoneAccount:
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

    def _is_hidden(self, name: str) -> bool:
        """Whether the resolver answers for the name from a private zone of the own account, as inside of a VPC, so that
        what it does not show may be there all the same."""
        return any(domain_names.is_within(name, zone) for zone in self._private_views)

    @OnceProperty
    def _private_views(self) -> tuple[str, ...]:
        twins = zones.private_twins(self._accounts[""].zones)
        told = self.resolver.lookup(twins, "NS") if self.resolver is not None and twins else {}
        return tuple(name for name, values in told.items() if zones.is_private_view(values))

    def _recorded(self, name: str) -> tuple[str, ...]:
        """What the records of the own zones say that a name is a CNAME to."""
        own = self._accounts[""]
        candidates = zones.levels(name, own.zones)
        return tuple(own.references(candidates[0][0].id).get(("CNAME", name), ())) if candidates else ()

    def _in_account(self, account: ZoneAccount, wanted: t.Sequence[str]) -> dict[str, RecordPlace | str]:
        override = {name: zone_id for name in wanted if (zone_id := _override(self.overrides, name)) is not None}
        candidates = {name: zones.levels(name, account.zones) for name in wanted if name not in override}
        doubts = {level[0].name for levels in candidates.values() for level in zones.in_doubt(levels)}
        facts = zone_account.facts(account, self.resolver, doubts)
        found: dict[str, RecordPlace | str] = {}
        for name in wanted:
            zone = (
                _overridden(override[name], name, account)
                if name in override
                else zones.choose(candidates[name], facts)
            )
            found[name] = zone if isinstance(zone, str) else RecordPlace(name, zone.id, zone.name, account.delegation)
        return found


def _override(overrides: t.Mapping[str, str], name: str) -> str | None:
    """The zone ID of the closest domain that one is given for."""
    fitting = [domain for domain in overrides if not domain or domain_names.is_within(name, domain)]
    return overrides[max(fitting, key=len)] if fitting else None


def _overridden(zone_id: str, name: str, account: ZoneAccount) -> Zone | str:
    problem = zones.override_problem(zone_id, name, account.zones)
    return f"zone_id: {problem}" if problem else next(zone for zone in account.zones if zone.id == zone_id)
