# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every call of the life fails for good, in every way: the run reports it, and the next one makes it good."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from chaos.starting_point import Bench, Played, in_lanes

from .faults import (
    BOUND,
    ENTRIES,
    FOR_GOOD,
    PAIRS_OF_KINDS,
    Case,
    differences,
    operations,
    play,
    seconds,
    undisturbed_runs,
)
from .report import Report

# The CA's resources in the words of RFC 8555, where the sandbox's log is shorter.
NAMES = {"acme:authz": "acme:authorization", "acme:cert": "acme:certificate"}
# Both versions of Elastic Load Balancing have one name in AWS's words, and tags have a short one.
SERVICES = {"elb:": "elasticloadbalancing:", "elbv2:": "elasticloadbalancing:", "resourcegroupstaggingapi:": "tag:"}
# Without these the certificate is in place all the same, so the run does not fail: it tells. What is not deleted is an
# order that is done with.
DISPENSABLE = ("sns:", "s3:DeleteObject", "acme:renewalInfo", "resourcegroupstaggingapi:GetResources")
# A permission that is only of use: who does not give it is not told so by every run.
OPTIONAL = ("resourcegroupstaggingapi:GetResources", "access_denied")
# That order is deleted by the playbook cleanup, or with the next one.
LEFT_FOR_CLEANUP = {"s3:DeleteObject": "unfinished orders: 1,"}


def _for_good(bench: Bench, case: Case, undisturbed: Played) -> tuple[list[str], float]:
    """What is wrong with how a run fails and how the next one makes it good, and how long the first one took."""
    bench.begin(case.story)
    bench.control.fault(
        case.service, case.operation, case.kind, count=FOR_GOOD, seconds=seconds(case.service, case.kind)
    )
    failed = play(bench, case.story)
    may_succeed = case.call.startswith(DISPENSABLE) and not case.story.startswith("delete")
    problems = []
    if (failed.ended.status == 0) != may_succeed:
        problems.append(f"it ended with {failed.ended.status}:\n{failed.ended.output}")
    if not _names(case, failed):
        problems.append(f"it does not name {case.call}:\n{failed.ended.output}")
    if failed.ended.seconds > BOUND:
        problems.append(f"it took {failed.ended.seconds:.0f} s")
    # A store that is away cannot be told that the project is free; the next run finds its owner dead.
    if case.service != "dynamodb" and failed.world.document and failed.world.document["lock"]:
        problems.append("it left its lock")
    again = play(bench, case.story)
    left = LEFT_FOR_CLEANUP.get(case.call)
    problems += [
        f"the next run: {difference}"
        for difference in differences(undisturbed, again)
        if left is None or not difference.startswith(left)
    ]
    return problems, failed.ended.seconds


def _names(case: Case, failed: Played) -> bool:
    """Whether the output tells what failed, where that has to be told."""
    if (case.call, case.kind) == OPTIONAL:
        return True
    service, operation = SERVICES.get(f"{case.service}:", f"{case.service}:"), case.operation
    return NAMES.get(case.call, f"{service}{operation}") in failed.ended.errors


def _cases(story: str, undisturbed: Played, known: set[str], kinds: Iterable[str]) -> list[Case]:
    new = [call for call in operations(undisturbed.calls) if ":".join(call) not in known]
    known |= {":".join(call) for call in new}
    return [Case(story, *call, kind) for call in new for kind in kinds]


def _check_all(lanes: list[Bench], report: Report, cases: Iterable[Case], undisturbed: dict[str, Played]) -> None:
    problems = []
    for case, found in in_lanes(lanes, cases, lambda bench, case: _for_good(bench, case, undisturbed[case.story])):
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
@pytest.mark.parametrize("kinds", PAIRS_OF_KINDS, ids="-".join)
def test_a_call_that_fails_for_good_is_named_and_the_next_run_makes_it_good(
    lanes: list[Bench], report: Report, kinds: tuple[str, ...]
) -> None:
    known: set[str] = set()
    undisturbed = undisturbed_runs(lanes, ENTRIES)
    cases = [case for name in ENTRIES for case in _cases(name, undisturbed[name], known, kinds)]
    assert len(cases) > 25 * len(kinds)
    _check_all(lanes, report, cases, undisturbed)


def test_an_upload_that_is_refused_is_named_and_made_good(lanes: list[Bench], report: Report) -> None:
    undisturbed = undisturbed_runs(lanes, ["create"])
    cases = [
        Case("create", "iam", "UploadServerCertificate", "access_denied"),
        Case("create", "acme", "finalize", "malformed"),
    ]
    _check_all(lanes, report, cases, undisturbed)
