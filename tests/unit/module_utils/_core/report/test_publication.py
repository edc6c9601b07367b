# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each protocol of SNS gets of one notice."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.certops.cloudfront.plugins.module_utils._core.report import publication
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.publication import PublishedNotice

NOTICE = PublishedNotice("FAILED for webapp", "The run failed.\n运行失败。", "failed", "critical", "webapp")


def texts(notice: PublishedNotice = NOTICE) -> dict[str, t.Any]:
    found: dict[str, t.Any] = json.loads(publication.of_notice(notice).message)
    return found


def test_mail_has_the_text_and_a_phone_the_subject() -> None:
    assert texts()["default"] == NOTICE.text
    assert texts()["sms"] == NOTICE.subject
    assert not {"email", "email-json"} & texts().keys()


def test_queues_and_functions_have_data() -> None:
    assert json.loads(texts()["sqs"]) == {
        "source": "certops.cloudfront",
        "event": "failed",
        "severity": "critical",
        "project": "webapp",
        "subject": NOTICE.subject,
        "text": NOTICE.text,
    }
    assert texts()["lambda"] == texts()["http"] == texts()["sqs"]


def test_a_chat_has_a_thread_for_each_project() -> None:
    found = json.loads(texts()["https"])
    assert (found["version"], found["source"]) == ("1.0", "custom")
    assert found["content"]["description"] == NOTICE.text
    assert found["metadata"]["threadId"] == "webapp"
    assert found["metadata"]["additionalContext"]["severity"] == "critical"


def test_only_attributes_with_a_value_are_sent() -> None:
    found = publication.of_notice(PublishedNotice("subject", "text", "digest"))
    assert found.attributes == {"event": "digest", "severity": "info"}


def test_all_texts_together_fit() -> None:
    for text in ("x" * 300_000, '"\n' * 200_000, "证" * 200_000, "\\" * 262_144):
        found = publication.of_notice(PublishedNotice(text, text, "digest", "info", "webapp"))
        assert len(found.message.encode()) + 200 <= 256 * 1024
        assert "truncated" in json.loads(found.message)["default"]
        assert len(json.loads(found.message)["sms"]) <= 100


def test_without_an_event_all_protocols_get_the_text_as_it_is() -> None:
    found = publication.of_notice(PublishedNotice("subject", "text"))
    assert (found.message, found.is_structured, found.attributes) == ("text", False, {})
