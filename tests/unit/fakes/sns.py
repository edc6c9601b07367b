# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SNS and STS in memory, with a log of the calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.topics import Topics
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.publication import Publication
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.subscriptions import (
    CONFIRMED_BY_ENDPOINT,
    Subscription,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.partitions import AwsAccount
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RemoteError

ACCOUNT = "123456789012"
REGION = "cn-northwest-1"
TOPIC = f"arn:aws-cn:sns:{REGION}:{ACCOUNT}:certops-webapp"


@dataclass
class FakeSns:
    topics: dict[str, dict[str, str]] = field(default_factory=dict)
    subscriptions: dict[str, list[Subscription]] = field(default_factory=dict)
    published: list[tuple[str, str, str]] = field(default_factory=list)
    attributes: list[dict[str, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    refusal: RemoteError | None = None
    filters: dict[str, dict[str, str]] = field(default_factory=dict)

    def get_topic_attributes(self, arn: str) -> dict[str, str] | None:
        self.calls.append("GetTopicAttributes")
        return {"TopicArn": arn} if arn in self.topics else None

    def create_topic(self, name: str, tags: Mapping[str, str]) -> str:
        self.calls.append("CreateTopic")
        arn = TOPIC.rpartition(":")[0] + f":{name}"
        self.topics[arn] = dict(tags)
        return arn

    def list_tags_for_resource(self, arn: str) -> dict[str, str]:
        self.calls.append("ListTagsForResource")
        return self.topics[arn]

    def delete_topic(self, arn: str) -> None:
        self.calls.append("DeleteTopic")
        del self.topics[arn]

    def list_subscriptions_by_topic(self, arn: str) -> tuple[Subscription, ...] | None:
        self.calls.append("ListSubscriptionsByTopic")
        return tuple(self.subscriptions.get(arn, ())) if arn in self.topics else None

    def subscribe(
        self, topic_arn: str, protocol: str, endpoint: str, attributes: Mapping[str, str] | None = None
    ) -> Subscription:
        self.calls.append("Subscribe")
        self.filters[f"{topic_arn}:0"] = dict(attributes or {})
        pending = protocol in CONFIRMED_BY_ENDPOINT
        listed = self.subscriptions.setdefault(topic_arn, [])
        made = Subscription("PendingConfirmation" if pending else f"{topic_arn}:{len(listed)}", protocol, endpoint)
        self.subscriptions[topic_arn] = [entry for entry in listed if entry.endpoint != endpoint] + [made]
        return Subscription("pending confirmation", protocol, endpoint) if pending else made

    def get_subscription_attributes(self, arn: str) -> dict[str, str]:
        self.calls.append("GetSubscriptionAttributes")
        return self.filters.get(arn, {})

    def set_subscription_attribute(self, arn: str, name: str, value: str | None) -> None:
        self.calls.append("SetSubscriptionAttributes")
        kept = {key: text for key, text in self.filters.get(arn, {}).items() if key != name}
        self.filters[arn] = kept if value is None else {**kept, name: value}

    def unsubscribe(self, arn: str) -> None:
        self.calls.append("Unsubscribe")
        self.subscriptions = {
            topic: [entry for entry in listed if entry.arn != arn] for topic, listed in self.subscriptions.items()
        }

    def publish(self, arn: str, publication: Publication) -> str:
        self.calls.append("Publish")
        if self.refusal is not None:
            raise self.refusal
        self.published.append((arn, publication.subject, publication.message))
        self.attributes.append(dict(publication.attributes))
        return f"message-{len(self.published)}"


@dataclass
class FakeSts:
    calls: list[str] = field(default_factory=list)

    def get_caller_identity(self) -> AwsAccount:
        self.calls.append("GetCallerIdentity")
        return AwsAccount(ACCOUNT, "aws-cn")


def topics(sns: FakeSns, sts: FakeSts | None = None) -> Topics:
    return Topics(sns=sns, sts=sts or FakeSts(), partition="aws-cn", region="cn-northwest-1")  # type: ignore[arg-type]
