# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of playbooks that can be killed as a whole at any moment."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.ansible_runs import ROOT
from sandbox.process import killed_with_parent

RUN_LIMIT = 240.0


@dataclass(frozen=True)
class Limits:
    """What a run is not allowed."""

    file_size: int | None = None
    respect_permissions: bool = False


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit status (negative: the signal that killed it), what it said, and how long it took."""

    status: int
    output: str
    seconds: float

    @property
    def errors(self) -> str:
        """The output as one line with no ANSI, for looking for words across line breaks."""
        return re.sub(r"\s+", " ", self.output)


@dataclass
class Started:
    """A run of ansible-playbook, in a session of its own."""

    runner: Runner
    pid: int
    output: Path
    began: float = field(default_factory=time.monotonic)

    def go(self) -> Started:
        """Let it begin."""
        self.runner.ask({"go": self.pid})
        self.began = time.monotonic()
        return self

    def kill(self) -> None:
        """SIGKILL to the process and its children."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    @property
    def is_over(self) -> bool:
        with contextlib.closing(_PidFd(self.pid)) as process:
            return process.has_ended(0)

    def wait(self, limit: float = RUN_LIMIT) -> Ended:
        """Wait until it ends; TimeoutError, after killing it, when it does not."""
        with contextlib.closing(_PidFd(self.pid)) as process:
            late = not process.has_ended(limit)
        if late:
            self.kill()
        status = int(self.runner.ask({"wait": self.pid})["status"])
        seconds = time.monotonic() - self.began
        text = self.output.read_text(errors="replace") if self.output.exists() else ""
        if late:
            raise TimeoutError(f"the run did not end within {limit:.0f} s:\n{text}")
        return Ended(status, text, seconds)


class _PidFd:
    """Tells when a process that is not our child has ended."""

    def __init__(self, pid: int) -> None:
        self._descriptor = os.pidfd_open(pid)

    def has_ended(self, limit: float) -> bool:
        return bool(select.select([self._descriptor], [], [], limit)[0])

    def close(self) -> None:
        os.close(self._descriptor)


class Runner:
    """One process of `chaos.forks`, and the environment and directory of its runs."""

    def __init__(self, env: Mapping[str, str], directory: Path) -> None:
        self.directory = directory
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        tests = str(ROOT / "tests")
        self._process = subprocess.Popen(
            [sys.executable, str(ROOT / "tests/chaos/forks.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**env, "PYTHONPATH": tests},
            text=True,
            preexec_fn=killed_with_parent,  # noqa: PLW1509 - benches are made before there are threads
        )
        self._answer()

    def ask(self, request: dict[str, Any]) -> dict[str, Any]:
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

    def prepare(self, playbook: str, variables: Mapping[str, Any], arguments: Sequence[str] = (), limits: Limits | None = None) -> Started:
        """A run that waits for `go`; a bare word is a playbook of the collection."""
        output = self.directory / f"run-{next(self._numbers)}.log"
        full = playbook if "/" in playbook else f"certops.cloudfront.{playbook}"
        wanted = {"arguments": [full, "-e", json.dumps(dict(variables)), *arguments], "output": str(output), **vars(limits or Limits())}
        return Started(self, int(self.ask({"start": wanted})["pid"]), output)

    def run(self, playbook: str, variables: Mapping[str, Any], *arguments: str, limits: Limits | None = None, limit: float = RUN_LIMIT) -> Ended:
        """A run from beginning to end."""
        return self.prepare(playbook, variables, arguments, limits).go().wait(limit)

    def stop(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)
        if self._process.stdout:
            self._process.stdout.close()
