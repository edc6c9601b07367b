# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Publishes challenge values in Route 53 and removes them again, ours only, even if others write there at the same
time."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import dataclass, replace
from datetime import datetime

from ..._clients.aws import route53
from ..._core.dns import txt_records
from ..._core.dns.persistent_records import Grant
from ..._core.dns.txt_records import ChallengeRecord
from ..._core.dns.zones import RecordPlace
from ..._core.values.waiting import Clock, Deadline
from ..._errors import CertError, DeadlineError, RemoteError
from . import propagation
from .accounts import DnsAccounts, Zones
from .propagation import NameServers

REFUSED = "InvalidChangeBatch"
ZONE_GONE = "NoSuchHostedZone"
# Each attempt is lost only if somebody else wrote the same name within the milliseconds between our read and our write.
SWAP_ATTEMPTS = 8
# Route 53 is usually in sync within a minute; the first looks come early for the zones that are faster.
POLL_SECONDS = (1.0, 1.1, 2.0, 3.0)
SLOWEST_POLL_SECONDS = 5.0
Planner = t.Callable[[t.Iterable[ChallengeRecord], txt_records.Found], list[txt_records.Group]]
Known = t.Mapping[str, "txt_records.TxtSet | None"]


@dataclass(frozen=True)
class ChallengeRecords:
    """The challenge records of one run; without ``dns``, name servers are not asked whether they show them."""

    accounts: DnsAccounts
    clock: Clock
    propagation_timeout: float
    dns: NameServers | None = None

    def write(self, records: t.Sequence[ChallengeRecord], may_be_there: bool = False) -> list[tuple[str, str]]:
        """Our values stand beside what was there; returns zone and change of each write. What ``may_be_there`` is
        written again, to know its change.

        Nothing is read unless Route 53 says that there is something else.
        """
        changes = []
        for group in self._groups(records):
            found = {record.name: record.alone for record in group.records} if may_be_there else {}
            changes += [(group.zone_id, change_id) for change_id in group.swap(txt_records.additions, found)]
        return changes

    def grant(self, grants: t.Mapping[RecordPlace, Grant]) -> list[str]:
        """Each name grants what it is to, from now on; what grants it already, as its name servers show, is neither
        read nor written. Warnings as of a wait."""
        now, by_name = self.clock.now(), {place.name: grant for place, grant in grants.items()}
        shown = propagation.shown(self.dns, list(grants)) if self.dns is not None else {}
        missing = [
            ChallengeRecord.at(place, [grant.value])
            for place, grant in grants.items()
            if not _is_granted(grant, shown.get(place.name), now)
        ]
        changes, expected = [], []

        def additions(records: t.Iterable[ChallengeRecord], found: txt_records.Found) -> list[txt_records.Group]:
            groups = [by_name[record.name].group(record.name, found.get(record.name), now) for record in records]
            return [group for group in groups if group]

        for group in self._groups(missing):
            # where nothing is shown nothing is read: Route 53 refuses to create what there is
            found = group.read(record.name for record in group.records if not _is_blank(shown.get(record.name)))
            changes += [(group.zone_id, change_id) for change_id in group.swap(additions, found)]
            expected += [
                _expected(record, by_name[record.name], found.get(record.name), now) for record in group.records
            ]
        return self.await_sync(changes, expected) if expected else []

    def await_sync(self, changes: t.Iterable[tuple[str, str]], records: t.Sequence[ChallengeRecord]) -> list[str]:
        """Every authoritative server answers with what these changes wrote; warnings about those that could not be
        asked."""
        deadline = Deadline.after(self.clock.now(), self.propagation_timeout)
        groups = {group.zone_id: group for group in self._groups(records)}
        for zone_id, change_id in changes:
            self._await_sync(groups[zone_id], change_id, deadline)
        return propagation.await_shown(self.dns, records, self.clock, deadline) if self.dns is not None else []

    def withdraw(self, records: t.Sequence[ChallengeRecord]) -> None:
        """No value of ours is left; nobody waits for it. One zone that cannot be written keeps no other one from being
        cleaned."""
        failures: list[CertError] = []
        for zone_id, delegation in dict.fromkeys((record.zone_id, record.delegation) for record in records):
            try:
                for group in self._groups(
                    record for record in records if (record.zone_id, record.delegation) == (zone_id, delegation)
                ):
                    group.withdraw()
            except CertError as exc:
                failures.append(exc)
        if failures:
            raise failures[0]

    def _groups(self, records: t.Iterable[ChallengeRecord]) -> list[_Group]:
        ordered = sorted(records, key=lambda record: (record.delegation, record.zone_id, record.name))
        by_zone = itertools.groupby(ordered, key=lambda record: (record.delegation, record.zone_id))
        return [_Group(self.accounts.of(delegation), zone_id, tuple(group)) for (delegation, zone_id), group in by_zone]

    def _await_sync(self, group: _Group, change_id: str, deadline: Deadline) -> None:
        pauses = itertools.chain(POLL_SECONDS, itertools.repeat(SLOWEST_POLL_SECONDS))
        while not deadline.has_passed(self.clock.now()):
            self.clock.sleep(deadline.clamp(self.clock.now(), next(pauses)))
            if group.zones.change_status(change_id) == route53.IN_SYNC:
                return
        raise DeadlineError(
            f"change {change_id} of zone {group.zone_id} was not in sync within {self.propagation_timeout:g} s; raise"
            " propagation_timeout, or run again later",
            zone_id=group.zone_id,
            change_id=change_id,
        )


def _is_granted(grant: Grant, shown: t.Sequence[tuple[str, ...]] | None, now: datetime) -> bool:
    """Whether every name server that answered shows it."""
    return bool(shown) and all(grant.found_in(texts, now) is not None for texts in shown or ())


def _is_blank(shown: t.Sequence[tuple[str, ...]] | None) -> bool:
    """Whether name servers answered, and none has a value."""
    return bool(shown) and not any(shown or ())


def _expected(
    record: ChallengeRecord, grant: Grant, there: txt_records.TxtSet | None, now: datetime
) -> ChallengeRecord:
    """The record with the value that name servers are going to show: ours, or the one that was there."""
    text = grant.found_in(map(txt_records.unquoted, there.values), now) if there is not None else None
    return record if text is None else replace(record, values=(text,))


@dataclass(frozen=True)
class _Group:
    """The records of one zone."""

    zones: Zones
    zone_id: str
    records: tuple[ChallengeRecord, ...]

    def read(self, names: t.Iterable[str]) -> dict[str, txt_records.TxtSet | None]:
        return {name: self.zones.txt_set(self.zone_id, name) for name in names}

    def withdraw(self) -> None:
        try:
            self.swap(txt_records.removals, {})
        except RemoteError as exc:
            if exc.code != ZONE_GONE:
                raise

    def swap(self, planner: Planner, known: Known) -> list[str]:
        found = dict(known)
        for attempt in itertools.count(1):
            changes, refusal = self._write(txt_records.batches(planner(self.records, found)))
            if refusal is None:
                return changes
            if attempt == SWAP_ATTEMPTS:
                raise refusal
            read = self._read_again(refusal.said)
            if all(name in found and found[name] == there for name, there in read.items()):
                # nobody wrote in between: Route 53 refuses the change itself, for example because of a CNAME under the
                # name
                raise refusal
            found.update(read)
        raise AssertionError("counting does not end")

    def _read_again(self, message: str) -> dict[str, txt_records.TxtSet | None]:
        """What stands under the names that Route 53 complains about; of some it says that nothing does."""
        names = [record.name for record in self.records]
        absent = dict.fromkeys(txt_records.absent_names(message, names))
        return {**absent, **self.read(name for name in txt_records.refused_names(message, names) if name not in absent)}

    def _write(self, batches: t.Sequence[t.Sequence[txt_records.Change]]) -> tuple[list[str], RemoteError | None]:
        try:
            return [self.zones.change_resource_record_sets(self.zone_id, batch) for batch in batches], None
        except RemoteError as exc:
            if exc.code != REFUSED:
                raise
            return [], exc
