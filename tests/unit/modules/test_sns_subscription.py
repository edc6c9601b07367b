# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""sns_subscription: addresses are subscribed once and unsubscribed when they are not wanted."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.subscriptions import Subscription
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RefusedError
from ansible_collections.certops.cloudfront.plugins.modules import (
    sns_subscription,
    sns_topic,
)
from unit.fakes import modules
from unit.fakes.clock import present_clock
from unit.fakes.sns import REGION, TOPIC, FakeSns, topics

OURS = {"managed-by": "certops.cloudfront"}


CHANGING = {"CreateTopic", "DeleteTopic", "Subscribe", "SetSubscriptionAttributes", "Unsubscribe", "Publish"}
URGENT = {"severity": ["critical"]}


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
        "filter_policy": None,
        "raw_message_delivery": None,
        "redrive_policy": None,
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
            "filter_policy": None,
            "raw_message_delivery": None,
            "redrive_policy": None,
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


class TestFilterPolicy:
    @pytest.fixture
    def confirmed(self, sns: FakeSns) -> FakeSns:
        sns.topics[TOPIC], sns.subscriptions[TOPIC] = OURS, [listed()]
        return sns

    def test_a_new_subscription_is_made_with_it(self, sns: FakeSns) -> None:
        topic(sns)
        queue = {"protocol": "sqs", "endpoint": "arn:aws-cn:sqs:cn-north-1:123456789012:urgent"}
        made = subscription(sns, **queue, filter_policy=URGENT)
        assert sns.filters == {f"{TOPIC}:0": {"FilterPolicy": '{"severity": ["critical"]}'}}
        assert made.result["subscription"]["filter_policy"] == URGENT
        assert not subscription(sns, **queue, filter_policy=URGENT).changed
        assert "SetSubscriptionAttributes" not in sns.calls

    def test_another_one_is_replaced_once_and_shown_in_the_diff(self, confirmed: FakeSns) -> None:
        confirmed.filters[f"{TOPIC}:1"] = {"FilterPolicy": '{"event": ["failed"]}'}
        rehearsed = subscription(confirmed, check_mode=True, filter_policy=URGENT)
        assert rehearsed.changed
        assert not CHANGING.intersection(confirmed.calls)
        found = subscription(confirmed, filter_policy=URGENT)
        assert (found.before["filter_policy"], found.after["filter_policy"]) == ({"event": ["failed"]}, URGENT)
        assert not subscription(confirmed, filter_policy=URGENT).changed
        assert subscription(confirmed, filter_policy={}).changed
        assert not subscription(confirmed, filter_policy={}).changed

    def test_without_the_option_it_is_not_even_read(self, confirmed: FakeSns) -> None:
        assert not subscription(confirmed).changed
        assert "GetSubscriptionAttributes" not in confirmed.calls

    def test_that_of_a_pending_subscription_is_not_known(self, sns: FakeSns) -> None:
        sns.topics[TOPIC], sns.subscriptions[TOPIC] = OURS, [listed("PendingConfirmation")]
        found = subscription(sns, filter_policy=URGENT)
        assert (found.changed, found.result["subscription"]["filter_policy"]) == (False, None)
        assert "has not confirmed its subscription, so its filter policy cannot be read" in found.warnings[0]

    def test_one_that_reads_the_text_of_messages_is_left_alone(self, confirmed: FakeSns) -> None:
        confirmed.filters[f"{TOPIC}:1"] = {"FilterPolicy": '{"a": ["b"]}', "FilterPolicyScope": "MessageBody"}
        with pytest.raises(RefusedError, match="set its FilterPolicyScope to MessageAttributes"):
            subscription(confirmed, filter_policy=URGENT)

    def test_a_severity_that_no_notice_has_is_a_warning(self, confirmed: FakeSns) -> None:
        found = subscription(confirmed, filter_policy={"severity": ["urgent", "critical"]})
        assert found.warnings == (
            "filter_policy: no notice of certops.cloudfront has the severity 'urgent'; it has info, warning, critical",
        )

    @pytest.mark.parametrize(
        ("policy", "word"),
        [
            ({"severity": "critical"}, "not a list"),
            ({"severity": []}, "not a list"),
            ({"severity": [None]}, "a value is a text"),
            ({"severity": [{"like": "x"}]}, "a mapping with one of anything-but"),
            ({str(number): ["x"] for number in range(6)}, "6 attributes; SNS takes up to 5"),
            ({"a": ["x"] * 13, "b": ["x"] * 12}, "more than 150 ways"),
        ],
    )
    def test_a_policy_that_sns_would_refuse_is_refused_before_the_first_call(
        self, sns: FakeSns, policy: dict[str, t.Any], word: str
    ) -> None:
        with pytest.raises(ConfigError, match=word):
            subscription(sns, filter_policy=policy)
        assert sns.calls == []

    def test_one_that_is_to_be_absent_has_none(self, sns: FakeSns) -> None:
        with pytest.raises(ConfigError, match="leave it out"):
            subscription(sns, state="absent", filter_policy=URGENT)


QUEUE = {"protocol": "sqs", "endpoint": "arn:aws-cn:sqs:cn-northwest-1:123456789012:events"}
LETTERS = {"deadLetterTargetArn": "arn:aws-cn:sqs:cn-northwest-1:123456789012:undelivered"}


class TestDelivery:
    def test_a_new_subscription_is_made_with_what_differs_from_the_usual(self, sns: FakeSns) -> None:
        topic(sns)
        made = subscription(sns, **QUEUE, raw_message_delivery=True, redrive_policy=LETTERS, filter_policy={})
        assert sns.filters == {f"{TOPIC}:0": {"RawMessageDelivery": "true", "RedrivePolicy": json.dumps(LETTERS)}}
        shown = made.result["subscription"]
        assert (shown["raw_message_delivery"], shown["redrive_policy"], shown["filter_policy"]) == (True, LETTERS, {})
        again = subscription(sns, **QUEUE, raw_message_delivery=True, redrive_policy=LETTERS)
        assert (again.changed, again.result["subscription"]["filter_policy"]) == (False, None)
        assert "SetSubscriptionAttributes" not in sns.calls

    def test_each_setting_is_changed_once_and_taken_back_once_and_the_others_stay(self, sns: FakeSns) -> None:
        topic(sns)
        subscription(sns, **QUEUE, filter_policy=URGENT)
        for wanted in ({"raw_message_delivery": True, "redrive_policy": LETTERS}, {"redrive_policy": {}}):
            rehearsed = subscription(sns, check_mode=True, **QUEUE, **wanted)
            assert subscription(sns, **QUEUE, **wanted) == rehearsed
            assert rehearsed.changed
            assert not subscription(sns, **QUEUE, **wanted).changed
        assert sns.filters[f"{TOPIC}:0"] == {
            "FilterPolicy": '{"severity": ["critical"]}',
            "RawMessageDelivery": "true",
        }
        assert subscription(sns, **QUEUE, raw_message_delivery=False).before["raw_message_delivery"] is True

    def test_those_of_a_pending_subscription_are_not_known(self, sns: FakeSns) -> None:
        url = {"protocol": "https", "endpoint": "https://example.com/"}
        sns.topics[TOPIC] = OURS
        sns.subscriptions[TOPIC] = [Subscription("PendingConfirmation", *url.values())]
        found = subscription(sns, **url, raw_message_delivery=True, redrive_policy=LETTERS)
        assert (found.changed, found.result["subscription"]["raw_message_delivery"]) == (False, None)
        assert "so its raw message delivery, redrive policy cannot be read" in found.warnings[0]

    @pytest.mark.parametrize(
        ("params", "word"),
        [
            ({"raw_message_delivery": True}, "does not deliver raw messages by email"),
            ({**QUEUE, "redrive_policy": {**LETTERS, "maxReceiveCount": 5}}, "and nothing else"),
            ({**QUEUE, "redrive_policy": {"deadLetterTargetArn": 5}}, "the ARN of a standard queue"),
            (
                {
                    **QUEUE,
                    "redrive_policy": {"deadLetterTargetArn": f"{QUEUE['endpoint']}.fifo"},
                },
                "standard",
            ),
            (
                {**QUEUE, "redrive_policy": {"deadLetterTargetArn": "arn:aws:sqs:us-east-1:123456789012:x"}},
                "is not in cn-northwest-1",
            ),
            ({**QUEUE, "state": "absent", "raw_message_delivery": False}, "raw_message_delivery: .* leave it out"),
        ],
    )
    def test_what_sns_would_refuse_is_refused_before_the_first_call(
        self, sns: FakeSns, params: dict[str, t.Any], word: str
    ) -> None:
        with pytest.raises(ConfigError, match=word):
            subscription(sns, **params)
        assert sns.calls == []
