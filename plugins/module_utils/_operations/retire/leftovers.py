# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What killed runs left in Route 53 and in the archive, and what dns-persist-01 leaves there for good; and its
removal."""

from __future__ import annotations

from dataclasses import dataclass

from ..._clients.archive import bundles
from ..._clients.archive.unfinished_orders import Pending, UnfinishedOrder
from ..._clients.aws.session import Connection
from ..._clients.stores import open as stores
from ..._clients.stores.base import Archive
from ..._core.certificate.bundle import Manifest
from ..._core.dns import persistent_records, zones
from ..._core.dns.txt_records import ChallengeRecord
from ..._core.issue import pending_order
from ..._core.project import definition
from ..._core.values.params import Params
from ..._core.values.plan import Outcome
from ..._core.values.waiting import Clock
from ..._errors import ConfigError
from ..dns import accounts as dns_accounts
from ..dns.accounts import DnsAccounts, DnsConnections
from ..dns.challenge_records import ChallengeRecords
from ..dns.cnames import Resolver
from ..dns.place_finder import PlaceFinder
from ..issue import withdrawal


@dataclass(frozen=True)
class Drop:
    """What is removed beside what is dead: all unfinished orders, and the values of dns-persist-01."""

    orders: bool = False
    dns_persist: bool = False


@dataclass(frozen=True)
class LeftoversRequest:
    """The project whose leftovers are removed, and where they are."""

    project: str
    drop: Drop
    archive: str | None
    zones: DnsConnections
    connection: Connection


def parse(params: Params) -> LeftoversRequest:
    """The request; ConfigError that lists every problem, without calling anything."""
    connection = Connection.of(params)
    connections = dns_accounts.connections(params, connection)
    problems = definition.name_problems(params["project"], "project")
    problems += stores.uri_problems(params["archive"], "archive")
    problems += zones.delegation_problems(params["dns_delegations"] or ()) + connections.problems()
    if problems:
        raise ConfigError(problems)
    drop = Drop(params["drop_orders"], params["drop_dns_persist"])
    return LeftoversRequest(params["project"], drop, params["archive"], connections, connection)


@dataclass(frozen=True)
class _Found:
    """Unfinished orders, those that go and those that stay, and the values of dns-persist-01 that go."""

    unfinished: list[UnfinishedOrder]
    dead: list[UnfinishedOrder]
    alive: list[UnfinishedOrder]
    persistent: list[ChallengeRecord]


@dataclass(frozen=True)
class Leftovers:
    """The unfinished orders of projects in one archive; without ``resolver``, zones are found by their records
    alone."""

    archive: Archive
    accounts: DnsAccounts
    clock: Clock
    resolver: Resolver | None = None

    def remove(self, project: str, drop: Drop, check_mode: bool) -> Outcome:
        """Remove all challenge values, the orders that are dead, and what ``drop`` says."""
        pending = Pending(self.archive, project)
        keys = self.archive.list(f"{project}/")
        unfinished, warnings = pending.load(keys)
        newest = self._newest(keys, project)
        issued_from, now = newest.order_url if newest else None, self.clock.now()
        dead = [kept for kept in unfinished if drop.orders or pending_order.is_dead(kept.order, issued_from, now)]
        persistent, problems = self._persistent(newest) if drop.dns_persist else ([], [])
        found = _Found(unfinished, dead, [kept for kept in unfinished if kept not in dead], persistent)
        return _outcome(found, warnings + problems + ([] if check_mode else self._apply(pending, found)))

    def _persistent(self, newest: Manifest | None) -> tuple[list[ChallengeRecord], list[str]]:
        """The values for the account and the names of the newest bundle, and where nobody could look for them."""
        if newest is None or newest.account_url is None:
            return [], [
                (
                    "the archive has no bundle that shows which account and names may have _validation-persist"
                    " records; check for them manually"
                )
            ]
        domain_of = {persistent_records.record_name(domain): domain for domain in newest.certificate.domains}
        found = PlaceFinder(self.accounts.own, self.accounts.delegated, self.resolver).search(list(domain_of))
        records = []
        for place in dict.fromkeys(found.places.values()):
            texts = persistent_records.texts_of(
                newest.account_url, self.accounts.of(place.delegation).txt_set(place.zone_id, place.name)
            )
            records += [ChallengeRecord.at(place, texts)] if texts else []
        return records, [f"{domain_of[name]}: {problem}" for name, problem in found.problems.items()]

    def _apply(self, pending: Pending, found: _Found) -> list[str]:
        # a change that removes is not waited for, so the time is not used
        records = ChallengeRecords(self.accounts, self.clock, propagation_timeout=0)
        records.withdraw(found.persistent)
        warnings = [warning for kept in found.dead for warning in withdrawal.abandon(pending, records, kept)]
        for kept in found.alive:
            if kept.order.records:
                warnings += withdrawal.withdraw(pending, records, kept)
        return warnings

    def _newest(self, keys: list[str], project: str) -> Manifest | None:
        try:
            newest = bundles.newest(self.archive, keys, project)
        except ConfigError:
            return None
        return newest[1].manifest if newest else None


def _outcome(found: _Found, warnings: list[str]) -> Outcome:
    left = [record.as_dict() for kept in found.unfinished for record in kept.order.records]
    persistent = [record.as_dict() for record in found.persistent]
    reasons = (
        [f"{_count(len(left), 'challenge record')} and {_count(len(found.dead), 'unfinished order')} of killed runs"]
        if left or found.dead
        else []
    )
    reasons += [_count(len(persistent), "record") + " of dns-persist-01"] if persistent else []
    records = left + persistent
    return Outcome(
        changed=bool(records or found.dead),
        result={
            "removed_records": records,
            "removed_orders": [kept.key for kept in found.dead],
            "kept_orders": [kept.key for kept in found.alive],
            "reason": ", and ".join(reasons) or "killed runs left nothing behind",
        },
        before={"records": [record["name"] for record in records], "orders": [kept.key for kept in found.unfinished]},
        after={"records": [], "orders": [kept.key for kept in found.alive]},
        warnings=tuple(warnings),
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
