# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""SNS topics and subscriptions; mails go to an outbox that the control interface shows.

Rules: the SNS service model of botocore, and
https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.confirm.html
https://aws.amazon.com/about-aws/whats-new/2023/05/amazon-sns-automatic-deletion-unconfirmed-subscriptions/ (48 hours)
https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html
https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html
https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
"""

from __future__ import annotations

import json
import math
import re
import secrets
import typing as t
import uuid
from dataclasses import asdict, dataclass, field

from . import constraints
from .errors import AwsError
from .service import Call, Operation, Service

if t.TYPE_CHECKING:
    from .state import State

PENDING_SECONDS = 48 * 3600
PAGE = 100
MAX_SUBJECT = 100
MAX_MESSAGE_BYTES = 262_144
MAX_FILTER_KEYS, MAX_FILTER_COMBINATIONS = 5, 150
_TOPIC_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}")
_ATTRIBUTE_NAME = re.compile(r"(?!AWS\.|Amazon\.)[A-Za-z0-9_-](?:[A-Za-z0-9_.-]{0,254}[A-Za-z0-9_-])?")
_ATTRIBUTE_TYPES = ("String", "String.Array", "Number", "Binary")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PROTOCOLS = ("http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose")
# endpoints of the own account that need no confirmation
_RAW = ("http", "https", "sqs", "firehose")
_CONFIRMED_AT_ONCE = ("sms", "sqs", "application", "lambda", "firehose")
_Result = t.Mapping[str, t.Any]


@dataclass
class Subscription:
    """One subscription; ``token`` is what the last confirmation mail carries."""

    arn: str
    owner: str
    topic_arn: str
    protocol: str
    endpoint: str
    is_confirmed: bool
    subscribed_at: float
    token: str = field(repr=False)
    attributes: dict[str, str] = field(default_factory=dict)

    @property
    def filter_policy(self) -> str:
        """As it was given; empty for none."""
        return self.attributes.get("FilterPolicy", "")


@dataclass
class Topic:
    """A topic and its subscriptions in the order in which they were made."""

    arn: str
    name: str
    owner: str
    attributes: dict[str, str]
    tags: dict[str, str]
    subscriptions: list[Subscription] = field(default_factory=list)
    deleted: int = 0


@dataclass(frozen=True)
class Mail:
    """What an endpoint received: a "confirmation" with its token, or a "message"."""

    kind: str
    topic_arn: str
    protocol: str
    endpoint: str
    subject: str
    message: str
    token: str = ""
    message_id: str = ""
    sent: float = 0.0
    attributes: t.Mapping[str, str] = field(default_factory=dict)


class Sns(Service):
    """Topics by ARN: account, partition and region are in it."""

    name = "sns"

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self._topics: dict[str, Topic] = {}
        self._outbox: list[Mail] = []
        self.operations: dict[str, Operation] = {
            "CreateTopic": self.create_topic,
            "DeleteTopic": self.delete_topic,
            "ListTopics": self.list_topics,
            "GetTopicAttributes": self.topic_attributes,
            "SetTopicAttributes": self.set_topic_attributes,
            "Subscribe": self.subscribe,
            "ConfirmSubscription": self.confirm_subscription,
            "Unsubscribe": self.unsubscribe,
            "ListSubscriptions": self.list_subscriptions,
            "ListSubscriptionsByTopic": self.list_by_topic,
            "GetSubscriptionAttributes": self.subscription_attributes,
            "SetSubscriptionAttributes": self.set_subscription_attributes,
            "Publish": self.publish,
            "TagResource": self.tag,
            "UntagResource": self.untag,
            "ListTagsForResource": self.list_tags,
        }

    def resource(self, call: Call) -> str:
        params = call.params
        if call.operation == "CreateTopic":
            return self._topic_arn(call, params.get("Name") or "")
        return str(params.get("TopicArn") or params.get("ResourceArn") or params.get("SubscriptionArn") or "*")

    # --- what the control interface asks ---

    def outbox(self) -> list[dict[str, t.Any]]:
        """Every mail so far, oldest first."""
        return [asdict(mail) for mail in self._outbox]

    def confirm(self, endpoint: str, topic_arn: str | None = None) -> list[str]:
        """What a click on the confirmation link does: the ARNs of the subscriptions that it confirmed."""
        found = [item for item in self._matching(endpoint, topic_arn) if not item.is_confirmed]
        for item in found:
            item.is_confirmed = True
        return [item.arn for item in found]

    def unsubscribe_by_mail(self, endpoint: str, topic_arn: str | None = None) -> list[str]:
        """What a click on the link at the end of each mail does: the ARNs of the subscriptions that it removed."""
        found = [item for item in self._matching(endpoint, topic_arn) if item.is_confirmed]
        for item in found:
            self._remove(item)
        return [item.arn for item in found]

    # --- topics ---

    def create_topic(self, call: Call) -> _Result:
        name = call.params.get("Name") or ""
        if not _TOPIC_NAME.fullmatch(name):
            raise _invalid("Topic Name")
        arn = self._topic_arn(call, name)
        tags = {tag["Key"]: tag["Value"] for tag in call.params.get("Tags") or []}
        attributes = dict(call.params.get("Attributes") or {})
        existing = self._topics.get(arn)
        if existing and tags and tags != existing.tags:
            raise _invalid("Tags Reason: Topic already exists with different tags")
        if existing and any(existing.attributes.get(key) != value for key, value in attributes.items()):
            raise _invalid("Attributes Reason: Topic already exists with different attributes")
        if not existing:
            self._topics[arn] = Topic(arn, name, call.account, attributes, tags)
        return {"TopicArn": arn}

    def delete_topic(self, call: Call) -> None:
        # deleting a topic that does not exist is no error
        _check_arn(call.params.get("TopicArn") or "", "TopicArn")
        self._topics.pop(call.params["TopicArn"], None)

    def list_topics(self, call: Call) -> _Result:
        prefix = self._topic_arn(call, "")
        return _page(call, [{"TopicArn": arn} for arn in sorted(self._topics) if arn.startswith(prefix)], "Topics")

    def topic_attributes(self, call: Call) -> _Result:
        topic = self._topic(call)
        alive = self._alive(topic)
        confirmed = sum(item.is_confirmed for item in alive)
        counts = {
            "SubscriptionsConfirmed": confirmed,
            "SubscriptionsPending": len(alive) - confirmed,
            "SubscriptionsDeleted": topic.deleted,
        }
        texts = {key: str(value) for key, value in counts.items()}
        return {
            "Attributes": {"TopicArn": topic.arn, "Owner": topic.owner, "DisplayName": "", **topic.attributes, **texts}
        }

    def set_topic_attributes(self, call: Call) -> None:
        constraints.check(call)
        self._topic(call).attributes[call.params["AttributeName"]] = call.params.get("AttributeValue") or ""

    # --- subscriptions ---

    def subscribe(self, call: Call) -> _Result:
        topic = self._topic(call)
        protocol, endpoint = call.params.get("Protocol") or "", call.params.get("Endpoint") or ""
        _check_endpoint(protocol, endpoint)
        given = dict(call.params.get("Attributes") or {})
        for name, value in given.items():
            _check_attribute(name, value, topic.arn, protocol)
        item = next(
            (known for known in self._alive(topic) if (known.protocol, known.endpoint) == (protocol, endpoint)), None
        )
        if item is not None and any(_differs(item, name, value) for name, value in given.items()):
            raise _invalid("Attributes Reason: Subscription already exists with different attributes")
        if item is None:
            item = Subscription(
                arn=f"{topic.arn}:{uuid.uuid4()}",
                owner=call.account,
                topic_arn=topic.arn,
                protocol=protocol,
                endpoint=endpoint,
                is_confirmed=protocol in _CONFIRMED_AT_ONCE,
                subscribed_at=0.0,
                token="",
                attributes=given,
            )
            topic.subscriptions.append(item)
        if item.is_confirmed:
            return {"SubscriptionArn": item.arn}
        item.subscribed_at, item.token = self.state.timestamp(), secrets.token_hex(32)
        text = f"You have chosen to subscribe to the topic: {topic.arn}"
        self._send(
            item,
            Mail(
                "confirmation",
                topic.arn,
                protocol,
                endpoint,
                "AWS Notification - Subscription Confirmation",
                text,
                item.token,
            ),
        )
        wants_arn = bool(call.params.get("ReturnSubscriptionArn"))
        return {"SubscriptionArn": item.arn if wants_arn else "pending confirmation"}

    def confirm_subscription(self, call: Call) -> _Result:
        topic = self._topic(call)
        item = next(
            (known for known in self._alive(topic) if known.token and known.token == call.params.get("Token")), None
        )
        if item is None:
            raise _invalid("Token")
        item.is_confirmed = True
        return {"SubscriptionArn": item.arn}

    def unsubscribe(self, call: Call) -> None:
        item = self._subscription(call)
        if not item.is_confirmed:
            raise _invalid("SubscriptionArn Reason: a subscription that is pending confirmation cannot be deleted")
        self._remove(item)

    def list_subscriptions(self, call: Call) -> _Result:
        prefix = self._topic_arn(call, "")
        found = [
            item for arn, topic in sorted(self._topics.items()) if arn.startswith(prefix) for item in self._alive(topic)
        ]
        return _page(call, [_describe(item) for item in found], "Subscriptions")

    def list_by_topic(self, call: Call) -> _Result:
        return _page(call, [_describe(item) for item in self._alive(self._topic(call))], "Subscriptions")

    def subscription_attributes(self, call: Call) -> _Result:
        item = self._subscription(call)
        pending = str(not item.is_confirmed).lower()
        described = {**_describe(item), "SubscriptionArn": item.arn, "PendingConfirmation": pending}
        kept = {"RawMessageDelivery": "false", **item.attributes}
        scope = {"FilterPolicyScope": "MessageAttributes"} if item.filter_policy else {}
        return {"Attributes": described | kept | scope}

    def set_subscription_attributes(self, call: Call) -> None:
        item = self._subscription(call)
        name, value = call.params.get("AttributeName") or "", call.params.get("AttributeValue")
        _check_attribute(name, value, item.topic_arn, item.protocol)
        if value in (None, "", "{}"):
            item.attributes.pop(name, None)
        else:
            item.attributes[name] = value

    # --- messages ---

    def publish(self, call: Call) -> _Result:
        topic = self._topic(call)
        subject, message = call.params.get("Subject"), call.params.get("Message") or ""
        if not message:
            raise _invalid("Empty message")
        if len(message.encode()) > MAX_MESSAGE_BYTES:
            raise _invalid("Message too long")
        if subject is not None:
            _check_subject(subject)
        texts, attributes = _texts(call), _attributes(call)
        if len(message.encode()) + sum(map(len, attributes)) > MAX_MESSAGE_BYTES:
            raise _invalid("Message too long")
        message_id = str(uuid.uuid4())
        for item in self._alive(topic):
            if item.is_confirmed and _lets_through(item.filter_policy, attributes):
                mail = Mail(
                    "message",
                    topic.arn,
                    item.protocol,
                    item.endpoint,
                    subject or "AWS Notification Message",
                    texts.get(item.protocol, texts["default"]),
                    message_id=message_id,
                    attributes=attributes,
                )
                self._send(item, mail)
        return {"MessageId": message_id}

    # --- tags ---

    def tag(self, call: Call) -> None:
        topic = self._tagged(call)
        merged = topic.tags | {tag["Key"]: tag["Value"] for tag in call.params.get("Tags") or []}
        if len(merged) > 50:
            raise AwsError("TagLimitExceeded", "Could not complete request: tag quota of per resource exceeded")
        topic.tags = merged

    def untag(self, call: Call) -> None:
        for key in call.params.get("TagKeys") or []:
            self._tagged(call).tags.pop(key, None)

    def list_tags(self, call: Call) -> _Result:
        return {"Tags": [{"Key": key, "Value": value} for key, value in self._tagged(call).tags.items()]}

    # --- helpers ---

    def _topic_arn(self, call: Call, name: str) -> str:
        return f"arn:{call.partition}:sns:{call.region}:{call.account}:{name}"

    def _topic(self, call: Call) -> Topic:
        arn = call.params.get("TopicArn") or ""
        _check_arn(arn, "TopicArn")
        if not arn.startswith(f"arn:{call.partition}:sns:{call.region}:"):
            raise _invalid("TopicArn")
        topic = self._topics.get(arn)
        if topic is None:
            raise AwsError("NotFound", "Topic does not exist", 404)
        return topic

    def _tagged(self, call: Call) -> Topic:
        topic = self._topics.get(call.params.get("ResourceArn") or "")
        if topic is None:
            raise AwsError("ResourceNotFound", "Resource does not exist", 404)
        return topic

    def _alive(self, topic: Topic) -> list[Subscription]:
        """The subscriptions of the topic; those that nobody confirmed within 48 hours are gone."""
        lapsed = self.state.timestamp() - PENDING_SECONDS
        topic.subscriptions = [item for item in topic.subscriptions if item.is_confirmed or item.subscribed_at > lapsed]
        return topic.subscriptions

    def _subscription(self, call: Call) -> Subscription:
        arn = call.params.get("SubscriptionArn") or ""
        _check_arn(arn, "SubscriptionArn")
        topic = self._topics.get(arn.rpartition(":")[0])
        item = next((known for known in self._alive(topic) if known.arn == arn), None) if topic else None
        if item is None:
            raise AwsError("NotFound", "Subscription does not exist", 404)
        return item

    def _matching(self, endpoint: str, topic_arn: str | None) -> list[Subscription]:
        topics = [topic for arn, topic in self._topics.items() if topic_arn in (None, arn)]
        return [item for topic in topics for item in self._alive(topic) if item.endpoint == endpoint]

    def _remove(self, item: Subscription) -> None:
        topic = self._topics[item.topic_arn]
        topic.subscriptions.remove(item)
        topic.deleted += 1

    def _send(self, item: Subscription, mail: Mail) -> None:
        values = asdict(mail) | {"sent": self.state.timestamp()}
        self._outbox.append(Mail(**values))


def _invalid(what: str) -> AwsError:
    return AwsError("InvalidParameter", f"Invalid parameter: {what}")


def _check_arn(arn: str, name: str) -> None:
    parts = len(arn.split(":"))
    if parts < 6:
        raise _invalid(f"{name} Reason: An ARN must have at least 6 elements, not {parts}")


def _check_endpoint(protocol: str, endpoint: str) -> None:
    if protocol not in _PROTOCOLS:
        raise _invalid(f"Amazon SNS does not support this protocol string: {protocol}")
    if protocol in ("email", "email-json") and not _EMAIL.fullmatch(endpoint):
        raise _invalid("Email address")
    if protocol in ("http", "https") and not endpoint.startswith(f"{protocol}://"):
        raise _invalid(f"Endpoint must match the specified protocol {protocol}")
    if not endpoint:
        raise _invalid("Endpoint")


def _check_subject(subject: str) -> None:
    fits = (
        0 < len(subject) <= MAX_SUBJECT and subject.isascii() and subject.isprintable() and not subject.startswith(" ")
    )
    if not fits:
        raise _invalid("Subject")


def _check_attribute(name: str, value: str | None, topic_arn: str, protocol: str) -> None:
    """What is known of each attribute; without a value, one is taken away."""
    if name == "FilterPolicy":
        _check_policy(value or "")
    elif name == "RawMessageDelivery":
        if value not in ("true", "false"):
            raise _invalid(f"Attributes Reason: RawMessageDelivery: Invalid value [{value}]. Must be true or false.")
        if value == "true" and protocol not in _RAW:
            raise _invalid(
                f"Attributes Reason: RawMessageDelivery: Delivery protocol [{protocol}] does not support raw message"
                " delivery."
            )
    elif name == "RedrivePolicy":
        if value is not None:
            _check_redrive(value, topic_arn)
    else:
        raise _invalid("AttributeName")


def _check_redrive(policy: str, topic_arn: str) -> None:
    """A standard queue of the region and the account of the topic."""
    try:
        found = json.loads(policy)
    except ValueError:
        raise _invalid("RedrivePolicy: failed to parse JSON.") from None
    if not isinstance(found, dict):
        raise _invalid("RedrivePolicy: failed to parse JSON.")
    for key in found:
        if key != "deadLetterTargetArn":
            raise _invalid(f"RedrivePolicy: invalid JSON. Attribute {key} is unknown.")
    queue, topic = str(found.get("deadLetterTargetArn")).split(":"), topic_arn.split(":")
    if queue[2:3] != ["sqs"] or len(queue) != len(topic):
        raise _invalid("RedrivePolicy: deadLetterTargetArn is an invalid arn.")
    if (queue[1], *queue[3:5]) != (topic[1], *topic[3:5]) or queue[5].endswith(".fifo"):
        raise _invalid("RedrivePolicy: deadLetterTargetArn must be a standard queue of this account and region.")


def _differs(item: Subscription, name: str, given: str) -> bool:
    """Whether a subscription has another value of this attribute."""
    default = "false" if name == "RawMessageDelivery" else "{}"
    return bool(json.loads(given or default) != json.loads(item.attributes.get(name) or default))


def _check_policy(policy: str) -> None:
    try:
        found = json.loads(policy or "{}")
    except ValueError:
        raise _invalid("FilterPolicy: failed to parse JSON.") from None
    if not isinstance(found, dict):
        raise _invalid("FilterPolicy: Filter policy must be an object")
    if len(found) > MAX_FILTER_KEYS:
        raise _invalid("FilterPolicy: Filter policy can not have more than 5 keys")
    for key, values in found.items():
        if not isinstance(values, list) or not values:
            raise _invalid(f'FilterPolicy: "{key}" must be an object or an array')
        if not all(isinstance(one, str | int | float | dict) for one in values):
            raise _invalid("FilterPolicy: Match value must be String, number, true, false, or null")
    if math.prod(map(len, found.values())) > MAX_FILTER_COMBINATIONS:
        raise _invalid("FilterPolicy: Filter policy is too complex")


def _lets_through(policy: str, attributes: t.Mapping[str, str]) -> bool:
    """Values that are texts; patterns are not played here, and let everything through."""
    return all(
        any(isinstance(one, dict) or attributes.get(key) == str(one) for one in values)
        for key, values in json.loads(policy or "{}").items()
    )


def _texts(call: Call) -> dict[str, str]:
    """The text for each protocol. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"""
    message, structure = call.params.get("Message") or "", call.params.get("MessageStructure")
    if structure is None:
        return {"default": message}
    if structure != "json":
        raise _invalid("MessageStructure")
    try:
        texts = json.loads(message)
    except ValueError:
        raise _invalid("Message Structure - JSON message body failed to parse") from None
    if not isinstance(texts, dict) or not isinstance(texts.get("default"), str):
        raise _invalid("Message Structure - No default entry in JSON message body")
    return {protocol: text for protocol, text in texts.items() if isinstance(text, str)}


def _attributes(call: Call) -> dict[str, str]:
    """The attributes of the message. https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html"""
    found = call.params.get("MessageAttributes") or {}
    for name, attribute in found.items():
        if not _ATTRIBUTE_NAME.fullmatch(name) or attribute.get("DataType") not in _ATTRIBUTE_TYPES:
            raise _invalid("MessageAttributes")
        if not attribute.get("StringValue") and not attribute.get("BinaryValue"):
            raise _invalid(f"The message attribute '{name}' must contain non-empty message attribute value")
    return {name: str(attribute.get("StringValue") or "") for name, attribute in found.items()}


def _describe(item: Subscription) -> dict[str, str]:
    arn = item.arn if item.is_confirmed else "PendingConfirmation"
    return {
        "SubscriptionArn": arn,
        "Owner": item.owner,
        "Protocol": item.protocol,
        "Endpoint": item.endpoint,
        "TopicArn": item.topic_arn,
    }


def _page(call: Call, items: t.Sequence[t.Any], member: str) -> _Result:
    token = call.params.get("NextToken") or "0"
    if not token.isdigit():
        raise _invalid("NextToken")
    start = int(token)
    end = start + PAGE
    return {member: items[start:end]} | ({"NextToken": str(end)} if end < len(items) else {})
