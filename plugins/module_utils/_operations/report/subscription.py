# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One subscription exists or does not, and the subscriptions of a topic as they are: from the options of
sns_subscription and sns_subscription_info to their outcomes."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.aws.session import Connection
from ..._clients.aws.topics import Topics
from ..._core.report import subscriptions
from ..._core.report.subscriptions import Action, Subscription, SubscriptionChange, SubscriptionStatus
from ..._core.values.params import Params
from ..._core.values.plan import Outcome
from ..._errors import ConfigError


@dataclass(frozen=True)
class SubscriptionsRequest:
    """The topic whose subscriptions are read."""

    topic: str
    connection: Connection


@dataclass(frozen=True)
class SubscriptionRequest:
    """An endpoint that shall be subscribed to a topic or not."""

    topic: str
    protocol: str
    endpoint: str
    exists: bool
    resend: bool
    connection: Connection


def parse_all(params: Params) -> SubscriptionsRequest:
    """The request to read; ConfigError if the topic is none."""
    connection = Connection.of(params)
    problems = subscriptions.topic_problems("topic", params["topic"], connection.region)
    if problems:
        raise ConfigError(problems)
    return SubscriptionsRequest(params["topic"], connection)


def parse(params: Params) -> SubscriptionRequest:
    """The request; ConfigError that lists every problem, without calling anything."""
    connection = Connection.of(params)
    problems = subscriptions.topic_problems("topic", params["topic"], connection.region)
    problems += subscriptions.endpoint_problems(params["protocol"], params["endpoint"])
    if problems:
        raise ConfigError(problems)
    exists = params["state"] == "present"
    return SubscriptionRequest(
        params["topic"], params["protocol"], params["endpoint"], exists, params["resend"], connection
    )


def read(request: SubscriptionsRequest, topics: Topics) -> Outcome:
    """The subscriptions, and how many of them are confirmed."""
    arn = topics.arn(request.topic)
    found = subscriptions.overview(topics.sns.list_subscriptions_by_topic(arn) or ())
    count = {
        status: sum(entry["status"] == status.value for entry in found)
        for status in (SubscriptionStatus.CONFIRMED, SubscriptionStatus.PENDING)
    }
    result = {
        "topic_arn": arn,
        "subscriptions": found,
        "confirmed": count[SubscriptionStatus.CONFIRMED],
        "pending": count[SubscriptionStatus.PENDING],
    }
    return Outcome(changed=False, result=result)


def run(request: SubscriptionRequest, topics: Topics, check_mode: bool) -> Outcome:
    """Subscribe or unsubscribe the endpoint, unless it is as wanted."""
    arn = topics.arn(request.topic)
    decision = _decide(request, topics.sns.list_subscriptions_by_topic(arn), arn, check_mode)
    made = None if check_mode else apply(topics, arn, request.protocol, request.endpoint, decision)
    status, own_arn = (made.status, made.arn) if made else (decision.after, decision.arn)
    common = {"topic_arn": arn, "protocol": request.protocol, "endpoint": request.endpoint}
    return Outcome(
        changed=decision.action is not Action.NONE,
        result={"subscription": subscriptions.shown(arn, request.protocol, request.endpoint, status, own_arn)},
        before={**common, "status": decision.before.value},
        after={**common, "status": status.value},
        warnings=(decision.warning,) if decision.warning else (),
    )


def _decide(
    request: SubscriptionRequest, existing: t.Sequence[Subscription] | None, arn: str, check_mode: bool
) -> SubscriptionChange:
    """What to do. Check mode takes a missing topic for one that an earlier task would have made."""
    if existing is None and request.exists and not check_mode:
        raise ConfigError([missing_topic(arn)])
    found = subscriptions.find(existing or (), request.protocol, request.endpoint)
    if request.exists:
        return subscriptions.plan_present(found, request.protocol, request.resend)
    return subscriptions.plan_absent(found)


def missing_topic(arn: str) -> str:
    """What to do about a topic that has to exist and does not."""
    return f"topic: {arn} does not exist; create it first with certops.cloudfront.sns_topic, or correct the name"


def apply(topics: Topics, arn: str, protocol: str, endpoint: str, decision: SubscriptionChange) -> Subscription | None:
    """Do it; the subscription that was made, if one was."""
    if decision.action is Action.SUBSCRIBE:
        return topics.sns.subscribe(arn, protocol, endpoint)
    if decision.action is Action.UNSUBSCRIBE and decision.arn:
        topics.sns.unsubscribe(decision.arn)
    return None
