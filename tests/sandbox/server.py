# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole sandbox: AWS, the CA, DNS and the TLS edge on free loopback ports of one process."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from sandbox.ca.authority import Authority
from sandbox.ca.backend import Options
from sandbox.ca.caddy import Caddy
from sandbox.ca.pebble import Pebble
from sandbox.ca.server import PREFIX, AcmeServer, memory_directory, remove_leftovers

from .aws.local import serving
from .aws.state import State
from .control import Control
from .dns_server import DnsServer, txt_values
from .edge import Edge, Edges
from .environment import SECRET_KEY, access_key

LATE_ADDRESS, VPC_ADDRESS = "127.0.0.2", "127.0.0.3"


@dataclass(frozen=True)
class Ports:
    """Where to listen; 0 is any free port."""

    aws: int = 0
    acme: int = 0
    dns: int = 0
    edge: int = 0


@dataclass(frozen=True)
class Setup:
    """What kind of sandbox to start."""

    ports: Ports = field(default_factory=Ports)
    acme: Options = field(default_factory=Options)
    authority: str = "acme2certifier"
    """Whose the exported ACME directory is: this, `pebble` or `caddy`."""


class Sandbox:
    """A context manager; everything listens on 127.0.0.1 only and is gone after `stop`."""

    def __init__(self, setup: Setup | None = None) -> None:
        self.setup = setup or Setup()
        self.authority = Authority()
        self.state = State(self.authority)
        self._stack = contextlib.ExitStack()
        self._dns = DnsServer(self.state.dns_lookup)
        # Linux has all of 127.0.0.0/8 on loopback; elsewhere no name server is late.
        self._late_dns = DnsServer(functools.partial(self.state.dns_lookup, late=True), LATE_ADDRESS)
        self._vpc_dns = DnsServer(functools.partial(self.state.dns_lookup, inside=True), VPC_ADDRESS)
        self._edge = Edge(self.authority, self.state.edge_certificate)
        self._edges = Edges(self.authority, self.state.endpoint_certificate)
        self._acme: AcmeServer | None = None
        self._other: Pebble | Caddy | None = None
        self._aws_url: str | None = None
        self._directory: Path | None = None

    def start(self) -> Sandbox:
        ports = self.setup.ports
        remove_leftovers()
        with contextlib.ExitStack() as stack:
            self._directory = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=memory_directory()))
            stack.callback(shutil.rmtree, self._directory, ignore_errors=True)
            bundle = self.authority.root.certificate_pem
            self._aws_url = stack.enter_context(serving(self.state, port=ports.aws))
            self._dns.start(ports.dns)
            stack.callback(self._dns.stop)
            with contextlib.suppress(OSError):
                self._late_dns.start(self._dns.port)
                stack.callback(self._late_dns.stop)
                self.state.dns_addresses = (self._dns.address, self._late_dns.address)
            with contextlib.suppress(OSError):
                self._vpc_dns.start(self._dns.port)
                stack.callback(self._vpc_dns.stop)
            self._edge.start(ports.edge)
            stack.callback(self._edge.stop)
            self.state.edges = self._edges
            stack.callback(self._edges.stop)
            self._other = self._other_authority(self._directory)
            if self._other:
                self._other.start(ports.acme)
                stack.callback(self._other.stop)
                bundle += self._other.root_pem()
            else:
                self._acme = AcmeServer(
                    self.authority, self.state, lambda name: txt_values(self._dns_address, name), self.setup.acme
                )
                self._acme.start(ports.acme)
                stack.callback(self._acme.stop)
            self.ca_bundle.write_text(bundle, encoding="ascii")
            self._stack = stack.pop_all()
        return self

    def _other_authority(self, directory: Path) -> Pebble | Caddy | None:
        if self.setup.authority == "pebble":
            return Pebble(self.authority, directory, self._dns_address)
        if self.setup.authority == "caddy":
            return Caddy(self.authority, directory, self.state.dns_lookup)
        return None

    def stop(self) -> None:
        self._stack.close()

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self, _type: type[BaseException] | None, _value: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def aws_url(self) -> str:
        assert self._aws_url is not None
        return self._aws_url

    @property
    def acme_directory(self) -> str:
        server = self._other or self._acme
        assert server is not None
        return server.directory_url

    @property
    def ca_bundle(self) -> Path:
        """The roots of everything that the sandbox's CA issues, and of its own listeners."""
        assert self._directory is not None
        return self._directory / "ca.pem"

    @property
    def _dns_address(self) -> tuple[str, int]:
        return "127.0.0.1", self._dns.port

    @property
    def dns_address(self) -> str:
        return f"127.0.0.1:{self._dns.port}"

    @property
    def edge_address(self) -> str:
        return f"127.0.0.1:{self._edge.port}"

    @property
    def control(self) -> Control:
        return Control(self.aws_url)

    def env(self, region: str = "us-east-1") -> dict[str, str]:
        """What must be exported so that boto3, the role and the modules talk to this sandbox."""
        return {
            "AWS_ENDPOINT_URL": self.aws_url,
            "AWS_ACCESS_KEY_ID": access_key(region),
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            # Without this, botocore looks for credentials on the network when something is missing.
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "CERTOPS_ACME_DIRECTORY": self.acme_directory,
            "CERTOPS_ACME_CA_BUNDLE": str(self.ca_bundle),
            "CERTOPS_EDGE_ADDRESS": self.edge_address,
            "CERTOPS_DNS_SERVER": self.dns_address,
            "CERTOPS_SANDBOX_URL": self.aws_url,
        }
