# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs with clients that give up soon, for the tests in which calls fail."""

from __future__ import annotations

from sandbox.ansible_runs import ROOT

from .bench import Bench, Played, on_each
from .outcome import outcome
from .stories import STORIES, VARIABLES

ENTRIES = {"create": "main", "renew": "main", "create-aws": "main", "revoke": "reissue", "delete": "delete"}
QUICK = str(ROOT / "tests/chaos/quick.yml")
# As in quick.yml.
READ_TIMEOUT = 3.0


def seconds(service: str, kind: str) -> float:
    """How long the fault takes: botocore has given up by then. The CA's client waits longer than a test can; there a connection is lost after a while."""
    return {"timeout": 1.0 if service == "acme" else READ_TIMEOUT + 1, "throttled": 1.0}.get(kind, 0.0)


def play(bench: Bench, name: str) -> Played:
    """One run of the story, and an end to the faults."""
    variables = {**VARIABLES, **STORIES[name].variables, "chaos_entry": ENTRIES[name]}
    ended = bench.runner.prepare(QUICK, variables).go().wait()
    bench.control.clear_faults()
    bench.tally.runs += 1
    return bench.look(ended)


def undisturbed_runs(lanes: list[Bench], name: str) -> dict[int, Played]:
    """The same run without a fault on every bench, since identifiers differ between them."""

    def work(bench: Bench) -> Played:
        bench.begin(name)
        return play(bench, name)

    found = {}
    for bench, played in on_each(lanes, work):
        if isinstance(played, BaseException):
            raise played
        assert played.ended.status == 0, played.ended.output
        found[id(bench)] = played
    return found


def differences(undisturbed: Played, found: Played) -> list[str]:
    """What is not as after a run that nobody disturbed."""
    wanted, got = outcome(undisturbed), outcome(found)
    return [f"{key}: {got[key]}, undisturbed it is {wanted[key]}" for key in wanted if got[key] != wanted[key]]
