# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subscriptions of a topic: what their state is, which one an endpoint has, and what has to be done about it."""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass
from enum import Enum

from ..values import emails, texts

PROTOCOLS = ("email", "email-json", "https", "http", "sms", "sqs", "lambda")
MAIL = ("email", "email-json")
# These are asked for confirmation by a message to the endpoint.
# https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
CONFIRMED_BY_ENDPOINT = (*MAIL, "https", "http")
# Until 2023-05-10 it was 72 hours.
PENDING_HOURS = 48

# https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}")
_ARN = re.compile(r"arn:(?P<partition>[a-z-]+):sns:(?P<region>[a-z0-9-]+):\d{12}:(?P<name>[A-Za-z0-9_-]{1,256})")
_ENDPOINTS = {
    "https": (re.compile(r"https://[^\s/]+\S*"), "an https:// URL"),
    "http": (re.compile(r"http://[^\s/]+\S*"), "an http:// URL"),
    "sms": (re.compile(r"\+[1-9]\d{4,14}"), "a phone number such as +12065550100"),
    "sqs": (re.compile(r"arn:[a-z-]+:sqs:\S+"), "the ARN of a queue"),
    "lambda": (re.compile(r"arn:[a-z-]+:lambda:\S+"), "the ARN of a function"),
}


class SubscriptionStatus(str, Enum):
    """How far a subscription is."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    ABSENT = "absent"


class Action(str, Enum):
    """What has to be done."""

    NONE = "none"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True)
class Subscription:
    """One endpoint of a topic, as SNS lists it: instead of an ARN there may be a word."""

    arn: str
    protocol: str
    endpoint: str

    @property
    def status(self) -> SubscriptionStatus:
        """A deleted one may still be listed for some days."""
        if self.arn.startswith("arn:"):
            return SubscriptionStatus.CONFIRMED
        return SubscriptionStatus.ABSENT if self.arn == "Deleted" else SubscriptionStatus.PENDING


@dataclass(frozen=True)
class SubscriptionChange:
    """What to do, and the status of the endpoint before it and after it."""

    action: Action
    before: SubscriptionStatus
    after: SubscriptionStatus
    arn: str | None = None
    warning: str | None = None


def is_arn(topic: str) -> bool:
    """Whether the topic is given by its ARN rather than by its name."""
    return topic.startswith("arn:")


def topic_form_problem(key: str, topic: t.Any) -> str | None:
    """Why ``topic`` is neither the name nor the ARN of a topic, whatever the region; None if it is one."""
    if isinstance(topic, str) and (_NAME.fullmatch(topic) or _ARN.fullmatch(topic)):
        return None
    return (
        f"{key}: {texts.quoted(topic)} is neither a topic name (up to 256 letters, digits, hyphens, underscores)"
        " nor a topic ARN"
    )


def topic_problems(key: str, topic: str, region: str) -> list[str]:
    """Why ``topic`` names no topic of this region, if the region is known; empty if it does."""
    form = topic_form_problem(key, topic)
    if form:
        return [form]
    match = _ARN.fullmatch(topic)
    if match and region and match["region"] != region:
        return [
            (
                f"{key}: {topic} is in the region {match['region']}, but the connection is to {region}; set region to"
                f" {match['region']}"
            )
        ]
    return []


def topic_name(topic: str) -> str:
    """The name of a topic given by name or ARN."""
    return topic.rpartition(":")[2]


def endpoint_problems(protocol: str, endpoint: str) -> list[str]:
    """Why ``endpoint`` cannot be reached by ``protocol``; empty if it can, as far as the text tells."""
    if protocol in MAIL:
        return (
            []
            if emails.is_address(endpoint)
            else [f"endpoint: {texts.quoted(endpoint)} is not a valid e-mail address; use the form name@example.com"]
        )
    pattern, expected = _ENDPOINTS[protocol]
    return [] if pattern.fullmatch(endpoint) else [f"endpoint: {texts.quoted(endpoint)} is not {expected}"]


def find(existing: t.Iterable[Subscription], protocol: str, endpoint: str) -> Subscription | None:
    """The subscription of this endpoint, a confirmed one first; one that lapsed or was deleted is none."""
    wanted = _comparable(protocol, endpoint)
    alive = (
        entry for entry in existing if entry.protocol == protocol and entry.status is not SubscriptionStatus.ABSENT
    )
    found = [entry for entry in alive if _comparable(protocol, entry.endpoint) == wanted]
    return min(found, key=lambda entry: entry.status is not SubscriptionStatus.CONFIRMED, default=None)


def overview(existing: t.Iterable[Subscription]) -> list[dict[str, str | None]]:
    """The subscriptions that there are, as results show them, by protocol and endpoint."""
    alive = sorted(
        (entry for entry in existing if entry.status is not SubscriptionStatus.ABSENT),
        key=lambda entry: (entry.protocol, entry.endpoint),
    )
    return [
        {
            "protocol": entry.protocol,
            "endpoint": entry.endpoint,
            "status": entry.status.value,
            "arn": entry.arn if entry.status is SubscriptionStatus.CONFIRMED else None,
        }
        for entry in alive
    ]


def plan_present(found: Subscription | None, protocol: str, resend: bool) -> SubscriptionChange:
    """The endpoint is to be subscribed; ``resend`` asks a pending one again."""
    if found is None:
        after = SubscriptionStatus.PENDING if protocol in CONFIRMED_BY_ENDPOINT else SubscriptionStatus.CONFIRMED
        return SubscriptionChange(action=Action.SUBSCRIBE, before=SubscriptionStatus.ABSENT, after=after)
    if found.status is SubscriptionStatus.PENDING:
        return SubscriptionChange(
            action=Action.SUBSCRIBE if resend else Action.NONE,
            before=SubscriptionStatus.PENDING,
            after=SubscriptionStatus.PENDING,
        )
    return SubscriptionChange(
        action=Action.NONE, before=SubscriptionStatus.CONFIRMED, after=SubscriptionStatus.CONFIRMED, arn=found.arn
    )


def plan_absent(found: Subscription | None) -> SubscriptionChange:
    """The endpoint is not to be subscribed; SNS lets no caller remove a pending subscription."""
    if found is None:
        return SubscriptionChange(action=Action.NONE, before=SubscriptionStatus.ABSENT, after=SubscriptionStatus.ABSENT)
    if found.status is SubscriptionStatus.PENDING:
        warning = (
            f"{found.endpoint} has not confirmed its subscription, and SNS cannot remove a pending one; "
            f"unless it is confirmed, it lapses {PENDING_HOURS} hours after the last confirmation request"
        )
        return SubscriptionChange(
            action=Action.NONE, before=SubscriptionStatus.PENDING, after=SubscriptionStatus.PENDING, warning=warning
        )
    return SubscriptionChange(
        action=Action.UNSUBSCRIBE, before=SubscriptionStatus.CONFIRMED, after=SubscriptionStatus.ABSENT, arn=found.arn
    )


def shown(
    topic_arn: str, protocol: str, endpoint: str, status: SubscriptionStatus, arn: str | None
) -> dict[str, t.Any]:
    """One subscription as results show it; only one that is confirmed has an ARN."""
    return {
        "topic_arn": topic_arn,
        "protocol": protocol,
        "endpoint": endpoint,
        "status": status.value,
        "arn": arn if status is SubscriptionStatus.CONFIRMED else None,
    }


def plan_addresses(
    existing: t.Sequence[Subscription], subscribed: t.Mapping[str, bool]
) -> dict[str, SubscriptionChange]:
    """What to do about each e-mail address: those with True are to be subscribed, the others not."""
    found = {address: find(existing, "email", address) for address in subscribed}
    return {
        address: plan_present(found[address], "email", resend=False) if wanted else plan_absent(found[address])
        for address, wanted in subscribed.items()
    }


def _comparable(protocol: str, endpoint: str) -> str:
    return emails.mailbox(endpoint) if protocol in MAIL else endpoint
