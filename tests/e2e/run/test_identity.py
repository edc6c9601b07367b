# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A project belongs to one account and partition: with the credentials of another one nothing is written, there or
here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from e2e.life import PROJECT, Life
from playbook_runs.runs import Ansible, Run
from sandbox import seed
from sandbox.control import Control
from sandbox.fleet import Fleet
from sandbox.process import SandboxProcess

OURS, OTHER = "123456789012", "999999999999"
CHINA = "cn-northwest-1"
READS = ("Get", "List", "Describe", "Simulate")
# Every playbook that works on a project, with what it would be given.
WRITING = ("create", "renew", "reissue", "rollback", "restore", "cleanup", "delete")


@pytest.fixture
def life(sandbox: SandboxProcess, control: Control, ansible: Ansible) -> Life:
    return Life(ansible, control, sandbox.env(), sandbox.env())


def writes(control: Control) -> list[str]:
    """What was changed at AWS, or asked of the CA, since the last look."""
    found = [
        f"{call['service']} {call['operation']}" for call in control.calls() if not call["operation"].startswith(READS)
    ]
    control.clear_calls()
    return found


def said(run: Run) -> str:
    """What a run printed, with the last lines as they were before they were broken for a terminal."""
    return "\n".join([run.output, *run.told])


def credentials(sandbox: SandboxProcess, kind: str) -> dict[str, str]:
    return sandbox.account(OTHER) if kind == "account" else sandbox.env(CHINA)


@pytest.mark.parametrize("kind", ["account", "partition"])
def test_no_playbook_writes_with_the_credentials_of_another_account_or_partition(
    sandbox: SandboxProcess, control: Control, life: Life, kind: str
) -> None:
    life.play("create", project_keep_previous=1).succeeded()
    life.play("reissue", project_keep_previous=1).succeeded()
    before, bound = life.document(), life.bound()
    assert before["account"] == {"id": OURS, "partition": "aws"}
    wrong = credentials(sandbox, kind)
    # There, too, is a distribution that would be taken over.
    seed.create_distribution(["shop.example.com"], env=wrong)
    control.clear_calls()
    for name in WRITING:
        given = life.variables if name in ("create", "reissue") else {"project_name": PROJECT}
        for check in (False, True):
            done = life.ansible.playbook(name, given, check=check, env=wrong).failed()
            assert f"project {PROJECT} belongs to AWS account {OURS} (aws), but the credentials are those of" in said(
                done
            )
            assert "project_account_change=true" in said(done)
            assert writes(control) == [], name
    assert (life.document(), life.bound()) == (before, bound)


def test_the_whole_store_with_the_wrong_credentials_is_no_quiet_success(
    sandbox: SandboxProcess, control: Control, life: Life
) -> None:
    life.play("create").succeeded()
    control.clear_calls()
    done = life.ansible.playbook("renew", env=sandbox.account(OTHER)).failed()
    assert f"belongs to AWS account {OURS} (aws), but the credentials are those of {OTHER} (aws)" in said(done)
    for name in ("report", "status"):
        shown = life.ansible.playbook(name, env=sandbox.account(OTHER)).failed()
        assert f"AWS account {OTHER} (aws), but the projects of this store belong to {OURS} (aws)" in said(shown)
    assert writes(control) == []
    assert not (life.data / "certops" / "report").exists()
    life.ansible.playbook("report", {"report_observe": False}, env=sandbox.account(OTHER)).succeeded()


def test_the_doctor_finds_the_wrong_account(sandbox: SandboxProcess, life: Life) -> None:
    life.play("create").succeeded()
    done = life.ansible.playbook("doctor", {"project_name": PROJECT}, env=sandbox.account(OTHER)).failed()
    assert "ACCOUNT_DIFFERS" in said(done)


def test_a_document_from_before_accounts_is_continued_and_gets_its_own(life: Life, control: Control) -> None:
    life.play("create").succeeded()
    path = life.data / "certops" / "store" / f"{PROJECT}.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    del document["account"]
    path.write_text(json.dumps(document), encoding="utf-8")
    assert life.play("create").succeeded().changed == 0
    assert life.document()["account"] == {"id": OURS, "partition": "aws"}


def test_a_document_from_before_accounts_is_guarded_by_its_certificate(
    sandbox: SandboxProcess, control: Control, life: Life
) -> None:
    life.play("create").succeeded()
    path = life.data / "certops" / "store" / f"{PROJECT}.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    del document["account"]
    path.write_text(json.dumps(document), encoding="utf-8")
    control.clear_calls()
    life.ansible.playbook("renew", {"project_name": PROJECT}, env=sandbox.account(OTHER)).failed()
    assert writes(control) == []


def test_a_project_that_moves_says_so_once(sandbox: SandboxProcess, control: Control, life: Life) -> None:
    life.play("create").succeeded()
    there = sandbox.account(OTHER)
    moved_to = seed.create_distribution(["shop.example.com"], env=there)
    issued = len(control.issued())
    moving = Life.__new__(Life)
    moving.__dict__.update({**vars(life), "env": there, "owner": there, "distribution": moved_to})
    done = moving.play("create", project_account_change=True).succeeded()
    assert f"moves from account {OURS} (aws) to {OTHER} (aws)" in said(done)
    assert moving.document()["account"] == {"id": OTHER, "partition": "aws"}
    assert f"::{OTHER}:" in moving.document()["certificate"]["arn"]
    assert moving.bound() == moving.document()["certificate"]["id"]
    # What the archive has is not ordered again, and the old account keeps what it had.
    assert len(control.issued()) == issued
    assert life.server_certificates() == [life.bound()]
    assert moving.play("create").succeeded().changed == 0


@pytest.fixture
def fleet(ansible: Ansible, control: Control, monkeypatch: pytest.MonkeyPatch) -> Fleet:
    monkeypatch.setenv("XDG_DATA_HOME", ansible.env["XDG_DATA_HOME"])
    seed.create_zone("example.com")
    return Fleet.of(control, ansible.env)


def lose(names: list[str], fleet: Fleet) -> None:
    """Delete the server certificates of these projects, which no distribution uses."""
    iam = seed.client("iam")
    for name in names:
        document = json.loads((fleet.store / f"{name}.json").read_text(encoding="utf-8"))
        iam.delete_server_certificate(ServerCertificateName=document["certificate"]["name"])


def test_most_projects_without_their_certificates_are_a_question_to_a_person(
    fleet: Fleet, control: Control, ansible: Ansible
) -> None:
    names = fleet.make(5, due=1, distributions=False)
    lose(names[:3], fleet)
    control.clear_calls()
    done = ansible.playbook("renew").failed()
    assert f"3 of 5 projects have lost their server certificates in AWS account {OURS} (aws) at once" in said(done)
    assert "accept_mass_change=true" in said(done)
    assert (writes(control), control.issued()) == ([], [])
    ansible.playbook("renew", {"accept_mass_change": True, "select_states": ["due"]}).succeeded()
    assert len(control.issued()) == 1


def test_one_project_without_its_certificate_is_no_question(fleet: Fleet, control: Control, ansible: Ansible) -> None:
    names = fleet.make(3, distributions=False)
    lose(names[:1], fleet)
    done = ansible.playbook("renew", check=True)
    assert "have lost their server certificates" not in said(done)
    assert "is no longer in IAM" in said(done)


def test_three_hundred_definitions_without_room_are_one_line(
    control: Control, ansible: Ansible, tmp_path: Path
) -> None:
    seed.create_zone("example.com")
    control.set(iam_server_certificate_quota=0)
    hosts: dict[str, Any] = {
        f"p{number:03}": {"project_name": f"p{number:03}", "project_domains": [f"p{number:03}.example.com"]}
        for number in range(300)
    }
    path = tmp_path / "inventory.json"
    path.write_text(json.dumps({"certificate_projects": {"hosts": hosts}}), encoding="utf-8")
    done = ansible.playbook("create", {}, "-i", str(path)).succeeded()
    lines = done.output.splitlines()
    assert (
        len([line for line in lines if "held back" in line and "300 projects" in line and "IAM has no room" in line])
        == 1
    )
    assert len(lines) < 200
    assert control.issued() == []
    assert control.counts("iam") == {"GetAccountSummary": 1}
