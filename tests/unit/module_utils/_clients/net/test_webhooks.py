# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""POSTs to receivers on this machine, also to some that do not answer as they should."""

from __future__ import annotations

import threading
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.net import webhooks
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.webhooks import WebhookCall
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import CertError

SECRET = "0123456789abcdef"


class Receiver(BaseHTTPRequestHandler):
    """Answers by the path; ``/silent`` not at all before the test is over."""

    over = threading.Event()

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/silent":
            self.over.wait(30)
        self.send_response(302 if self.path == "/moved" else 200)
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(b"x" * 1_000_000 if self.path == "/long" else self.path.encode() + b": " + content)

    def log_message(self, *_arguments: t.Any) -> None:
        """Nothing."""


@pytest.fixture
def base() -> t.Iterator[str]:
    Receiver.over.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    Receiver.over.set()
    server.shutdown()
    server.server_close()


def test_each_call_has_its_own_answer(base: str) -> None:
    answers = webhooks.post_all([WebhookCall(f"{base}/{name}", name.encode(), {}) for name in ("a", "b")])
    assert [(answer.status, answer.content) for answer in answers] == [(200, b"/a: a"), (200, b"/b: b")]


def test_a_redirect_is_not_followed(base: str) -> None:
    (answer,) = webhooks.post_all([WebhookCall(f"{base}/moved", b"", {})])
    assert answer.status == 302


def test_a_long_answer_is_read_in_part(base: str) -> None:
    (answer,) = webhooks.post_all([WebhookCall(f"{base}/long", b"", {})])
    assert len(answer.content) == webhooks.MAX_BYTES


def test_a_receiver_that_does_not_answer_delays_no_other(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "ALL_SECONDS", 1.0)
    silent, good = webhooks.post_all([WebhookCall(f"{base}{path}", b"", {}) for path in ("/silent", "/good")])
    assert silent.problem == webhooks.NOT_IN_TIME
    assert good.status == 200


@pytest.mark.parametrize("url", [f"http://127.0.0.1:1/{SECRET}", f"https://127.0.0.1:1/{SECRET}", f"gopher://{SECRET}"])
def test_what_cannot_be_reached_is_said_without_its_url(url: str) -> None:
    (answer,) = webhooks.post_all([WebhookCall(url, b"", {})])
    assert answer.problem
    assert SECRET not in answer.problem


def test_a_host_without_the_library_is_told_which_one_and_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "requests", None)
    with pytest.raises(CertError, match=r"the Python library requests is not installed .* -m pip install -r"):
        webhooks.post_all([])
