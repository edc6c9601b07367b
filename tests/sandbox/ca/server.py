# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ACME server of the sandbox: HTTPS on loopback, around the front and acme2certifier."""

from __future__ import annotations

import contextlib
import datetime
import os
import shutil
import socket
import ssl
import struct
import sys
import tempfile
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sandbox.aws.faults import ConnectionLostError
from sandbox.aws.state import State
from sandbox.ca import signer
from sandbox.ca.authority import Authority
from sandbox.ca.backend import Backend, Options, Reply, Request, problem
from sandbox.ca.front import Front

# Directories are named by the process that they belong to.
PREFIX = "certops-sandbox-"
BODY_LIMIT = 256 * 1024
IDLE_LIMIT = 120.0


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def setup(self) -> None:
        # The handshake is done here, in the thread of the connection, so that a slow client holds up nobody.
        self.request.settimeout(IDLE_LIMIT)
        self.request.do_handshake()
        super().setup()

    def do_GET(self) -> None:
        self._answer(b"")

    do_HEAD = do_GET  # noqa: N815 - the name that http.server looks for

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > BODY_LIMIT:
            self.close_connection = True
            self._send(problem(413, "malformed", "the request is too large"))
            return
        self._answer(self.rfile.read(length))

    def _answer(self, body: bytes) -> None:
        host = self.headers.get("Host", "")
        request = Request(self.command, f"https://{host}", self.path.partition("?")[0], body)
        try:
            reply = self.server.front.answer(request, self.headers.get("Content-Type", ""))
        except ConnectionLostError:
            self.close_connection = True
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            return
        self._send(reply)

    def _send(self, reply: Reply) -> None:
        self.send_response_only(reply.status)
        if reply.status != 204:
            reply.headers["Content-Length"] = str(len(reply.body))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)
        self.wfile.flush()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, context: ssl.SSLContext, front: Front) -> None:
        self.front = front
        super().__init__(("127.0.0.1", port), _Handler)
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away, or does not trust us, is no error of the server."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class AcmeServer:
    """An RFC 8555 CA on a loopback port. One in a process: acme2certifier keeps its configuration in the process."""

    def __init__(
        self, authority: Authority, state: State, txt: Callable[[str], list[bytes]], options: Options | None = None
    ) -> None:
        self.options = options or Options()
        self._directory = tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-acme-", dir=memory_directory())
        path = Path(self._directory.name)
        signer.policy = signer.Policy(
            authority, *_rules(self.options, state), issued=state.issued, revoked=state.revoked
        )
        chain, key = authority.write_listener(path)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(chain, key)
        backend = Backend(path, self.options, txt, lambda: state.settings.acme_validation_seconds)
        self.front = Front(backend, state)
        self._server: _Server | None = None

    def start(self, port: int = 0) -> None:
        self._server = _Server(port, self._context, self.front)
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, name="acme", daemon=True
        ).start()

    @property
    def directory_url(self) -> str:
        assert self._server is not None
        return f"https://localhost:{self._server.server_address[1]}/directory"

    def stop(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        with contextlib.suppress(OSError):
            self._directory.cleanup()


def _rules(options: Options, state: State) -> tuple[Callable[[str], Any], Callable[[], Any]]:
    """How long certificates of a profile live, and how far back they start; the settings may say otherwise at any
    time."""

    def lifetime(profile: str) -> datetime.timedelta:
        if state.settings.acme_validity_days:
            return datetime.timedelta(days=state.settings.acme_validity_days)
        return datetime.timedelta(days=options.profiles[profile].days if profile in options.profiles else options.days)

    def backdate() -> datetime.timedelta:
        return datetime.timedelta(seconds=state.settings.acme_backdate_seconds or 3600)

    return lifetime, backdate


def memory_directory() -> str | None:
    """A file system in memory, where there is one."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def remove_leftovers() -> None:
    """Remove the directories of sandboxes that were killed."""
    for path in Path(memory_directory() or tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = path.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists() and Path("/proc/self").exists():
            shutil.rmtree(path, ignore_errors=True)
