# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A DNS server that does not stop."""

from __future__ import annotations

import contextlib
import socket
import threading
import typing as t

from dns import flags, message


class Flood:
    """A DNS server that answers whoever asked last with datagrams for ever, and by TCP one byte at a time."""

    def __init__(self, answer: t.Callable[[bytes], bytes]) -> None:
        self._answer = answer
        # a port that is free for one protocol need not be for the other
        while not self._bound():
            pass
        self._is_over = threading.Event()
        for serve in (self._serve_udp, self._serve_tcp):
            threading.Thread(target=serve, daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._udp.getsockname()[1]}"

    def _bound(self) -> bool:
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        try:
            self._tcp = socket.create_server(self._udp.getsockname())
        except OSError:
            self._udp.close()
            return False
        return True

    def stop(self) -> None:
        self._is_over.set()
        self._udp.close()
        self._tcp.close()

    def _serve_udp(self) -> None:
        with contextlib.suppress(OSError):
            wire, peer = self._udp.recvfrom(4096)
            self._udp.settimeout(0.0005)
            while not self._is_over.is_set():
                with contextlib.suppress(TimeoutError):
                    wire, peer = self._udp.recvfrom(4096)
                with contextlib.suppress(ConnectionRefusedError):
                    self._udp.sendto(self._answer(wire), peer)

    def _serve_tcp(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _peer = self._tcp.accept()
                with connection, contextlib.suppress(OSError):
                    connection.sendall(b"\xff\xff")
                    while not self._is_over.wait(0.02):
                        connection.sendall(b"x")


def other(_wire: bytes) -> bytes:
    """An answer to a question that nobody asked."""
    return message.make_response(message.make_query("other.example.", "TXT")).to_wire()


def truncated(wire: bytes) -> bytes:
    answer = message.make_response(message.from_wire(wire))
    answer.flags |= flags.TC
    return answer.to_wire()
