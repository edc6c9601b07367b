# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages to the robots of chat services, to receivers of JSON, and to what notices that a schedule has stopped: what
is sent, and which answer means that it was taken. Several services answer a message that they refuse with HTTP 200.

The URL of a webhook is a secret, since it is all that a sender needs.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import typing as t
import urllib.parse
from dataclasses import dataclass, field
from datetime import datetime

from ..values import texts, times, urls

DINGTALK, FEISHU, WECOM, TEAMS, SLACK, JSON, HEARTBEAT, APPRISE = (
    "dingtalk", "feishu", "wecom", "teams", "slack", "json", "heartbeat", "apprise",
)  # fmt: skip
KINDS = (DINGTALK, FEISHU, WECOM, TEAMS, SLACK, JSON, HEARTBEAT, APPRISE)
# What apprise may be asked for, by the scheme of its URL: services in the net. Others of it act on this machine, or
# take a refusal for a success. https://appriseit.com/services/
SERVICES = frozenset({
    "bark", "barks", "bluesky", "discord", "flock", "gchat", "goalert", "goalerts", "gotify", "gotifys", "groupme",
    "guilded", "ifttt", "ilert", "incidentio", "irc", "ircs", "jira", "line", "mailgun", "mailto", "mailtos",
    "mastodon", "mastodons", "matrix", "matrixs", "mmost", "mmosts", "nctalk", "nctalks", "ntfy", "ntfys", "o365",
    "onesignal", "opsgenie", "pagerduty", "pagertree", "pbul", "pover", "prowl", "pushdeer", "pushdeers", "pushplus",
    "pushy", "rocket", "rockets", "ryver", "schan", "sendgrid", "ses", "signal", "signals", "signl4", "simplepush",
    "sns", "spike", "splunk", "squadcast", "synology", "synologys", "tgram", "threema", "twilio", "twist",
    "victorops", "vonage", "webex", "workflow", "workflows", "wxpusher", "xmatters", "zulip",
})  # fmt: skip
SIGNING = (DINGTALK, FEISHU, JSON)
EVENTS = ("run", "test")
# The most bytes of text that each service takes, with room for what is around it.
LONGEST = {
    DINGTALK: 18_000,
    FEISHU: 18_000,
    WECOM: 2_048,
    TEAMS: 20_000,
    SLACK: 30_000,
    HEARTBEAT: 10_000,
    APPRISE: 20_000,
}
LONGEST_JSON = 200_000
CUT_NOTE = "\n… (cut)"
HIDDEN = "[hidden]"
# Shorter parts of a URL are words such as "robot", which an answer may say.
SHORTEST_SECRET = 8
HERE = ("127.0.0.1", "::1", "localhost")
_FIRST_SUCCESS, _FIRST_REDIRECT, _FIRST_ERROR = 200, 300, 400
# What each service says in a JSON answer, and what follows from a refusal.
_VERDICTS = {DINGTALK: ("errcode", "errmsg"), WECOM: ("errcode", "errmsg"), FEISHU: ("code", "msg")}

Entry = t.Mapping[str, t.Any]


@dataclass(frozen=True)
class Webhook:
    """One receiver; ``label`` is what may be shown of it."""

    kind: str
    label: str
    url: str = field(repr=False)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class WebhookMessage:
    """What is to be said. Without a text only heartbeats are sent."""

    subject: str
    text: str
    event: str
    failed: bool

    def concerns(self, webhook: Webhook) -> bool:
        """Whether this receiver gets it."""
        return webhook.kind == HEARTBEAT or bool(self.text.strip())


@dataclass(frozen=True)
class WebhookCall:
    """One POST, or with ``is_service`` a message to a service that apprise knows."""

    url: str = field(repr=False)
    content: bytes = field(repr=False)
    headers: t.Mapping[str, str] = field(repr=False)
    is_service: bool = False
    title: str = ""
    failed: bool = False


def of_entry(entry: Entry) -> Webhook:
    """A receiver from the options of one. ``entry_problems`` must be empty."""
    kind, url = str(entry["kind"]), str(entry["url"])
    # What stands in the place of a host may be a token of the service.
    shown = urls.parts(url).scheme if kind == APPRISE else urls.parts(url).hostname
    label = texts.cleaned(entry.get("name") or f"{kind} ({shown})", texts.LONGEST_QUOTE)
    return Webhook(kind=kind, label=label, url=url, secret=str(entry.get("secret") or ""))


def entry_problems(number: int, entry: Entry) -> list[str]:
    """What is wrong with the options of one receiver, without what is secret in them."""
    where = f"webhooks: {number} ({entry['kind']})"
    problems = []
    found = urls.parts(str(entry["url"]))
    if entry["kind"] == APPRISE and found.scheme not in SERVICES:
        problems.append(
            f"{where}: its url does not begin with the scheme of a service that this may use; there is a list in the"
            " documentation of webhook_notify, and other kinds for DingTalk, Feishu, WeCom, Slack, Teams and JSON"
        )
    reason = None if entry["kind"] == APPRISE else urls.https_problem(entry["url"])
    if reason and not (found.scheme == "http" and found.hostname in HERE):
        problems.append(f"{where}: its url is {reason}; copy it from the settings of the robot or of the receiver")
    if entry.get("secret") and entry["kind"] not in SIGNING:
        problems.append(f"{where}: it has a secret, which this kind has no use for; leave it out")
    return problems


def call(webhook: Webhook, message: WebhookMessage, now: datetime) -> WebhookCall:
    """What is sent to the receiver."""
    if webhook.kind == HEARTBEAT:
        return WebhookCall(_heartbeat_url(webhook.url, message.failed), _text(webhook, message).encode(), {})
    if webhook.kind == APPRISE:
        body = _cut(message.text, LONGEST[APPRISE]).encode()
        return WebhookCall(webhook.url, body, {}, is_service=True, title=message.subject, failed=message.failed)
    seconds = int(now.timestamp())
    document = _document(webhook, message, now)
    if webhook.kind == FEISHU and webhook.secret:
        signature = _signed(f"{seconds}\n{webhook.secret}".encode(), b"")
        document = {"timestamp": str(seconds), "sign": base64.b64encode(signature).decode(), **document}
    content = json.dumps(document, ensure_ascii=False).encode("utf-8", errors="replace")
    headers = {"Content-Type": "application/json; charset=utf-8"}
    if webhook.kind == JSON and webhook.secret:
        signature = _signed(webhook.secret.encode(), f"{seconds}.".encode() + content)
        headers["X-Certops-Signature"] = f"t={seconds},v1={signature.hex()}"
    return WebhookCall(_signed_url(webhook, seconds), content, headers)


def refusal(webhook: Webhook, status: int, content: bytes) -> str | None:
    """Why the receiver did not take the message, in a form that can be shown; None if it did."""
    said = content.decode("utf-8", errors="replace")
    if _FIRST_REDIRECT <= status < _FIRST_ERROR:
        return f"HTTP {status}: it redirects, which is not followed with a message; use the URL that it redirects to"
    if status < _FIRST_SUCCESS or status >= _FIRST_ERROR:
        return _shown(webhook, f"HTTP {status}: {said}")
    if webhook.kind == SLACK and said.strip() != "ok":
        return _shown(webhook, f"it answered {said}")
    return _verdict(webhook, said, *_VERDICTS[webhook.kind]) if webhook.kind in _VERDICTS else None


def _verdict(webhook: Webhook, said: str, code: str, reason: str) -> str | None:
    """What stands in an answer with HTTP 200."""
    try:
        answer = json.loads(said)
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or code not in answer:
        return f"its answer is not one of {webhook.kind}; check the URL, and whether a proxy answers in its place"
    if answer[code] == 0:
        return None
    return _shown(webhook, f"{code} {answer[code]}: {answer.get(reason, '')}")


def _document(webhook: Webhook, message: WebhookMessage, now: datetime) -> dict[str, t.Any]:
    text = _text(webhook, message)
    if webhook.kind == FEISHU:
        # It takes <at user_id="all"> for a command.
        return {"msg_type": "text", "content": {"text": text.replace("<", "\N{FULLWIDTH LESS-THAN SIGN}")}}
    if webhook.kind in (DINGTALK, WECOM):
        return {"msgtype": "text", "text": {"content": text}}
    if webhook.kind == SLACK:
        return {"text": text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")}
    if webhook.kind == TEAMS:
        return {"type": "message", "attachments": [_card(message, text)]}
    return {
        "source": "certops.cloudfront",
        "event": message.event,
        "failed": message.failed,
        "sent_at": times.to_text(now),
        "subject": message.subject,
        "text": _cut(message.text, LONGEST_JSON),
    }


def _card(message: WebhookMessage, text: str) -> dict[str, t.Any]:
    """An Adaptive Card whose text is no Markdown."""
    color = "Attention" if message.failed else "Default"
    run = {"type": "TextRun", "text": text, "color": color}
    return {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "content": {
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard",
            "version": "1.4",
            "body": [{"type": "RichTextBlock", "inlines": [run]}],
        },
    }


def _text(webhook: Webhook, message: WebhookMessage) -> str:
    whole = f"{message.subject}\n\n{message.text}".strip()
    return _cut(whole, LONGEST.get(webhook.kind, LONGEST_JSON))


def _cut(text: str, longest: int) -> str:
    content = text.encode("utf-8", errors="replace")
    if len(content) <= longest:
        return content.decode("utf-8")
    return content[: longest - len(CUT_NOTE.encode())].decode("utf-8", errors="ignore") + CUT_NOTE


def _signed(key: bytes, content: bytes) -> bytes:
    return hmac.new(key, content, hashlib.sha256).digest()


def _signed_url(webhook: Webhook, seconds: int) -> str:
    """DingTalk has the signature of the time in the query, once encoded."""
    if webhook.kind != DINGTALK or not webhook.secret:
        return webhook.url
    milliseconds = seconds * 1000
    signature = _signed(webhook.secret.encode(), f"{milliseconds}\n{webhook.secret}".encode())
    query = urllib.parse.urlencode({"timestamp": milliseconds, "sign": base64.b64encode(signature).decode()})
    return f"{webhook.url}{'&' if urls.parts(webhook.url).query else '?'}{query}"


def _heartbeat_url(url: str, failed: bool) -> str:
    found = urls.parts(url)
    return found._replace(path=found.path.rstrip("/") + "/fail").geturl() if failed else url


def _shown(webhook: Webhook, said: str) -> str:
    """What a receiver said, without what it repeats of its URL or secret."""
    found = urls.parts(webhook.url)
    query = [value for _key, value in urllib.parse.parse_qsl(found.query)]
    secrets = {webhook.secret, webhook.url, found.query, *query, *found.path.split("/")}
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET or (secret and secret == webhook.secret):
            said = said.replace(secret, HIDDEN)
    return texts.cleaned(said, texts.LONGEST_QUOTE)
