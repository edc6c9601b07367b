# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""DNS of the sandbox: what a resolver would find in the public hosted zones of the emulated Route 53, on UDP and TCP."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

UDP_PAYLOAD = 1232
CNAME_LIMIT = 8


@dataclass(frozen=True)
class Zone:
    """A public hosted zone as it is visible now.

    `name` and the owner names in `records` are lower case with a final dot; the values are (TTL, values as Route 53 writes them).
    """

    name: str
    records: Mapping[tuple[str, str], tuple[int, tuple[str, ...]]]


Zones = Callable[[], Iterable[Zone]]


def _under(name: str, ancestor: str) -> bool:
    return name == ancestor or name.endswith("." + ancestor)


def _parent(name: str) -> str:
    return name.partition(".")[2]


def _zone_of(name: str, zones: Iterable[Zone]) -> Zone | None:
    return max((zone for zone in zones if _under(name, zone.name)), key=lambda zone: len(zone.name), default=None)


def _owner(name: str, zone: Zone) -> str | None:
    """The name whose records answer for `name`: itself, or a wildcard (RFC 4592); None where nothing is."""
    known = {owner for owner, _type in zone.records}
    if name in known or any(owner.endswith("." + name) for owner in known):
        return name
    encloser = name
    while encloser != zone.name:
        encloser = _parent(encloser)
        if f"*.{encloser}" in known:
            return f"*.{encloser}"
        if any(_under(owner, encloser) for owner in known):
            return None
    return None


def _rrset(zone: Zone, owner: str, kind: str, shown: str) -> dns.rrset.RRset | None:
    if (owner, kind) not in zone.records:
        return None
    ttl, values = zone.records[owner, kind]
    return dns.rrset.from_text_list(shown, ttl, dns.rdataclass.IN, kind, list(values))


def resolve(name: str, kind: str, zones: Iterable[Zone]) -> tuple[dns.rcode.Rcode, list[dns.rrset.RRset], dns.rrset.RRset | None]:
    """Return code, answer with its CNAME chain, and the SOA that says so when there is no answer."""
    zones = list(zones)
    answer: list[dns.rrset.RRset] = []
    for _step in range(CNAME_LIMIT):
        zone = _zone_of(name, zones)
        if zone is None:
            return (dns.rcode.NOERROR if answer else dns.rcode.NXDOMAIN), answer, None
        soa = _rrset(zone, zone.name, "SOA", zone.name)
        owner = _owner(name, zone)
        if owner is None:
            return dns.rcode.NXDOMAIN, answer, soa
        found = _rrset(zone, owner, kind, name)
        if found:
            return dns.rcode.NOERROR, [*answer, found], None
        alias = _rrset(zone, owner, "CNAME", name)
        if alias is None:
            return dns.rcode.NOERROR, answer, soa
        answer.append(alias)
        name = alias[0].target.to_text().lower()
    return dns.rcode.SERVFAIL, [], None


def respond(wire: bytes, zones: Zones, limit: int | None) -> bytes | None:
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
    code, answer, soa = resolve(question.name.to_text().lower(), dns.rdatatype.to_text(question.rdtype), zones())
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
                answer = respond(self._read(length), self.server.zones, None)
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
    zones: Zones


class DnsServer:
    """Answers on one loopback port, UDP and TCP."""

    def __init__(self, zones: Zones) -> None:
        self.zones = zones
        self._udp: socket.socket | None = None
        self._tcp: _TcpServer | None = None

    @property
    def port(self) -> int:
        assert self._udp is not None
        return int(self._udp.getsockname()[1])

    def start(self, port: int = 0) -> None:
        self._udp, self._tcp = _same_port(port)
        self._tcp.zones = self.zones
        threading.Thread(target=self._serve_udp, args=(self._udp,), name="dns-udp", daemon=True).start()
        threading.Thread(target=self._tcp.serve_forever, kwargs={"poll_interval": 0.1}, name="dns-tcp", daemon=True).start()

    def _serve_udp(self, udp: socket.socket) -> None:
        while True:
            try:
                wire, client = udp.recvfrom(4096)
            except OSError:
                return
            answer = respond(wire, self.zones, UDP_PAYLOAD) if wire else None
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


def _same_port(port: int, tries: int = 20) -> tuple[socket.socket, _TcpServer]:
    """A UDP and a TCP socket on the same loopback port."""
    while True:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", port))
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
