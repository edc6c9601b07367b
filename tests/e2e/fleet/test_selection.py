# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run takes is what was named and chosen: nothing of an earlier run, nothing more, and never nothing in
silence."""

from __future__ import annotations

from pathlib import Path

import pytest
from playbook_runs.runs import Ansible
from sandbox import seed
from sandbox.control import Control
from sandbox.fleet import Fleet

SITE = """---
- ansible.builtin.import_playbook: certops.cloudfront.cleanup
  vars: {projects: [p00000]}
- ansible.builtin.import_playbook: certops.cloudfront.renew
- ansible.builtin.import_playbook: certops.cloudfront.delete
  vars: {projects: [p00002]}
"""
DATED = """---
certificate_projects:
  hosts:
    one: {project_name: one, project_domains: [one.example.com], project_tags: {since: 2026-01-06}}
    two: {project_name: two, project_domains: [two.example.com], project_tags: {since: 2026-01-06T04:42:00Z}}
"""


@pytest.fixture
def fleet(ansible: Ansible, control: Control) -> Fleet:
    """Projects whose certificates nobody uses, so that nothing but the selection protects them."""
    seed.create_zone("example.com")
    found = Fleet.of(control, ansible.env)
    found.make(3, distributions=False)
    return found


def projects(fleet: Fleet) -> list[str]:
    return sorted(path.stem for path in fleet.store.glob("*.json"))


def inventory(directory: Path, text: str = "plugin: certops.cloudfront.projects\n", name: str = "certops.yml") -> str:
    path = directory / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_of_several_playbooks_in_one_each_takes_what_it_names(fleet: Fleet, ansible: Ansible, tmp_path: Path) -> None:
    site = tmp_path / "site.yml"
    site.write_text(SITE, encoding="utf-8")
    done = ansible.playbook(str(site)).succeeded()
    assert "3 projects with nothing to do" in done.stdout
    assert projects(fleet) == ["p00000", "p00001"]
    assert "1 project: 1 deleted." in done.stdout


def test_what_cannot_be_chosen_by_is_refused_with_all_of_it_before_anything_is_deleted(
    fleet: Fleet, ansible: Ansible, tmp_path: Path
) -> None:
    chosen = {"select_tags": {"team": "web"}, "max_per_run": 1, "projects": "p00000,p00001"}
    refused = ansible.playbook("delete", chosen, "-i", inventory(tmp_path), "--limit", "p00000").failed()
    for problem in (
        "select_tags, max_per_run: not supported by this playbook",
        "projects: it is not a list",
        "projects: a list and --limit",
    ):
        assert problem in refused.stdout
    assert len(projects(fleet)) == 3


@pytest.mark.parametrize("playbook", ["renew", "doctor"])
def test_a_limit_that_leaves_nobody_is_no_success(fleet: Fleet, ansible: Ansible, playbook: str) -> None:
    assert "the inventory has no such group" in ansible.playbook(playbook, {}, "--limit", "p00000").failed().output


def test_the_doctor_examines_what_a_limit_leaves(fleet: Fleet, ansible: Ansible, tmp_path: Path) -> None:
    told = ansible.playbook("doctor", {}, "-i", inventory(tmp_path), "--limit", "p00001")
    assert sorted(told.stats) == ["p00001"], told.output


def test_no_projects_per_run_are_not_all_of_them(fleet: Fleet, ansible: Ansible) -> None:
    assert (
        "max_per_run: 0 is not a valid number of projects"
        in ansible.playbook("renew", {"max_per_run": 0}).failed().output
    )


def test_what_yaml_takes_for_dates_is_text(fleet: Fleet, control: Control, ansible: Ansible, tmp_path: Path) -> None:
    incident = tmp_path / "incident.yml"
    incident.write_text("project_issued_before: 2026-01-06T04:42:00Z\n", encoding="utf-8")
    told = ansible.playbook("reissue", {}, "-e", f"@{incident}").succeeded()
    assert "Nothing to do." in told.stdout
    told = ansible.playbook("create", {}, "-i", inventory(tmp_path, DATED, "dated.yaml"), check=True).succeeded()
    assert '"since": "2026-01-06"' in told.stdout
    assert control.issued() == []
