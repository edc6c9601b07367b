# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Smallstep's ACME server, as Caddy has it built in, against the sandbox's DNS: the third ACME server of the tests.

Its certificates are valid for twelve hours. It asks the resolver of the system, so it runs in a mount namespace in
which /etc/resolv.conf names a server of the sandbox, at port 53 of a loopback address: both take root on Linux.
"""

from __future__ import annotations

import functools
import json
import os
import random
import shutil
import subprocess
from pathlib import Path

from sandbox.ca.authority import Authority
from sandbox.ca.program import Program, free_port
from sandbox.dns_server import DnsServer, Lookup

RESOLVER_PORT = 53
IN_NAMESPACE = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"'


@functools.cache
def missing() -> str | None:
    """Why this machine cannot run it, for a person; None if it can."""
    if shutil.which("caddy") is None:
        return "caddy is not installed (Debian: apt install caddy)"
    if os.geteuid() != 0:
        return "caddy needs a resolver of its own, in a mount namespace and at port 53, which takes root"
    try:
        tried = subprocess.run(["unshare", "--mount", "true"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as exc:
        return f"caddy needs a mount namespace, which cannot be had here: {exc}"
    if tried.returncode != 0:
        return f"caddy needs a mount namespace, which cannot be had here: {tried.stderr.strip()}"
    return None


class Caddy(Program):
    """One Caddy process with the resolver that it asks."""

    name = "caddy"

    def __init__(self, authority: Authority, directory: Path, lookup: Lookup) -> None:
        super().__init__(authority, directory)
        # Several sandboxes run side by side, each with its resolver at the only port that resolv.conf can mean.
        address = f"127.53.{random.randrange(256)}.{random.randrange(1, 255)}"
        self._resolver = DnsServer(lookup, address)
        self._home = directory / "caddy"
        self._port = 0

    def start(self, port: int = 0) -> None:
        """Start it and wait until it answers; RuntimeError with the reason where it cannot run."""
        reason = missing()
        if reason:
            raise RuntimeError(reason)
        self._port = port or free_port()
        self._home.mkdir(mode=0o700)
        resolv_conf = self._home / "resolv.conf"
        resolv_conf.write_text(f"nameserver {self._resolver.address}\n", encoding="ascii")
        self._resolver.start(RESOLVER_PORT)
        namespace = ["unshare", "--mount", "sh", "-c", IN_NAMESPACE, "sh", str(resolv_conf)]
        places = dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(self._home))
        try:
            self.launch([*namespace, "caddy", "run", "--config", str(self._write_config())], places)
        except RuntimeError:
            self._resolver.stop()
            raise

    def _write_config(self) -> Path:
        chain, key = self.authority.write_listener(self._home)
        acme = {"handler": "acme_server", "ca": "local", "host": "localhost"}
        server = {
            "listen": [f"127.0.0.1:{self._port}"],
            "automatic_https": {"disable": True},
            "routes": [{"handle": [acme]}],
            "tls_connection_policies": [{}],
        }
        values = {
            "admin": {"disabled": True},
            "storage": {"module": "file_system", "root": str(self._home)},
            "apps": {
                "http": {"servers": {"acme": server}},
                "tls": {"certificates": {"load_files": [{"certificate": str(chain), "key": str(key)}]}},
                "pki": {"certificate_authorities": {"local": {"install_trust": False}}},
            },
        }
        config = self._home / "config.json"
        config.write_text(json.dumps(values), encoding="ascii")
        return config

    @property
    def directory_url(self) -> str:
        return f"https://localhost:{self._port}/acme/local/directory"

    def root_pem(self) -> str:
        """The root of the certificates that this process issues; another start makes another."""
        return (self._home / "pki" / "authorities" / "local" / "root.crt").read_text(encoding="ascii")

    def stop(self) -> None:
        super().stop()
        self._resolver.stop()
