# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every call of the playbook setup is killed or fails: one more run, and table and bucket are as without it."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from chaos.starting_point import Bench, outlive_all
from chaos.storage import BUCKET, IN_AWS, TABLE, InAws

from .faults import BOUND, FOR_GOOD, PAIRS_OF_KINDS, QUICK, Case, operations, seconds
from .killing import KillPoint, kill_points
from .report import Report

WANTED = {**IN_AWS, "manage_bucket": True}


def _begin(bench: Bench) -> InAws:
    bench.clear()
    bench.in_aws.s3.create_bucket(Bucket=BUCKET)
    bench.control.clear_calls()
    return bench.in_aws


def _settings(places: InAws) -> dict[str, Any]:
    """What setup is for, as the services tell it."""
    table = places.dynamodb.describe_table(TableName=TABLE)["Table"]
    backups = places.dynamodb.describe_continuous_backups(TableName=TABLE)["ContinuousBackupsDescription"]
    return {
        "billing": table["BillingModeSummary"]["BillingMode"],
        "protected": table["DeletionProtectionEnabled"],
        "tags": places.dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"],
        "recovery": backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"],
        "access": places.s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"],
        "versions": places.s3.get_bucket_versioning(Bucket=BUCKET)["Status"],
    }


def _survive(bench: Bench, point: KillPoint, wanted: dict[str, Any]) -> list[str]:
    places = _begin(bench)
    started = bench.runner.prepare("setup", WANTED, workers=True)
    bench.control.fault(point.service, point.operation, "kill", when=point.when, skip=point.skip, pgid=started.pid)
    if (killed := started.go().wait()).status != -9:
        return [f"the run was not killed:\n{killed.output}"]
    bench.control.clear_faults()
    return _again(bench, places, wanted)


def _outlive(bench: Bench, case: Case, wanted: dict[str, Any]) -> list[str]:
    """One call fails for good; then it does not."""
    places = _begin(bench)
    bench.control.fault(
        case.service, case.operation, case.kind, count=FOR_GOOD, seconds=seconds(case.service, case.kind)
    )
    failed = bench.runner.run(QUICK, {**WANTED, "chaos_entry": "setup"})
    bench.control.clear_faults()
    problems = _again(bench, places, wanted)
    if failed.status == 0 or f"{case.service}:{case.operation}" not in failed.errors or failed.seconds > BOUND:
        problems.append(
            f"the run with the fault ended with {failed.status} after {failed.seconds:.0f} s:\n{failed.output}"
        )
    return problems


def _again(bench: Bench, places: InAws, wanted: dict[str, Any]) -> list[str]:
    again = bench.runner.run("setup", WANTED)
    if again.status != 0:
        return [again.output]
    found = _settings(places)
    return [
        f"{name}: {found[name]}, undisturbed it is {wanted[name]}" for name in wanted if found[name] != wanted[name]
    ]


def _undisturbed(bench: Bench) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The calls, and what they come to."""
    places = _begin(bench)
    assert bench.runner.run("setup", WANTED).status == 0
    calls, wanted = bench.control.calls(), _settings(places)
    assert (wanted["recovery"], wanted["protected"], set(wanted["access"].values()), wanted["versions"]) == (
        "ENABLED",
        True,
        {True},
        "Enabled",
    )
    return calls, wanted


@pytest.mark.chaos
def test_a_setup_killed_at_any_call_is_finished_by_the_next_one(lanes: list[Bench], report: Report) -> None:
    calls, wanted = _undisturbed(lanes[0])
    points = kill_points("setup", calls)
    outlive_all(
        lanes,
        points,
        lambda bench, point: _survive(bench, point, wanted),
        lambda point: point.story,
        (report.kill_points, report.survived),
    )


@pytest.mark.chaos
def test_a_setup_whose_calls_fail_for_good_is_finished_by_the_next_one(lanes: list[Bench], report: Report) -> None:
    calls, wanted = _undisturbed(lanes[0])
    cases = [Case("setup", *call, kind) for call in operations(calls) for kind in itertools.chain(*PAIRS_OF_KINDS)]
    outlive_all(
        lanes,
        cases,
        lambda bench, case: _outlive(bench, case, wanted),
        lambda case: case.kind,
        (report.fault_cases, report.faults_survived),
    )
    assert len(cases) > 0
