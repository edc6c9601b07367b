# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTPS server that answers with whatever a script writes to the connection."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
import typing as t
import zlib
from pathlib import Path

from sandbox.ca.authority import Authority

Script = t.Callable[[t.Any], None]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class Server:
    """Answers each request with a script that writes to the connection."""

    def __init__(self, directory: Path) -> None:
        authority = Authority()
        self.bundle = directory / "root.pem"
        self.bundle.write_text(authority.root.certificate_pem, encoding="ascii")
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*authority.write_listener(directory))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.script: Script = whole(b"{}")
        self.asked: list[str] = []
        self.headers: list[bytes] = []
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self._listener.getsockname()[1]}/directory"

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                plain, _peer = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(plain,), daemon=True).start()

    def _answer(self, plain: socket.socket) -> None:
        with contextlib.suppress(OSError), self._context.wrap_socket(plain, server_side=True) as connection:
            request = connection.recv(65536)
            self.asked.append(request.partition(b"\r\n")[0].decode())
            self.headers.append(request)
            self.script(connection)


def whole(content: bytes, *headers: str, status: str = "200 OK") -> Script:
    head = "".join(f"{header}\r\n" for header in headers)
    return lambda connection: connection.sendall(
        f"HTTP/1.1 {status}\r\n{head}Content-Length: {len(content)}\r\n\r\n".encode() + content
    )


def for_ever(head: bytes, piece: bytes, pause: float = 0.0) -> Script:
    def send(connection: t.Any) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)
            time.sleep(pause)

    return send


def gzip_of_zeros(megabytes: int) -> bytes:
    packer, zeros = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16), b"0" * 1_000_000
    return b"".join(packer.compress(zeros) for _each in range(megabytes)) + packer.flush()
