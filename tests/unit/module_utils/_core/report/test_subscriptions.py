# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done about the subscription of an endpoint."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report import subscriptions
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.subscriptions import (
    Action,
    Subscription,
    SubscriptionStatus,
)

ARN = "arn:aws:sns:eu-central-1:123456789012:certops-webapp:1"


def entry(endpoint: str = "ops@example.com", arn: str = ARN, protocol: str = "email") -> Subscription:
    return Subscription(arn=arn, protocol=protocol, endpoint=endpoint)


PENDING, DELETED = entry(arn="PendingConfirmation"), entry(arn="Deleted")


@pytest.mark.parametrize(
    ("existing", "endpoint", "found"),
    [
        pytest.param([], "ops@example.com", None, id="none"),
        pytest.param([entry("dev@example.com")], "ops@example.com", None, id="another address"),
        pytest.param([entry("ops@EXAMPLE.com")], "ops@example.com", entry("ops@EXAMPLE.com"), id="domain in capitals"),
        pytest.param([entry("Ops@example.com")], "ops@example.com", None, id="another mailbox"),
        pytest.param([entry(protocol="email-json")], "ops@example.com", None, id="another protocol"),
        pytest.param([PENDING], "ops@example.com", PENDING, id="pending"),
        pytest.param([DELETED], "ops@example.com", None, id="deleted"),
        pytest.param([PENDING, entry()], "ops@example.com", entry(), id="confirmed before pending"),
    ],
)
def test_the_subscription_of_an_address(
    existing: list[Subscription], endpoint: str, found: Subscription | None
) -> None:
    assert subscriptions.find(existing, "email", endpoint) == found


@pytest.mark.parametrize(
    ("found", "resend", "action", "after"),
    [
        pytest.param(None, False, Action.SUBSCRIBE, SubscriptionStatus.PENDING, id="not subscribed, or lapsed"),
        pytest.param(PENDING, False, Action.NONE, SubscriptionStatus.PENDING, id="pending"),
        pytest.param(PENDING, True, Action.SUBSCRIBE, SubscriptionStatus.PENDING, id="pending, asked again"),
        pytest.param(entry(), False, Action.NONE, SubscriptionStatus.CONFIRMED, id="confirmed"),
        pytest.param(entry(), True, Action.NONE, SubscriptionStatus.CONFIRMED, id="confirmed, asked again"),
    ],
)
def test_an_address_that_is_to_be_subscribed(
    found: Subscription | None, resend: bool, action: Action, after: SubscriptionStatus
) -> None:
    decision = subscriptions.plan_present(found, "email", resend)
    assert (decision.action, decision.after) == (action, after)


@pytest.mark.parametrize(
    ("protocol", "after"),
    [
        ("https", SubscriptionStatus.PENDING),
        ("email-json", SubscriptionStatus.PENDING),
        ("sqs", SubscriptionStatus.CONFIRMED),
        ("lambda", SubscriptionStatus.CONFIRMED),
    ],
)
def test_only_some_endpoints_have_to_confirm(protocol: str, after: SubscriptionStatus) -> None:
    assert subscriptions.plan_present(None, protocol, resend=False).after is after


def test_a_confirmed_subscription_is_removed() -> None:
    decision = subscriptions.plan_absent(entry())
    assert (decision.action, decision.after, decision.arn) == (Action.UNSUBSCRIBE, SubscriptionStatus.ABSENT, ARN)


def test_an_absent_subscription_needs_nothing() -> None:
    assert subscriptions.plan_absent(None).action is Action.NONE


def test_a_pending_subscription_cannot_be_removed_and_that_is_said_with_when_it_lapses() -> None:
    decision = subscriptions.plan_absent(PENDING)
    assert (decision.action, decision.after) == (Action.NONE, SubscriptionStatus.PENDING)
    assert decision.warning is not None
    assert "lapses 48 hours after" in decision.warning


@pytest.mark.parametrize(
    ("topic", "problem"),
    [
        pytest.param("certops-webapp", None, id="name"),
        pytest.param("arn:aws:sns:eu-central-1:123456789012:x", None, id="ARN"),
        pytest.param("arn:aws:sns:us-east-1:123456789012:x", "set region to us-east-1", id="ARN of another region"),
        pytest.param("arn:aws:sqs:eu-central-1:123456789012:x", "neither", id="ARN of something else"),
        pytest.param("a topic", "neither", id="blank"),
        pytest.param("", "neither", id="empty"),
        pytest.param("x" * 257, "neither", id="long"),
    ],
)
def test_topics(topic: str, problem: str | None) -> None:
    found = subscriptions.topic_problems("topic", topic, "eu-central-1")
    assert (problem in found[0]) if problem else found == []


@pytest.mark.parametrize(
    ("protocol", "endpoint", "fine"),
    [
        ("email", "ops@example.com", True),
        ("email", "ops", False),
        ("https", "https://hook.example.com/x", True),
        ("https", "http://hook.example.com/x", False),
        ("sms", "+12065550100", True),
        ("sms", "2065550100", False),
        ("sqs", "arn:aws-cn:sqs:cn-north-1:123456789012:q", True),
        ("lambda", "ops@example.com", False),
    ],
)
def test_endpoints(protocol: str, endpoint: str, fine: bool) -> None:
    assert (subscriptions.endpoint_problems(protocol, endpoint) == []) is fine
