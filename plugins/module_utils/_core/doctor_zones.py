# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings on hosted zones: whether each name has one, and whether the public DNS leads to it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from . import names
from .doctor import Finding, finding


class Zone(t.Protocol):
    """What is needed of a hosted zone."""

    @property
    def id(self) -> str:
        """Its ID."""

    @property
    def name(self) -> str:
        """Its name, without the final dot."""

    @property
    def private(self) -> bool:
        """Whether it is seen from VPCs only."""


@dataclass(frozen=True)
class Delegation:
    """A public zone that names of the project are in: the servers that have it, and those to which the public DNS leads (None: unknown)."""

    zone_id: str
    name: str
    own: frozenset[str]
    public: frozenset[str] | None
    parent_id: str | None = None

    @property
    def is_delegated(self) -> bool:
        """Whether a resolver finds at least one server that has the zone; if that cannot be told, it is believed."""
        return self.public is None or bool(self.public & self.own)


def used(domains: t.Iterable[str], zones: t.Iterable[Zone]) -> tuple[Zone, ...]:
    """The public zones that the names are in, all of those with one name."""
    public = [zone for zone in zones if not zone.private]
    wanted = {names.longest_zone(domain, [zone.name for zone in public]) for domain in domains}
    return tuple(zone for zone in public if zone.name in wanted)


def parent(zone: Zone, zones: t.Iterable[Zone]) -> str | None:
    """The ID of the public zone of the account that is right above this one."""
    above = {other.name: other.id for other in zones if not other.private and other.name != zone.name}
    found = names.longest_zone(zone.name, above)
    return above[found] if found else None


def missing(domains: t.Iterable[str], zones: t.Iterable[Zone]) -> list[Finding]:
    """One finding for each name without a public zone."""
    zones = tuple(zones)
    public = [zone.name for zone in zones if not zone.private]
    return [_missing(domain, zones) for domain in domains if names.longest_zone(domain, public) is None]


def _missing(domain: str, zones: t.Iterable[Zone]) -> Finding:
    private = {zone.name: zone.id for zone in zones if zone.private}
    found = names.longest_zone(domain, private)
    if found:
        return finding("ZONE_PRIVATE_ONLY", domain, f"its only hosted zone, {found} ({private[found]}), is private")
    return finding("ZONE_MISSING", domain, "it has no public hosted zone in the Route 53 of this account")


def delegations(found: t.Iterable[Delegation]) -> list[Finding]:
    """What is wrong with zones, those of one name looked at together."""
    by_name: dict[str, list[Delegation]] = {}
    for one in found:
        by_name.setdefault(one.name, []).append(one)
    return [entry for name, ones in by_name.items() for entry in (_single(ones[0]) if len(ones) == 1 else _several(name, ones))]


def _several(name: str, ones: t.Sequence[Delegation]) -> list[Finding]:
    ids = ", ".join(one.zone_id for one in ones)
    delegated = [one for one in ones if one.is_delegated]
    if len(delegated) != 1:
        return [finding("ZONE_AMBIGUOUS", name, f"there are {len(ones)} public hosted zones of this name ({ids}), and DNS leads to {len(delegated)} of them")]
    doubled = finding("ZONE_DUPLICATE", name, f"there are {len(ones)} public hosted zones of this name ({ids}); DNS leads to {delegated[0].zone_id}")
    return [doubled, *_single(delegated[0])]


def _single(one: Delegation) -> list[Finding]:
    if one.public is None:
        return []
    theirs = sorted(one.public - one.own)
    if not one.is_delegated:
        leads = f"leads to {', '.join(theirs)}" if theirs else "knows no name servers for it"
        above = f"; the zone above it, {one.parent_id}, is in this account and has no such NS records" if one.parent_id and not theirs else ""
        return [finding("ZONE_NOT_DELEGATED", one.name, f"DNS {leads}, but the hosted zone {one.zone_id} is on {', '.join(sorted(one.own))}{above}")]
    if theirs:
        return [finding("ZONE_PARTLY_DELEGATED", one.name, f"DNS also leads to {', '.join(theirs)}, which do not have the hosted zone {one.zone_id}")]
    return []


def unanswered(zone: str, why: str) -> Finding:
    """DNS could not be asked."""
    return finding("DNS_FAILED", zone, f"whether DNS leads to its name servers is unknown: {why}")
