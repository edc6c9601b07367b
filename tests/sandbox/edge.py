# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The TLS edge: serves by SNI the certificate of whatever has the name, as soon as that is deployed; listeners and API
domains have edges of their own."""

from __future__ import annotations

import contextlib
import functools
import os
import socketserver
import ssl
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from sandbox.ca.authority import Authority

IDLE_LIMIT = 30.0


# Leaf with chain, and private key, as PEM.
Material = tuple[str, str]
CertificateOf = Callable[[str], "Material | None"]


class _Contexts:
    """TLS contexts by content: loading a key for each connection would be slow."""

    def __init__(self) -> None:
        self._known: dict[Material, ssl.SSLContext] = {}
        self._lock = threading.Lock()

    def of(self, material: Material) -> ssl.SSLContext:
        with self._lock:
            if material not in self._known:
                self._known[material] = self._load(material)
            return self._known[material]

    @staticmethod
    def _load(material: Material) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # load_cert_chain reads files only; this one is never seen by anybody else and is gone at once.
        handle, name = tempfile.mkstemp(
            prefix="certops-sandbox-edge-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None
        )
        try:
            os.write(handle, "\n".join(material).encode("ascii"))
            context.load_cert_chain(name)
        finally:
            os.close(handle)
            Path(name).unlink()
        return context


class _Handler(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.request.settimeout(IDLE_LIMIT)
        with (
            contextlib.suppress(OSError),
            self.server.context.wrap_socket(self.request, server_side=True) as connection,
        ):
            request = b""
            while b"\r\n\r\n" not in request and len(request) < 65536:
                piece = connection.recv(4096)
                if not piece:
                    return
                request += piece
            body = b"served by the sandbox edge\n"
            head = (
                f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\nConnection:"
                " close\r\n\r\n"
            )
            connection.sendall(head.encode() + body)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        self.context = context
        super().__init__(("127.0.0.1", port), _Handler)


class Edge:
    """A TLS listener on a loopback port."""

    def __init__(self, authority: Authority, certificate_of: CertificateOf) -> None:
        self._certificate_of = certificate_of
        self._contexts = _Contexts()
        pair = authority.listener()
        # Never served: a context must hold some certificate before it may ask the SNI callback for another.
        self._base = self._contexts._load((pair.certificate_pem, pair.key_pem))
        self._base.sni_callback = self._choose
        self._server: _Server | None = None

    def _choose(self, connection: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> int | None:
        material = self._certificate_of((name or "").rstrip(".").lower())
        if material is None:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        connection.context = self._contexts.of(material)
        return None

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.server_address[1])

    def start(self, port: int = 0) -> None:
        self._server = _Server(port, self._base)
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="edge", daemon=True
        ).start()

    def stop(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None


class Edges:
    """An edge for each place where clients connect to, opened when somebody asks for its address."""

    def __init__(self, authority: Authority, certificate_of: Callable[[str, str], Material | None]) -> None:
        self._authority = authority
        self._certificate_of = certificate_of
        self._open: dict[str, Edge] = {}
        self._lock = threading.Lock()

    def address(self, key: str) -> str:
        """Where the place with this key listens."""
        with self._lock:
            if key not in self._open:
                self._open[key] = Edge(self._authority, functools.partial(self._certificate_of, key))
                self._open[key].start()
            return f"127.0.0.1:{self._open[key].port}"

    def stop(self) -> None:
        with self._lock:
            for edge in self._open.values():
                edge.stop()
            self._open.clear()
