# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pebble, the test CA of Let's Encrypt, against the sandbox's DNS: the second, independent ACME server of the tests."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from sandbox.ca.authority import Authority
from sandbox.process import killed_with_parent

START_LIMIT = 10.0
# Pebble's own defaults: 5 % of nonces are refused, half of the valid authorizations are reused.
DEFAULTS = {"PEBBLE_WFE_NONCEREJECT": "5", "PEBBLE_AUTHZREUSE": "50", "PEBBLE_VA_NOSLEEP": "1"}


def available() -> bool:
    """Whether Pebble is installed (Debian's package `pebble`)."""
    return shutil.which("pebble") is not None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Pebble:
    """One Pebble process; it is killed with the process that started it."""

    def __init__(
        self, authority: Authority, directory: Path, dns: tuple[str, int], env: Mapping[str, str] | None = None
    ) -> None:
        self._authority = authority
        self._directory = directory
        self._dns = dns
        self._env = {
            **DEFAULTS,
            **{name: value for name, value in os.environ.items() if name.startswith("PEBBLE_")},
            **(env or {}),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._port = self._management = 0

    def start(self, port: int = 0) -> None:
        """Start it and wait until it answers; RuntimeError with its output when it does not."""
        binary = shutil.which("pebble")
        if binary is None:
            raise RuntimeError("pebble is not installed (Debian: apt install pebble)")
        self._port, self._management = port or _free_port(), _free_port()
        log = self._directory / "pebble.log"
        command = [binary, "-config", str(self._write_config()), "-dnsserver", f"{self._dns[0]}:{self._dns[1]}"]
        with log.open("wb") as output:
            environ = {**os.environ, **self._env}
            # The kernel ties the process to ours; Python's own ways of doing so do not survive our SIGKILL.
            self._process = subprocess.Popen(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environ,
                preexec_fn=killed_with_parent,  # noqa: PLW1509 - nothing but a system call
            )
        deadline = time.monotonic() + START_LIMIT
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"pebble did not start: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)

    def _write_config(self) -> Path:
        directory = self._directory / "pebble"
        directory.mkdir(mode=0o700)
        chain, key = self._authority.write_listener(directory)
        values = {
            "listenAddress": f"127.0.0.1:{self._port}",
            "managementListenAddress": f"127.0.0.1:{self._management}",
            "certificate": str(chain),
            "privateKey": str(key),
            "httpPort": _free_port(),
            "tlsPort": _free_port(),
            "ocspResponderURL": "",
            "externalAccountBindingRequired": False,
        }
        config = directory / "config.json"
        config.write_text(json.dumps({"pebble": values}), encoding="ascii")
        return config

    def _get(self, port: int, path: str) -> bytes:
        context = ssl.create_default_context(cadata=self._authority.root.certificate_pem)
        connection = http.client.HTTPSConnection("localhost", port, context=context, timeout=5)
        with contextlib.closing(connection):
            connection.request("GET", path)
            return connection.getresponse().read()

    def _answers(self) -> bool:
        try:
            return bool(self._get(self._port, "/dir"))
        except OSError:
            return False

    @property
    def directory_url(self) -> str:
        return f"https://localhost:{self._port}/dir"

    def root_pem(self) -> str:
        """The root of the certificates that this process issues; another start makes another."""
        return self._get(self._management, "/roots/0").decode("ascii")

    def stop(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._process = None
