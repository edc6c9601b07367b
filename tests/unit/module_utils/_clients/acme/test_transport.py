# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that does its worst, over TLS: every answer ends, in time and in little memory."""

from __future__ import annotations

import gzip
import json
import time
import tracemalloc
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.acme import network, transport
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.acme.client import AcmeServer
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.acme.network import Network
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import CertError, RemoteError
from sandbox.ca.authority import Authority
from unit.fakes.clock import FakeClock
from unit.fakes.https_server import HEAD, Script, Server, for_ever, gzip_of_zeros, whole

MOST_MEMORY = 50_000_000
# What an answer may take here; the CPU is shared with other tests, so what is measured gets more.
SECONDS, IN_TIME = 0.6, 10.0


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("READ_SECONDS", "DIRECTORY_READ_SECONDS", "UNSIGNED_READ_SECONDS"):
        monkeypatch.setattr(network, name, SECONDS)
    monkeypatch.setattr(network, "DIRECTORY_ATTEMPTS", 1)
    found = Server(tmp_path)
    yield found
    found.stop()


def directory_error(server: Server) -> RemoteError:
    """How the directory fails, in time and in little memory."""
    client = AcmeServer(server.url, str(server.bundle)).client(None, FakeClock())
    tracemalloc.start()
    started = time.monotonic()
    try:
        with pytest.raises(RemoteError, match=r"acme:directory on https://127\.0\.0\.1:") as caught:
            client.directory()
        assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    finally:
        tracemalloc.stop()
    assert time.monotonic() - started < IN_TIME
    return caught.value


BOMB = gzip_of_zeros(300)


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(for_ever(HEAD + b"Content-Length: 500000\r\n\r\n", b"x", 0.05), id="a byte at a time"),
        pytest.param(
            for_ever(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", 0.05), id="a chunk at a time"
        ),
        pytest.param(for_ever(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0", 0.05), id="a length without an end"),
        pytest.param(for_ever(HEAD + b"X-Long: ", b"x", 0.05), id="a header without an end"),
        pytest.param(for_ever(b"", b"H", 0.05), id="a status line without an end"),
        pytest.param(for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.05), id="interim answers without an end"),
        pytest.param(for_ever(HEAD + b"\r\n", b"", 0.2), id="silence after the headers"),
    ],
)
def test_an_answer_without_an_end_ends_in_time(server: Server, script: Script) -> None:
    server.script = script
    assert "got no answer" in directory_error(server).message


@pytest.mark.parametrize(
    ("script", "why"),
    [
        pytest.param(for_ever(HEAD + b"\r\n", b"x" * 65536), "more than 1 MB", id="bytes without an end"),
        pytest.param(
            for_ever(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"ffff\r\n" + b"x" * 65535 + b"\r\n"),
            "more than 1 MB",
            id="chunks without an end",
        ),
        pytest.param(
            for_ever(HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffffffffff\r\n", b"x" * 65536),
            "more than 1 MB",
            id="one chunk of 281 terabytes",
        ),
        pytest.param(whole(b"x" * 1_000_001), "more than 1 MB", id="a byte too much"),
        pytest.param(whole(BOMB, "Content-Encoding: gzip"), "more than 1 MB", id="gzip bomb"),
        pytest.param(
            whole(gzip.compress(BOMB), "Content-Encoding: gzip, gzip"), "was not asked for", id="gzip bomb in gzip"
        ),
        pytest.param(whole(b"{}", "Content-Encoding: br"), "was not asked for", id="another encoding"),
        pytest.param(whole(b"{}", "Content-Encoding: gzip"), "and is not", id="no gzip at all"),
        pytest.param(whole(b"[" * 500_000), "nested more than 32 deep", id="JSON nested without an end"),
        pytest.param(whole(b'{"a":' * 150_000 + b"1" + b"}" * 150_000), "more than 32 deep", id="nested objects"),
        pytest.param(whole(b"[" * 33 + b"]" * 33), "nested more than 32 deep", id="JSON nested a bit too deep"),
        pytest.param(whole(b"1" * 900_000), "not JSON", id="a number of 900,000 digits"),
        pytest.param(whole(b"\xff\xfe{"), "not JSON", id="bytes that are no text"),
    ],
)
def test_an_answer_without_bounds_is_refused_once(server: Server, script: Script, why: str) -> None:
    server.script = script
    error = directory_error(server)
    assert why in error.message
    assert error.code == "malformedAnswer"
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
@pytest.mark.parametrize("target", ["http://127.0.0.1:1/", "https://127.0.0.1:1/", "/elsewhere"])
def test_a_redirect_is_not_followed(server: Server, status: str, target: str) -> None:
    server.script = whole(b"", f"Location: {target}", status=status)
    message = directory_error(server).message
    assert f"redirect (HTTP {status[:3]}) to '{target}'" in message
    assert len(server.asked) == 1


def test_a_compressed_answer_of_a_proxy_is_read(server: Server) -> None:
    server.script = whole(gzip.compress(b'{"renewalInfo": 1}'), "Content-Encoding: gzip")
    session = Network(None, str(server.bundle), FakeClock())
    assert session.fetch("directory", server.url).content == b'{"renewalInfo": 1}'


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "https:///x", "https://[x/", "https://a:b@127.0.0.1/", "/x", 7])
def test_what_is_not_an_https_url_is_not_asked(url: t.Any) -> None:
    with pytest.raises(transport.UnusableAnswerError, match=r"is not an https|with a user name|not a URL of"):
        transport.request(transport.session(), "GET", url)


def test_a_password_of_netrc_is_not_given_away(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("default login me password secret\n", encoding="ascii")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    server.script = whole(json.dumps({}).encode())
    Network(None, str(server.bundle), FakeClock()).fetch("directory", server.url)
    assert b"authorization" not in server.headers[0].lower()


@pytest.mark.parametrize(
    ("given", "variables", "named"),
    [
        pytest.param("{}", {}, "that acme_ca_bundle names", id="the option"),
        pytest.param(None, {"REQUESTS_CA_BUNDLE": "{}"}, "environment's REQUESTS_CA_BUNDLE names", id="variable"),
        pytest.param(None, {"CURL_CA_BUNDLE": "{}"}, "environment's CURL_CA_BUNDLE names", id="curl's"),
        pytest.param(None, {}, "is not trusted; set acme_ca_bundle", id="neither"),
    ],
)
def test_a_certificate_that_is_not_trusted_is_blamed_on_what_says_whom_to_trust(
    server: Server, monkeypatch: pytest.MonkeyPatch, given: str | None, variables: dict[str, str], named: str
) -> None:
    other = server.bundle.with_name("other.pem")
    other.write_text(Authority().root.certificate_pem, encoding="ascii")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(other))
    with pytest.raises(RemoteError, match=named):
        AcmeServer(server.url, given and given.format(other)).client(None, FakeClock()).directory()


@pytest.mark.parametrize(
    ("given", "variables", "named"),
    [
        pytest.param("gone.pem", {"REQUESTS_CA_BUNDLE": "too.pem"}, "acme_ca_bundle has to", id="the option"),
        pytest.param(
            None, {"REQUESTS_CA_BUNDLE": "gone.pem"}, "environment's REQUESTS_CA_BUNDLE has", id="the variable"
        ),
    ],
)
def test_a_bundle_that_is_missing_is_named_by_what_names_it(
    monkeypatch: pytest.MonkeyPatch, given: str | None, variables: dict[str, str], named: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(RemoteError, match=named):
        AcmeServer("https://127.0.0.1:1/directory", given).client(None, FakeClock()).directory()


def test_proxies_of_the_environment_are_looked_up_once_for_each_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "inside.example")
    made, looked_up = transport.session(), []
    real = requests.utils.get_environ_proxies
    monkeypatch.setattr(
        requests.sessions, "get_environ_proxies", lambda url, **options: looked_up.append(url) or real(url, **options)
    )
    for host, proxy in (("ca.example", "http://proxy.example:3128"), ("inside.example", None)):
        for number in range(3):
            found = made.merge_environment_settings(f"https://{host}/{number}", {}, True, "/ca.pem", None)
            assert (found["proxies"].get("https"), found["verify"], found["stream"]) == (proxy, "/ca.pem", True)
    assert len(looked_up) == 2


def test_a_host_without_the_library_is_told_which_one_and_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "ClientNetwork", object)
    with pytest.raises(CertError, match=r"the Python library acme is not installed .* -m pip install -r"):
        Network(None, None, FakeClock())
