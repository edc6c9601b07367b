# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One notice as SNS publishes it: each protocol gets a text of its own, and attributes that subscriptions filter by."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass, field, replace

from . import sns_text

SEVERITIES = INFO, WARNING, CRITICAL = ("info", "warning", "critical")
SOURCE = "certops.cloudfront"
# What a queue, a function or a chat is told beside the mail, which has all of it.
LONGEST_TEXT = 20_000
# Attributes count, too.
MAX_STRUCTURE_BYTES = sns_text.MAX_MESSAGE_BYTES - 2_000
# https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
LONGEST_DESCRIPTION = 4_000
CUT = " …"


@dataclass(frozen=True)
class PublishedNotice:
    """What is published. Without ``event`` all protocols get the text as it is."""

    subject: str
    text: str
    event: str = ""
    severity: str = INFO
    project: str = ""


@dataclass(frozen=True)
class Publication:
    """The parameters of one call: ``is_structured`` if the message is JSON with a text for each protocol."""

    subject: str
    message: str
    is_structured: bool = False
    attributes: t.Mapping[str, str] = field(default_factory=dict)


def of_notice(notice: PublishedNotice) -> Publication:
    """The notice in the form that SNS takes."""
    subject = sns_text.subject(notice.subject)
    if not notice.event:
        return Publication(subject, sns_text.message(notice.text))
    # The title of a chat may be in Chinese, and is no longer than the subject of a mail.
    title = " ".join(notice.subject.split())[: sns_text.MAX_SUBJECT_CHARACTERS] or notice.event
    notice = replace(notice, subject=title)
    # Quotes and line ends take two bytes in JSON, so that what fits by itself may not fit in it.
    text, longest = sns_text.message(notice.text), len(notice.text)
    attributes = {"event": notice.event, "severity": notice.severity, "project": notice.project}
    while len((message := json.dumps(_texts(notice, text), ensure_ascii=False)).encode()) > MAX_STRUCTURE_BYTES:
        longest = longest * 3 // 4
        text = text[:longest] + sns_text.CUT_NOTE
    return Publication(subject, message, True, {name: value for name, value in attributes.items() if value})


def _texts(notice: PublishedNotice, text: str) -> dict[str, str]:
    """The text for each protocol; mail has the default."""
    data = json.dumps(_data(notice, text), ensure_ascii=False)
    chat = json.dumps(_chat(notice, text), ensure_ascii=False)
    return {"default": text, "sms": notice.subject, "https": chat, "http": data, "sqs": data, "lambda": data}


def _data(notice: PublishedNotice, text: str) -> dict[str, str]:
    return {
        "source": SOURCE,
        "event": notice.event,
        "severity": notice.severity,
        "project": notice.project,
        "subject": notice.subject,
        "text": _cut(text, LONGEST_TEXT),
    }


def _chat(notice: PublishedNotice, text: str) -> dict[str, t.Any]:
    """A custom notification of Amazon Q Developer in chat applications, which drops every other message. A thread for
    each project."""
    data = _data(notice, "")
    return {
        "version": "1.0",
        "source": "custom",
        "content": {
            "textType": "client-markdown",
            "title": notice.subject,
            "description": _cut(text, LONGEST_DESCRIPTION),
        },
        "metadata": {
            "threadId": notice.project or SOURCE,
            "summary": notice.subject,
            "eventType": notice.event,
            "additionalContext": {key: data[key] for key in ("source", "event", "severity", "project") if data[key]},
        },
    }


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - len(CUT)] + CUT
