# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SNS topics, subscriptions and messages, one method per API call."""

from __future__ import annotations

import typing as t

from ..._core.report.publication import Publication
from ..._core.report.subscriptions import Subscription
from ..._errors import RemoteError
from .errors import calling

SERVICE = "sns"
NOT_FOUND = ("NotFound", "NotFoundException", "ResourceNotFoundException")


class Sns:
    """Speaks to SNS through a boto3 client."""

    def __init__(self, client: t.Any) -> None:
        self._client = client

    def get_topic_attributes(self, arn: str) -> dict[str, str] | None:
        """The attributes of the topic, or None if there is none."""
        try:
            with calling(SERVICE, "GetTopicAttributes", arn):
                return dict(self._client.get_topic_attributes(TopicArn=arn)["Attributes"])
        except RemoteError as exc:
            if exc.code not in NOT_FOUND:
                raise
            return None

    def create_topic(self, name: str, tags: t.Mapping[str, str]) -> str:
        """The ARN of the topic that was made."""
        with calling(SERVICE, "CreateTopic", name):
            return str(
                self._client.create_topic(
                    Name=name, Tags=[{"Key": key, "Value": value} for key, value in tags.items()]
                )["TopicArn"]
            )

    def list_tags_for_resource(self, arn: str) -> dict[str, str]:
        """The tags of the topic."""
        with calling(SERVICE, "ListTagsForResource", arn):
            return {tag["Key"]: tag["Value"] for tag in self._client.list_tags_for_resource(ResourceArn=arn)["Tags"]}

    def delete_topic(self, arn: str) -> None:
        """The topic and its subscriptions are gone."""
        with calling(SERVICE, "DeleteTopic", arn):
            self._client.delete_topic(TopicArn=arn)

    def list_subscriptions_by_topic(self, arn: str) -> tuple[Subscription, ...] | None:
        """All subscriptions of the topic, or None if there is no such topic."""
        try:
            with calling(SERVICE, "ListSubscriptionsByTopic", arn):
                pages = self._client.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=arn)
                return tuple(_subscription(entry) for page in pages for entry in page["Subscriptions"])
        except RemoteError as exc:
            if exc.code not in NOT_FOUND:
                raise
            return None

    def list_subscriptions(self) -> dict[str, list[Subscription]]:
        """All subscriptions of the region, by the ARN of their topic."""
        found: dict[str, list[Subscription]] = {}
        with calling(SERVICE, "ListSubscriptions"):
            for page in self._client.get_paginator("list_subscriptions").paginate():
                for entry in page["Subscriptions"]:
                    found.setdefault(entry["TopicArn"], []).append(_subscription(entry))
        return found

    def subscribe(
        self, topic_arn: str, protocol: str, endpoint: str, attributes: t.Mapping[str, str] | None = None
    ) -> Subscription:
        """The subscription as it is now; asked for again, a pending one is sent its confirmation again, and must not
        have other ``attributes``."""
        more = {"Attributes": dict(attributes)} if attributes else {}
        with calling(SERVICE, "Subscribe", f"{endpoint} to {topic_arn}"):
            answer = self._client.subscribe(TopicArn=topic_arn, Protocol=protocol, Endpoint=endpoint, **more)
        return Subscription(arn=str(answer["SubscriptionArn"]), protocol=protocol, endpoint=endpoint)

    def get_subscription_attributes(self, arn: str) -> dict[str, str]:
        """The attributes of a confirmed subscription."""
        with calling(SERVICE, "GetSubscriptionAttributes", arn):
            return dict(self._client.get_subscription_attributes(SubscriptionArn=arn)["Attributes"])

    def set_subscription_attribute(self, arn: str, name: str, value: str | None) -> None:
        """The confirmed subscription has this attribute; None takes it away."""
        more = {} if value is None else {"AttributeValue": value}
        with calling(SERVICE, "SetSubscriptionAttributes", arn):
            self._client.set_subscription_attributes(SubscriptionArn=arn, AttributeName=name, **more)

    def unsubscribe(self, arn: str) -> None:
        """The subscription is gone."""
        with calling(SERVICE, "Unsubscribe", arn):
            self._client.unsubscribe(SubscriptionArn=arn)

    def publish(self, arn: str, publication: Publication) -> str:
        """The ID of the message that was accepted."""
        more: dict[str, t.Any] = {"Subject": publication.subject} if publication.subject else {}
        if publication.is_structured:
            more["MessageStructure"] = "json"
        if publication.attributes:
            more["MessageAttributes"] = {
                name: {"DataType": "String", "StringValue": value} for name, value in publication.attributes.items()
            }
        with calling(SERVICE, "Publish", arn):
            return str(self._client.publish(TopicArn=arn, Message=publication.message, **more)["MessageId"])


def _subscription(entry: t.Mapping[str, str]) -> Subscription:
    return Subscription(arn=entry["SubscriptionArn"], protocol=entry["Protocol"], endpoint=entry["Endpoint"])
