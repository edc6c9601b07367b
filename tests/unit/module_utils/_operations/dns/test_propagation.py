# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every name server shows every value, or a warning says which does not."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.txt_records import ChallengeRecord
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.waiting import Deadline
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.dns import propagation
from unit.fakes.clock import FakeClock

FAST, SLOW, SILENT = ("192.0.2.1", 53), ("192.0.2.2", 53), ("192.0.2.3", 53)
NAME = "_acme-challenge.example.com"
RECORD = ChallengeRecord("Z1", NAME, ("ours",), "example.com")


@dataclass
class FakeServers:
    """Each server shows the value from some second on; None never answers."""

    clock: FakeClock
    shown_after: dict[tuple[str, int], float | None]
    asked: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.start = self.clock.now()

    def lookup(self, names: t.Iterable[str], rdtype: str) -> dict[str, tuple[str, ...] | None]:
        return dict.fromkeys(names)

    def name_servers(self, zones: t.Iterable[str]) -> dict[str, tuple[tuple[str, int], ...]]:
        return {zone: tuple(self.shown_after) for zone in zones}

    def texts(
        self, asked: t.Iterable[tuple[tuple[str, int], str]]
    ) -> dict[tuple[tuple[str, int], str], tuple[str, ...] | None]:
        pairs = list(asked)
        self.asked.append(len(pairs))
        return {(server, name): self._answer(server) for server, name in pairs}

    def _answer(self, server: tuple[str, int]) -> tuple[str, ...] | None:
        after = self.shown_after[server]
        if after is None:
            return None
        return ("theirs", "ours") if (self.clock.now() - self.start).total_seconds() >= after else ("theirs",)


@pytest.mark.parametrize(
    ("servers", "limit", "waited", "warning"),
    [
        pytest.param({FAST: 0}, 300, 0, "", id="shown at once"),
        pytest.param({FAST: 0, SLOW: 7}, 300, 8.5, "", id="the slowest is waited for"),
        pytest.param({FAST: 0, SILENT: None}, 300, 0, "", id="a silent one is not waited for while another answers"),
        pytest.param({SILENT: None}, 300, 0, "name servers of example.com could not be asked", id="none answers"),
        pytest.param({}, 300, 0, "name servers of example.com could not be asked", id="none is known"),
        pytest.param(
            {FAST: 0, SLOW: 10**6},
            300,
            60,
            "192.0.2.2 does not show the challenge value of _acme-challenge.example.com",
            id="never shown",
        ),
        pytest.param({FAST: 10**6}, 20, 20, "192.0.2.1 does not show", id="the time of the run is the limit"),
    ],
)
def test_waiting_for_name_servers(
    servers: dict[tuple[str, int], float | None], limit: float, waited: float, warning: str
) -> None:
    clock = FakeClock()
    start = clock.now()
    warnings = propagation.await_shown(FakeServers(clock, servers), [RECORD], clock, Deadline.after(start, limit))
    assert (clock.now() - start).total_seconds() == waited
    assert len(warnings) == bool(warning)
    assert all(warning in each for each in warnings)


def test_only_what_is_not_shown_yet_is_asked_again() -> None:
    clock = FakeClock()
    servers = FakeServers(clock, {FAST: 0, SLOW: 1})
    records = [RECORD, ChallengeRecord("Z1", "_acme-challenge.www.example.com", ("ours",), "example.com")]
    assert propagation.await_shown(servers, records, clock, Deadline.after(clock.now(), 300)) == []
    assert servers.asked == [2, 4, 2, 2]
