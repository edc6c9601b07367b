# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the public DNS says of the emulated zones: delegation, wildcards, and only what has propagated.

A name belongs to the deepest zone to which its parents delegate: a zone below another public zone counts only if the
parent has NS
records that name the child's name servers. Of several top zones with one name, the registrar's choice answers: the
oldest, unless the
control interface delegated to another. Private zones answer to who asks inside of a VPC.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from .route53_zone import Record, Zone, canonical

if t.TYPE_CHECKING:
    from .state import State


@dataclass(frozen=True)
class DnsRecord:
    """One record of an answer."""

    name: str
    type: str
    ttl: int
    value: str


@dataclass(frozen=True)
class DnsAnswer:
    """``zone`` is None if no zone here has the name (REFUSED); ``exists`` is False for NXDOMAIN; ``records`` may be a
    CNAME to follow."""

    zone: str | None
    exists: bool
    records: tuple[DnsRecord, ...]


SERVER_TTL = 172800


class DnsView:
    """Read-only; CNAMEs are returned, not followed."""

    def __init__(self, state: State) -> None:
        self._state = state
        # which of several zones with one name the registrar points to
        self.registrar: dict[str, str] = {}

    def lookup(self, name: str, rtype: str, late: bool = False, inside: bool = False) -> DnsAnswer:
        """The answer of the authoritative servers for ``name`` and ``rtype``, or of the last of them; ``inside`` is the
        answer of the resolver of a VPC, for which private zones come first."""
        wanted = canonical(name)
        with self._state.lock:
            address = self._server_address(wanted)
            if address:
                found = (DnsRecord(wanted, "A", SERVER_TTL, address),) if rtype == "A" else ()
                return DnsAnswer(wanted.partition(".")[2], True, found)
            zone = (self._private(wanted) if inside else None) or self._authoritative(wanted)
            if zone is None:
                return DnsAnswer(None, False, ())
            by_name = zone.published_names(self._state.timestamp(), late)
        found = by_name.get(wanted)
        if found is None:
            if any(other.endswith("." + wanted) for other in by_name):
                return DnsAnswer(zone.name, True, ())
            found = self._wildcard(wanted, zone, by_name)
        if found is None:
            return DnsAnswer(zone.name, False, ())
        matching = [record for record in found if record["Type"] == rtype] or [
            record for record in found if record["Type"] == "CNAME"
        ]
        records = [
            DnsRecord(wanted, record["Type"], record.get("TTL") or 0, item["Value"])
            for record in matching
            for item in record.get("ResourceRecords") or []
        ]
        return DnsAnswer(zone.name, True, tuple(records))

    def _server_address(self, name: str) -> str | None:
        """Where a name server of a public zone is; the last of each zone is a server of its own."""
        if ".awsdns-" not in name:
            return None
        servers = {
            f"{server}.": server == zone.name_servers[-1]
            for zone in self._state.route53.public_zones()
            for server in zone.name_servers
        }
        return self._state.dns_addresses[servers[name]] if name in servers else None

    def _authoritative(self, name: str) -> Zone | None:
        above = [zone for zone in self._state.route53.public_zones() if zone.contains(name)]
        current: Zone | None = None
        for depth in sorted({zone.name.count(".") for zone in above}):
            here = [zone for zone in above if zone.name.count(".") == depth]
            current = self._registered(here) if current is None else self._delegated(current, here) or current
        return current

    def _private(self, name: str) -> Zone | None:
        """The closest private zone. "If there's a matching private hosted zone but there's no record that matches the
        domain name and type, VPC Resolver doesn't forward the request to a public DNS resolver."
        https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-considerations.html"""
        having = [zone for zone in self._state.route53.private_zones() if zone.contains(name)]
        return max(having, key=lambda zone: len(zone.name), default=None)

    def _registered(self, zones: t.Sequence[Zone]) -> Zone:
        chosen = self.registrar.get(zones[0].name)
        return next((zone for zone in zones if zone.id == chosen), zones[0])

    def _delegated(self, parent: Zone, zones: t.Sequence[Zone]) -> Zone | None:
        published = parent.published(self._state.timestamp())

        def values(name: str, kind: str) -> set[str]:
            record = published.get((canonical(name), kind, ""))
            return {item["Value"].rstrip(".").lower() for item in record["ResourceRecords"]} if record else set()

        servers = values(zones[0].name, "NS")
        named = next((zone for zone in zones if servers & set(zone.name_servers)), None)
        # white-label name servers are told by their addresses
        is_here = any(values(server, "A") & set(self._state.dns_addresses) for server in servers)
        return named or (zones[0] if is_here else None)

    def _wildcard(self, name: str, zone: Zone, by_name: t.Mapping[str, list[Record]]) -> list[Record] | None:
        """RFC 4592: the wildcard directly below the closest name that exists."""
        parent = name
        while parent != zone.name:
            parent = parent.partition(".")[2]
            if f"*.{parent}" in by_name:
                return by_name[f"*.{parent}"]
            if parent in by_name or any(other.endswith("." + parent) for other in by_name):
                return None
        return None
