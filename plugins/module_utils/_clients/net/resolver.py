# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks DNS: the system's resolver or a given one, and name servers themselves; many questions at once, each for a
bounded time.

Nothing here fails: who does not answer is unknown, since the network around Ansible often lets no DNS through.
"""

from __future__ import annotations

import contextlib
import ipaddress
import itertools
import os
import selectors
import socket
import struct
import time
import typing as t
from dataclasses import dataclass

from ..._core.dns.caa import CaaRecord
from ..._core.values import texts
from ..._core.values.once import OnceProperty

try:
    import dns.exception
    import dns.flags
    import dns.message
    import dns.query
    import dns.rcode
    import dns.rdatatype
    import dns.resolver

    HAS_DNSPYTHON = True
    _UNREADABLE: tuple[type[Exception], ...] = (
        dns.exception.DNSException,
        ValueError,
        LookupError,
        struct.error,
        EOFError,
    )
except ImportError:
    HAS_DNSPYTHON = False  # nothing is asked then, and whoever would ask warns

VARIABLE = "CERTOPS_DNS_SERVER"
PORT, LAST_PORT = 53, 65535
# One try and another one; what a resolver has not found by then counts as unknown.
TRY_SECONDS = (1.0, 1.5)
# So that no answers are lost in the buffer of a socket.
IN_FLIGHT = 50
# https://www.dnsflagday.net/2020/
UDP_PAYLOAD = 1232
MAX_MESSAGE = 65535
# Of one answer. Route 53 has at most 400 values in a record set, and a zone four name servers, others 13.
MOST_VALUES = 500
MOST_SERVERS = 20
# Of one value, as Route 53 takes it.
LONGEST_VALUE = 4000

Address = tuple[str, int]
Found = t.Mapping[str, "tuple[str, ...] | None"]


def server_problem(text: str | None) -> str | None:
    """Why this, or what the environment has instead, is not an address of a DNS server; None if it is one, or there is
    none."""
    given = text or os.environ.get(VARIABLE)
    if not given:
        return None
    try:
        _address(given)
    except ValueError:
        return (
            f"dns_server: {texts.quoted(given)} is not a valid resolver address; use the form 192.0.2.53,"
            " 192.0.2.53:5353 or"
            " [2001:db8::53]:5353"
        )
    return None


def _address(text: str) -> Address:
    host, _colon, port = text.rpartition(":") if text.startswith("[") or text.count(":") == 1 else (text, "", "")
    if text.endswith("]"):
        host, port = text, ""
    number = int(port or PORT)
    if not 0 < number <= LAST_PORT:
        raise ValueError(text)
    return str(ipaddress.ip_address(host.strip("[]"))), number


@dataclass(frozen=True)
class DnsQuestion:
    """What is asked of whom."""

    server: Address
    name: str
    rdtype: str


class Dns:
    """DNS as this machine, or the given resolver, sees it; its port is that of the name servers, too."""

    def __init__(self, server: str | None = None) -> None:
        self._given = server or os.environ.get(VARIABLE) or ""

    @OnceProperty
    def resolver(self) -> Address | None:
        """The first resolver that answers at all; None if there is none."""
        if not HAS_DNSPYTHON:
            return None
        for server in self._resolvers():
            question = DnsQuestion(server, ".", "NS")
            if _ask([question], answered=True)[question] is not None:
                return server
        return None

    @property
    def silence(self) -> str:
        """Why something that was asked is unknown."""
        if not HAS_DNSPYTHON:
            return "the Python library dnspython is missing"
        return "no resolver answers" if self.resolver is None else "the resolver does not answer"

    def lookup(self, names: t.Iterable[str], rdtype: str) -> dict[str, tuple[str, ...] | None]:
        """The values of this type under each name, CNAMEs followed for CAA only; none where there is none, and None
        where nobody knows."""
        wanted = list(dict.fromkeys(names))
        if self.resolver is None:
            return dict.fromkeys(wanted)
        questions = {name: DnsQuestion(self.resolver, name, rdtype) for name in wanted}
        answers = _ask(questions.values())
        return {name: answers[question] for name, question in questions.items()}

    def caa(self, names: t.Iterable[str]) -> dict[str, tuple[CaaRecord, ...] | None]:
        """The CAA records of each name, behind CNAMEs too, as RFC 8659 section 3 wants it; None where nobody knows."""
        answers = self.lookup(names, "CAA")
        return {name: None if found is None else tuple(map(CaaRecord.parse, found)) for name, found in answers.items()}

    def name_servers(self, zones: t.Iterable[str]) -> dict[str, tuple[Address, ...]]:
        """The addresses of the name servers that each zone is delegated to."""
        hosts = {zone: (found or ())[:MOST_SERVERS] for zone, found in self.lookup(zones, "NS").items()}
        addresses = self.lookup((host for found in hosts.values() for host in found), "A")
        port = PORT if self.resolver is None else self.resolver[1]
        return {
            zone: tuple(dict.fromkeys((address, port) for host in found for address in addresses[host] or ()))
            for zone, found in hosts.items()
        }

    def texts(self, asked: t.Iterable[tuple[Address, str]]) -> dict[tuple[Address, str], tuple[str, ...] | None]:
        """The TXT values that each server has under a name; None if it does not answer."""
        questions = {(server, name): DnsQuestion(server, name, "TXT") for server, name in asked}
        answers = _ask(questions.values())
        return {key: answers[question] for key, question in questions.items()}

    def _resolvers(self) -> list[Address]:
        if self._given:
            return [_address(self._given)]
        try:
            found = dns.resolver.get_default_resolver()
        except (dns.exception.DNSException, OSError):
            return []
        return [(str(server), found.port) for server in found.nameservers if _is_address(str(server))]


def _is_address(text: str) -> bool:
    with contextlib.suppress(ValueError):
        return bool(ipaddress.ip_address(text))
    return False


def _ask(questions: t.Iterable[DnsQuestion], answered: bool = False) -> dict[DnsQuestion, tuple[str, ...] | None]:
    """The answer to each question; ``answered`` takes any answer, even a refusal, for a sign of life."""
    found: dict[DnsQuestion, tuple[str, ...] | None] = {}
    by_server: dict[Address, list[DnsQuestion]] = {}
    for question in questions:
        found[question] = None
        by_server.setdefault(question.server, []).append(question)
    if not HAS_DNSPYTHON:
        return found
    with contextlib.ExitStack() as stack, selectors.DefaultSelector() as selector:
        for server, waiting in by_server.items():
            with contextlib.suppress(OSError):
                talk = _Talk(server, waiting, answered)
                stack.callback(talk.socket.close)
                selector.register(talk.socket, selectors.EVENT_READ, talk)
        _converse(selector)
        for key in selector.get_map().values():
            found.update(key.data.found)
    return found


def _converse(selector: selectors.BaseSelector) -> None:
    for seconds in TRY_SECONDS:
        talks: list[_Talk] = [key.data for key in selector.get_map().values()]
        end = time.monotonic() + seconds
        for talk in talks:
            talk.begin(end)
        # a server that sends whatever it likes keeps nobody beyond the end
        while any(talk.in_flight for talk in talks) and (left := end - time.monotonic()) > 0:
            for key, _events in selector.select(left):
                key.data.hear()


class _Talk:
    """The questions to one server, over one connected socket, so that a closed port is told at once."""

    def __init__(self, server: Address, questions: t.Sequence[DnsQuestion], answered: bool) -> None:
        self.socket = socket.socket(socket.AF_INET6 if ":" in server[0] else socket.AF_INET, socket.SOCK_DGRAM)
        self.found: dict[DnsQuestion, tuple[str, ...]] = {}
        self.in_flight: dict[int, tuple[DnsQuestion, t.Any]] = {}
        self._questions = questions
        self._unsent: list[DnsQuestion] = []
        self._answered = answered
        self._is_deaf = False
        self._end = 0.0
        try:
            self.socket.setblocking(False)
            self.socket.connect(server)
        except OSError:
            self.socket.close()
            raise

    def begin(self, end: float) -> None:
        """Ask whatever has no answer yet; by the monotonic clock, nothing is waited for after ``end``."""
        self.in_flight, self._end = {}, end
        self._unsent = [] if self._is_deaf else [question for question in self._questions if question not in self.found]
        self._send()

    def hear(self) -> None:
        """Take one answer, and ask the next question."""
        try:
            wire = self.socket.recv(MAX_MESSAGE)
        except OSError:
            self._is_deaf, self.in_flight, self._unsent = True, {}, []
            return
        answer = parsed(wire)
        waiting = self.in_flight.get(answer.id) if answer is not None else None
        if waiting is None or not waiting[1].is_response(answer):
            return
        question, query = waiting
        del self.in_flight[answer.id]
        whole = self._whole(question, query, answer)
        values = None if whole is None else self._values(question, whole)
        if values is not None:
            self.found[question] = values
        self._send()

    def _send(self) -> None:
        while self._unsent and len(self.in_flight) < IN_FLIGHT:
            question = self._unsent.pop()
            query = _query(question)
            if query is None:
                continue
            while query.id in self.in_flight:
                query.id = (query.id + 1) & 0xFFFF
            try:
                self.socket.send(query.to_wire())
            except OSError:
                self._is_deaf, self.in_flight, self._unsent = True, {}, []
                return
            self.in_flight[query.id] = (question, query)

    def _whole(self, question: DnsQuestion, query: t.Any, answer: t.Any) -> t.Any:
        """The answer; None if it did not fit a datagram, and TCP has none: the part of it that came says neither what
        else there is nor that there is nothing."""
        if not answer.flags & dns.flags.TC:
            return answer
        left = self._end - time.monotonic()
        with contextlib.suppress(*_UNREADABLE, OSError):
            return dns.query.tcp(query, question.server[0], max(min(left, TRY_SECONDS[0]), 0), question.server[1])
        return None

    def _values(self, question: DnsQuestion, answer: t.Any) -> tuple[str, ...] | None:
        if answer.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
            return () if self._answered else None
        wanted = dns.rdatatype.from_text(question.rdtype)
        name = question.name.rstrip(".").lower() + "."
        found = (
            each
            for records in answer.answer
            if records.rdtype == wanted and (question.rdtype == "CAA" or records.name.to_text().lower() == name)
            for each in records
        )
        return tuple(_text(each) for each in itertools.islice(found, MOST_VALUES))


def _query(question: DnsQuestion) -> t.Any:
    """The message to send; None for what is not a name, for example since it is too long with the label before it."""
    try:
        return dns.message.make_query(question.name.rstrip(".") + ".", question.rdtype, use_edns=0, payload=UDP_PAYLOAD)
    except _UNREADABLE:
        return None


def parsed(wire: bytes) -> t.Any:
    """The DNS message in these bytes, or None if there is none: dnspython declares its own exceptions, and passes on
    what its parts raise."""
    try:
        return dns.message.from_wire(wire, ignore_trailing=True)
    except _UNREADABLE:
        return None


def _text(record: t.Any) -> str:
    """A record's value: strings joined, names in lower case without the final dot, CAA as it is; in one harmless
    line."""
    if record.rdtype == dns.rdatatype.TXT:
        return texts.cleaned(b"".join(record.strings).decode("utf-8", "replace"), LONGEST_VALUE)
    if record.rdtype == dns.rdatatype.CAA:
        value = texts.cleaned(record.value.decode("utf-8", "replace"), LONGEST_VALUE)
        return f"{record.flags} {record.tag.decode('ascii', 'replace')} {value}"
    return texts.cleaned(record.to_text().lower().rstrip("."))
