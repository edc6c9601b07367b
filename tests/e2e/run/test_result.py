# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role leaves in project_result, also where a playbook around it rescues a failure."""

from __future__ import annotations

import json
from pathlib import Path

from playbook_runs.runs import Ansible
from sandbox import seed
from sandbox.control import Control

PLAY = """
- name: One project that works, then one that does not
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Keep a certificate
      ansible.builtin.include_role: {name: certops.cloudfront.project}
      vars: {project_name: blog, project_domains: [blog.example.com], project_bind: [aliases]}
    - name: Keep what came out
      ansible.builtin.copy:
        content: "{{ project_result | to_json }}"
        dest: "{{ playbook_dir }}/good.json"
        mode: "0600"
    - name: Fail
      block:
        - name: Have a name without a zone
          ansible.builtin.include_role: {name: certops.cloudfront.project}
          vars: {project_name: bad, project_domains: [bad.example.net]}
      rescue:
        - name: Keep what came out
          ansible.builtin.copy:
            content: "{{ project_result | to_json }}"
            dest: "{{ playbook_dir }}/bad.json"
            mode: "0600"
"""


def test_the_result_is_that_of_the_project_and_has_what_the_next_task_needs(
    ansible: Ansible, control: Control, tmp_path: Path
) -> None:
    seed.create_zone("example.com")
    distribution = seed.create_distribution(["blog.example.com"])
    (tmp_path / "site.yml").write_text(PLAY, encoding="utf-8")
    ansible.run("ansible-playbook", str(tmp_path / "site.yml")).succeeded()
    good, bad = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("good", "bad"))
    assert (good["name"], good["status"], good["failed"]) == ("blog", "changed", False)
    assert good["certificate"]["arn"].startswith("arn:aws:iam::")
    assert good["certificate"]["renew_at"]
    assert [(one["id"], one["status"]) for one in good["distributions"]] == [(distribution, "rebound")]
    assert Path(good["archive_uri"].removeprefix("file://")).is_file()
    assert f"bound {distribution} (blog.example.com)" in good["did"]
    assert (bad["name"], bad["status"], bad["changed"], bad["failed"]) == ("bad", "failed", False, True)
    assert "bad.example.net: it has no public hosted zone" in bad["reason"]
    assert good.keys() - bad.keys() <= {"changes"}
