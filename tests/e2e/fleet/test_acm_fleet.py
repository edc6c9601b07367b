# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What it takes to plan a fleet whose certificates are in ACM, or in both stores: listings, and nothing per project."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.certops.cloudfront.plugins.modules import project_plan
from e2e.in_process import run
from playbook_runs.runs import Ansible
from sandbox.control import Control
from sandbox.fleet import Fleet
from sandbox.process import SandboxProcess


@pytest.fixture
def fleet(
    control: Control, sandbox: SandboxProcess, tmp_path: Path, ansible: Ansible, monkeypatch: pytest.MonkeyPatch
) -> Fleet:
    """One that the plan of this process finds in its default store."""
    monkeypatch.setenv("XDG_DATA_HOME", ansible.env["XDG_DATA_HOME"])
    return Fleet.of(control, {**sandbox.env(), "XDG_DATA_HOME": ansible.env["XDG_DATA_HOME"]})


def planned(control: Control) -> tuple[dict[str, Any], Counter[str]]:
    """A plan of all projects, and the calls that it took."""
    control.clear_calls()
    result = run(project_plan, renewal_info=False).result
    return result, Counter(f"{call['service']}:{call['operation']}" for call in control.calls())


def test_a_thousand_projects_in_acm_take_one_listing(fleet: Fleet, control: Control) -> None:
    fleet.make(1000, in_acm=1000)
    result, calls = planned(control)
    assert Counter(one["action"] for one in result["projects"]) == {"none": 1000}
    assert calls == {
        "sts:GetCallerIdentity": 1,
        # a thousand on a page
        "acm:ListCertificates": 1,
        "cloudfront:ListDistributions": 10,
    }


def test_what_else_the_region_has_takes_a_listing_of_tags(fleet: Fleet, control: Control) -> None:
    names = fleet.make(250, in_acm=250)
    (fleet.store / f"{names[0]}.json").unlink()
    result, calls = planned(control)
    assert Counter(one["action"] for one in result["projects"]) == {"none": 249}
    assert calls == {
        "sts:GetCallerIdentity": 1,
        "acm:ListCertificates": 1,
        # a hundred on each page
        "resourcegroupstaggingapi:GetResources": 3,
        "cloudfront:ListDistributions": 3,
    }


def test_a_fleet_in_both_stores_takes_the_listings_of_both(fleet: Fleet, control: Control) -> None:
    fleet.make(40, in_acm=20)
    result, calls = planned(control)
    assert Counter(one["action"] for one in result["projects"]) == {"none": 40}
    assert calls == {
        "sts:GetCallerIdentity": 1,
        "iam:ListServerCertificates": 1,
        "acm:ListCertificates": 1,
        "cloudfront:ListDistributions": 1,
    } | {name: count for name, count in calls.items() if name == "iam:GetAccountSummary"}


def test_what_is_due_is_asked_for_its_owners_with_one_more_listing(fleet: Fleet, control: Control) -> None:
    fleet.make(40, in_acm=40, due=5)
    result, calls = planned(control)
    assert len(result["selected"]) == 5
    assert calls["acm:ListCertificates"] == 1
    assert calls["resourcegroupstaggingapi:GetResources"] <= 1
