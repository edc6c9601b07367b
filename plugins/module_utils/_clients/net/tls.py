# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificate a TLS server serves for a name: what a viewer would see, whatever the APIs say."""

from __future__ import annotations

import hashlib
import socket
import ssl

from ..._core.values import texts
from ..._errors import RemoteError

TIMEOUT_SECONDS = 10.0
MAX_PORT = 65535


def parse_address(text: str) -> tuple[str, int]:
    """Host and port of ``host:port``; ValueError for anything else."""
    host, _colon, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) <= MAX_PORT:
        raise ValueError(f"{texts.quoted(text)} is not host:port")
    return host.strip("[]"), int(port)


class TlsProbe:
    """Asks TLS servers for their certificate by SNI."""

    def __init__(self, ca_bundle: str | None = None) -> None:
        self._ca_bundle = ca_bundle

    def served_fingerprint(self, host: str, port: int, server_name: str) -> str:
        """SHA-256 of the leaf's DER in hex. Trust is checked only with a CA bundle: the caller compares the whole
        certificate."""
        try:
            with (
                socket.create_connection((host, port), timeout=TIMEOUT_SECONDS) as connection,
                self._context().wrap_socket(connection, server_hostname=server_name) as tls,
            ):
                leaf = tls.getpeercert(binary_form=True)
        except (OSError, ValueError) as exc:
            raise RemoteError(
                f"the TLS handshake with {host}:{port} for {server_name} failed: {exc}",
                service="tls",
                operation="handshake",
                code=type(exc).__name__,
            ) from exc
        return hashlib.sha256(leaf or b"").hexdigest()

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self._ca_bundle)
        if self._ca_bundle is None:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context
