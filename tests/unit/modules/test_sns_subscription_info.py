# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""sns_subscription_info: who has confirmed."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.subscriptions import Subscription
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError
from ansible_collections.certops.cloudfront.plugins.modules import (
    sns_subscription_info,
    sns_topic,
)
from unit.fakes import modules
from unit.fakes.clock import present_clock
from unit.fakes.sns import REGION, TOPIC, FakeSns, topics

OURS = {"managed-by": "certops.cloudfront"}


@pytest.fixture
def sns() -> FakeSns:
    return FakeSns()


def topic(sns: FakeSns, check_mode: bool = False, **params: t.Any) -> Outcome:
    given = {"name": "certops-webapp", "state": "present", "region": REGION, **params}
    return modules.run(sns_topic, given, present_clock(), check_mode, sns_topic.Clients(topics(sns)))


def listed(arn: str = f"{TOPIC}:1", endpoint: str = "ops@example.com") -> Subscription:
    return Subscription(arn=arn, protocol="email", endpoint=endpoint)


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
