# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One subscription exists or does not, and the subscriptions of a topic as they are: from the options of
sns_subscription and sns_subscription_info to their outcomes."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..._clients.aws.session import Connection
from ..._clients.aws.topics import Topics
from ..._core.report import filter_policy, subscription_settings, subscriptions
from ..._core.report.subscription_settings import SubscriptionSettings
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
    """An endpoint that shall be subscribed to a topic or not, and how it is to get messages."""

    topic: str
    protocol: str
    endpoint: str
    exists: bool
    resend: bool
    settings: SubscriptionSettings
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
    settings = SubscriptionSettings(params["filter_policy"], params["raw_message_delivery"], params["redrive_policy"])
    exists = params["state"] == "present"
    problems += subscription_settings.problems(settings, params["protocol"], connection.region, exists)
    if problems:
        raise ConfigError(problems)
    return SubscriptionRequest(
        params["topic"], params["protocol"], params["endpoint"], exists, params["resend"], settings, connection
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
    """Subscribe or unsubscribe the endpoint, unless it is as wanted, and let it get messages as is wanted."""
    arn = topics.arn(request.topic)
    decision = _decide(request, topics.sns.list_subscriptions_by_topic(arn), arn, check_mode)
    settings = _settings(request, topics, decision)
    made = None if check_mode else _applied(request, topics, arn, decision, settings)
    status, own_arn = (made.status, made.arn) if made else (decision.after, decision.arn)
    shown = subscriptions.shown(arn, request.protocol, request.endpoint, status, own_arn)
    common = {"topic_arn": arn, "protocol": request.protocol, "endpoint": request.endpoint}
    return Outcome(
        changed=decision.action is not Action.NONE or bool(settings.changes),
        result={"subscription": {**shown, **settings.after.as_dict()}},
        before={**common, "status": decision.before.value, **settings.before.as_dict()},
        after={**common, "status": status.value, **settings.after.as_dict()},
        warnings=tuple(text for text in (decision.warning, settings.warning) if text),
    )


@dataclass(frozen=True)
class _SettingsChange:
    """The settings of a subscription, before and after, and the attributes that have to be set; ``at_first`` are those
    that a new subscription is made with."""

    before: SubscriptionSettings = field(default_factory=SubscriptionSettings)
    after: SubscriptionSettings = field(default_factory=SubscriptionSettings)
    changes: t.Mapping[str, str | None] = field(default_factory=dict)
    at_first: t.Mapping[str, str] = field(default_factory=dict)
    warning: str | None = None


def _settings(request: SubscriptionRequest, topics: Topics, decision: SubscriptionChange) -> _SettingsChange:
    """What is to be done about the settings; SNS shows those of a confirmed subscription alone."""
    wanted = request.settings
    if not wanted.asked:
        return _SettingsChange()
    warning = filter_policy.warning(wanted.filter_policy or {})
    if decision.before is SubscriptionStatus.ABSENT:
        at_first = subscription_settings.at_first(wanted)
        return _SettingsChange(after=wanted, at_first=at_first, warning=warning)
    if decision.arn is None:
        names = ", ".join(name.replace("_", " ") for name in wanted.asked)
        return _SettingsChange(
            warning=f"{request.endpoint} has not confirmed its subscription, so its {names} cannot be read or"
            " changed; run this again once it has"
        )
    attributes = topics.sns.get_subscription_attributes(decision.arn)
    if wanted.filter_policy is not None and filter_policy.is_by_body(attributes):
        raise RefusedError(
            f"filter_policy: the subscription of {request.endpoint} filters by what messages say, not by their"
            " attributes; set its FilterPolicyScope to MessageAttributes in SNS first"
        )
    before = subscription_settings.of(attributes, wanted)
    return _SettingsChange(before, wanted, subscription_settings.changes(before, wanted), warning=warning)


def _applied(
    request: SubscriptionRequest, topics: Topics, arn: str, decision: SubscriptionChange, settings: _SettingsChange
) -> Subscription | None:
    if decision.arn:
        for name, value in settings.changes.items():
            topics.sns.set_subscription_attribute(decision.arn, name, value)
    if settings.at_first:
        return topics.sns.subscribe(arn, request.protocol, request.endpoint, settings.at_first)
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
