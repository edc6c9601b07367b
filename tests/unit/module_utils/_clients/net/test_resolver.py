# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many questions at once, answers of all kinds, and servers that do not answer."""

from __future__ import annotations

import time
import typing as t
from collections.abc import Iterator

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.net import resolver
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.net.resolver import Dns
from sandbox.aws.dns_view import DnsAnswer, DnsRecord
from sandbox.dns_server import DnsServer
from unit.fakes.dns_flood import Flood, other, truncated

ZONE = "example.com."
RECORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("a.example.com.", "TXT"): ('"one"', '"two" "parts"'),
    ("evil.example.com.", "TXT"): ('"a\\027[31m\\010b"',),
    ("alias.example.com.", "CNAME"): ("A.Example.com.",),
    ("example.com.", "NS"): ("ns1.example.com.", "ns2.example.com."),
    ("ns1.example.com.", "A"): ("127.0.0.1",),
    ("big.example.com.", "TXT"): tuple(f'"{"x" * 200}{number}"' for number in range(20)),
    ("example.com.", "SOA"): ("ns1.example.com. hostmaster.example.com. 1 7200 900 1209600 86400",),
}


def lookup(name: str, rdtype: str) -> DnsAnswer:
    if not name.endswith(ZONE):
        return DnsAnswer(None, False, ())
    values = RECORDS.get((name, rdtype), ())
    return DnsAnswer(
        ZONE,
        any(name == owner for owner, _type in RECORDS),
        tuple(DnsRecord(name, rdtype, 60, value) for value in values),
    )


@pytest.fixture
def dns() -> Iterator[Dns]:
    server = DnsServer(lookup)
    server.start()
    yield Dns(f"127.0.0.1:{server.port}")
    server.stop()


@pytest.mark.parametrize(
    ("name", "rdtype", "values"),
    [
        pytest.param("a.example.com", "TXT", ("one", "twoparts"), id="strings are joined"),
        pytest.param("alias.example.com", "CNAME", ("a.example.com",), id="a name in lower case without the dot"),
        pytest.param("a.example.com", "CNAME", (), id="no such record"),
        pytest.param("gone.example.com", "TXT", (), id="no such name"),
    ],
)
def test_answers(dns: Dns, name: str, rdtype: str, values: tuple[str, ...]) -> None:
    # a set of records has no order (RFC 2181 section 5)
    assert sorted(dns.lookup([name], rdtype)[name] or ()) == sorted(values)


def test_an_answer_that_does_not_fit_a_datagram_is_asked_for_again_by_tcp(dns: Dns) -> None:
    assert len(dns.lookup(["big.example.com"], "TXT")["big.example.com"] or ()) == 20


def test_four_hundred_questions_are_asked_at_once(dns: Dns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolver, "TRY_SECONDS", (20.0, 20.0))  # the machine may be busy
    names = [f"h{number}.example.com" for number in range(400)]
    found = dns.lookup(names, "TXT")
    assert set(found) == set(names)
    assert set(found.values()) == {()}


def test_name_servers_have_the_port_of_the_resolver(dns: Dns) -> None:
    assert dns.resolver is not None
    assert dns.name_servers([ZONE.rstrip(".")]) == {"example.com": (("127.0.0.1", dns.resolver[1]),)}


@pytest.mark.parametrize("server", ["127.0.0.1:1", "[::1]:1"])
def test_a_closed_port_is_told_at_once(server: str) -> None:
    started = time.monotonic()
    assert Dns(server).lookup(["a.example.com", "b.example.com"], "TXT") == {
        "a.example.com": None,
        "b.example.com": None,
    }
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(other, id="answers to other questions"),
        pytest.param(lambda wire: wire[:2] + b"\xff" * 40, id="bytes that are no message"),
        pytest.param(lambda _wire: b"", id="nothing"),
        pytest.param(truncated, id="truncated, and by TCP without an end"),
    ],
)
def test_a_server_that_goes_on_sending_keeps_nobody(
    answer: t.Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolver, "TRY_SECONDS", (0.3, 0.3))
    server = Flood(answer)
    try:
        started = time.monotonic()
        found = Dns(server.address).lookup([f"n{number}.example.com" for number in range(20)], "TXT")
        assert set(found.values()) == {None}, "what is not known is not taken for nothing"
        # twice 0.3 s for the sign of life and twice for the questions; the machine may be busy
        assert time.monotonic() - started < 8
    finally:
        server.stop()


def test_a_name_that_is_none_is_unknown(dns: Dns) -> None:
    names = ["x" * 64 + ".example.com", ".".join(["x" * 60] * 5), "a.example.com"]
    assert [dns.lookup(names, "CNAME")[name] for name in names] == [None, None, ()]


def test_texts_of_dns_are_one_harmless_line(dns: Dns) -> None:
    assert dns.lookup(["evil.example.com"], "TXT")["evil.example.com"] == ("a\ufffd[31m b",)


def test_of_an_answer_without_bounds_a_part_is_taken(dns: Dns, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolver, "MOST_VALUES", 7)
    assert len(dns.lookup(["big.example.com"], "TXT")["big.example.com"] or ()) == 7


def test_without_the_library_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolver, "HAS_DNSPYTHON", False)
    assert Dns("127.0.0.1:1").lookup(["a.example.com"], "TXT") == {"a.example.com": None}
    assert Dns("127.0.0.1:1").name_servers(["example.com"]) == {"example.com": ()}


@pytest.mark.parametrize(
    "text", [None, "", "192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]", "[2001:db8::53]:5353"]
)
def test_addresses_of_resolvers(text: t.Any) -> None:
    assert resolver.server_problem(text) is None


@pytest.mark.parametrize(
    "text", ["resolver.example.com", "192.0.2.53:0", "192.0.2.53:x", "192.0.2.53:65536", "[2001:db8::53"]
)
def test_what_is_no_address_of_a_resolver(text: str) -> None:
    assert (resolver.server_problem(text) or "").startswith("dns_server: ")
