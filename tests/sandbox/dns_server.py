# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""DNS of the sandbox, on UDP and TCP: what a resolver would find in the public hosted zones of the emulated Route 53.

The name servers of the zones are at the same port. The last of each zone is at a second loopback address, where there
is one.
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import threading
from collections.abc import Callable

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from .aws.dns_view import DnsAnswer

UDP_PAYLOAD = 1232
CNAME_LIMIT = 8


Lookup = Callable[[str, str], DnsAnswer]


def _rrset(name: str, kind: str, found: DnsAnswer) -> dns.rrset.RRset | None:
    records = [record for record in found.records if record.type == kind]
    if not records:
        return None
    values = [record.value for record in records]
    # Route 53 takes names in values as absolute, with or without the final dot.
    return dns.rrset.from_text_list(
        name, records[0].ttl, dns.rdataclass.IN, kind, values, origin=dns.name.root, relativize=False
    )


def resolve(
    name: str, kind: str, lookup: Lookup
) -> tuple[dns.rcode.Rcode, list[dns.rrset.RRset], dns.rrset.RRset | None]:
    """Return code, answer with its CNAME chain, and the SOA that says so when there is no answer."""
    answer: list[dns.rrset.RRset] = []
    for _step in range(CNAME_LIMIT):
        found = lookup(name, kind)
        if found.zone is None:
            # No public zone has it, so for a resolver the domain does not exist.
            return dns.rcode.NXDOMAIN, answer, None
        wanted = _rrset(name, kind, found)
        if wanted:
            return dns.rcode.NOERROR, [*answer, wanted], None
        alias = _rrset(name, "CNAME", found)
        if alias is None:
            return (
                (dns.rcode.NOERROR if found.exists else dns.rcode.NXDOMAIN),
                answer,
                _rrset(found.zone, "SOA", lookup(found.zone, "SOA")),
            )
        answer.append(alias)
        name = alias[0].target.to_text().lower()
    return dns.rcode.SERVFAIL, [], None


def respond(wire: bytes, lookup: Lookup, limit: int | None) -> bytes | None:
    """The answer to one query; None for what is not a query. `limit` is the size of a UDP answer."""
    try:
        query = dns.message.from_wire(wire)
    except (dns.exception.DNSException, ValueError, struct.error):
        return None
    if query.flags & dns.flags.QR or len(query.question) != 1 or query.opcode() != dns.opcode.QUERY:
        return None
    question = query.question[0]
    response = dns.message.make_response(query, recursion_available=True, our_payload=UDP_PAYLOAD)
    response.flags |= dns.flags.AA
    try:
        code, answer, soa = resolve(question.name.to_text().lower(), dns.rdatatype.to_text(question.rdtype), lookup)
    except dns.exception.DNSException:
        # A value that is no record data: the servers of Route 53 could not answer it either.
        code, answer, soa = dns.rcode.SERVFAIL, [], None
    response.set_rcode(code)
    response.answer = answer
    response.authority = [soa] if soa else []
    size = min(limit, query.payload or 512) if limit else 65535
    try:
        return response.to_wire(max_size=max(size, 512))
    except dns.exception.TooBig:
        short = dns.message.make_response(query, recursion_available=True, our_payload=UDP_PAYLOAD)
        short.flags |= dns.flags.TC
        return short.to_wire()


class _TcpHandler(socketserver.BaseRequestHandler):
    server: _TcpServer

    def handle(self) -> None:
        self.request.settimeout(10)
        with contextlib.suppress(OSError):
            while True:
                (length,) = struct.unpack("!H", self._read(2))
                answer = respond(self._read(length), self.server.lookup, None)
                if answer is None:
                    return
                self.request.sendall(struct.pack("!H", len(answer)) + answer)

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            piece = self.request.recv(count - len(data))
            if not piece:
                raise ConnectionError("closed")
            data += piece
        return data


class _TcpServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    lookup: Lookup


class DnsServer:
    """Answers on one port of a loopback address, UDP and TCP."""

    def __init__(self, lookup: Lookup, address: str = "127.0.0.1") -> None:
        self.lookup = lookup
        self.address = address
        self._udp: socket.socket | None = None
        self._tcp: _TcpServer | None = None

    @property
    def port(self) -> int:
        assert self._udp is not None
        return int(self._udp.getsockname()[1])

    def start(self, port: int = 0) -> None:
        self._udp, self._tcp = _same_port(self.address, port)
        self._tcp.lookup = self.lookup
        threading.Thread(target=self._serve_udp, args=(self._udp,), name="dns-udp", daemon=True).start()
        threading.Thread(
            target=self._tcp.serve_forever, kwargs={"poll_interval": 0.1}, name="dns-tcp", daemon=True
        ).start()

    def _serve_udp(self, udp: socket.socket) -> None:
        while True:
            try:
                wire, client = udp.recvfrom(4096)
            except OSError:
                return
            answer = respond(wire, self.lookup, UDP_PAYLOAD) if wire else None
            if answer:
                with contextlib.suppress(OSError):
                    udp.sendto(answer, client)

    def stop(self) -> None:
        if self._tcp:
            self._tcp.shutdown()
            self._tcp.server_close()
        if self._udp:
            # Closing alone does not wake the thread that waits in recvfrom.
            with contextlib.suppress(OSError):
                self._udp.shutdown(socket.SHUT_RDWR)
            self._udp.close()
        self._udp = self._tcp = None


def _same_port(address: str, port: int, tries: int = 20) -> tuple[socket.socket, _TcpServer]:
    """A UDP and a TCP socket on the same loopback port."""
    while True:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            udp.bind((address, port))
        except OSError:
            udp.close()
            raise
        try:
            return udp, _TcpServer(udp.getsockname(), _TcpHandler)
        except OSError:
            udp.close()
            tries -= 1
            if port or not tries:
                raise


def txt_values(address: tuple[str, int], name: str, timeout: float = 2.0) -> list[bytes]:
    """The TXT values that a resolver finds behind this server, as a CA would look."""
    import dns.resolver

    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port, resolver.lifetime = [address[0]], address[1], timeout
    try:
        answer = resolver.resolve(name.rstrip(".") + ".", "TXT")
    except dns.exception.DNSException:
        return []
    return [b"".join(record.strings) for record in answer]
