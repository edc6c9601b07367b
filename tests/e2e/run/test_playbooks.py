# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways to call role and playbooks: from somebody else's playbook, from any directory, by variables, as a list, by
inventory."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from playbook_runs.runs import Ansible
from sandbox import seed
from sandbox.control import Control

THREE_TASKS = """
- name: Somebody else's playbook
  hosts: localhost
  gather_facts: false
  module_defaults:
    group/certops.cloudfront.aws:
      profile: web
      region: eu-west-1
  tasks:
    - name: Keep the certificate
      ansible.builtin.include_role:
        name: certops.cloudfront.project
      vars:
        project_name: webapp
        project_domains: [example.com, "*.example.com"]
        project_bind: [previous, aliases]

    - name: Ask amazon.aws who we are, with the same defaults
      amazon.aws.aws_caller_info:
      register: caller

    - name: Keep what came out
      ansible.builtin.copy:
        content: "{{ [project_result, caller.account] | to_json }}"
        dest: "{{ playbook_dir }}/result.json"
        mode: "0600"
"""

SEVERAL_ON_ONE_HOST = """
- name: Several projects on one host, one after the other
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Keep the certificates
      ansible.builtin.include_role:
        name: certops.cloudfront.project
      loop: [one, two]
      loop_control:
        loop_var: project_name
      vars:
        project_domains: ["{{ project_name }}.example.com"]
        project_emails: ["{{ project_name }}@example.com"]

    - name: Clean up the first
      ansible.builtin.include_role:
        name: certops.cloudfront.project
        tasks_from: cleanup
      vars:
        project_name: one

    - name: Expect that the results of other runs on this host are not taken for this one's
      ansible.builtin.assert:
        that:
          - project_result.name == 'one'
          - not project_result.changed
          - "'confirmed' not in project_result.reason"

    - name: Expect that the next record gets what those of three runs have left of the artifact
      ansible.builtin.assert:
        that: project_published > 2 * (project_last_run | to_json | length)
"""


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    directory = tmp_path / "elsewhere"
    directory.mkdir()
    return directory


def test_the_role_in_three_tasks_of_somebody_else_with_credentials_from_module_defaults(
    ansible: Ansible, control: Control, elsewhere: Path
) -> None:
    seed.create_zone("example.com")
    distribution = seed.create_distribution(["example.com", "www.example.com"])
    control.clear_calls()
    (elsewhere / "site.yml").write_text(THREE_TASKS, encoding="utf-8")
    credentials = elsewhere / "credentials"
    credentials.write_text(
        "[web]\naws_access_key_id=AKIAOFTHEPROFILEWEB0\naws_secret_access_key=secret\n", encoding="utf-8"
    )
    env = {
        name: value for name, value in ansible.env.items() if not name.startswith("AWS_") or name == "AWS_ENDPOINT_URL"
    }
    somebody = dataclasses.replace(
        ansible, env={**env, "AWS_SHARED_CREDENTIALS_FILE": str(credentials), "AWS_EC2_METADATA_DISABLED": "true"}
    )
    somebody.run("ansible-playbook", str(elsewhere / "site.yml")).succeeded()
    (result, account) = json.loads((elsewhere / "result.json").read_text(encoding="utf-8"))
    assert (result["name"], result["status"], result["changed"], account) == ("webapp", "changed", True, "123456789012")
    aws = [call for call in control.calls() if call["access_key"]]
    assert {call["access_key"] for call in aws} == {"AKIAOFTHEPROFILEWEB0"}
    assert {call["region"] for call in aws if call["service"] == "sns"} == {"eu-west-1"}
    bound = seed.client("cloudfront").get_distribution_config(Id=distribution)["DistributionConfig"][
        "ViewerCertificate"
    ]
    assert bound["IAMCertificateId"]
    assert "confirmed" not in result["reason"], "nobody was to be subscribed"
    again = somebody.run("ansible-playbook", str(elsewhere / "site.yml"), "--check").succeeded()
    assert "changed: " not in again.stdout.partition("Ask amazon.aws")[0]


def test_projects_one_after_the_other_on_one_host_do_not_mix(
    ansible: Ansible, control: Control, elsewhere: Path
) -> None:
    seed.create_zone("example.com")
    (elsewhere / "site.yml").write_text(SEVERAL_ON_ONE_HOST, encoding="utf-8")
    ansible.run("ansible-playbook", str(elsewhere / "site.yml")).succeeded()
    assert len(control.issued()) == 2


def test_playbooks_by_full_name_from_another_directory_over_an_inventory_with_one_bad_project(
    ansible: Ansible, control: Control, elsewhere: Path
) -> None:
    seed.create_zone("example.com")
    hosts: dict[str, dict[str, Any]] = {
        name: {"project_name": name, "project_domains": [f"{name}.{zone}"]}
        for name, zone in (("one", "example.com"), ("two", "example.net"), ("three", "example.com"))
    }
    inventory = elsewhere / "inventory.json"
    inventory.write_text(
        json.dumps({"all": {"children": {"certificate_projects": {"hosts": hosts}, "web": {"hosts": {"server": {}}}}}}),
        encoding="utf-8",
    )
    there = dataclasses.replace(ansible, directory=elsewhere)
    ended = there.playbook("create", {}, "-i", str(inventory)).failed()
    lines = {line.split(" | ")[0]: line for line in ended.told if " | " in line}
    assert {name: line.split(" | ")[1] for name, line in lines.items()} == {
        "one": "changed",
        "two": "failed",
        "three": "changed",
    }
    assert "two.example.net: it has no public hosted zone" in lines["two"]
    assert len(control.issued()) == 2
    assert "server" not in ended.stats
    hosts["two"]["project_domains"] = ["two.example.com"]
    inventory.write_text(
        json.dumps({"all": {"children": {"certificate_projects": {"hosts": hosts}}}}), encoding="utf-8"
    )
    there.playbook("create", {}, "-i", str(inventory)).succeeded()
    assert len(control.issued()) == 3
    assert there.playbook("renew", {}, "-i", str(inventory)).succeeded().changed == 0
    assert [path.name for path in elsewhere.iterdir()] == ["inventory.json"]


def test_the_summary_says_that_nobody_would_get_a_notice(ansible: Ansible, control: Control) -> None:
    seed.create_zone("example.com")
    variables = {
        "project_name": "webapp",
        "project_domains": "example.com",
        "project_emails": "ops@example.com, dev@example.com",
    }
    pending = ansible.playbook("create", variables).succeeded().told
    assert "; no subscriber has confirmed yet" in pending[0]
    assert any("dev@example.com, ops@example.com have not confirmed the subscription" in line for line in pending)
    control.confirm("dev@example.com")
    confirmed = ansible.playbook("create", variables).succeeded().told
    assert "confirmed" not in confirmed[0]
    assert any(line.startswith("webapp: ops@example.com has not confirmed") for line in confirmed)


def test_a_list_of_projects_in_one_run_with_two_at_a_time(ansible: Ansible, control: Control) -> None:
    seed.create_zone("example.com")
    projects = [{"name": name, "domains": f"{name}.example.com"} for name in ("one", "two")]
    ansible.playbook("create", {"projects": projects}, "--forks", "2").succeeded()
    assert len(control.issued()) == 2
    assert len(seed.client("iam").list_server_certificates()["ServerCertificateMetadataList"]) == 2
    assert ansible.playbook("create", {"projects": projects}, "--forks", "2").succeeded().changed == 0
    assert ansible.playbook("delete", {"projects": ["one", "two"]}, "--forks", "2").succeeded().changed > 0
    assert ansible.playbook("delete", {"projects": ["one", "two"]}).succeeded().changed == 0
    assert seed.client("iam").list_server_certificates()["ServerCertificateMetadataList"] == []


def test_a_document_that_cannot_be_read_fails_alone_and_is_in_the_summary(ansible: Ansible, control: Control) -> None:
    seed.create_zone("example.com")
    ansible.playbook("create", {"project_name": "webapp", "project_domains": "example.com"}).succeeded()
    store = Path(ansible.env["XDG_DATA_HOME"]) / "certops" / "store"
    (store / "broken.json").write_text('{"schema": 1', encoding="utf-8")
    (line,) = [line for line in ansible.playbook("renew").failed().told if " | failed | " in line]
    assert line.startswith("broken | failed | ")
    assert str(store / "broken.json") in line


def test_a_run_over_nothing_is_refused(ansible: Ansible, control: Control) -> None:
    assert "Set project_name" in ansible.playbook("create").failed().stdout
    assert ansible.playbook("renew").succeeded().changed == 0
    assert control.calls() == []
