# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes of the sandbox: one that runs all of it, and children that do not outlive us."""

from __future__ import annotations

import contextlib
import ctypes
import os
import selectors
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from .control import Control
from .environment import FOREIGN, access_key


class Environ(Protocol):
    """What of pytest's MonkeyPatch is needed."""

    def setenv(self, name: str, value: str) -> None: ...

    def delenv(self, name: str, raising: bool = True) -> None: ...


PR_SET_PDEATHSIG = 1
START_LIMIT = 60.0
STOP_LIMIT = 10.0
TESTS = Path(__file__).resolve().parents[1]


def die_with_parent(how: int = signal.SIGTERM) -> None:
    """Let the kernel send us a signal when our parent ends, however it ends (Linux only, see prctl(2))."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, how, 0, 0, 0)


def killed_with_parent() -> None:
    """For `preexec_fn`: the child has no time to clean up, and needs none."""
    die_with_parent(signal.SIGKILL)


def kill_group(pid: int) -> None:
    """SIGKILL to a process group, if there is one still."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


class SandboxProcess:
    """`python -m sandbox` in a process of its own, so that clients and servers do not wait for each other's GIL."""

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None
        self._env: dict[str, str] = {}
        self.seconds_to_start = 0.0

    def start(self) -> SandboxProcess:
        """Start it and wait until it is ready; RuntimeError when it is not within a minute."""
        command = [sys.executable, "-X", "faulthandler", "-m", "sandbox", "--with-parent", *self._arguments]
        environ = {**os.environ, "PYTHONPATH": str(TESTS)}
        started = time.monotonic()
        # A session of its own: Ctrl-C at the terminal is for the parent, which then stops the sandbox.
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, env=environ, cwd=TESTS, start_new_session=True
        )
        try:
            self._env = self._read_exports(started + START_LIMIT)
        except BaseException:
            self.stop()
            raise
        self.seconds_to_start = time.monotonic() - started
        return self

    def _read_exports(self, deadline: float) -> dict[str, str]:
        assert self._process is not None
        assert self._process.stdout is not None
        said, pipe = b"", self._process.stdout.fileno()
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while b"\n# ready\n" not in said:
                if not selector.select(deadline - time.monotonic()):
                    raise RuntimeError(f"the sandbox was not ready after {START_LIMIT:.0f} s")
                piece = os.read(pipe, 65536)
                if not piece:
                    raise RuntimeError(f"the sandbox ended with status {self._process.wait()}")
                said += piece
        words = (shlex.split(line)[1] for line in said.decode().splitlines() if line.startswith("export "))
        return dict(word.partition("=")[::2] for word in words)

    def stop(self) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_LIMIT)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._process = None

    def wait(self) -> int:
        """Wait until it ends by itself; its exit status."""
        assert self._process is not None
        status = self._process.wait(STOP_LIMIT)
        self.stop()
        return status

    def __enter__(self) -> SandboxProcess:
        return self.start()

    def __exit__(self, *_args: object) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def env(self, region: str | None = None) -> dict[str, str]:
        """The exported variables, perhaps for another region, with credentials of its partition."""
        if region is None:
            return dict(self._env)
        return {
            **self._env,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_ACCESS_KEY_ID": access_key(region),
        }

    def account(self, number: str, region: str | None = None) -> dict[str, str]:
        """The exported variables with the access key of somebody in another account."""
        env = self.env(region)
        partition = "aws-cn" if env["AWS_REGION"].startswith("cn-") else "aws"
        own = f"AKIA{number:0>14}{partition[-2:].upper()}"
        self.control.account(own, number, partition)
        return {**env, "AWS_ACCESS_KEY_ID": own}

    def apply(self, monkeypatch: Environ) -> None:
        """Point this process to the sandbox: what else boto3 would read is taken away."""
        for name in FOREIGN:
            monkeypatch.delenv(name, raising=False)
        for name, value in self._env.items():
            monkeypatch.setenv(name, value)

    @property
    def control(self) -> Control:
        return Control(self._env["CERTOPS_SANDBOX_URL"])

    @staticmethod
    def issue_foreign(domains: Sequence[str]) -> tuple[str, str, str]:
        """Certificate, private key and chain of another CA, as PEM."""
        from sandbox.ca.authority import Authority

        authority = Authority()
        pair = authority.certificate(domains)
        return pair.certificate_pem, pair.key_pem, authority.issuer.certificate_pem
