# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of ansible-playbook by a process that has imported Ansible already (forks.py): a third of the CPU time of a
short run is imports."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.process import TESTS, kill_group, killed_with_parent


@dataclass(frozen=True)
class Wanted:
    """One run: where its streams go, whether each task is done in a process of its own (workers.py), and what it is not
    allowed."""

    arguments: Sequence[str]
    env: Mapping[str, str]
    stdout: str
    stderr: str
    workers: bool
    file_size: int | None = None
    respect_permissions: bool = False


class Warm:
    """The process, and what every environment of its runs has in common: settings of Ansible are read when it is
    imported."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.settings = _settings(env)
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, str(TESTS / "playbook_runs/forks.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=TESTS.parent,
            env={**env, "PYTHONPATH": str(TESTS)},
            text=True,
            preexec_fn=killed_with_parent,  # noqa: PLW1509 - made before there are threads
        )
        self._answer()

    def knows(self, env: Mapping[str, str]) -> bool:
        """Whether a run in this environment has the settings of this process."""
        return _settings(env) == self.settings

    def start(self, wanted: Wanted) -> int:
        """The PID, and process group, of a run that waits for `go`."""
        return int(self._ask({"start": vars(wanted)})["pid"])

    def go(self, pid: int) -> None:
        self._ask({"go": pid})

    def wait(self, pid: int, limit: float) -> int:
        """The exit status, negative for a signal; TimeoutError, after killing the run, when it does not end in time."""
        late = not has_ended(pid, limit)
        if late:
            kill_group(pid)
        status = int(self._ask({"wait": pid})["status"])
        if late:
            raise TimeoutError(f"the run did not end within {limit:.0f} s")
        return status

    def stop(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        with self._lock:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the process that forks the runs has ended")
        return dict(json.loads(line))


def has_ended(pid: int, limit: float = 0) -> bool:
    """Whether a process, that need not be our child, ends in so many seconds."""
    descriptor = os.pidfd_open(pid)
    try:
        return bool(select.select([descriptor], [], [], limit)[0])
    finally:
        os.close(descriptor)


def _settings(env: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in env.items() if name.startswith("ANSIBLE_")}
