# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many projects at once stay below what an account may call, and a broken one is not hammered."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from playbook_runs.runs import Ansible
from sandbox import seed
from sandbox.control import Control
from sandbox.fleet import Fleet
from sandbox.process import SandboxProcess

FORKS = 6


@pytest.fixture
def fleet(control: Control) -> list[dict[str, Any]]:
    """As many new projects as there are forks, in one zone."""
    seed.create_zone("example.com")
    control.set(iam_server_certificate_quota=100)
    return [
        {"project_name": f"p{number}", "project_domains": [f"p{number}.example.com"], "project_sns_topic": ""}
        for number in range(FORKS)
    ]


def test_all_forks_together_stay_below_the_limit_of_the_account(
    ansible: Ansible, control: Control, fleet: list[dict[str, Any]]
) -> None:
    control.clear_calls()
    # slower than real accounts, so that a busy machine is no excuse
    control.set(route53_rate=2, route53_burst=2)
    ansible.playbook(
        "create", {"projects": fleet, "project_route53_calls_per_second": 2}, "--forks", str(FORKS)
    ).succeeded()
    made = control.calls("route53")
    assert [call for call in made if call.get("error")] == []
    assert len(made) <= 1 + 4 * FORKS


@pytest.mark.slow
def test_ten_scheduled_runs_order_once_for_a_broken_domain(
    sandbox: SandboxProcess, ansible: Ansible, control: Control
) -> None:
    # the registrar points to the zone of another account, so the CA finds no challenge record
    seed.create_zone("example.net", env=sandbox.account("222222222222"))
    seed.create_zone("example.net", env=sandbox.env())
    dataclasses.replace(Fleet.of(control, ansible.env), zone="example.net").make(1, due=1, distributions=False)
    ansible.playbook("renew", {"project_dns_check": False}).failed()
    assert len(control.calls("acme", "newOrder")) == 1
    for _run in range(9):
        assert "p00000: waits until" in ansible.playbook("renew", {"project_dns_check": False}).succeeded().stdout
    assert len(control.calls("acme", "newOrder")) == 1
