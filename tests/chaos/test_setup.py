# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SIGKILL at every call of the playbook setup: one more run, and table and bucket are as without it."""

from __future__ import annotations

from typing import Any

import pytest

from .bench import Bench, in_lanes
from .killing import KillPoint, kill_points
from .places import BUCKET, IN_AWS, TABLE, InAws
from .report import Report

WANTED = {**IN_AWS, "manage_bucket": True}


def _begin(bench: Bench) -> InAws:
    bench.control.reset()
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
    again = bench.runner.run("setup", WANTED)
    if again.status != 0:
        return [again.output]
    found = _settings(places)
    return [f"{name}: {found[name]}, undisturbed it is {wanted[name]}" for name in wanted if found[name] != wanted[name]]


@pytest.mark.chaos
def test_a_setup_killed_at_any_call_is_finished_by_the_next_one(lanes: list[Bench], report: Report) -> None:
    places = _begin(lanes[0])
    assert lanes[0].runner.run("setup", WANTED).status == 0
    calls, wanted = lanes[0].control.calls(), _settings(places)
    assert (wanted["recovery"], wanted["protected"], set(wanted["access"].values()), wanted["versions"]) == ("ENABLED", True, {True}, "Enabled")
    problems = []
    for point, found in in_lanes(lanes, kill_points("setup", calls), lambda bench, point: _survive(bench, point, wanted)):
        report.kill_points["setup"] += 1
        if found:
            problems.append(f"{point}: {found}")
        else:
            report.survived["setup"] += 1
    assert not problems, "\n".join(problems)
    assert report.survived["setup"] > 0
