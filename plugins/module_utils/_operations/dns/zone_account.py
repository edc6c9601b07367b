# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The zones of one account, and where DNS leads for them: what the resolver says where it can know, what Route 53 has
where the resolver has another view, as inside of a VPC."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..._clients.aws.route53 import References
from ..._core.dns import zones
from ..._core.dns.zones import Facts, Servers, Zone
from ..._core.values import domain_names
from ..._core.values.once import OnceProperty
from .cnames import Resolver


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

    def routed(self, zone_id: str, name: str) -> tuple[str, ...]:
        """The record sets under this name that have a routing policy, each as a person reads it."""


@dataclass(frozen=True)
class ZoneAccount:
    """The zones of one account, read once."""

    reader: ZoneReader
    # what the entry of dns_delegations says: a zone's name or ID; empty for the own account
    delegation: str = ""
    _references: dict[str, References] = field(default_factory=dict)
    _servers: dict[str, Servers] = field(default_factory=dict)

    @OnceProperty
    def zones(self) -> tuple[Zone, ...]:
        """Those that the entry is about."""
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
        """The CNAME and NS record sets of the zone, by type and name."""
        if zone_id not in self._references:
            self._references[zone_id] = self.reader.references(zone_id)
        return self._references[zone_id]

    def servers(self, zone_id: str) -> Servers:
        """The name servers that have the zone."""
        if zone_id not in self._servers:
            self._servers[zone_id] = self.reader.get_hosted_zone(zone_id)[1]
        return self._servers[zone_id]

    def recorded_servers(self, name: str) -> Servers | None:
        """To which name servers the zone above delegates the name, as Route 53 has it; None without exactly one zone
        above."""
        above = [level for level in zones.levels(name, self.zones) if level[0].name != name]
        if not above or len(above[0]) > 1:
            return None
        return self.references(above[0][0].id).get(("NS", name), frozenset())


def facts(account: ZoneAccount, resolver: Resolver | None, names: t.Collection[str]) -> Facts:
    """Where DNS leads for the zones of these names, with name servers under their own names in Route 53."""
    told = resolver.lookup(sorted(names), "NS") if resolver is not None and names else dict.fromkeys(names)
    hidden = frozenset(name for name, values in told.items() if zones.is_private_view(values))
    led_to: dict[str, Servers | None] = {}
    for name, values in told.items():
        # what others delegate to is told by DNS alone; what is not told, by the zone above
        recorded = None if values and name not in hidden else account.recorded_servers(name)
        led_to[name] = recorded if values is None or name in hidden else frozenset(values) or recorded or frozenset()
    servers = {
        zone.id: account.servers(zone.id) for zone in account.zones if not zone.private and led_to.get(zone.name)
    }
    return Facts(_renamed(account, resolver, led_to, servers), servers, hidden)


def _renamed(
    account: ZoneAccount,
    resolver: Resolver | None,
    led_to: t.Mapping[str, Servers | None],
    servers: t.Mapping[str, Servers],
) -> dict[str, Servers | None]:
    """White-label name servers under the names that Route 53 has for them: a server is told by its address.
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/white-label-name-servers.html"""
    own = {
        name: frozenset[str]().union(
            *(servers[zone.id] for zone in account.zones if zone.name == name and zone.id in servers)
        )
        for name in led_to
    }
    # names that Route 53 gives are compared as they are
    foreign = {
        server
        for name, found in led_to.items()
        if found and not found & own[name]
        for server in found
        if zones.ROUTE53_SERVER not in server
    }
    if resolver is None or not foreign:
        return dict(led_to)
    known = {server for name, found in led_to.items() if found and found & foreign for server in own[name]}
    addresses = resolver.lookup(sorted(foreign | known), "A")

    def renamed(server: str, name: str) -> str:
        here = set(addresses.get(server) or ()) if server in foreign else set()
        return next((each for each in sorted(own[name]) if here & set(addresses.get(each) or ())), server)

    return {
        name: found and frozenset(server if server in own[name] else renamed(server, name) for server in found)
        for name, found in led_to.items()
    }
