# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything outside that issuing a certificate talks to, in memory, and how a run is killed at any call."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import (
    CertError,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.issue.clients import Clients
from ansible_collections.certops.cloudfront.plugins.modules import acme_route53_cleanup, acme_route53_issue
from unit.fakes import modules
from unit.fakes.archive import FakeArchive
from unit.fakes.ca import FakeCA
from unit.fakes.calls import Calls, KilledError
from unit.fakes.clock import FakeClock
from unit.fakes.route53 import FakeRoute53

NAME = "_acme-challenge.example.com"


DOMAINS = ["example.com", "*.example.com"]


MANY_DOMAINS = [f"n{number}.example.com" for number in range(40)]


def params(**changes: t.Any) -> dict[str, t.Any]:
    defaults = {name: option.get("default") for name, option in acme_route53_issue.ARGUMENT_SPEC.items()}
    return {
        **defaults,
        **modules.CONNECTION,
        "domains": DOMAINS,
        "project": "webapp",
        "acme_terms_agreed": True,
        **changes,
    }


@dataclass
class FakeJournal:
    """The journal of a run that may have lost its project."""

    calls: Calls
    error: CertError | None = None
    orders: list[str] = field(default_factory=list)

    def ordering(self, order_url: str, _now: datetime) -> None:
        self.calls.begin("journal")
        if self.error is not None:
            raise self.error
        self.orders.append(order_url)


@dataclass
class World:
    """Everything outside, sharing one list of calls."""

    calls: Calls = field(default_factory=Calls)
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.archive = FakeArchive(self.calls)
        self.zones = FakeRoute53(self.calls)
        self.ca = FakeCA(self.zones, self.clock, self.calls)
        self.other = FakeCA(self.zones, self.clock, self.calls)
        self.journal: FakeJournal | None = None

    def run(self, check_mode: bool = False, **changes: t.Any) -> Outcome:
        clients = Clients(
            archive=self.archive, zones=self.zones, server=self.ca, journal=self.journal, fallbacks=(self.other,)
        )
        return modules.run(acme_route53_issue, params(**changes), self.clock, check_mode, clients)

    def clean(self, check_mode: bool = False, drop_orders: bool = False, drop_dns_persist: bool = False) -> Outcome:
        clients = acme_route53_cleanup.Clients(archive=self.archive, zones=self.zones)
        defaults = {name: option.get("default") for name, option in acme_route53_cleanup.ARGUMENT_SPEC.items()}
        given = {**defaults, **modules.CONNECTION, "project": "webapp"}
        given.update(drop_orders=drop_orders, drop_dns_persist=drop_dns_persist)
        return modules.run(acme_route53_cleanup, given, self.clock, check_mode, clients)

    def kill(self, at: int, after_effect: bool = False, **changes: t.Any) -> None:
        """Run, killed at this call; the services live on."""
        calls = Calls(dies_at=at, after_effect=after_effect)
        self._use(calls)
        with pytest.raises(KilledError):
            self.run(**changes)
        self._use(Calls())

    def _use(self, calls: Calls) -> None:
        self.calls = self.archive.calls = self.zones.calls = self.ca.calls = self.other.calls = calls

    def forget_calls(self) -> None:
        self._use(Calls())


def calls_of_a_first_run(**changes: t.Any) -> list[str]:
    world = World()
    world.run(**changes)
    return world.calls.made


def sent(calls: t.Iterable[str]) -> list[str]:
    """Those to AWS and to the CA; the archive is in files here."""
    return [call for call in calls if not call.startswith(("put ", "delete ", "journal"))]


PERSISTENT = "_validation-persist.example.com"
