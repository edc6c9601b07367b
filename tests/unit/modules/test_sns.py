# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""sns_topic, sns_subscription and sns_notify."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.subscriptions import Subscription
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RefusedError, RemoteError
from ansible_collections.certops.cloudfront.plugins.modules import (
    sns_notify,
    sns_subscription,
    sns_subscription_info,
    sns_topic,
)
from unit.fakes import modules
from unit.fakes.clock import present_clock
from unit.fakes.sns import REGION, TOPIC, FakeSns, FakeSts, topics

OURS = {"managed-by": "certops.cloudfront"}
CHANGING = {"CreateTopic", "DeleteTopic", "Subscribe", "Unsubscribe", "Publish"}


@pytest.fixture
def sns() -> FakeSns:
    return FakeSns()


def topic(sns: FakeSns, check_mode: bool = False, **params: t.Any) -> Outcome:
    given = {"name": "certops-webapp", "state": "present", "region": REGION, **params}
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


def notify(sns: FakeSns, check_mode: bool = False, **params: t.Any) -> Outcome:
    given = {"topic": "certops-webapp", "region": REGION, "subject": "done", "body": "all is well", **params}
    return modules.run(sns_notify, given, present_clock(), check_mode, sns_notify.Clients(topics(sns)))


def listed(arn: str = f"{TOPIC}:1", endpoint: str = "ops@example.com") -> Subscription:
    return Subscription(arn=arn, protocol="email", endpoint=endpoint)


class TestTopic:
    def test_a_missing_topic_is_made_with_our_tag_in_the_partition_of_the_region(self, sns: FakeSns) -> None:
        made = topic(sns)
        assert made.changed
        assert made.result == {"topic_arn": TOPIC, "state": "present"}
        assert sns.topics == {TOPIC: OURS}

    def test_a_second_run_changes_and_creates_nothing(self, sns: FakeSns) -> None:
        topic(sns)
        sns.calls.clear()
        assert not topic(sns).changed
        assert sns.calls == ["GetTopicAttributes"]

    def test_a_topic_of_somebody_else_is_used_as_it_is(self, sns: FakeSns) -> None:
        sns.topics[TOPIC] = {"owner": "them"}
        assert not topic(sns).changed
        assert sns.topics[TOPIC] == {"owner": "them"}

    def test_our_topic_is_deleted_and_deleting_again_changes_nothing(self, sns: FakeSns) -> None:
        topic(sns)
        assert topic(sns, state="absent").changed
        assert not topic(sns, state="absent").changed
        assert sns.topics == {}

    @pytest.mark.parametrize("check_mode", [False, True])
    def test_a_topic_of_somebody_else_is_not_deleted(self, sns: FakeSns, check_mode: bool) -> None:
        sns.topics[TOPIC] = {"managed-by": "terraform"}
        with pytest.raises(RefusedError, match="not ours"):
            topic(sns, check_mode, state="absent")
        assert TOPIC in sns.topics

    @pytest.mark.parametrize("check_mode", [False, True])
    def test_a_missing_topic_of_another_account_is_not_made_in_ours(self, sns: FakeSns, check_mode: bool) -> None:
        with pytest.raises(RefusedError, match="make it with credentials of its account"):
            topic(sns, check_mode, name=TOPIC.replace("123456789012", "210987654321"))
        assert sns.topics == {}

    def test_the_arn_of_a_topic_that_exists_needs_no_question_to_sts(self, sns: FakeSns) -> None:
        topic(sns)
        sts = FakeSts()
        given = {"name": TOPIC, "state": "present", "region": REGION}
        modules.run(sns_topic, given, present_clock(), clients=sns_topic.Clients(topics(sns, sts)))
        assert sts.calls == []

    @pytest.mark.parametrize("state", ["present", "absent"])
    def test_check_mode_says_the_same_and_changes_nothing(self, sns: FakeSns, state: str) -> None:
        if state == "absent":
            topic(sns)
        predicted = topic(sns, check_mode=True, state=state)
        before = dict(sns.topics)
        assert before == sns.topics
        assert predicted == topic(sns, state=state)


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
        with pytest.raises(ConfigError, match="make it first with"):
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


class TestSubscriptionInfo:
    @staticmethod
    def read(sns: FakeSns, topic: str = "certops-webapp") -> dict[str, t.Any]:
        found = modules.run(
            sns_subscription_info,
            {"topic": topic, "region": REGION},
            present_clock(),
            clients=sns_subscription_info.Clients(topics(sns)),
        )
        assert not found.changed
        return dict(found.result)

    def test_every_endpoint_with_its_state_and_how_many_there_are_of_each(self, sns: FakeSns) -> None:
        entries = [
            listed(),
            listed("PendingConfirmation", "dev@example.com"),
            listed("Deleted", "left@example.com"),
            listed(f"{TOPIC}:4", "cio@example.com"),
        ]
        sns.topics[TOPIC], sns.subscriptions[TOPIC] = OURS, entries
        assert self.read(sns, TOPIC) == {
            "topic_arn": TOPIC,
            "subscriptions": [
                {"protocol": "email", "endpoint": "cio@example.com", "status": "confirmed", "arn": f"{TOPIC}:4"},
                {"protocol": "email", "endpoint": "dev@example.com", "status": "pending", "arn": None},
                {"protocol": "email", "endpoint": "ops@example.com", "status": "confirmed", "arn": f"{TOPIC}:1"},
            ],
            "confirmed": 2,
            "pending": 1,
        }

    def test_a_missing_topic_has_none(self, sns: FakeSns) -> None:
        assert self.read(sns) == {"topic_arn": TOPIC, "subscriptions": [], "confirmed": 0, "pending": 0}
        assert sns.calls == ["ListSubscriptionsByTopic"]

    def test_a_topic_elsewhere_is_refused_before_any_call(self, sns: FakeSns) -> None:
        with pytest.raises(ConfigError, match="is in the region us-east-1"):
            self.read(sns, "arn:aws:sns:us-east-1:123456789012:certops-webapp")
        assert sns.calls == []


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
