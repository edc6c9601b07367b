# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook status: one row a project, at the cost of one set of listings, and nothing is changed."""

from __future__ import annotations

import json
import re

import pytest
from e2e.life import Life
from playbook_runs.runs import Ansible
from sandbox.control import Control
from sandbox.process import SandboxProcess

READS = {"GetCallerIdentity", "ListServerCertificates", "ListDistributions", "GetAccountSummary"}


@pytest.fixture
def life(sandbox: SandboxProcess, control: Control, ansible: Ansible) -> Life:
    return Life(ansible, control, sandbox.env(), sandbox.env())


def shown(output: str) -> list[str]:
    found = re.search(r"\"msg\": \[\n(.*?)\n +\]", output, re.DOTALL)
    return [json.loads(line.strip().rstrip(",")) for line in found[1].splitlines()] if found else []


def test_there_is_a_row_for_each_project_and_a_command_for_what_needs_a_person(
    life: Life, ansible: Ansible, control: Control
) -> None:
    life.play("create").succeeded()
    life.play("create", project_name="bad", project_domains="bad.example.com", project_bind=["previous"]).succeeded()
    control.fault("acme", "newOrder", "error_500", count=100)
    life.play("reissue", project_name="bad", project_domains="bad.example.com", project_bind=["previous"]).failed()
    before = {path: path.read_bytes() for path in life.data.rglob("*.json")}
    control.clear_calls()
    run = ansible.playbook("status").succeeded()
    lines = shown(run.stdout)
    assert lines[0].split() == ["PROJECT", "STATE", "LEFT", "RENEWS", "SITES", "MAIL", "NAMES"]
    assert [line.split()[:2] for line in lines[1:3]] == [["bad", "failing"], ["webapp", "ok"]]
    assert "  > ansible-playbook certops.cloudfront.doctor -e project_name=bad" in lines
    assert lines[-1] == "2 projects: 1 failing, 1 ok; 1 needs a person."
    assert max(map(len, lines)) <= 69
    assert run.changed == 0
    assert {path: path.read_bytes() for path in life.data.rglob("*.json")} == before
    assert set(control.counts()) == READS
    assert max(control.counts().values()) == 1


def test_for_programs_there_is_json(life: Life, ansible: Ansible) -> None:
    life.play("create").succeeded()
    run = ansible.playbook("status", {"status_format": "json"}).succeeded()
    found = json.loads(run.stdout.rpartition("TASK [Show the projects")[2].partition("=> ")[2].partition("\n\n")[0])
    (project,) = found["msg"]["projects"]
    assert (project["name"], project["state"], project["expires_in_days"]) == ("webapp", "ok", 89)


def test_a_format_that_does_not_exist_is_refused_with_those_that_do(ansible: Ansible) -> None:
    assert "status_format: xml is not a format; use one of table, json" in ansible.playbook(
        "status", {"status_format": "xml"}
    ).failed().stdout.replace("\n", " ")
