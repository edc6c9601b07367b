# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""sns_notify: what is published, and what a failure says."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RemoteError
from ansible_collections.certops.cloudfront.plugins.modules import (
    sns_notify,
    sns_topic,
)
from unit.fakes import modules
from unit.fakes.clock import present_clock
from unit.fakes.sns import REGION, TOPIC, FakeSns, topics


@pytest.fixture
def sns() -> FakeSns:
    return FakeSns()


def topic(sns: FakeSns, check_mode: bool = False, **params: t.Any) -> Outcome:
    given = {"name": "certops-webapp", "state": "present", "region": REGION, **params}
    return modules.run(sns_topic, given, present_clock(), check_mode, sns_topic.Clients(topics(sns)))


def notify(sns: FakeSns, check_mode: bool = False, **params: t.Any) -> Outcome:
    given = {"topic": "certops-webapp", "region": REGION, "subject": "done", "body": "all is well"}
    given |= {"event": "", "severity": "info", "project": "", **params}
    return modules.run(sns_notify, given, present_clock(), check_mode, sns_notify.Clients(topics(sns)))


class TestNotify:
    def test_a_message_is_published(self, sns: FakeSns) -> None:
        told = notify(sns)
        assert told.changed
        assert told.result == {"message_id": "message-1", "topic_arn": TOPIC, "subject": "done"}
        assert sns.published == [(TOPIC, "done", "all is well")]

    def test_a_long_subject_and_message_are_cut(self, sns: FakeSns) -> None:
        notify(sns, subject="项" * 200, body="x" * 300_000)
        _arn, subject, message = sns.published[0]
        assert subject == "?" * 100
        assert len(message.encode()) <= 256 * 1024

    def test_with_an_event_each_protocol_has_its_text_and_subscriptions_can_filter(self, sns: FakeSns) -> None:
        notify(sns, event="failed", severity="critical", project="webapp")
        ((_arn, _subject, message),) = sns.published
        assert json.loads(message)["default"] == "all is well"
        assert sns.attributes == [{"event": "failed", "severity": "critical", "project": "webapp"}]

    def test_check_mode_publishes_and_calls_nothing_but_says_changed(self, sns: FakeSns) -> None:
        told = notify(sns, check_mode=True)
        assert told.changed
        assert told.result.keys() == {"message_id", "topic_arn", "subject"}
        assert sns.calls == []

    def test_a_refused_message_is_an_error(self, sns: FakeSns) -> None:
        sns.refusal = RemoteError(
            "sns:Publish was answered with NotFound", service="sns", operation="Publish", code="NotFound"
        )
        with pytest.raises(RemoteError, match="Publish"):
            notify(sns)

    @pytest.mark.parametrize(("params", "count"), [({"body": " \n"}, 1), ({"topic": "", "body": ""}, 2)])
    def test_bad_input_is_refused_before_any_call(self, sns: FakeSns, params: dict[str, str], count: int) -> None:
        with pytest.raises(ConfigError) as caught:
            notify(sns, **params)
        assert len(caught.value.problems) == count
        assert sns.calls == []
