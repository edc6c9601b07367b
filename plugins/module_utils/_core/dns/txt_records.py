# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Challenge records by compare-and-swap: add and remove our values in TXT record sets, keep everyone else's.

A Route 53 change batch is atomic, CREATE is refused when the record set exists, and DELETE matches the exact values and
TTL only.
So a batch is first written without reading; if it is refused, what was complained about is read and swapped.
https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
"""

from __future__ import annotations

import itertools
import re
import typing as t
from dataclasses import dataclass

from ..values import domain_names
from .zones import RecordPlace

CHALLENGE_LABEL = "_acme-challenge."
TTL_SECONDS = 60
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests-changeresourcerecordsets
MAX_BATCH_RECORDS = 1000
MAX_BATCH_CHARACTERS = 32000

MAX_STRING = 255
# Of the record sets of a name in a message.
MOST_SHOWN = 5
# A string that does not end is taken to the end of the value, so that no value is looked through twice.
_STRING = re.compile(r'"((?:[^"\\]|\\.?)*)(?:"|\Z)', re.DOTALL)
_NAME_IN_MESSAGE = re.compile(r"name='([^']{1,300})'")
_ABSENT = " but it was not found"


@dataclass(frozen=True)
class ChallengeRecord:
    """Values of ours under one name of one zone, as they stand in the archive until they are removed.

    ``zone`` is the zone's name, ``delegation`` the entry of dns_delegations whose credentials reach it, empty for the
    own ones.
    """

    zone_id: str
    name: str
    values: tuple[str, ...]
    zone: str = ""
    delegation: str = ""

    @classmethod
    def at(cls, place: RecordPlace, values: t.Iterable[str]) -> ChallengeRecord:
        """These values at a place."""
        return cls(place.zone_id, place.name, tuple(sorted(values)), place.zone, place.delegation)

    @property
    def alone(self) -> TxtSet:
        """The record set if nobody else has a value in it."""
        return TxtSet(self.name, TTL_SECONDS, tuple(quoted(value) for value in self.values))

    @property
    def place(self) -> RecordPlace:
        """Where it stands."""
        return RecordPlace(self.name, self.zone_id, self.zone, self.delegation)

    def as_dict(self) -> dict[str, t.Any]:
        """The fields for a pending order's document."""
        return {
            "zone_id": self.zone_id,
            "name": self.name,
            "values": list(self.values),
            "zone": self.zone,
            "delegation": self.delegation,
        }

    @classmethod
    def from_dict(cls, fields: t.Mapping[str, t.Any]) -> ChallengeRecord:
        """The inverse of ``as_dict``; the first version wrote neither zone nor delegation."""
        place = RecordPlace(
            str(fields["name"]), str(fields["zone_id"]), str(fields.get("zone", "")), str(fields.get("delegation", ""))
        )
        return cls.at(place, fields["values"])


@dataclass(frozen=True)
class TxtSet:
    """A TXT record set as Route 53 has it: name without the final dot, values with their quotes."""

    name: str
    ttl: int
    values: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """One element of a change batch."""

    action: t.Literal["CREATE", "DELETE"]
    record_set: TxtSet


# What is known or assumed of the record set under a name: absent from the mapping means nothing, None means that there
# is none.
Found = t.Mapping[str, "TxtSet | None"]
Group = tuple[Change, ...]


def routed_problem(name: str, zone_id: str, sets: t.Sequence[str]) -> str:
    """What is wrong with a name whose record sets have a routing policy: Route 53 takes no other record set beside
    them."""
    shown = f"{', '.join(sets[:MOST_SHOWN])}{', …' if len(sets) > MOST_SHOWN else ''}"
    return (
        f"the records of {name} in hosted zone {zone_id} have a routing policy ({shown}), and Route 53 takes no"
        " challenge record beside them; delete them, or create them as simple records"
    )


def challenge_name(domain: str) -> str:
    """Where the challenge value of a name or of its wildcard is published (RFC 8555 section 8.4)."""
    return CHALLENGE_LABEL + domain_names.base(domain)


def quoted(value: str) -> str:
    """A value as Route 53 has it, in strings of at most 255 characters (RFC 1035 section 3.3); none of ours has
    anything to escape."""
    return " ".join(f'"{value[start : start + MAX_STRING]}"' for start in range(0, len(value), MAX_STRING))


def unquoted(value: str) -> str:
    """What the strings of a value say together; what is escaped in them, as in none of ours, stays so."""
    return "".join(_STRING.findall(value))


def additions(records: t.Iterable[ChallengeRecord], found: Found) -> list[Group]:
    """The changes, grouped by name, after which each name holds our values beside those found there.

    A set that already holds our values is written again all the same: the zone applies changes in order,
    so that this change being in sync tells that the earlier one is, too.
    """
    groups: list[Group] = []
    for record in records:
        there = found.get(record.name)
        if there is None:
            groups.append((Change("CREATE", record.alone),))
        else:
            union = there.values + tuple(value for value in record.alone.values if value not in there.values)
            groups.append((Change("DELETE", there), Change("CREATE", TxtSet(there.name, there.ttl, union))))
    return groups


def removals(records: t.Iterable[ChallengeRecord], found: Found) -> list[Group]:
    """The changes, grouped by name, after which no name holds a value of ours and each foreign value found there is
    kept."""
    groups: list[Group] = []
    for record in records:
        ours = record.alone.values
        there = found.get(record.name) if record.name in found else record.alone
        if there is None or not set(ours) & set(there.values):
            continue
        rest = tuple(value for value in there.values if value not in ours)
        group: Group = (Change("DELETE", there),)
        if rest:
            group += (Change("CREATE", TxtSet(there.name, there.ttl, rest)),)
        groups.append(group)
    return groups


def batches(groups: t.Iterable[Group]) -> list[list[Change]]:
    """The groups packed into change batches within Route 53's limits; the changes of one name stay together."""
    packed: list[list[Change]] = []
    records = characters = 0
    for group in groups:
        size = sum(len(change.record_set.values) for change in group)
        length = sum(len(value) for change in group for value in change.record_set.values)
        if not packed or records + size > MAX_BATCH_RECORDS or characters + length > MAX_BATCH_CHARACTERS:
            packed.append([])
            records = characters = 0
        packed[-1].extend(group)
        records, characters = records + size, characters + length
    return packed


def refused_names(message: str, names: t.Collection[str]) -> list[str]:
    """The names that an InvalidChangeBatch message complains about; all of ``names`` if it does not tell."""
    return _among(names, _NAME_IN_MESSAGE.findall(message)) or list(names)


def absent_names(message: str, names: t.Collection[str]) -> list[str]:
    """Those that have no record set, since an InvalidChangeBatch message says that the one to delete was not found."""
    sets = message.split("]")
    return _among(
        names,
        (
            name
            for record_set, said in itertools.pairwise(sets)
            if said.startswith(_ABSENT)
            for name in _NAME_IN_MESSAGE.findall(record_set)
        ),
    )


def _among(names: t.Iterable[str], said: t.Iterable[str]) -> list[str]:
    known = {name.lower().rstrip(".") for name in said}
    return [name for name in names if name in known]
