# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every call of the life fails in every way: for a moment, which a run outlives, and for good, which it reports and the next run makes good."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from sandbox.ansible_runs import ROOT

from .bench import Bench, Played, in_lanes, on_each
from .outcome import outcome
from .report import Report
from .stories import STORIES, VARIABLES

KINDS = ("throttled", "error_500", "timeout", "reset", "access_denied", "malformed")
# What a client may send again by itself.
PASSING = ("throttled", "error_500", "timeout", "reset")
ENTRIES = {"create": "main", "renew": "main", "reissue": "reissue", "cleanup": "cleanup", "delete": "delete"}
QUICK = str(ROOT / "tests/chaos/quick.yml")
# As in quick.yml.
READ_TIMEOUT = 3.0
FOR_GOOD = 10_000
# A run that fails has to say so within this time, with the clients of quick.yml.
BOUND = 90.0
# The CA's resources in the words of RFC 8555, where the sandbox's log is shorter.
NAMES = {"acme:authz": "acme:authorization", "acme:cert": "acme:certificate"}
# Without these the certificate is in place all the same, so the run does not fail: it tells.
NOTIFYING = ("sns:", "sts:")


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


def _seconds(service: str, kind: str) -> float:
    """botocore has given up by then; the CA's client waits longer than a test can, so there it is a connection that is lost after a while."""
    return {"timeout": 1.0 if service == "acme" else READ_TIMEOUT + 1, "throttled": 1.0}.get(kind, 0.0)


def _play(bench: Bench, name: str) -> Played:
    variables = {**VARIABLES, **STORIES[name].variables, "chaos_entry": ENTRIES[name]}
    ended = bench.runner.prepare(QUICK, variables).go().wait()
    bench.control.clear_faults()
    bench.tally.runs += 1
    return bench.look(ended)


def _undisturbed(lanes: list[Bench], name: str) -> dict[int, Played]:
    def work(bench: Bench) -> Played:
        bench.begin(name)
        return _play(bench, name)

    found = {}
    for bench, played in on_each(lanes, work):
        if isinstance(played, BaseException):
            raise played
        assert played.ended.status == 0, played.ended.output
        found[id(bench)] = played
    return found


def _differences(undisturbed: Played, found: Played) -> list[str]:
    wanted, got = outcome(undisturbed), outcome(found)
    return [f"{key}: {got[key]}, undisturbed it is {wanted[key]}" for key in wanted if got[key] != wanted[key]]


def _for_good(bench: Bench, case: Case, undisturbed: Played) -> tuple[list[str], float]:
    """What is wrong with how a run fails and how the next one makes it good, and how long the first one took."""
    bench.begin(case.story)
    bench.control.fault(case.service, case.operation, case.kind, count=FOR_GOOD, seconds=_seconds(case.service, case.kind))
    failed = _play(bench, case.story)
    may_succeed = case.call.startswith(NOTIFYING) and case.story != "delete"
    problems = []
    if (failed.ended.status == 0) != may_succeed:
        problems.append(f"it ended with {failed.ended.status}:\n{failed.ended.output}")
    if not _names(case, failed):
        problems.append(f"it does not name {case.call}:\n{failed.ended.output}")
    if failed.ended.seconds > BOUND:
        problems.append(f"it took {failed.ended.seconds:.0f} s")
    if failed.world.document and failed.world.document["lock"]:
        problems.append("it left its lock")
    again = _play(bench, case.story)
    problems += [f"the next run: {difference}" for difference in _differences(undisturbed, again)]
    return problems, failed.ended.seconds


def _names(case: Case, failed: Played) -> bool:
    """Whether the output tells what failed."""
    return NAMES.get(case.call, case.call) in failed.ended.errors


def _cases(story: str, undisturbed: Played, known: set[str]) -> list[Case]:
    calls = dict.fromkeys((call["service"], call["operation"]) for call in undisturbed.calls)
    new = [call for call in calls if ":".join(call) not in known]
    known |= {":".join(call) for call in new}
    return [Case(story, *call, kind) for call in new for kind in KINDS]


def _check_all(lanes: list[Bench], report: Report, cases: Iterable[Case], undisturbed: dict[str, dict[int, Played]]) -> None:
    problems = []
    for case, found in in_lanes(lanes, cases, lambda bench, case: _for_good(bench, case, undisturbed[case.story][id(bench)])):
        report.fault_cases[case.kind] += 1
        if isinstance(found, BaseException):
            problems.append(f"{case}: {found}")
            print(problems[-1])
            continue
        report.slowest_failure = max(report.slowest_failure, found[1])
        if found[0]:
            problems.append("\n".join((f"{case}:", *found[0])))
            print(problems[-1])
        else:
            print(f"survived: {case}, {found[1]:.1f} s")
            report.faults_survived[case.kind] += 1
    assert not problems, f"{len(problems)} cases\n" + "\n\n".join(problems)


@pytest.mark.chaos
def test_a_call_that_fails_for_good_is_named_and_the_next_run_makes_it_good(lanes: list[Bench], report: Report) -> None:
    known: set[str] = set()
    undisturbed = {name: _undisturbed(lanes, name) for name in ("create", "renew", "delete")}
    cases = [case for name, played in undisturbed.items() for case in _cases(name, played[id(lanes[0])], known)]
    assert len(cases) > 100
    _check_all(lanes, report, cases, undisturbed)


@pytest.mark.chaos
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("name", ["create", "renew", "delete"])
def test_a_run_outlives_that_each_call_fails_once(lanes: list[Bench], report: Report, name: str, when: str) -> None:
    undisturbed = _undisturbed(lanes, name)
    kinds = PASSING if when == "before" else ("reset", "timeout")

    def once(bench: Bench, kind: str) -> list[str]:
        bench.begin(name)
        for service, operation in dict.fromkeys((call["service"], call["operation"]) for call in undisturbed[id(bench)].calls):
            bench.control.fault(service, operation, kind, when=when, seconds=_seconds(service, kind))
        played = _play(bench, name)
        problems = _differences(undisturbed[id(bench)], played)
        return [*problems, played.ended.output] if problems else []

    problems = []
    for kind, found in in_lanes(lanes, kinds, once):
        label = f"{kind} once, {when} the call"
        report.fault_cases[label] += 1
        if found:
            problems.append(f"{label}: {found if isinstance(found, BaseException) else chr(10).join(found)}")
        else:
            report.faults_survived[label] += 1
    assert not problems, "\n\n".join(problems)


def test_an_upload_that_is_refused_is_named_and_made_good(lanes: list[Bench], report: Report) -> None:
    undisturbed = {"create": _undisturbed(lanes, "create")}
    cases = [Case("create", "iam", "UploadServerCertificate", "access_denied"), Case("create", "acme", "finalize", "malformed")]
    _check_all(lanes, report, cases, undisturbed)
