# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Project documents through Ansible: real processes hold the lock and die."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from e2e.conftest import Ansible

WANTED = {"domains": "example.com, *.example.com", "emails": "ops@example.com"}

HOLDING = """
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - certops.cloudfront.project_record:
        store: "{{ store }}"
        name: webapp
        state: locked
        definition: "{{ wanted }}"
    - ansible.builtin.copy:
        content: held
        dest: "{{ marker }}"
        mode: "0600"
    - ansible.builtin.wait_for:
        path: "{{ marker }}.never"
        timeout: 120
"""


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"file://{tmp_path}/store"


def record(ansible: Ansible, store: str, check: bool = False, **arguments: Any) -> dict[str, Any]:
    run, result = ansible.module("project_record", {"store": store, "name": "webapp", **arguments}, check=check)
    run.succeeded()
    return result


def test_a_definition_twice_changes_nothing_the_second_time(ansible: Ansible, store: str) -> None:
    assert record(ansible, store, check=True, definition=WANTED)["changed"]
    assert not Path(store.removeprefix("file://")).exists()
    assert record(ansible, store, definition=WANTED)["changed"]
    assert not record(ansible, store, definition=WANTED)["changed"]
    document = Path(store.removeprefix("file://")) / "webapp.json"
    assert document.stat().st_mode & 0o777 == 0o600
    assert json.loads(document.read_text())["definition"]["domains"] == ["example.com", "*.example.com"]


def test_bad_input_lists_every_problem_and_writes_nothing(ansible: Ansible, store: str) -> None:
    run, result = ansible.module(
        "project_record", {"store": store, "name": "-", "definition": {"domains": "", "renewal_interval_days": 90}}
    )
    run.failed()
    assert len(result["error"]["problems"]) == 3
    assert not Path(store.removeprefix("file://")).exists()


def test_info_shows_what_was_recorded(ansible: Ansible, store: str) -> None:
    record(ansible, store, definition=WANTED)
    run, found = ansible.module("project_info", {"store": store})
    run.succeeded()
    assert [(project["name"], project["state"], project["due"]) for project in found["projects"]] == [
        ("webapp", "pending", True)
    ]
    run, missing = ansible.module("project_info", {"store": store, "names": ["webapp", "shop"]})
    run.failed()
    assert "project shop is not in" in missing["msg"]


def test_the_lock_of_a_living_playbook_holds_and_that_of_a_killed_one_is_taken_over_at_once(
    ansible: Ansible, store: str, tmp_path: Path
) -> None:
    playbook, marker = tmp_path / "hold.yml", tmp_path / "held"
    playbook.write_text(HOLDING)
    variables = json.dumps({"store": store, "wanted": WANTED, "marker": str(marker)})
    command = [str(Path(sys.executable).with_name("ansible-playbook")), str(playbook), "-e", variables]
    holder = subprocess.Popen(
        command, env=dict(ansible.env), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        while not marker.exists():
            assert holder.poll() is None
            os.sched_yield()
        refused = record(ansible, store, state="locked")
        assert (refused["locked"], refused["plan"]["action"], refused["holder"]["owner"]["pid"]) == (
            False,
            "locked",
            holder.pid,
        )
    finally:
        os.killpg(holder.pid, signal.SIGKILL)
        holder.wait()
    taken = record(ansible, store, state="locked")
    assert (taken["locked"], taken["plan"]["action"], taken["project"]["lock"]["fence"]) == (True, "resume", 2)
