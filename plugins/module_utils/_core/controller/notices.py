# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notification templates of a controller: their configuration by type, and messages that a controller accepts.

A controller renders a message when it is saved, for a job without artifacts: what a run publishes must be asked for
with a default.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timezone

from ..report import webhooks
from ..values import texts, urls

STARTED, SUCCESS, ERROR, APPROVAL = "started", "success", "error", "approval"
EVENTS = (STARTED, SUCCESS, ERROR, APPROVAL)
# Robots whose messages are bodies of webhooks.
ROBOTS = (webhooks.DINGTALK, webhooks.FEISHU, webhooks.WECOM, webhooks.TEAMS)
_HEADERS = {"Content-Type": "application/json"}
_NO_DEFAULT = object()


@dataclass(frozen=True)
class Setting:
    """A key of a configuration."""

    type: type
    default: t.Any = _NO_DEFAULT
    is_password: bool = False
    """Whether a controller keeps it encrypted, and never shows it."""


_REQUIRED, _PASSWORD, _FLAG, _LIST, _NUMBER = (
    Setting(str), Setting(str, is_password=True), Setting(bool), Setting(list), Setting(int),
)  # fmt: skip
_WEBHOOK = {
    "url": _REQUIRED,
    "http_method": Setting(str, "POST"),
    "disable_ssl_verification": Setting(bool, False),
    "username": Setting(str, ""),
    "password": Setting(str, "", is_password=True),
    "headers": Setting(dict, _HEADERS),
}
SETTINGS: dict[str, dict[str, Setting]] = {
    "awssns": {
        "sns_topic_arn": _REQUIRED,
        "aws_region": _REQUIRED,
        "aws_access_key_id": Setting(str, ""),
        "aws_secret_access_key": Setting(str, "", is_password=True),
        "aws_session_token": Setting(str, "", is_password=True),
    },
    "email": {
        "host": _REQUIRED, "port": _NUMBER, "sender": _REQUIRED, "recipients": _LIST, "username": Setting(str, ""),
        "password": Setting(str, "", is_password=True), "use_tls": Setting(bool, True), "use_ssl": Setting(bool, False),
        "timeout": Setting(int, 30),
    },
    "grafana": {"grafana_url": _REQUIRED, "grafana_key": _PASSWORD},
    "irc": {
        "server": _REQUIRED, "port": _NUMBER, "nickname": _REQUIRED, "password": Setting(str, "", is_password=True),
        "use_ssl": Setting(bool, True), "targets": _LIST,
    },
    "mattermost": {"mattermost_url": _REQUIRED, "mattermost_no_verify_ssl": Setting(bool, False)},
    "pagerduty": {
        "subdomain": _REQUIRED, "token": _PASSWORD, "service_key": _REQUIRED, "client_name": Setting(str, "certops"),
    },
    "rocketchat": {"rocketchat_url": _REQUIRED, "rocketchat_no_verify_ssl": Setting(bool, False)},
    "slack": {"token": _PASSWORD, "channels": _LIST},
    "twilio": {"account_sid": _REQUIRED, "account_token": _PASSWORD, "from_number": _REQUIRED, "to_numbers": _LIST},
    "webhook": _WEBHOOK,
    **dict.fromkeys(ROBOTS, _WEBHOOK),
}  # fmt: skip
KINDS = tuple(SETTINGS)

_HEADLINE = "job.artifacts.get('certops_summary', {}).get('headline', job.job_explanation)"
_TEXTS = {
    STARTED: "job.name ~ ' started: ' ~ url",
    SUCCESS: f"job.name ~ ' succeeded: ' ~ {_HEADLINE} ~ ' ' ~ url",
    ERROR: f"job.name ~ ' failed: ' ~ {_HEADLINE} ~ ' ' ~ url",
}
_APPROVAL = "approval_node_name ~ ': ' ~ approval_status ~ ' ' ~ workflow_url"
_APPROVAL_EVENTS = ("running", "approved", "timed_out", "denied")
_MARK = "certops-text"
_ANY_TIME = datetime.min.replace(tzinfo=timezone.utc)


@dataclass(frozen=True)
class ControllerNotice:
    """One notification template."""

    name: str
    kind: str
    configuration: t.Mapping[str, t.Any] = field(repr=False)
    events: tuple[str, ...]

    @property
    def type(self) -> str:
        """Its type in the controller."""
        return "webhook" if self.kind in ROBOTS else self.kind

    @property
    def passwords(self) -> tuple[str, ...]:
        """The keys that a controller never shows."""
        return tuple(key for key, setting in SETTINGS[self.kind].items() if setting.is_password)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Texts that must not be shown: passwords, and the URLs of webhooks, which are all that a sender needs."""
        hidden = [value for key, value in self.configuration.items() if key in self.passwords or key.endswith("url")]
        headers = self.configuration.get("headers", {}).values()
        return tuple(str(text) for text in (*hidden, *headers) if text and text not in _HEADERS.values())

    @property
    def messages(self) -> dict[str, t.Any]:
        """The messages of all events, in the form in which a controller keeps them."""
        found: dict[str, t.Any] = {event: self._message(text) for event, text in _TEXTS.items()}
        return {**found, "workflow_approval": {event: self._message(_APPROVAL) for event in _APPROVAL_EVENTS}}

    def _message(self, expression: str) -> dict[str, t.Any]:
        body = self._body(expression) if self.type == "webhook" else None
        return {"message": f"{{{{ {expression} }}}}", "body": body}

    def _body(self, expression: str) -> str:
        text = f"{{{{ ({expression}) | tojson }}}}"
        if self.kind not in ROBOTS:
            return f'{{"source": "certops.cloudfront", "text": {text}}}'
        receiver = webhooks.Webhook(self.kind, "", "https://receiver.invalid/")
        content = webhooks.call(receiver, webhooks.WebhookMessage("", _MARK, "run", failed=False), _ANY_TIME).content
        return content.decode().replace(json.dumps(_MARK), text)


def read(entry: t.Mapping[str, t.Any], number: int) -> tuple[ControllerNotice, list[str]]:
    """A notice of an entry, complete, and every reason why a controller would not take it."""
    where = f"notifications: {number} ({texts.cleaned(entry['name'], texts.LONGEST_QUOTE)})"
    settings, given = SETTINGS[entry["kind"]], dict(entry["configuration"] or {})
    problems = [
        f"{where}: {texts.quoted(key)} is unknown; use {', '.join(settings)}" for key in given if key not in settings
    ]
    whole = {
        key: given.get(key, setting.default)
        for key, setting in settings.items()
        if key in given or setting.default is not _NO_DEFAULT
    }
    problems += [f"{where}: {key} is missing" for key in settings if key not in whole]
    for key, value in whole.items():
        problem = _value_problem(settings[key], key, value)
        problems += [f"{where}: {problem}"] if problem else []
    events = tuple(dict.fromkeys(entry["events"] or ()))
    problems += [] if events else [f"{where}: events is empty; use any of {', '.join(EVENTS)}"]
    return ControllerNotice(entry["name"], entry["kind"], whole, events), problems


def _value_problem(setting: Setting, key: str, value: t.Any) -> str | None:
    """Never with the value, which may be secret."""
    is_flag = isinstance(value, bool)
    if not isinstance(value, setting.type) or is_flag != (setting.type is bool):
        return f"{key} is not a {setting.type.__name__}"
    if value in ("", []) and setting.default is _NO_DEFAULT:
        return f"{key} is empty"
    if key.endswith("url"):
        reason = urls.https_problem(value)
        return f"{key} is {reason}" if reason else None
    if key == "http_method" and value not in ("POST", "PUT"):
        return "http_method is neither POST nor PUT"
    return None


def is_same(notice: ControllerNotice, wanted: t.Mapping[str, t.Any], present: t.Mapping[str, t.Any]) -> bool:
    """Whether what a controller shows of a notification template is what is wanted, but for what it does not show."""
    kept = present.get("notification_configuration", {})
    hidden = {key: kept.get(key) for key in notice.passwords if wanted["notification_configuration"][key]}
    shown = {**wanted, "notification_configuration": {**wanted["notification_configuration"], **hidden}}
    compared = ("description", "notification_type", "notification_configuration", "messages")
    return all(kept.get(key) for key in hidden) and all(shown[key] == present.get(key) for key in compared)
