# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run leaves for later jobs: bounded whatever the fleet, and not hidden by another slice."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report import artifacts


def summary(rows: t.Sequence[dict[str, t.Any]], attention: t.Sequence[dict[str, t.Any]] = ()) -> dict[str, t.Any]:
    return {"playbook": "renew", "projects": list(rows), "plan": {"total": len(rows), "attention": list(attention)}}


def row(number: int, status: str = "unchanged", reason: str = "why") -> dict[str, t.Any]:
    return {"name": f"p{number:05}", "status": status, "reason": reason}


def test_a_small_run_is_published_as_a_whole() -> None:
    rows = [row(1, "changed"), row(2, "failed")]
    found = artifacts.of_run(summary(rows), {"p00001": {"Status": "Succeeded"}}, "")
    assert sorted(found) == ["certops", "certops_summary"]
    assert found["certops"] == {"p00001": {"Status": "Succeeded"}}
    assert [one["name"] for one in found["certops_summary"]["projects"]] == ["p00002", "p00001"]
    assert found["certops_summary"]["omitted"] == 0


def test_of_a_large_fleet_the_failures_are_published_and_the_rest_is_counted() -> None:
    rows = [row(number) for number in range(10_000)] + [row(10_001, "failed"), row(10_002, "changed")]
    records = {one["name"]: {"Status": "Succeeded", "Update_CloudFront_Status": [{"E1": "Success"}]} for one in rows}
    found = artifacts.of_run(summary(rows, [{"name": "x", "reason": "y" * 900}] * 500), records, "42")
    assert len(json.dumps(found)) < 4 * 2.2 * artifacts.LONGEST
    told = found["certops_summary_42"]
    assert [one["status"] for one in told["projects"][:3]] == ["failed", "changed", "unchanged"]
    assert told["omitted"] == len(rows) - len(told["projects"]) > 0
    assert list(found["certops_42"])[:2] == ["p10001", "p10002"]


def test_one_endless_text_does_not_keep_out_the_others() -> None:
    found = artifacts.of_run(summary([row(1, "failed", "x" * 200_000), row(2)]), {}, "")["certops_summary"]
    assert ([one["name"] for one in found["projects"]], found["omitted"]) == (["p00002"], 1)


def test_slices_of_one_job_have_keys_of_their_own() -> None:
    one = artifacts.of_run(summary([row(1)]), {"p00001": {}}, "41")
    other = artifacts.of_run(summary([row(2)]), {"p00002": {}}, "42")
    merged = {**one, **other}
    assert [merged[f"certops_summary_{job}"]["projects"][0]["name"] for job in (41, 42)] == ["p00001", "p00002"]
    assert merged["certops_41"] == {"p00001": {}}


def test_a_run_without_a_plan_has_none() -> None:
    assert artifacts.of_run({"projects": [], "plan": None}, {}, "") == {
        "certops_summary": {"projects": [], "plan": None, "omitted": 0}
    }


def test_a_project_that_runs_by_itself_is_published_as_a_whole() -> None:
    record = {"Status": "Succeeded", "Update_CloudFront_Status": [{"E1": "Success"}]}
    assert artifacts.of_project("webapp", record, 1) == {"certops": {"webapp": record}}
    assert artifacts.of_project("webapp", None, 1) == {}


def test_a_long_record_keeps_its_first_fields_and_counts_the_others() -> None:
    record = {"Status": "Failed", "Update_CloudFront_Status": [{f"E{n}": "x" * 90} for n in range(500)], "Error": "why"}
    (kept,) = artifacts.of_project("webapp", record, 1)["certops"].values()
    assert kept == {"Status": "Failed", "Error": "why", "omitted": 1}


def test_many_projects_of_a_host_publish_together_what_one_may() -> None:
    record = {"Status": "Succeeded", "Matched_CloudFront": {"E1": "x" * 5_000}, "Error": "why"}
    merged, published = {}, 0
    for number in range(2_000):
        one = artifacts.of_project(f"p{number:05}", record, 1, published)
        published = artifacts.published_with(one, published)
        merged.update(one.get("certops", {}))
    assert merged["p00000"] == record
    assert {"Status": "Succeeded", "Error": "why", "omitted": 1} in merged.values()
    assert 0.9 * artifacts.LONGEST < len(json.dumps(merged)) <= published <= artifacts.LONGEST


def test_many_hosts_of_a_play_publish_together_what_one_may() -> None:
    record = {"Status": "Succeeded", "started_at": "2026-11-22T05:30:00Z", "Matched_CloudFront": {"E1": "x" * 200}}
    for hosts in (10, 500, 2_000, 100_000):
        one = artifacts.of_project("p00001", record, hosts)
        assert hosts * len(json.dumps(one.get("certops", {})) if one else "") <= 1.1 * artifacts.LONGEST


def size(value: t.Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())


@pytest.mark.parametrize("more", [0, 1])
def test_what_is_published_of_a_run_has_64_kib_at_most(more: int) -> None:
    alone = {"p": "x" * (64 * 1024 - size(["p", ""]) + more)}
    rows = [{"name": "p", "status": "unchanged"}]
    found = artifacts.of_run({"projects": rows, "plan": None}, alone, "")
    assert ("certops" in found) == (more == 0)


@pytest.mark.parametrize("more", [0, 1])
def test_the_record_of_one_project_has_8_kib_at_most(more: int) -> None:
    record = {"Status": "Succeeded", "Error": ""}
    record["Error"] = "x" * (8 * 1024 - size(["webapp", record]) + more)
    (kept,) = artifacts.of_project("webapp", record, 1)["certops"].values()
    assert kept == (record if more == 0 else {"Status": "Succeeded", "omitted": 1})
