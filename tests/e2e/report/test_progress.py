# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The callback plugin beside the default one: bars on a terminal, lines in a file."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from e2e.life import PROJECT, Life
from playbook_runs.runs import PLAYBOOK_LIMIT, ROOT, Ansible
from playbook_runs.terminal import on_a_terminal
from sandbox.control import Control
from sandbox.process import SandboxProcess

ENABLED = {"ANSIBLE_CALLBACKS_ENABLED": "certops.cloudfront.progress"}
# What moves the cursor or changes the terminal.
CONTROL = re.compile(r"\033(?:[78]|\[[0-9;]*[A-Za-z])")


@pytest.fixture
def life(sandbox: SandboxProcess, control: Control, ansible: Ansible) -> Life:
    return Life(ansible, control, {**sandbox.env(), **ENABLED}, sandbox.env())


def test_in_a_file_there_is_a_line_for_each_phase(life: Life) -> None:
    run = life.play("create").succeeded()
    assert [line.partition(" after")[0] for line in re.findall(r"^progress: (.*)$", run.stdout, re.MULTILINE)] == [
        f"{PROJECT}: issue",
        f"{PROJECT}: store",
        f"{PROJECT}: bind",
        f"{PROJECT}: record",
        f"{PROJECT}: done",
        re.findall(r"^progress: (1 of 1 ended, .*)$", run.stdout, re.MULTILINE)[0],
    ]
    assert "\033" not in run.stdout
    assert "TASK [certops.cloudfront.project" in run.stdout
    assert not re.search(r"^progress: .*: issue$", life.play("create").succeeded().stdout, re.MULTILINE)


def test_a_project_that_fails_is_named_with_its_phase(life: Life, control: Control) -> None:
    control.fault("iam", "UploadServerCertificate", "access_denied")
    assert re.search(rf"^progress: {PROJECT}: failed in store after", life.play("create").failed().stdout, re.MULTILINE)


def test_on_a_terminal_the_bars_stay_below_and_are_gone_in_the_end(life: Life) -> None:
    seen = on_a_terminal(
        {**life.ansible.env, **life.env, "TERM": "xterm"}, "certops.cloudfront.create", *assigned(life.variables)
    )
    assert "\033[1;34r" in seen
    assert re.search(r"\033\[35;1H\033\[2Kissue    \[\.+\] 0/1, 1 running", seen)
    assert re.search(r"bind     \[#+\] 1/1\b", seen)
    assert seen.rindex("\033[r") > seen.rindex("\033[1;34r")
    assert "progress: 1 of 1 ended" in seen[seen.rindex("\033[r") :]
    assert "TASK [certops.cloudfront.project" in CONTROL.sub("", seen)
    assert "PRIVATE KEY" not in seen


def test_under_ansible_navigator_there_are_lines(life: Life, tmp_path: Path) -> None:
    """It runs playbooks by run_command of ansible-runner, which gives them a terminal of 24 lines."""
    arguments = ["certops.cloudfront.create", *assigned(life.variables)]
    code = (
        "import json, sys, ansible_runner;"
        " ansible_runner.run_command(sys.argv[1], cmdline_args=json.loads(sys.argv[2]),"
        " private_data_dir=sys.argv[3], ident='job', host_cwd=sys.argv[4])"
    )
    playbook = Path(sys.executable).with_name("ansible-playbook")
    subprocess.run(
        [sys.executable, "-c", code, playbook, json.dumps(arguments), tmp_path / "runner", ROOT],
        env={**life.ansible.env, **life.env, "TERM": "xterm"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PLAYBOOK_LIMIT,
        check=True,
    )
    seen = (tmp_path / "runner" / "artifacts" / "job" / "stdout").read_text(encoding="utf-8")
    assert f"progress: {PROJECT}: issue" in seen
    assert "progress: 1 of 1 ended" in seen
    assert re.findall(r"\033\[(?:1;\d+)?r|\0337", seen) == []


def assigned(variables: Mapping[str, object]) -> list[str]:
    return [
        part
        for name, value in variables.items()
        for part in ("-e", f"{name}={','.join(value) if isinstance(value, list) else value}")
    ]
