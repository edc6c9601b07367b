# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One message to several receivers, of which some refuse."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.net.webhooks import WebhookAnswer
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.params import Params
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.report import webhooks
from unit.fakes.clock import FakeClock

OPTIONS: dict[str, t.Any] = {
    "webhooks": [
        {"kind": "dingtalk", "url": "https://oapi.example.com/robot/send?access_token=0123456789"},
        {"kind": "json", "name": "gateway", "url": "https://notices.example.com/in"},
    ],
    "heartbeat_url": "https://hc.example.com/0123456789",
    "subject": "subject",
    "body": "text",
    "event": "run",
    "failed": False,
    "strict": False,
}
REFUSED = WebhookAnswer(200, b'{"errcode": 310000, "errmsg": "keywords not in content"}')
LOST = WebhookAnswer(problem="it did not answer in time")
TAKEN = WebhookAnswer(200, b"{}")


def deliver(*answers: WebhookAnswer, check_mode: bool = False, **changed: t.Any) -> tuple[Outcome, list[str]]:
    clock, urls = FakeClock(), []

    def post_all(calls: t.Any) -> list[WebhookAnswer]:
        urls.extend(call.url for call in calls)
        return list(answers)

    request = webhooks.parse(Params({**OPTIONS, **changed}, clock.now(), check_mode))
    return webhooks.deliver(request, post_all, clock, check_mode), urls


def test_each_receiver_says_whether_it_took_the_message() -> None:
    outcome, urls = deliver(REFUSED, LOST, TAKEN)
    assert len(urls) == 3
    assert [(row["name"], row["taken"], row["reason"]) for row in outcome.result["receivers"]] == [
        ("dingtalk (oapi.example.com)", False, "errcode 310000: keywords not in content"),
        ("gateway", False, "it did not answer in time"),
        ("heartbeat (hc.example.com)", True, ""),
    ]
    assert outcome.changed
    assert outcome.failure is None
    assert len(outcome.warnings) == 2


def test_one_that_refuses_fails_the_module_only_if_that_is_wanted() -> None:
    outcome, _urls = deliver(REFUSED, TAKEN, TAKEN, strict=True)
    assert outcome.failure == (
        "dingtalk (oapi.example.com) did not take the notice: errcode 310000: keywords not in content"
    )
    assert outcome.warnings == ()


def test_check_mode_sends_nothing() -> None:
    outcome, urls = deliver(check_mode=True)
    assert urls == []
    assert [row["kind"] for row in outcome.result["receivers"]] == ["dingtalk", "json", "heartbeat"]


def test_without_a_message_there_is_the_heartbeat_alone() -> None:
    _outcome, urls = deliver(TAKEN, body="", failed=True)
    assert urls == ["https://hc.example.com/0123456789/fail"]


def test_every_problem_is_reported_at_once_without_a_url() -> None:
    with pytest.raises(ConfigError) as caught:
        deliver(webhooks=[{"kind": "json", "url": "ftp://0123456789"}], heartbeat_url="0123456789")
    assert len(caught.value.problems) == 2
    assert "0123456789" not in caught.value.message
