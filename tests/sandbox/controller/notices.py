# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notification templates: what the API refuses of a configuration and of messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

# A field without a third entry has no default.
NOTICES: dict[str, dict[str, tuple[Any, ...]]] = {
    "webhook": {
        "url": (str, "string"), "http_method": (str, "string", "POST"),
        "disable_ssl_verification": (bool, "bool", False),
        "username": (str, "string", ""), "password": (str, "password", ""), "headers": (dict, "object"),
    },
    "slack": {"token": (str, "password"), "channels": (list, "list")},
    "mattermost": {"mattermost_url": (str, "string"), "mattermost_no_verify_ssl": (bool, "bool")},
    "rocketchat": {"rocketchat_url": (str, "string"), "rocketchat_no_verify_ssl": (bool, "bool")},
    "grafana": {"grafana_url": (str, "string"), "grafana_key": (str, "password")},
    "pagerduty": {
        "subdomain": (str, "string"), "token": (str, "password"), "service_key": (str, "string"),
        "client_name": (str, "string"),
    },
    "awssns": {
        "aws_region": (str, "string", ""), "aws_access_key_id": (str, "string", ""),
        "aws_secret_access_key": (str, "password", ""), "aws_session_token": (str, "password", ""),
        "sns_topic_arn": (str, "string", ""),
    },
    "email": {
        "host": (str, "string"), "port": (int, "int"), "username": (str, "string"), "password": (str, "password"),
        "use_tls": (bool, "bool"), "use_ssl": (bool, "bool"), "sender": (str, "string"), "recipients": (list, "list"),
        "timeout": (int, "int", 30),
    },
    "twilio": {
        "account_sid": (str, "string"), "account_token": (str, "password"), "from_number": (str, "string"),
        "to_numbers": (list, "list"),
    },
    "irc": {
        "server": (str, "string"), "port": (int, "int"), "nickname": (str, "string"), "password": (str, "password"),
        "use_ssl": (bool, "bool"), "targets": (list, "list"),
    },
}  # fmt: skip
_WHEN = datetime(2018, 11, 13, 6, 4, tzinfo=timezone.utc)
# With what a message is rendered when it is saved.
_STUB: dict[str, Any] = {
    "job": {
        "artifacts": {}, "created": _WHEN, "description": "", "elapsed": 0.4, "execution_node": "awx", "failed": False,
        "finished": False, "forks": 0, "host_status_counts": {"ok": 5, "changed": 3, "failures": 0, "rescued": 0},
        "id": 42, "job_explanation": "", "job_slice_count": 1, "job_slice_number": 0, "job_tags": "", "job_type": "run",
        "launch_type": "workflow", "limit": "", "name": "Stub", "playbook": "ping.yml", "started": "",
        "status": "running",
        "summary_fields": {name: {"name": "Stub"} for name in ("inventory", "project", "job_template")},
        "timeout": 0, "type": "job", "url": "/api/v2/jobs/13/", "verbosity": 0,
    },
    "job_friendly_name": "Job",
    "url": "https://platformhost/#/jobs/playbook/1010",
    "approval_status": "approved",
    "approval_node_name": "Approve Me",
    "workflow_url": "https://platformhost/#/jobs/workflow/1010",
    "job_metadata": "{'id': 42}",
}  # fmt: skip


class _Named(StrictUndefined):
    """An undefined value that cannot be shown either; its message names the field."""

    __repr__ = __str__ = StrictUndefined._fail_with_undefined_error


def rendering_problem(text: str, values: Mapping[str, Any]) -> str | None:
    """Why a template cannot be rendered with these values alone."""
    try:
        ImmutableSandboxedEnvironment(undefined=_Named).from_string(text).render(**values)
    except TemplateError as exc:
        return f"Field '{exc.message}' unavailable"
    return None


def notification(wanted: Mapping[str, Any], sent: Mapping[str, Any], read: Any) -> dict[str, Any]:
    """The configuration of its type, which gets its defaults, and messages that can be rendered for any job."""
    fields = NOTICES.get(wanted["notification_type"])
    if fields is None:
        return {"notification_type": [f'"{wanted["notification_type"]}" is not a valid choice.']}
    given, found = wanted["notification_configuration"], []
    for name, (_type, _label, *default) in fields.items():
        if name not in given and default:
            given[name] = default[0]
    missing = [name for name in fields if name not in given]
    wrong = [
        name
        for name, (wanted_type, *_rest) in fields.items()
        if name in given and given[name].__class__ is not wanted_type
    ]
    found += [f"Missing required fields for Notification Configuration: {missing}."] if missing else []
    found += [f"Configuration field '{name}' incorrect type, expected {fields[name][1]}." for name in wrong]
    found += [f"No values specified for field '{name}'" for name, value in given.items() if value == []]
    if str(given.get("http_method", "POST")).lower() not in ("put", "post"):
        found.append("HTTP method must be either 'POST' or 'PUT'.")
    messages = [
        one for text in _message_texts(wanted["messages"] or {}, found) if (one := rendering_problem(text, _STUB))
    ]
    return {"__all__": found + messages} if found or messages else {}


def _message_texts(messages: Mapping[str, Any], found: list[str]) -> list[str]:
    """The texts of the messages, and in ``found`` what is wrong with their form."""
    texts = []
    for event, entry in messages.items():
        if event not in ("started", "success", "error", "workflow_approval"):
            found.append(
                f"Event '{event}' invalid, must be one of 'started', 'success', 'error', or 'workflow_approval'"
            )
            continue
        parts = list((entry or {}).values()) if event == "workflow_approval" else [entry]
        for part in parts:
            for name, text in (part or {}).items():
                if name not in ("message", "body"):
                    found.append(f"Message type '{name}' invalid, must be either 'message' or 'body'")
                elif text is not None and name == "message" and "\n" in text:
                    found.append(f"Messages cannot contain newlines (found newline in {event} event)")
                elif text is not None:
                    texts.append(text)
    return texts
