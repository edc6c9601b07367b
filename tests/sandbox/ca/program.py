# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An ACME server that is a program of its own: started, waited for, and killed with the process that started it."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import ssl
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.ca.authority import Authority
from sandbox.process import killed_with_parent

START_LIMIT = 30.0


def free_port() -> int:
    """A TCP port of loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Program:
    """One process of an ACME server; a subclass says what to run and where its directory is."""

    name: str

    def __init__(self, authority: Authority, directory: Path) -> None:
        self.authority = authority
        self.directory = directory
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def directory_url(self) -> str:
        """The URL of its ACME directory."""
        raise NotImplementedError

    def launch(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        """Start it and wait until it answers; RuntimeError with its output when it does not."""
        log = self.directory / f"{self.name}.log"
        with log.open("wb") as output:
            # The kernel ties the process to ours; Python's own ways of doing so do not survive our SIGKILL.
            self._process = subprocess.Popen(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **env},
                preexec_fn=killed_with_parent,  # noqa: PLW1509 - nothing but a system call
            )
        deadline = time.monotonic() + START_LIMIT
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"{self.name} did not start: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)

    def get(self, port: int, path: str) -> bytes:
        """What one of its listeners answers."""
        context = ssl.create_default_context(cadata=self.authority.root.certificate_pem)
        connection = http.client.HTTPSConnection("localhost", port, context=context, timeout=5)
        with contextlib.closing(connection):
            connection.request("GET", path)
            return connection.getresponse().read()

    def _answers(self) -> bool:
        port, _slash, path = self.directory_url.removeprefix("https://localhost:").partition("/")
        try:
            return bool(self.get(int(port), f"/{path}"))
        except (OSError, http.client.HTTPException):
            return False

    def stop(self) -> None:
        """End it, and wait for its end."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None
