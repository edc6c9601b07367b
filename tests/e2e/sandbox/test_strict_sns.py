# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SNS: confirmation by mail, what lapses, and what SNS refuses."""

from __future__ import annotations

import pytest

DAY = 86400


@pytest.fixture
def sns(aws):
    return aws.client("sns")


@pytest.fixture
def topic(sns):
    return sns.create_topic(Name="certs")["TopicArn"]


def subscribe(sns, topic, endpoint="ops@example.com", **arguments):
    return sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=endpoint, **arguments)["SubscriptionArn"]


def listed(sns, topic):
    return [
        (item["Endpoint"], item["SubscriptionArn"])
        for item in sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    ]


def test_a_mail_subscription_is_pending_until_it_is_confirmed(aws, sns, topic):
    assert subscribe(sns, topic) == "pending confirmation"
    assert listed(sns, topic) == [("ops@example.com", "PendingConfirmation")]
    aws.control("POST", "sns/confirm", {"endpoint": "ops@example.com"})
    assert listed(sns, topic)[0][1].startswith(f"{topic}:")


def test_the_token_of_the_mail_confirms(aws, sns, topic):
    with aws.refuses("InvalidParameter"):
        sns.confirm_subscription(TopicArn=topic, Token="wrong")
    arn = subscribe(sns, topic, ReturnSubscriptionArn=True)
    token = aws.control("GET", "sns/outbox")[0]["token"]
    assert sns.confirm_subscription(TopicArn=topic, Token=token)["SubscriptionArn"] == arn


def test_subscribing_again_sends_a_new_mail_and_no_duplicate(aws, sns, topic):
    subscribe(sns, topic)
    subscribe(sns, topic)
    assert len(listed(sns, topic)) == 1
    assert [(mail["kind"], mail["endpoint"]) for mail in aws.control("GET", "sns/outbox")] == [
        ("confirmation", "ops@example.com")
    ] * 2
    aws.control("POST", "sns/confirm", {"endpoint": "ops@example.com"})
    assert subscribe(sns, topic) == listed(sns, topic)[0][1]
    assert len(aws.control("GET", "sns/outbox")) == 2


def test_a_pending_subscription_cannot_be_removed(aws, sns, topic):
    arn = subscribe(sns, topic, ReturnSubscriptionArn=True)
    for wanted in ("PendingConfirmation", arn):
        with aws.refuses("InvalidParameter"):
            sns.unsubscribe(SubscriptionArn=wanted)
    aws.control("POST", "sns/confirm", {"endpoint": "ops@example.com", "topic_arn": topic})
    sns.unsubscribe(SubscriptionArn=arn)
    assert listed(sns, topic) == []


def test_a_pending_subscription_lapses_after_48_hours(aws, sns, topic):
    subscribe(sns, topic)
    subscribe(sns, topic, "dev@example.com")
    aws.control("POST", "sns/confirm", {"endpoint": "dev@example.com"})
    aws.control("POST", "clock", {"advance_seconds": 2 * DAY - 60})
    assert len(listed(sns, topic)) == 2
    aws.control("POST", "clock", {"advance_seconds": 120})
    assert [endpoint for endpoint, _arn in listed(sns, topic)] == ["dev@example.com"]


def test_only_confirmed_endpoints_get_messages(aws, sns, topic):
    subscribe(sns, topic, "in@example.com")
    subscribe(sns, topic, "out@example.com")
    aws.control("POST", "sns/confirm", {"endpoint": "in@example.com"})
    sns.publish(TopicArn=topic, Subject="Renewed", Message="text")
    messages = [mail for mail in aws.control("GET", "sns/outbox") if mail["kind"] == "message"]
    assert [(mail["endpoint"], mail["subject"], mail["message"]) for mail in messages] == [
        ("in@example.com", "Renewed", "text")
    ]
    aws.control("POST", "sns/unsubscribe", {"endpoint": "in@example.com"})
    assert [endpoint for endpoint, _arn in listed(sns, topic)] == ["out@example.com"]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({"Subject": "x" * 101, "Message": "m"}, id="subject too long"),
        pytest.param({"Subject": "one\ntwo", "Message": "m"}, id="subject with a newline"),
        pytest.param({"Subject": "erneuert für", "Message": "m"}, id="subject that is not ASCII"),
        pytest.param({"Subject": "", "Message": "m"}, id="empty subject"),
        pytest.param({"Message": "x" * 262_145}, id="message too long"),
        pytest.param({"Message": ""}, id="empty message"),
    ],
)
def test_messages_that_sns_refuses(aws, sns, topic, arguments):
    with aws.refuses("InvalidParameter"):
        sns.publish(TopicArn=topic, **arguments)


@pytest.mark.parametrize("endpoint", ["not a mail address", "a@b", ""])
def test_addresses_that_sns_refuses(aws, sns, topic, endpoint):
    with aws.refuses("InvalidParameter"):
        subscribe(sns, topic, endpoint)


def test_creating_a_topic_again_gives_the_same_topic(aws, sns, topic):
    assert sns.create_topic(Name="certs")["TopicArn"] == topic == "arn:aws:sns:us-east-1:123456789012:certs"
    assert (
        aws.client("sns", "cn-north-1").create_topic(Name="certs")["TopicArn"]
        == "arn:aws-cn:sns:cn-north-1:123456789012:certs"
    )
    for name in ("with space", "", "x" * 257):
        with aws.refuses("InvalidParameter"):
            sns.create_topic(Name=name)


def test_topics_that_are_not_there(aws, sns, topic):
    for operation in ("list_subscriptions_by_topic", "get_topic_attributes"):
        with aws.refuses("NotFound", 404):
            getattr(sns, operation)(TopicArn=topic + "x")
    with aws.refuses("NotFound", 404):
        sns.publish(TopicArn=topic + "x", Message="m")
    with aws.refuses("InvalidParameter"):
        sns.publish(TopicArn=topic.replace("us-east-1", "eu-west-1"), Message="m")


def test_lists_have_pages_of_a_hundred(sns, topic):
    for number in range(101):
        subscribe(sns, topic, f"user{number}@example.com")
    pages = list(sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic))
    assert [len(page["Subscriptions"]) for page in pages] == [100, 1]


def test_a_filter_policy_keeps_back_what_it_does_not_name(aws, sns, topic):
    policy = {"FilterPolicy": '{"severity": ["critical"]}'}
    arn = subscribe(sns, topic, ReturnSubscriptionArn=True, Attributes=policy)
    aws.control("POST", "sns/confirm", {"endpoint": "ops@example.com"})
    for severity in ("info", "critical"):
        value = {"DataType": "String", "StringValue": severity}
        sns.publish(TopicArn=topic, Message=severity, MessageAttributes={"severity": value})
    sns.publish(TopicArn=topic, Message="without attributes")
    sent = [mail["message"] for mail in aws.control("GET", "sns/outbox") if mail["kind"] == "message"]
    assert sent == ["critical"]
    assert sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]["FilterPolicyScope"] == (
        "MessageAttributes"
    )
    with aws.refuses("InvalidParameter"):
        subscribe(sns, topic, Attributes={"FilterPolicy": '{"severity": ["info"]}'})
    for wrong in ("{", '{"severity": "critical"}', '{"severity": []}', str({n: n for n in range(6)})):
        with aws.refuses("InvalidParameter"):
            sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName="FilterPolicy", AttributeValue=wrong)


def test_raw_delivery_and_dead_letters_are_for_those_that_can_have_them(aws, sns, topic):
    queue = "arn:aws:sqs:us-east-1:123456789012:events"
    given = {"RawMessageDelivery": "true", "RedrivePolicy": f'{{"deadLetterTargetArn": "{queue}-dead"}}'}
    arn = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes=given)["SubscriptionArn"]
    assert given.items() <= sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"].items()
    assert sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes=given)["SubscriptionArn"] == arn
    with aws.refuses("InvalidParameter"):
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue, Attributes={"RawMessageDelivery": "false"})
    with aws.refuses("InvalidParameter"):
        subscribe(sns, topic, Attributes={"RawMessageDelivery": "true"})
    targets = ("x", f"{queue}.fifo", queue.replace("us-east-1", "eu-west-1"), queue.replace("123456789012", "1" * 12))
    policies = [f'{{"deadLetterTargetArn": "{target}"}}' for target in targets]
    for value in ("", "{", "[]", "{}", '{"maxReceiveCount": 5}', *policies):
        with aws.refuses("InvalidParameter"):
            sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName="RedrivePolicy", AttributeValue=value)
    for name in ("RawMessageDelivery", "Endpoint"):
        with aws.refuses("InvalidParameter"):
            sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName=name, AttributeValue="yes")
    sns.set_subscription_attributes(SubscriptionArn=arn, AttributeName="RedrivePolicy")
    assert "RedrivePolicy" not in sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
