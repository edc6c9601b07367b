# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""sns_subscription: addresses are subscribed once and unsubscribed when they are not wanted."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.subscriptions import Subscription
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError
from ansible_collections.certops.cloudfront.plugins.modules import (
    sns_subscription,
    sns_topic,
)
from unit.fakes import modules
from unit.fakes.clock import present_clock
from unit.fakes.sns import REGION, TOPIC, FakeSns, topics

OURS = {"managed-by": "certops.cloudfront"}


CHANGING = {"CreateTopic", "DeleteTopic", "Subscribe", "Unsubscribe", "Publish"}


@pytest.fixture
def sns() -> FakeSns:
    return FakeSns()


def topic(sns: FakeSns, check_mode: bool = False, **params: t.Any) -> Outcome:
    defaults = {name: spec.get("default") for name, spec in sns_topic.ARGUMENT_SPEC.items()}
    given = {**defaults, "name": "certops-webapp", "region": REGION, **params}
    return modules.run(sns_topic, given, present_clock(), check_mode, sns_topic.Clients(topics(sns)))


def subscription(sns: FakeSns, check_mode: bool = False, **params: t.Any) -> Outcome:
    given = {
        "topic": "certops-webapp",
        "region": REGION,
        "protocol": "email",
        "endpoint": "ops@example.com",
        "state": "present",
        "resend": False,
        **params,
    }
    return modules.run(sns_subscription, given, present_clock(), check_mode, sns_subscription.Clients(topics(sns)))


def listed(arn: str = f"{TOPIC}:1", endpoint: str = "ops@example.com") -> Subscription:
    return Subscription(arn=arn, protocol="email", endpoint=endpoint)


class TestSubscription:
    def test_an_address_is_subscribed_and_pending(self, sns: FakeSns) -> None:
        topic(sns)
        made = subscription(sns)
        assert made.changed
        assert made.result["subscription"] == {
            "topic_arn": TOPIC,
            "protocol": "email",
            "endpoint": "ops@example.com",
            "status": "pending",
            "arn": None,
        }
        assert not subscription(sns).changed

    def test_a_confirmed_one_is_left_alone_with_its_arn(self, sns: FakeSns) -> None:
        sns.topics[TOPIC], sns.subscriptions[TOPIC] = OURS, [listed(endpoint="ops@EXAMPLE.com")]
        for resend in (False, True):
            found = subscription(sns, resend=resend)
            assert not found.changed
            assert (found.result["subscription"]["status"], found.result["subscription"]["arn"]) == (
                "confirmed",
                f"{TOPIC}:1",
            )

    def test_a_pending_one_is_asked_again_only_on_request(self, sns: FakeSns) -> None:
        sns.topics[TOPIC], sns.subscriptions[TOPIC] = OURS, [listed("PendingConfirmation")]
        assert not subscription(sns).changed
        assert subscription(sns, resend=True).changed
        assert sns.calls.count("Subscribe") == 1

    def test_a_queue_is_confirmed_at_once(self, sns: FakeSns) -> None:
        topic(sns)
        made = subscription(sns, protocol="sqs", endpoint="arn:aws-cn:sqs:cn-northwest-1:123456789012:q")
        assert made.result["subscription"]["status"] == "confirmed"

    def test_a_confirmed_one_is_removed_and_the_others_stay(self, sns: FakeSns) -> None:
        sns.topics[TOPIC], sns.subscriptions[TOPIC] = OURS, [listed(), listed(f"{TOPIC}:2", "dev@example.com")]
        assert subscription(sns, state="absent").changed
        assert [entry.endpoint for entry in sns.subscriptions[TOPIC]] == ["dev@example.com"]
        assert not subscription(sns, state="absent").changed

    def test_a_pending_one_cannot_be_removed_and_that_is_no_failure(self, sns: FakeSns) -> None:
        sns.topics[TOPIC], sns.subscriptions[TOPIC] = OURS, [listed("PendingConfirmation")]
        left = subscription(sns, state="absent")
        assert (left.changed, left.failure, left.result["subscription"]["status"]) == (False, None, "pending")
        assert "lapses 48 hours after" in left.warnings[0]

    def test_a_missing_topic_is_an_error_that_says_what_to_do(self, sns: FakeSns) -> None:
        with pytest.raises(ConfigError, match="create it first with"):
            subscription(sns)

    def test_nothing_is_subscribed_to_a_missing_topic(self, sns: FakeSns) -> None:
        gone = subscription(sns, state="absent")
        assert (gone.changed, gone.result["subscription"]["status"]) == (False, "absent")

    def test_check_mode_takes_a_missing_topic_for_one_that_will_be_made(self, sns: FakeSns) -> None:
        predicted = subscription(sns, check_mode=True)
        assert (predicted.changed, predicted.result["subscription"]["status"]) == (True, "pending")

    def test_check_mode_says_the_same_and_changes_nothing(self, sns: FakeSns) -> None:
        topic(sns)
        sns.calls.clear()
        predicted = subscription(sns, check_mode=True)
        assert not CHANGING & set(sns.calls)
        assert predicted == subscription(sns)

    def test_bad_input_is_refused_as_a_whole_before_any_call(self, sns: FakeSns) -> None:
        with pytest.raises(ConfigError) as caught:
            subscription(sns, topic="a topic", endpoint="ops")
        assert len(caught.value.problems) == 2
        assert sns.calls == []
