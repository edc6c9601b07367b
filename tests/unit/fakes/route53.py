# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Route 53's hosted zones in memory."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.txt_records import Change, TxtSet
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.zones import Zone
from unit.fakes.calls import Calls, refusal


@dataclass
class FakeRoute53:
    """As strict as Route 53: CREATE is refused when there is a set, DELETE when it is not exactly this one; a batch is
    all or nothing."""

    calls: Calls = field(default_factory=Calls)
    zones: tuple[Zone, ...] = (Zone("Z1", "example.com", private=False),)
    sets: dict[tuple[str, str], TxtSet] = field(default_factory=dict)
    references_of: dict[str, dict[tuple[str, str], frozenset[str]]] = field(default_factory=dict)
    routed_sets: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    polls_until_sync: int = 1
    intruder: t.Callable[[], None] | None = None
    _polls: int = 0

    def list_hosted_zones(self) -> tuple[Zone, ...]:
        self.calls.begin("ListHostedZones")
        return self.zones

    def relist(self) -> bool:
        return False

    def get_hosted_zone(self, zone_id: str) -> tuple[Zone, frozenset[str]]:
        self.calls.begin("GetHostedZone")
        return next(zone for zone in self.zones if zone.id == zone_id), frozenset({f"ns.{zone_id.lower()}.example"})

    def references(self, zone_id: str) -> t.Mapping[tuple[str, str], frozenset[str]]:
        self.calls.begin("ListResourceRecordSets")
        return self.references_of.get(zone_id, {})

    def routed(self, zone_id: str, name: str) -> tuple[str, ...]:
        self.calls.begin("ListResourceRecordSets")
        return self.routed_sets.get((zone_id, name), ())

    def delegate(self, parent: str, zone: Zone) -> None:
        self.references_of.setdefault(parent, {})["NS", zone.name] = self.get_hosted_zone(zone.id)[1]

    def txt_set(self, zone_id: str, name: str) -> TxtSet | None:
        self.calls.begin("ListResourceRecordSets")
        found = self.sets.get((zone_id, name))
        if self.intruder is not None:
            intruder, self.intruder = self.intruder, None
            intruder()
        return found

    def change_resource_record_sets(self, zone_id: str, changes: t.Sequence[Change]) -> str:
        self.calls.begin("ChangeResourceRecordSets")
        after, complaints = dict(self.sets), []
        for change in changes:
            place = (zone_id, change.record_set.name)
            if change.action == "CREATE" and place in after:
                complaints.append(
                    f"Tried to create resource record set [name='{place[1]}.', type='TXT'] but it already exists"
                )
            elif change.action == "DELETE" and not _same(after.get(place), change.record_set):
                why = "the values provided do not match the current values" if place in after else "it was not found"
                complaints.append(f"Tried to delete resource record set [name='{place[1]}.', type='TXT'] but {why}")
            elif change.action == "CREATE":
                after[place] = change.record_set
            else:
                del after[place]
        if complaints:
            raise refusal("InvalidChangeBatch", "route53", 400, f"[{', '.join(complaints)}]")
        self.sets = after
        self._polls = 0
        self.calls.end()
        return f"C{len(self.calls.made)}"

    def change_status(self, change_id: str) -> str:
        self.calls.begin("GetChange")
        self._polls += 1
        return "INSYNC" if self._polls >= self.polls_until_sync else "PENDING"

    def values(self, name: str, zone_id: str = "Z1") -> tuple[str, ...]:
        found = self.sets.get((zone_id, name))
        return found.values if found else ()


def _same(one: TxtSet | None, other: TxtSet) -> bool:
    return one is not None and (one.ttl, sorted(one.values)) == (other.ttl, sorted(other.values))
