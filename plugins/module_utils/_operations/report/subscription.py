# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One subscription exists or does not, and the subscriptions of a topic as they are: from the options of
sns_subscription and sns_subscription_info to their outcomes."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.aws.session import Connection
from ..._clients.aws.topics import Topics
from ..._core.report import filter_policy, subscriptions
from ..._core.report.filter_policy import Policy
from ..._core.report.subscriptions import Action, Subscription, SubscriptionChange, SubscriptionStatus
from ..._core.values.params import Params
from ..._core.values.plan import Outcome
from ..._errors import ConfigError, RefusedError


@dataclass(frozen=True)
class SubscriptionsRequest:
    """The topic whose subscriptions are read."""

    topic: str
    connection: Connection


@dataclass(frozen=True)
class SubscriptionRequest:
    """An endpoint that shall be subscribed to a topic or not, and the messages that it is to get (None: nobody
    says)."""

    topic: str
    protocol: str
    endpoint: str
    exists: bool
    resend: bool
    filter_policy: Policy | None
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
    policy, exists = params["filter_policy"], params["state"] == "present"
    problems += filter_policy.problems(policy or {})
    if policy is not None and not exists:
        problems.append("filter_policy: a subscription that is to be absent gets no messages; leave it out")
    if problems:
        raise ConfigError(problems)
    return SubscriptionRequest(
        params["topic"], params["protocol"], params["endpoint"], exists, params["resend"], policy, connection
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
    """Subscribe or unsubscribe the endpoint, unless it is as wanted, and let it get the messages that are wanted."""
    arn = topics.arn(request.topic)
    decision = _decide(request, topics.sns.list_subscriptions_by_topic(arn), arn, check_mode)
    policy = _policy(request, topics, decision)
    made = None if check_mode else _applied(request, topics, arn, decision, policy)
    status, own_arn = (made.status, made.arn) if made else (decision.after, decision.arn)
    shown = subscriptions.shown(arn, request.protocol, request.endpoint, status, own_arn)
    common = {"topic_arn": arn, "protocol": request.protocol, "endpoint": request.endpoint}
    return Outcome(
        changed=decision.action is not Action.NONE or policy.is_set,
        result={"subscription": {**shown, "filter_policy": policy.after}},
        before={**common, "status": decision.before.value, "filter_policy": policy.before},
        after={**common, "status": status.value, "filter_policy": policy.after},
        warnings=tuple(text for text in (decision.warning, policy.warning) if text),
    )


@dataclass(frozen=True)
class _PolicyChange:
    """The filter policy of a subscription, before and after (None: not known, or nobody asks), and whether it has to be
    set; ``at_first`` are the attributes that a new subscription is made with."""

    before: Policy | None = None
    after: Policy | None = None
    is_set: bool = False
    at_first: t.Mapping[str, str] | None = None
    warning: str | None = None

    @property
    def text(self) -> str:
        """What SNS is told."""
        return filter_policy.to_text(self.after or {})


def _policy(request: SubscriptionRequest, topics: Topics, decision: SubscriptionChange) -> _PolicyChange:
    """What is to be done about the filter policy; SNS shows that of a confirmed subscription alone."""
    wanted = request.filter_policy
    if wanted is None:
        return _PolicyChange()
    warning = filter_policy.warning(wanted)
    if decision.before is SubscriptionStatus.ABSENT:
        at_first = {filter_policy.ATTRIBUTE: filter_policy.to_text(wanted)} if wanted else None
        return _PolicyChange(None, wanted, at_first=at_first, warning=warning)
    if decision.arn is None:
        return _PolicyChange(
            warning=f"{request.endpoint} has not confirmed its subscription, so its filter policy cannot be read or"
            " changed; run this again once it has"
        )
    attributes = topics.sns.get_subscription_attributes(decision.arn)
    if filter_policy.is_by_body(attributes):
        raise RefusedError(
            f"filter_policy: the subscription of {request.endpoint} filters by what messages say, not by their"
            " attributes; set its FilterPolicyScope to MessageAttributes in SNS first"
        )
    before = filter_policy.of(attributes)
    return _PolicyChange(before, wanted, is_set=before != wanted, warning=warning)


def _applied(
    request: SubscriptionRequest, topics: Topics, arn: str, decision: SubscriptionChange, policy: _PolicyChange
) -> Subscription | None:
    if policy.is_set and decision.arn:
        topics.sns.set_subscription_attribute(decision.arn, filter_policy.ATTRIBUTE, policy.text)
    if policy.at_first:
        return topics.sns.subscribe(arn, request.protocol, request.endpoint, policy.at_first)
    return apply(topics, arn, request.protocol, request.endpoint, decision)


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
