# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Publishes challenge values in Route 53 and removes them again, ours only, whoever else writes there at the same time."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass

from ._aws import route53
from ._core import names, txt_records
from ._core.txt_records import ChallengeRecord
from ._core.waiting import Clock, Deadline
from ._errors import ConfigError, DeadlineError, RemoteError

REFUSED = "InvalidChangeBatch"
ZONE_GONE = "NoSuchHostedZone"
# Each attempt is lost only if somebody else wrote the same name within the milliseconds between our read and our write.
SWAP_ATTEMPTS = 8
# Route 53 is usually in sync within a minute; the first looks come early for the zones that are faster.
POLL_SECONDS = (1.0, 1.2, 2.0, 3.0)
SLOWEST_POLL_SECONDS = 5.0

Planner = t.Callable[[t.Iterable[ChallengeRecord], txt_records.Found], list[txt_records.Group]]


class Zones(t.Protocol):
    """What is needed of Route 53: ``_aws.route53.Route53``, or a fake."""

    def list_hosted_zones(self) -> tuple[route53.Zone, ...]:
        """Every zone."""

    def txt_set(self, zone_id: str, name: str) -> txt_records.TxtSet | None:
        """The TXT record set under exactly this name."""

    def change_resource_record_sets(self, zone_id: str, changes: t.Sequence[txt_records.Change]) -> str:
        """Apply all changes or none."""

    def change_status(self, change_id: str) -> str:
        """PENDING or INSYNC."""


def zone_ids(zones: t.Iterable[route53.Zone], domains: t.Iterable[str]) -> dict[str, str]:
    """Challenge name to the ID of the public zone that is closest to it; ConfigError that lists every name without exactly one."""
    by_name: dict[str, list[str]] = {}
    for zone in zones:
        if not zone.private:
            by_name.setdefault(zone.name, []).append(zone.id)
    found, problems = {}, []
    for domain in domains:
        challenge = txt_records.challenge_name(domain)
        zone_name = names.longest_zone(challenge, by_name)
        if zone_name is None:
            problems.append(f"{domain} has no public hosted zone in this account's Route 53; create one for it or for a parent and delegate it there")
        elif len(by_name[zone_name]) > 1:
            duplicates = ", ".join(by_name[zone_name])
            problems.append(f"{domain} is in more than one public hosted zone named {zone_name} ({duplicates}); delete those that are not delegated to")
        else:
            found[challenge] = by_name[zone_name][0]
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))
    return found


@dataclass(frozen=True)
class ChallengeRecords:
    """The challenge records of one run."""

    zones: Zones
    clock: Clock
    propagation_timeout: float

    def write(self, records: t.Sequence[ChallengeRecord], may_be_there: bool = False) -> list[tuple[str, str]]:
        """Our values stand beside what was there; returns zone and change of each write. What may be there is read first, else nothing is."""
        changes = []
        for zone_id, group in _by_zone(records):
            found = {record.name: self.zones.txt_set(zone_id, record.name) for record in group} if may_be_there else {}
            changes += [(zone_id, change_id) for change_id in self._swap(zone_id, group, txt_records.additions, found)]
        return changes

    def await_sync(self, changes: t.Iterable[tuple[str, str]]) -> None:
        """Every authoritative server answers with what these changes wrote."""
        deadline = Deadline.after(self.clock.now(), self.propagation_timeout)
        for zone_id, change_id in changes:
            self._await_sync(zone_id, change_id, deadline)

    def withdraw(self, records: t.Sequence[ChallengeRecord]) -> None:
        """No value of ours is left; nobody waits for it."""
        for zone_id, group in _by_zone(records):
            self._withdraw(zone_id, group)

    def _withdraw(self, zone_id: str, records: t.Sequence[ChallengeRecord]) -> None:
        try:
            self._swap(zone_id, records, txt_records.removals, {})
        except RemoteError as exc:
            if exc.code != ZONE_GONE:
                raise

    def _swap(self, zone_id: str, records: t.Sequence[ChallengeRecord], planner: Planner, known: t.Mapping[str, txt_records.TxtSet | None]) -> list[str]:
        found = dict(known)
        for attempt in itertools.count(1):
            changes, refusal = self._write(zone_id, txt_records.batches(planner(records, found)))
            if refusal is None:
                return changes
            if attempt == SWAP_ATTEMPTS:
                raise refusal
            read = {name: self.zones.txt_set(zone_id, name) for name in txt_records.refused_names(refusal.message, [record.name for record in records])}
            if all(name in found and found[name] == there for name, there in read.items()):
                # nobody wrote in between: Route 53 refuses the change itself, for example because of a CNAME under the name
                raise refusal
            found.update(read)
        raise AssertionError("counting does not end")

    def _write(self, zone_id: str, batches: t.Sequence[t.Sequence[txt_records.Change]]) -> tuple[list[str], RemoteError | None]:
        try:
            return [self.zones.change_resource_record_sets(zone_id, batch) for batch in batches], None
        except RemoteError as exc:
            if exc.code != REFUSED:
                raise
            return [], exc

    def _await_sync(self, zone_id: str, change_id: str, deadline: Deadline) -> None:
        pauses = itertools.chain(POLL_SECONDS, itertools.repeat(SLOWEST_POLL_SECONDS))
        while not deadline.has_passed(self.clock.now()):
            self.clock.sleep(deadline.clamp(self.clock.now(), next(pauses)))
            if self.zones.change_status(change_id) == route53.IN_SYNC:
                return
        raise DeadlineError(
            f"change {change_id} of zone {zone_id} was not in sync within {self.propagation_timeout:g} s; raise propagation_timeout, or run again later",
            zone_id=zone_id,
            change_id=change_id,
        )


def _by_zone(records: t.Iterable[ChallengeRecord]) -> list[tuple[str, list[ChallengeRecord]]]:
    ordered = sorted(records, key=lambda record: (record.zone_id, record.name))
    return [(zone_id, list(group)) for zone_id, group in itertools.groupby(ordered, key=lambda record: record.zone_id)]
