# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs with clients that give up soon, for the tests in which calls fail."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from playbook_runs.runs import ROOT

from chaos.starting_point import Bench, Played, in_lanes

from .outcome import outcome
from .stories import STORIES
from .story import VARIABLES

ENTRIES = {
    "create": "main",
    "renew": "renew",
    "create-aws": "main",
    "renew-aws": "renew",
    "revoke": "reissue",
    "reissue-elb": "reissue",
    "create-acm": "main",
    "reissue-served": "reissue",
    "reissue-same": "reissue",
    "create-requested": "main",
    "create-exported": "main",
    "delete": "delete",
    "delete-aws": "delete",
    "delete-acm": "delete",
    "unsubscribe": "main",
}
QUICK = str(ROOT / "tests/chaos/quick.yml")
# As in quick.yml.
READ_TIMEOUT = 3.0


# In pairs, one of which makes a run wait longer than the other, so that all of them take about as long.
PAIRS_OF_KINDS = (("throttled", "access_denied"), ("timeout", "malformed"), ("reset", "error_500"))
# More often than any client asks.
FOR_GOOD = 10_000
# A run that fails has to say so within this time, with the clients of quick.yml.
BOUND = 90.0


@dataclass(frozen=True)
class Case:
    """One call that fails for good, in one way."""

    story: str
    service: str
    operation: str
    kind: str

    @property
    def call(self) -> str:
        return f"{self.service}:{self.operation}"

    def __str__(self) -> str:
        return f"{self.story}: {self.call} {self.kind}"


def seconds(service: str, kind: str) -> float:
    """How long the fault takes: botocore has given up by then. The CA's client waits longer than a test can; there a
    connection is lost after a while."""
    return {"timeout": 1.0 if service == "acme" else READ_TIMEOUT + 1, "throttled": 1.0}.get(kind, 0.0)


def play(bench: Bench, name: str) -> Played:
    """One run of the story, and an end to the faults."""
    variables = {**VARIABLES, **STORIES[name].variables, "chaos_entry": ENTRIES[name]}
    ended = bench.runner.prepare(QUICK, variables).go().wait()
    bench.control.clear_faults()
    return bench.look(ended)


def operations(calls: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Service and operation of each call, once, in the order of the first."""
    return list(dict.fromkeys((call["service"], call["operation"]) for call in calls))


def undisturbed_runs(lanes: list[Bench], names: Iterable[str]) -> dict[str, Played]:
    """The same runs without a fault."""

    def work(bench: Bench, name: str) -> Played:
        bench.begin(name)
        return play(bench, name)

    found = {}
    for name, played in in_lanes(lanes, names, work):
        if isinstance(played, BaseException):
            raise played
        assert played.ended.status == 0, played.ended.output
        found[name] = played
    return found


def differences(undisturbed: Played, found: Played) -> list[str]:
    """What is not as after a run that nobody disturbed."""
    wanted, got = outcome(undisturbed), outcome(found)
    return [f"{key}: {got[key]}, undisturbed it is {wanted[key]}" for key in wanted if got[key] != wanted[key]]
