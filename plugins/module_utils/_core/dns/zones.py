# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosted zone answers for a name: the closest public one that DNS really delegates to.

A zone below another public zone is looked into only if the zone above names its name servers, and of several zones with
one name
only that which the registrar points to (RFC 1034 section 4.2.1).
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-routing-traffic-for-subdomains.html
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

from ..values import domain_names, texts

_ZONE_ID = re.compile(r"Z[A-Z0-9]{1,31}")
Servers = frozenset[str]
PRIVATE_VIEW = "answers from a private hosted zone, as inside of a VPC"
# A part of the name of each name server that Route 53 names itself.
ROUTE53_SERVER = ".awsdns-"
# Every private hosted zone has these: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zones-private.html
PRIVATE_SERVERS = frozenset(
    {"ns-0.awsdns-00.com", "ns-512.awsdns-00.net", "ns-1024.awsdns-00.org", "ns-1536.awsdns-00.co.uk"}
)
# The zones of one name, closest to the name that is looked for first.
Level = tuple["Zone", ...]


@dataclass(frozen=True)
class Zone:
    """A hosted zone; ``name`` is without the final dot."""

    id: str
    name: str
    private: bool


@dataclass(frozen=True)
class RecordPlace:
    """Where a challenge value is published: a name in a zone of the account that ``delegation`` leads to, the own one
    if that is empty."""

    name: str
    zone_id: str
    zone: str = ""
    delegation: str = ""


@dataclass(frozen=True)
class Facts:
    """What tells zones apart: the name servers that each zone name is delegated to (none, or nobody could say), those
    of each zone by its ID, and the names that the resolver answers for from a private zone."""

    delegated_to: t.Mapping[str, Servers | None]
    servers: t.Mapping[str, Servers]
    hidden: t.Collection[str] = ()


def is_private_view(servers: t.Collection[str] | None) -> bool:
    """Whether these name servers of a zone, as a resolver shows them, are those of private zones: the resolver is one
    of a VPC, and shows what no CA sees."""
    return bool(servers) and PRIVATE_SERVERS.issuperset(servers or ())


def is_zone_id(text: str) -> bool:
    """Whether this is the ID of a hosted zone, and no name: IDs are capital letters and digits."""
    return bool(_ZONE_ID.fullmatch(text))


def levels(name: str, zones: t.Iterable[Zone]) -> tuple[Level, ...]:
    """The public zones that could have the name, the closest first, those of one name together."""
    found: dict[str, list[Zone]] = {}
    for zone in zones:
        if not zone.private and domain_names.is_within(name, zone.name):
            found.setdefault(zone.name, []).append(zone)
    return tuple(tuple(found[zone]) for zone in sorted(found, key=len, reverse=True))


def private_twins(zones: t.Collection[Zone]) -> list[str]:
    """The names of private zones that share names with a public one."""
    public = {zone.name for zone in zones if not zone.private}
    private = {zone.name for zone in zones if zone.private}
    return sorted(
        name
        for name in private
        if any(domain_names.is_within(name, zone) or domain_names.is_within(zone, name) for zone in public)
    )


def in_doubt(candidates: t.Sequence[Level]) -> tuple[Level, ...]:
    """The levels of which it has to be known where they are delegated to: all but a single zone at the top."""
    return tuple(level for number, level in enumerate(candidates) if number < len(candidates) - 1 or len(level) > 1)


def choose(candidates: t.Sequence[Level], facts: Facts) -> Zone | str:
    """The zone that DNS delegates to, or why it cannot be told."""
    for level in candidates:
        if level not in in_doubt(candidates):
            return level[0]
        servers = facts.delegated_to.get(level[0].name)
        matching = [zone for zone in level if servers and servers & facts.servers.get(zone.id, frozenset())]
        if len(matching) == 1:
            return matching[0]
        if servers is None or servers or level == candidates[-1]:
            return _untold(level, servers, facts, is_several=bool(matching))
    return (
        "it has no public hosted zone in this account's Route 53; create one for the name or a parent and"
        " delegate it there, or set dns_delegations with the credentials of the account that has the zone"
    )


def _untold(level: Level, servers: Servers | None, facts: Facts, is_several: bool) -> str:
    """Why it cannot be said which of the zones of one name DNS delegates to."""
    name, shown = level[0].name, ", ".join(zone.id for zone in level)
    if servers is None and name in facts.hidden:
        return (
            f"which hosted zone ({shown}) answers for {name} in the public DNS is unknown: the resolver"
            f" {PRIVATE_VIEW}; set dns_server to a resolver that sees the public DNS, or set zone_id"
        )
    if servers is None or is_several:
        several = f"several public hosted zones could hold {name} ({shown}), and DNS does not show which one"
        return f"{several}; set zone_id, or delete the zones without a delegation"
    if servers:
        return (
            f"DNS delegates {name} to {', '.join(sorted(servers))}, but none of its hosted zones here ({shown}) has"
            " these name servers; use the credentials of the account that has the zone with them, or set zone_id if"
            " they are other names for the servers of one of these"
        )
    return (
        f"DNS delegates {name} to none of its hosted zones ({shown}); point the NS records at the registrar, or in the"
        " parent zone, to one of them"
    )


def overrides(given: t.Any) -> dict[str, str]:
    """Zone IDs by the domain that they are for, empty for all, of the option zone_id: one ID, or a mapping of names to
    IDs."""
    if not given:
        return {}
    if isinstance(given, str):
        return {"": given.strip()}
    return {domain_names.base(domain_names.normalise([name])[0]): str(zone_id) for name, zone_id in given.items()}


def override_problems(given: t.Any) -> list[str]:
    """Why the option zone_id cannot be used, as far as it can be told without asking Route 53."""
    if not given:
        return []
    if not isinstance(given, (str, t.Mapping)):
        return [f"zone_id: {texts.quoted(given)} is neither the ID of a hosted zone nor a mapping of names to such IDs"]
    chosen = {"": given} if isinstance(given, str) else given
    found = [
        f"zone_id: {problem.removeprefix('domains: ')}"
        for name in chosen
        if name
        for problem in domain_names.problems([texts.plain(name)])
    ]
    wrong = [zone_id for zone_id in chosen.values() if not is_zone_id(texts.plain(zone_id).strip())]
    return found + [
        f"zone_id: {texts.quoted(zone_id)} is not a valid hosted zone ID; an ID starts with Z, followed by capital"
        " letters"
        " and digits"
        for zone_id in wrong
    ]


def delegation_problems(entries: t.Sequence[t.Mapping[str, t.Any]]) -> list[str]:
    """Why the option dns_delegations cannot be used."""
    given = [str(entry.get("zone") or "").strip() for entry in entries]
    found = [
        f"dns_delegations: {texts.quoted(zone)} is neither the name nor the ID of a hosted zone"
        for zone in given
        if not is_zone_id(zone) and domain_names.problems([zone])
    ]
    return found + [
        f"dns_delegations: zone {texts.quoted(zone)} is listed more than once"
        for zone in dict.fromkeys(given)
        if given.count(zone) > 1
    ]


def delegation(text: str) -> str:
    """The zone of an entry of dns_delegations in its one form: an ID as it is, a name as A-labels."""
    zone = text.strip()
    return zone if is_zone_id(zone) else domain_names.normalise([zone])[0]


def override_problem(zone_id: str, name: str, zones: t.Iterable[Zone]) -> str | None:
    """Why the zone that the user names cannot have the name; None if it can."""
    zone = next((zone for zone in zones if zone.id == zone_id), None)
    if zone is None:
        return (
            f"the account has no hosted zone {zone_id}; correct the ID, or use the credentials of the account"
            " that has it"
        )
    if zone.private:
        return f"hosted zone {zone_id} ({zone.name}) is private, so no CA can query it; use a public one"
    if not domain_names.is_within(name, zone.name):
        return f"hosted zone {zone_id} ({zone.name}) does not contain {name}; use another one, or leave zone_id out"
    return None
