# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a subscription has beside its endpoint: which messages it gets, in which form, and where those go that cannot be
delivered.

https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html
"""

from __future__ import annotations

import json
import re
import typing as t
from dataclasses import dataclass, fields

from . import filter_policy
from .filter_policy import Policy

RAW, REDRIVE = "RawMessageDelivery", "RedrivePolicy"
# https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html
RAW_PROTOCOLS = ("http", "https", "sqs")
# https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html
DEAD_LETTERS = "deadLetterTargetArn"
_QUEUE = re.compile(r"arn:[a-z-]+:sqs:(?P<region>[a-z0-9-]+):\d{12}:[A-Za-z0-9_-]{1,80}")


@dataclass(frozen=True)
class SubscriptionSettings:
    """The settings by their options. None is one that nobody asks for, or that is not known."""

    filter_policy: Policy | None = None
    raw_message_delivery: bool | None = None
    redrive_policy: Policy | None = None

    @property
    def asked(self) -> tuple[str, ...]:
        """The options that are set."""
        return tuple(one.name for one in fields(self) if getattr(self, one.name) is not None)

    def as_dict(self) -> dict[str, t.Any]:
        """As results show them."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


def problems(wanted: SubscriptionSettings, protocol: str, region: str, exists: bool) -> list[str]:
    """Why SNS would not take these settings."""
    found = filter_policy.problems(wanted.filter_policy or {})
    if wanted.raw_message_delivery and protocol not in RAW_PROTOCOLS:
        found.append(
            f"raw_message_delivery: SNS does not deliver raw messages by {protocol}; it does by"
            f" {', '.join(RAW_PROTOCOLS)}"
        )
    problem = _redrive_problem(wanted.redrive_policy, region) if wanted.redrive_policy else None
    found += [problem] if problem else []
    if not exists:
        found += [
            f"{name}: a subscription that is to be absent gets no messages; leave it out" for name in wanted.asked
        ]
    return found


def _redrive_problem(policy: Policy, region: str) -> str | None:
    queue = policy.get(DEAD_LETTERS)
    match = _QUEUE.fullmatch(queue) if isinstance(queue, str) else None
    if list(policy) != [DEAD_LETTERS] or match is None:
        return f"redrive_policy: it has to have the ARN of a standard queue as {DEAD_LETTERS}, and nothing else"
    if region and match["region"] != region:
        return f"redrive_policy: {queue} is not in {region}; SNS takes a queue in the region of the topic only"
    return None


def of(attributes: t.Mapping[str, str], wanted: SubscriptionSettings) -> SubscriptionSettings:
    """What a subscription has by its attributes, of the settings that are wanted."""
    known = {
        "filter_policy": filter_policy.of(attributes),
        "raw_message_delivery": attributes.get(RAW) == "true",
        "redrive_policy": _redrive(attributes),
    }
    return SubscriptionSettings(**{name: known[name] for name in wanted.asked})  # type: ignore[arg-type]


def _redrive(attributes: t.Mapping[str, str]) -> Policy:
    try:
        found = json.loads(attributes.get(REDRIVE) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def changes(before: SubscriptionSettings, wanted: SubscriptionSettings) -> dict[str, str | None]:
    """The attributes to set; None takes one away."""
    texts_of = {
        "filter_policy": (filter_policy.ATTRIBUTE, filter_policy.to_text(wanted.filter_policy or {})),
        "raw_message_delivery": (RAW, str(bool(wanted.raw_message_delivery)).lower()),
        # SNS refuses an empty one.
        "redrive_policy": (REDRIVE, json.dumps(wanted.redrive_policy) if wanted.redrive_policy else None),
    }
    return dict(texts_of[name] for name in wanted.asked if getattr(before, name) != getattr(wanted, name))


def at_first(wanted: SubscriptionSettings) -> dict[str, str]:
    """The attributes with which a subscription is made."""
    fresh = SubscriptionSettings({}, raw_message_delivery=False, redrive_policy={})
    return {name: text for name, text in changes(fresh, wanted).items() if text is not None}
