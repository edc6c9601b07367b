# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run lists the hosted zones once, however many projects it has, and what changes meanwhile is seen where it
matters."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from playbook_runs.runs import ROOT, Ansible
from sandbox import seed
from sandbox.control import Control
from sandbox.process import SandboxProcess

OTHER, OWN = "222222222222", "123456789012"
PROJECTS = 12


def fleet(count: int) -> list[dict[str, Any]]:
    """New projects without distributions and mail."""
    names = [f"p{number}" for number in range(count)]
    return [
        {"project_name": name, "project_domains": [f"{name}.example.com"], "project_sns_topic": ""} for name in names
    ]


@pytest.mark.parametrize(
    ("count", "forks"), [pytest.param(1, 5, id="one"), pytest.param(PROJECTS, 6, id="twelve", marks=pytest.mark.slow)]
)
def test_a_run_lists_zones_once_for_all_projects(
    sandbox: SandboxProcess, ansible: Ansible, control: Control, count: int, forks: int
) -> None:
    seed.create_zone("example.com")
    control.set(iam_server_certificate_quota=100)
    given = {"projects": fleet(count), "project_route53_calls_per_second": 0}
    for playbook in ("create", "reissue"):
        control.clear_calls()
        ansible.playbook(playbook, given, "--forks", str(forks)).succeeded()
        made = control.counts("route53")
        assert made["ListHostedZones"] == 1
        assert made.total() <= 1 + 4 * count, made
    assert len(control.issued()) == 2 * count
    # what the first run left is gone
    assert len(list((ansible.home / ".cache" / "certops").glob("zones-*.json"))) == 1


def test_a_run_over_a_hundred_names_makes_five_calls(
    sandbox: SandboxProcess, ansible: Ansible, control: Control
) -> None:
    seed.create_zone("example.com")
    control.set(route53_propagation_seconds=2)
    control.clear_calls()
    names = [f"h{number}.example.com" for number in range(100)]
    ansible.playbook(
        "create", {"project_name": "webapp", "project_domains": names, "project_sns_topic": ""}
    ).succeeded()
    assert control.counts("route53").total() <= 5, control.counts("route53")


class Tasks:
    """One run of ansible-playbook that issues, and changes zones between."""

    def __init__(self, ansible: Ansible, env: dict[str, str]) -> None:
        self.ansible, self.env, self.tasks = ansible, env, list[dict[str, Any]]()

    def issue(self, name: str, check_mode: bool = False, fails: bool = False, **options: Any) -> None:
        given = {
            "project": "webapp",
            "domains": [name],
            "acme_terms_agreed": True,
            "acme_directory": self.env["CERTOPS_ACME_DIRECTORY"],
        }
        module = {**given, "acme_ca_bundle": self.env["CERTOPS_ACME_CA_BUNDLE"], **options}
        self.tasks += [
            {
                "certops.cloudfront.acme_route53_issue": module,
                "check_mode": check_mode,
                "register": "told",
                "ignore_errors": fails,
            },
            {
                "ansible.builtin.assert": {
                    "that": f"told is {'failed' if fails else 'changed'}",
                    "fail_msg": "{{ told | to_json }}",
                }
            },
        ]

    def do(self, code: str) -> None:
        """Python with ``seed`` at hand."""
        self.tasks.append(
            {
                "ansible.builtin.command": {
                    "argv": [sys.executable, "-c", f"from sandbox import seed\n{code}"],
                    "chdir": str(ROOT / "tests"),
                }
            }
        )

    def run(self, path: Path) -> str:
        path.write_text(
            json.dumps([{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": self.tasks}]),
            encoding="utf-8",
        )
        return self.ansible.playbook(str(path)).succeeded().output


@pytest.fixture
def tasks(sandbox: SandboxProcess, ansible: Ansible) -> Tasks:
    return Tasks(ansible, sandbox.env())


def test_a_zone_that_is_made_and_one_that_is_made_anew_between_tasks(
    tasks: Tasks, control: Control, tmp_path: Path
) -> None:
    zone = seed.create_zone("example.com")
    tasks.issue("example.com", check_mode=True)
    tasks.issue("example.org", check_mode=True, fails=True)
    tasks.do("seed.create_zone('example.org')")
    tasks.issue("example.org")
    tasks.do(f"seed.client('route53').delete_hosted_zone(Id='{zone}'); seed.create_zone('example.com')")
    tasks.issue("example.com")
    control.clear_calls()
    output = tasks.run(tmp_path / "play.json")
    assert "example.org: it has no public hosted zone in this account" in output
    assert len(control.issued()) == 2
    assert control.counts("acme")["newOrder"] == 2


def test_a_zone_that_is_gone_between_tasks_is_told_as_missing(tasks: Tasks, control: Control, tmp_path: Path) -> None:
    zone = seed.create_zone("example.com")
    tasks.issue("example.com", check_mode=True)
    tasks.do(f"seed.client('route53').delete_hosted_zone(Id='{zone}')")
    tasks.issue("example.com", fails=True)
    assert "example.com: it has no public hosted zone in this account" in tasks.run(tmp_path / "play.json")
    assert control.issued() == []


def test_zones_of_another_account_are_listed_once_and_only_for_whom_its_role_lets_in(
    tasks: Tasks, sandbox: SandboxProcess, control: Control, tmp_path: Path
) -> None:
    seed.create_zone("example.com")
    account = sandbox.account(OTHER)
    seed.create_zone("example.net", env=account)
    role = seed.create_role("certops-dns", OWN, "ours", env=account)

    def reached(external_id: str) -> list[dict[str, Any]]:
        return [{"zone": "example.net", "dns_aws": {"role_arn": role, "external_id": external_id}}]

    tasks.issue("www.example.net", check_mode=True, dns_delegations=reached("ours"))
    tasks.issue("www.example.net", check_mode=True, fails=True, dns_delegations=reached("theirs"))
    tasks.issue("www.example.net", dns_delegations=reached("ours"))
    control.clear_calls()
    assert "sts:AssumeRole" in tasks.run(tmp_path / "play.json")
    # once each account, and the own one again, since there was a problem to tell
    assert control.counts("route53")["ListHostedZones"] == 3
