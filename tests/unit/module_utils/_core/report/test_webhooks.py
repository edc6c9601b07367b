# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sent to which kind of receiver, and which of its answers means that it was taken."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import typing as t
import urllib.parse
from datetime import datetime, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report import webhooks
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.webhooks import Webhook, WebhookMessage

NOW = datetime(2026, 11, 28, 1, 0, 0, tzinfo=timezone.utc)
SECONDS = int(NOW.timestamp())
TOKEN = "0123456789abcdef0123456789abcdef"
MESSAGE = WebhookMessage("certops: 1 failed", 'webapp <at user_id="all"> & 证书 failed\n', "run", failed=True)


def webhook(
    kind: str, secret: str = "", url: str = f"https://robots.example.com/robot/send?access_token={TOKEN}"
) -> t.Any:
    return webhooks.of_entry({"kind": kind, "url": url, "secret": secret})


def sent(receiver: Webhook, message: WebhookMessage = MESSAGE) -> t.Any:
    return json.loads(webhooks.call(receiver, message, NOW).content)


def test_dingtalk_and_wecom_get_a_text() -> None:
    for kind in ("dingtalk", "wecom"):
        document = sent(webhook(kind))
        assert document["msgtype"] == "text"
        assert document["text"]["content"].startswith("certops: 1 failed\n\nwebapp <at")


def test_the_signature_of_dingtalk_is_in_the_query_and_encoded_once() -> None:
    query = urllib.parse.urlsplit(webhooks.call(webhook("dingtalk", "SECx"), MESSAGE, NOW).url).query
    fields = dict(urllib.parse.parse_qsl(query, strict_parsing=True))
    expected = hmac.new(b"SECx", f"{SECONDS}000\nSECx".encode(), hashlib.sha256).digest()
    assert fields == {
        "access_token": TOKEN,
        "timestamp": f"{SECONDS}000",
        "sign": base64.b64encode(expected).decode(),
    }


def test_the_signature_of_feishu_is_in_the_body() -> None:
    document = sent(webhook("feishu", "secret"))
    expected = hmac.new(f"{SECONDS}\nsecret".encode(), b"", hashlib.sha256).digest()
    assert document["timestamp"] == str(SECONDS)
    assert document["sign"] == base64.b64encode(expected).decode()


def test_no_text_is_a_command_for_feishu_or_slack() -> None:
    assert "<" not in sent(webhook("feishu"))["content"]["text"]
    assert 'webapp &lt;at user_id="all"&gt; &amp; 证书' in sent(webhook("slack"))["text"]


def test_teams_gets_a_card_whose_text_is_no_markdown() -> None:
    (attachment,) = sent(webhook("teams"))["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert [block["type"] for block in attachment["content"]["body"]] == ["RichTextBlock"]


def test_json_is_signed_with_its_time() -> None:
    call = webhooks.call(webhook("json", "secret"), MESSAGE, NOW)
    expected = hmac.new(b"secret", f"{SECONDS}.".encode() + call.content, hashlib.sha256).hexdigest()
    assert call.headers["X-Certops-Signature"] == f"t={SECONDS},v1={expected}"
    assert json.loads(call.content) == {
        "source": "certops.cloudfront",
        "event": "run",
        "failed": True,
        "sent_at": "2026-11-28T01:00:00Z",
        "subject": MESSAGE.subject,
        "text": MESSAGE.text,
    }


@pytest.mark.parametrize(
    ("url", "failed", "expected"),
    [
        ("https://hc.example.com/ping/uuid", False, "https://hc.example.com/ping/uuid"),
        ("https://hc.example.com/ping/uuid", True, "https://hc.example.com/ping/uuid/fail"),
        ("https://hc.example.com/ping/uuid/?create=1", True, "https://hc.example.com/ping/uuid/fail?create=1"),
    ],
)
def test_a_heartbeat_says_by_its_url_whether_a_run_failed(url: str, failed: bool, expected: str) -> None:
    message = WebhookMessage("1 project: unchanged.", "", "run", failed)
    call = webhooks.call(webhook("heartbeat", url=url), message, NOW)
    assert (call.url, call.content) == (expected, b"1 project: unchanged.")


@pytest.mark.parametrize("kind", [kind for kind in webhooks.KINDS if kind != "json"])
def test_a_text_is_cut_to_what_the_receiver_takes(kind: str) -> None:
    message = WebhookMessage("subject", "证" * 100_000, "run", failed=False)
    content = webhooks.call(webhook(kind), message, NOW).content
    assert len(content) < webhooks.LONGEST[kind] + 1_000
    assert "(cut)" in content.decode()


def test_without_a_text_only_heartbeats_are_sent() -> None:
    message = WebhookMessage("subject", " \n", "run", failed=False)
    assert [kind for kind in webhooks.KINDS if message.concerns(webhook(kind))] == ["heartbeat"]


@pytest.mark.parametrize(
    ("kind", "status", "answer", "reason"),
    [
        ("dingtalk", 200, '{"errcode": 0, "errmsg": "ok"}', None),
        (
            "dingtalk",
            200,
            '{"errcode": 310000, "errmsg": "keywords not in content"}',
            "310000: keywords not in content",
        ),
        ("dingtalk", 200, "<html>", "not one of dingtalk"),
        ("wecom", 200, '{"errcode": 93000, "errmsg": "invalid webhook url"}', "93000: invalid webhook url"),
        ("wecom", 200, "[]", "not one of wecom"),
        ("feishu", 200, '{"code": 0, "msg": "success"}', None),
        ("feishu", 200, '{"code": 19021, "msg": "sign match fail"}', "19021: sign match fail"),
        ("slack", 200, "ok", None),
        ("slack", 200, "invalid_payload", "it answered invalid_payload"),
        ("slack", 404, "no_team", "HTTP 404: no_team"),
        ("teams", 202, "", None),
        ("json", 204, "", None),
        ("json", 302, "", "HTTP 302: it redirects"),
        ("json", 500, "down", "HTTP 500: down"),
        ("heartbeat", 200, "OK", None),
        ("heartbeat", 404, "not found", "HTTP 404: not found"),
    ],
)
def test_an_answer_means(kind: str, status: int, answer: str, reason: str | None) -> None:
    found = webhooks.refusal(webhook(kind), status, answer.encode())
    assert found is None if reason is None else reason in str(found)


def test_nothing_secret_is_shown_of_an_answer_that_repeats_it() -> None:
    receiver = webhook("dingtalk", "SECRETx", f"https://robots.example.com/hooks/{TOKEN[:12]}?access_token={TOKEN}")
    said = f"no robot at {receiver.url} for {TOKEN} and {TOKEN[:12]}, signed with SECRETx"
    found = str(webhooks.refusal(receiver, 200, json.dumps({"errcode": 1, "errmsg": said}).encode()))
    assert TOKEN[:12] not in found
    assert "SECRETx" not in found
    assert TOKEN not in repr(receiver)
    assert TOKEN not in repr(webhooks.call(receiver, MESSAGE, NOW))


def test_hostile_answers_are_one_line_of_bounded_length() -> None:
    answer = json.dumps({"errcode": 1, "errmsg": "\u202e\x1b[31m" + "x" * 10_000}).encode()
    found = str(webhooks.refusal(webhook("dingtalk"), 200, answer))
    assert len(found) <= 200
    assert found.isprintable()
    assert webhooks.refusal(webhook("feishu"), 200, b"[" * 100_000) is not None


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"kind": "json", "url": "http://127.0.0.1:8080/in"}, None),
        ({"kind": "json", "url": "https://notices.example.com/in"}, None),
        ({"kind": "json", "url": f"http://notices.example.com/{TOKEN}"}, "not an https:// URL"),
        ({"kind": "json", "url": f"https://user:{TOKEN}@notices.example.com/"}, "with a user name or a password"),
        ({"kind": "slack", "url": f"https://[{TOKEN}/"}, "not an https:// URL"),
        ({"kind": "slack", "url": "https://hooks.example.com/x", "secret": TOKEN}, "has a secret"),
    ],
)
def test_a_receiver_is_judged_before_anything_is_sent(entry: dict[str, str], problem: str | None) -> None:
    found = "; ".join(webhooks.entry_problems(3, entry))
    assert TOKEN not in found
    assert found.startswith(f"webhooks: 3 ({entry['kind']})") and problem in found if problem else found == ""


@pytest.mark.parametrize("kind", [kind for kind in webhooks.KINDS if kind != webhooks.APPRISE])
def test_what_is_posted_itself_is_no_message_to_a_service(kind: str) -> None:
    made = webhooks.call(webhook(kind), WebhookMessage("1 project: failed.", "text", "run", failed=True), NOW)
    assert (made.is_service, made.title, made.failed) == (False, "", False)


@pytest.mark.parametrize(
    ("kind", "longest"),
    [("dingtalk", 18_000), ("feishu", 18_000), ("wecom", 2_048), ("teams", 20_000), ("slack", 30_000),
     ("heartbeat", 10_000), ("apprise", 20_000), ("json", 200_000)],
)  # fmt: skip
def test_each_service_gets_as_much_text_as_it_takes(kind: str, longest: int) -> None:
    def text_of(length: int) -> str:
        return webhooks._text(webhook(kind), WebhookMessage("s", "x" * (length - 3), "run", failed=False))

    assert text_of(longest) == "s\n\n" + "x" * (longest - 3)
    cut = text_of(longest + 1)
    assert len(cut.encode()) == longest
    assert cut.endswith("x\n… (cut)")
