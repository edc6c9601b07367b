# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pebble, the test CA of Let's Encrypt, against the sandbox's DNS: the second, independent ACME server of the tests."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from sandbox.ca.authority import Authority
from sandbox.ca.program import Program, free_port

# Pebble's own defaults: 5 % of nonces are refused, half of the valid authorizations are reused.
DEFAULTS = {"PEBBLE_WFE_NONCEREJECT": "5", "PEBBLE_AUTHZREUSE": "50", "PEBBLE_VA_NOSLEEP": "1"}


def available() -> bool:
    """Whether Pebble is installed (Debian's package `pebble`)."""
    return shutil.which("pebble") is not None


class Pebble(Program):
    """One Pebble process."""

    name = "pebble"

    def __init__(
        self, authority: Authority, directory: Path, dns: tuple[str, int], env: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(authority, directory)
        self._dns = dns
        self._env = {
            **DEFAULTS,
            **{name: value for name, value in os.environ.items() if name.startswith("PEBBLE_")},
            **(env or {}),
        }
        self._port = self._management = 0

    def start(self, port: int = 0) -> None:
        """Start it and wait until it answers."""
        binary = shutil.which("pebble")
        if binary is None:
            raise RuntimeError("pebble is not installed (Debian: apt install pebble)")
        self._port, self._management = port or free_port(), free_port()
        dns = f"{self._dns[0]}:{self._dns[1]}"
        self.launch([binary, "-config", str(self._write_config()), "-dnsserver", dns], self._env)

    def _write_config(self) -> Path:
        directory = self.directory / "pebble"
        directory.mkdir(mode=0o700)
        chain, key = self.authority.write_listener(directory)
        values = {
            "listenAddress": f"127.0.0.1:{self._port}",
            "managementListenAddress": f"127.0.0.1:{self._management}",
            "certificate": str(chain),
            "privateKey": str(key),
            "httpPort": free_port(),
            "tlsPort": free_port(),
            "ocspResponderURL": "",
            "externalAccountBindingRequired": False,
        }
        config = directory / "config.json"
        config.write_text(json.dumps({"pebble": values}), encoding="ascii")
        return config

    @property
    def directory_url(self) -> str:
        return f"https://localhost:{self._port}/dir"

    def root_pem(self) -> str:
        """The root of the certificates that this process issues; another start makes another."""
        return self.get(self._management, "/roots/0").decode("ascii")
