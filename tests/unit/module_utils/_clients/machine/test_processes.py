# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who holds a lock, told by real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import processes

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="owners are told by /proc")

# A program that says who its owner is from a child of a fork of itself, as a module does under ansible-playbook.
PROGRAM = f"""
import json, os, subprocess, sys
sys.path[:0] = {sys.path!r}
ask = "import json, sys; sys.path[:0] = {sys.path!r}\\n" \\
      "from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import processes; print(json.dumps(processes.current()), flush=True)"
print(os.getpid(), flush=True)
if os.fork() == 0:
    subprocess.run(["/bin/sh", "-c", 'exec "$0" -c "$1"', sys.executable, ask])
    os._exit(0)
os.wait()
sys.stdin.read()
"""  # noqa: E501 - data in the form of its origin


@pytest.fixture
def program(tmp_path: Path) -> t.Iterator[t.Callable[[str], tuple[subprocess.Popen[str], int, dict[str, t.Any]]]]:
    started: list[subprocess.Popen[str]] = []

    def start(name: str) -> tuple[subprocess.Popen[str], int, dict[str, t.Any]]:
        path = tmp_path / name
        path.write_text(PROGRAM)
        process = subprocess.Popen(
            [sys.executable, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout is not None
        return process, int(process.stdout.readline()), json.loads(process.stdout.readline())

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_the_owner_is_the_playbook_itself_not_its_fork_and_is_dead_once_it_was_killed(
    program: t.Callable[[str], t.Any],
) -> None:
    process, pid, owner = program("ansible-playbook")
    assert owner["pid"] == pid
    assert not processes.is_dead(owner)
    os.kill(pid, signal.SIGKILL)
    process.wait()
    assert processes.is_dead(owner)


def test_a_runner_is_the_owner_if_no_playbook_is_in_between(program: t.Callable[[str], t.Any]) -> None:
    _process, pid, owner = program("ansible-runner")
    assert owner["pid"] == pid


def test_without_a_controlling_process_only_expiry_counts(program: t.Callable[[str], t.Any]) -> None:
    process, _pid, owner = program("something-else")
    assert owner["pid"] is None or owner["pid"] != process.pid
    assert not processes.is_dead({**owner, "pid": None})


@pytest.mark.parametrize(
    "changes",
    [{"host": "elsewhere"}, {"boot_id": "earlier"}, {"pid_namespace": "pid:[1]"}],
    ids=["host", "boot", "container"],
)
def test_nothing_is_known_of_processes_elsewhere(changes: dict[str, str], program: t.Callable[[str], t.Any]) -> None:
    process, _pid, owner = program("ansible-playbook")
    process.kill()
    process.wait()
    assert not processes.is_dead({**owner, **changes})


def test_another_process_with_the_same_number_is_not_the_owner(program: t.Callable[[str], t.Any]) -> None:
    _process, _pid, owner = program("ansible-playbook")
    assert processes.is_dead({**owner, "started": "1"})
