# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings on hosted zones: whether each name has one, and whether the public DNS leads to it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..dns import txt_records
from ..dns.zones import PRIVATE_VIEW, RecordPlace, Zone, levels
from ..values import domain_names
from .codes import Severity
from .findings import Finding, finding


@dataclass(frozen=True)
class Delegation:
    """A public zone that challenge records could stand in: the servers that have it, and those to which the public DNS
    leads (None: unknown)."""

    zone_id: str
    name: str
    own: frozenset[str]
    public: frozenset[str] | None
    parent_id: str | None = None
    is_used: bool = False
    # the resolver answers for it from a private zone
    is_hidden: bool = False

    @property
    def is_delegated(self) -> bool:
        """Whether a resolver finds at least one server that has the zone; if that cannot be told, what is used counts
        as that."""
        return self.is_used if self.public is None else bool(self.public & self.own)


def used(places: t.Iterable[RecordPlace], zones: t.Iterable[Zone], is_chosen: bool) -> list[Zone]:
    """The zones that records go to, and others of the same name unless the user has chosen among them."""
    ids, wanted = {place.zone_id for place in places}, {place.zone for place in places}
    return [zone for zone in zones if zone.id in ids or (not is_chosen and zone.name in wanted and not zone.private)]


def above(challenges: t.Iterable[str], zones: t.Sequence[Zone]) -> list[Zone]:
    """The public zones that could have these names."""
    return list(dict.fromkeys(zone for challenge in challenges for level in levels(challenge, zones) for zone in level))


def parent(zone: Zone, zones: t.Iterable[Zone]) -> str | None:
    """The ID of the public zone of the account that is right above this one."""
    above = {other.name: other.id for other in zones if not other.private and other.name != zone.name}
    found = domain_names.longest_zone(zone.name, above)
    return above[found] if found else None


def missing(challenges: t.Mapping[str, str], zones: t.Sequence[Zone]) -> list[Finding]:
    """One finding for each domain whose challenge name has no public zone."""
    return [
        _missing(domain, challenge, zones) for domain, challenge in challenges.items() if not levels(challenge, zones)
    ]


def _missing(domain: str, challenge: str, zones: t.Iterable[Zone]) -> Finding:
    private = {zone.name: zone.id for zone in zones if zone.private}
    found = domain_names.longest_zone(challenge, private)
    if found:
        return finding("ZONE_PRIVATE_ONLY", domain, f"its only hosted zone, {found} ({private[found]}), is private")
    led = (
        "" if challenge == txt_records.challenge_name(domain) else f"its challenge name is a CNAME to {challenge}, and "
    )
    return finding("ZONE_MISSING", domain, f"{led}it has no public hosted zone in the Route 53 of this account")


def passed_over(places: t.Iterable[RecordPlace], zones: t.Sequence[Zone]) -> list[Finding]:
    """Zones that are closer to a record than the one that it goes to, since DNS does not lead to them."""
    skipped = {
        zone: place
        for place in places
        for level in levels(place.name, zones)
        if domain_names.is_within(level[0].name, place.zone)
        for zone in level
        if zone.name != place.zone
    }
    return [
        finding(
            "ZONE_PASSED_OVER",
            zone.name,
            f"DNS does not lead to the hosted zone {zone.id}, so the records are written to {place.zone}"
            f" ({place.zone_id})",
        )
        for zone, place in skipped.items()
    ]


def unplaced(
    problems: t.Mapping[str, str], challenges: t.Mapping[str, str], found: t.Iterable[Finding]
) -> list[Finding]:
    """Domains whose challenge record has no place for a reason that no other finding tells."""
    told = {entry.subject for entry in found if entry.severity is Severity.ERROR}
    return [
        finding("ZONE_UNUSABLE", domain, why)
        for domain, why in problems.items()
        if domain not in told and not any(domain_names.is_within(challenges[domain], zone) for zone in told)
    ]


def delegations(found: t.Iterable[Delegation]) -> list[Finding]:
    """What is wrong with zones, those of one name looked at together."""
    by_name: dict[str, list[Delegation]] = {}
    for one in found:
        by_name.setdefault(one.name, []).append(one)
    return [
        entry
        for name, ones in by_name.items()
        for entry in (_single(ones[0]) if len(ones) == 1 else _several(name, ones))
    ]


def _several(name: str, ones: t.Sequence[Delegation]) -> list[Finding]:
    ids = ", ".join(one.zone_id for one in ones)
    delegated = [one for one in ones if one.is_delegated]
    if len(delegated) != 1:
        leads = (
            "DNS does not show which of them is in use"
            if any(one.public is None for one in ones)
            else f"DNS leads to {len(delegated)} of them"
        )
        return [
            finding(
                "ZONE_AMBIGUOUS", name, f"there are {len(ones)} public hosted zones of this name ({ids}), and {leads}"
            )
        ]
    doubled = finding(
        "ZONE_DUPLICATE",
        name,
        f"there are {len(ones)} public hosted zones of this name ({ids}); DNS leads to {delegated[0].zone_id}",
    )
    return [doubled, *_single(delegated[0])]


def _single(one: Delegation) -> list[Finding]:
    if one.public is None:
        return []
    theirs = sorted(one.public - one.own)
    if not one.is_delegated:
        leads = f"leads to {', '.join(theirs)}" if theirs else "knows no name servers for it"
        above = (
            f"; the zone above it, {one.parent_id}, is in this account and has no such NS records"
            if one.parent_id and not theirs
            else ""
        )
        return [
            finding(
                "ZONE_NOT_DELEGATED",
                one.name,
                f"DNS {leads}, but the hosted zone {one.zone_id} is on {', '.join(sorted(one.own))}{above}",
            )
        ]
    if theirs:
        return [
            finding(
                "ZONE_PARTLY_DELEGATED",
                one.name,
                f"DNS also leads to {', '.join(theirs)}, which do not have the hosted zone {one.zone_id}",
            )
        ]
    return []


def unanswered(found: t.Iterable[Delegation], why: str) -> list[Finding]:
    """DNS could not be asked; one finding, since it is the same for all."""
    unknown = [one for one in found if one.public is None]
    if not unknown:
        return []
    reason = f"the resolver {PRIVATE_VIEW}" if unknown[0].is_hidden else why
    return [finding("DNS_FAILED", unknown[0].name, f"whether DNS leads to its name servers is unknown: {reason}")]
