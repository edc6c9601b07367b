# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""sns_topic: a topic is made once, and deleted only if it is ours."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.subscriptions import Subscription
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RefusedError
from ansible_collections.certops.cloudfront.plugins.modules import (
    sns_topic,
)
from unit.fakes import modules
from unit.fakes.calls import refused_by_aws
from unit.fakes.clock import present_clock
from unit.fakes.sns import REGION, TOPIC, FakeSns, FakeSts, topics

OURS = {"managed-by": "certops.cloudfront"}
DEFAULTS: dict[str, t.Any] = {name: spec.get("default") for name, spec in sns_topic.ARGUMENT_SPEC.items()}


@pytest.fixture
def sns() -> FakeSns:
    return FakeSns()


def topic(sns: FakeSns, check_mode: bool = False, **params: t.Any) -> Outcome:
    given = {**DEFAULTS, "name": "certops-webapp", "region": REGION, **params}
    return modules.run(sns_topic, given, present_clock(), check_mode, sns_topic.Clients(topics(sns)))


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
        with pytest.raises(RefusedError, match="create it with credentials of its account"):
            topic(sns, check_mode, name=TOPIC.replace("123456789012", "210987654321"))
        assert sns.topics == {}

    def test_the_arn_of_a_topic_that_exists_needs_no_question_to_sts(self, sns: FakeSns) -> None:
        topic(sns)
        sts = FakeSts()
        given = {**DEFAULTS, "name": TOPIC, "region": REGION}
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


class TestAddresses:
    def test_a_new_topic_and_its_addresses_take_one_task(self, sns: FakeSns) -> None:
        made = topic(sns, emails=["ops@example.com", "web@example.com"])
        assert sns.calls == ["ListSubscriptionsByTopic", "CreateTopic", "Subscribe", "Subscribe"]
        assert made.changed
        assert [(one["endpoint"], one["status"]) for one in made.result["subscriptions"]] == [
            ("ops@example.com", "pending"),
            ("web@example.com", "pending"),
        ]

    def test_a_second_run_changes_nothing_and_makes_one_call(self, sns: FakeSns) -> None:
        topic(sns, emails=["ops@example.com"])
        sns.calls.clear()
        assert not topic(sns, emails=["ops@example.com"]).changed
        assert sns.calls == ["ListSubscriptionsByTopic"]

    def test_a_former_address_is_unsubscribed_unless_it_is_wanted(self, sns: FakeSns) -> None:
        topic(sns)
        sns.subscriptions[TOPIC] = [
            Subscription(f"{TOPIC}:{number}", "email", address)
            for number, address in enumerate(["old@example.com", "ops@example.com"])
        ]
        done = topic(sns, emails=["ops@example.com"], former_emails=["old@example.com", "ops@example.com"])
        assert [entry.endpoint for entry in sns.subscriptions[TOPIC]] == ["ops@example.com"]
        assert {one["endpoint"]: one["status"] for one in done.result["subscriptions"]} == {
            "old@example.com": "absent",
            "ops@example.com": "confirmed",
        }

    def test_check_mode_says_the_same_and_changes_nothing(self, sns: FakeSns) -> None:
        predicted = topic(sns, check_mode=True, emails=["ops@example.com"])
        assert (sns.topics, sns.subscriptions) == ({}, {})
        assert predicted == topic(sns, emails=["ops@example.com"])

    def test_one_that_fails_keeps_no_other_from_its_change(self, sns: FakeSns) -> None:
        subscribe = sns.subscribe

        def refuse_one(arn: str, protocol: str, endpoint: str) -> Subscription:
            if endpoint == "bad@example.com":
                raise refused_by_aws("InvalidParameter", "no")
            return subscribe(arn, protocol, endpoint)

        sns.subscribe = refuse_one  # type: ignore[method-assign]
        done = topic(sns, emails=["bad@example.com", "ops@example.com"])
        assert done.failure is not None
        assert "InvalidParameter" in done.failure
        assert {one["endpoint"]: one["status"] for one in done.result["subscriptions"]} == {
            "bad@example.com": "absent",
            "ops@example.com": "pending",
        }

    def test_a_missing_topic_that_is_given_by_arn_is_not_made(self, sns: FakeSns) -> None:
        with pytest.raises(ConfigError, match="does not exist; create it first"):
            topic(sns, name=TOPIC, emails=["ops@example.com"])
        assert sns.topics == {}

    def test_bad_input_is_refused_with_all_problems_at_once(self, sns: FakeSns) -> None:
        with pytest.raises(ConfigError) as caught:
            topic(sns, name="no topic", state="absent", emails=["nobody"], former_emails=["no one"])
        assert len(caught.value.problems) == 4
        assert sns.calls == []
