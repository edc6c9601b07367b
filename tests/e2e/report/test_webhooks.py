# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notices of a run to webhooks, and the playbook that tries them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from e2e.life import PROJECT, Life
from playbook_runs.runs import Ansible
from sandbox.control import Control
from sandbox.process import SandboxProcess

TOKEN = "0123456789abcdef0123"


class Receivers:
    """Robots on this machine, with what they got; ``answers`` is what each says with HTTP 200."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str]] = []
        self.answers = {"/robot": b'{"errcode": 0}', "/in": b"", "/ping": b"OK", "/ping/fail": b"OK"}
        receivers = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                path = self.path.partition("?")[0]
                content = self.rfile.read(int(self.headers["Content-Length"])).decode()
                receivers.got.append((path, content))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(receivers.answers[path])

            def log_message(self, *_arguments: Any) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def variables(self) -> dict[str, Any]:
        base = f"http://127.0.0.1:{self.server.server_port}"
        robot = {"kind": "dingtalk", "url": f"{base}/robot?access_token={TOKEN}", "secret": f"SEC{TOKEN}"}
        gateway = {"kind": "json", "name": "gateway", "url": f"{base}/in"}
        return {"notify_webhooks": [robot, gateway], "heartbeat_url": f"{base}/ping"}


@pytest.fixture
def receivers() -> Iterator[Receivers]:
    made = Receivers()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def life(sandbox: SandboxProcess, control: Control, ansible: Ansible) -> Life:
    return Life(ansible, control, sandbox.env(), sandbox.env())


def test_a_run_that_fails_and_one_that_works_are_told(life: Life, control: Control, receivers: Receivers) -> None:
    control.fault("iam", "UploadServerCertificate", "access_denied")
    life.play("create", **receivers.variables()).failed()
    assert sorted(path for path, _content in receivers.got) == ["/in", "/ping/fail", "/robot"]
    told = json.loads(dict(receivers.got)["/in"])
    assert told["failed"] is True
    assert PROJECT in told["text"]
    control.clear_faults()
    receivers.got.clear()
    receivers.answers["/robot"] = b'{"errcode": 310000, "errmsg": "keywords not in content"}'
    run = life.play("create", "-vvv", **receivers.variables()).succeeded()
    assert sorted(path for path, _content in receivers.got) == ["/in", "/ping", "/robot"]
    assert "did not take the notice: errcode 310000: keywords not in content" in " ".join(
        (run.stdout + run.stderr).split()
    )
    assert TOKEN not in run.stdout + run.stderr


def test_the_test_says_which_took_it(ansible: Ansible, receivers: Receivers) -> None:
    run = ansible.playbook("notify_test", receivers.variables()).succeeded()
    assert "gateway: taken" in run.stdout
    assert json.loads(dict(receivers.got)["/in"])["event"] == "test"
    receivers.answers["/robot"] = b'{"errcode": 310000, "errmsg": "keywords not in content"}'
    run = ansible.playbook("notify_test", {**receivers.variables(), "digest_topic": "certops-nowhere"}).failed()
    assert "errcode 310000: keywords not in content" in run.stdout
    assert "NotFound" in run.stdout
    assert "gateway: taken" in run.stdout
