# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One SNS topic exists or does not, with these addresses: from the options of sns_topic to its outcome; and what all
that speak to a topic have in common."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.aws.session import Connection
from ..._clients.aws.topics import Topics
from ..._core.report import subscriptions
from ..._core.report.subscriptions import Action, Subscription, SubscriptionChange
from ..._core.values import ownership
from ..._core.values.params import Params
from ..._core.values.plan import Outcome
from ..._errors import ConfigError, RefusedError, RemoteError
from . import subscription


@dataclass(frozen=True)
class Clients:
    """What the modules of SNS speak to."""

    topics: Topics


def connect(connection: Connection) -> Clients:
    """The clients of this connection; calls nothing."""
    return Clients(topics=Topics.of(connection.session()))


@dataclass(frozen=True)
class TopicRequest:
    """A topic, by name or ARN, that shall exist or not; ``subscribed`` are the addresses that shall be subscribed to
    it and those that shall not, None if they are not looked at."""

    name: str
    exists: bool
    subscribed: t.Mapping[str, bool] | None
    connection: Connection


def parse(params: Params) -> TopicRequest:
    """The request; ConfigError that lists every problem, without calling anything."""
    connection = Connection.of(params)
    problems = subscriptions.topic_problems("name", params["name"], connection.region)
    subscribed: dict[str, bool] | None = None
    if params["emails"] is not None:
        subscribed = {**dict.fromkeys(params["former_emails"], False), **dict.fromkeys(params["emails"], True)}
        for address in subscribed:
            problems += subscriptions.endpoint_problems("email", address)
        if params["state"] == "absent":
            problems.append("emails: they go with the topic; leave emails out with state: absent")
    if problems:
        raise ConfigError(problems)
    return TopicRequest(params["name"], params["state"] == "present", subscribed, connection)


def run(request: TopicRequest, topics: Topics, check_mode: bool) -> Outcome:
    """Create or delete the topic, unless it is as wanted."""
    arn = topics.arn(request.name)
    if request.subscribed is None:
        existing: t.Sequence[Subscription] | None = () if topics.sns.get_topic_attributes(arn) is not None else None
    else:
        # the list of its subscriptions tells as well whether there is a topic
        existing = topics.sns.list_subscriptions_by_topic(arn)
    exists = existing is not None
    if exists and not request.exists:
        _refuse_unless_ours(topics, arn)
    if request.exists and not exists and subscriptions.is_arn(request.name):
        if request.subscribed is not None and not check_mode:
            raise ConfigError([subscription.missing_topic(arn)])
        _refuse_of_another_account(topics, arn)
    if exists != request.exists and not check_mode:
        _apply(topics, arn, request.exists)
    own = Outcome(
        changed=exists != request.exists,
        result={"topic_arn": arn, "state": "present" if request.exists else "absent"},
        before={"topic": arn} if exists else {},
        after={"topic": arn} if request.exists else {},
    )
    if request.subscribed is None:
        return own
    changes = subscriptions.plan_addresses(existing or (), request.subscribed)
    failures = {} if check_mode else _change(topics, arn, changes)
    return _with_addresses(own, changes, failures)


def _change(topics: Topics, arn: str, changes: t.Mapping[str, SubscriptionChange]) -> dict[str, str]:
    """Subscribe and unsubscribe; what SNS said to those that failed. One that fails keeps no other from its change."""
    failures = {}
    for address, change in changes.items():
        try:
            subscription.apply(topics, arn, "email", address, change)
        except RemoteError as exc:
            failures[address] = exc.message
    return failures


def _with_addresses(
    own: Outcome, changes: t.Mapping[str, SubscriptionChange], failures: t.Mapping[str, str]
) -> Outcome:
    """The outcome of the topic with that of its addresses."""
    after = {address: change.before if address in failures else change.after for address, change in changes.items()}
    changed = {address for address, change in changes.items() if change.action is not Action.NONE} - failures.keys()
    topic = own.result["topic_arn"]
    shown = [
        {
            **subscriptions.shown(topic, "email", address, status, changes[address].arn),
            "changed": address in changed,
        }
        for address, status in after.items()
    ]
    return Outcome(
        changed=own.changed or bool(changed),
        result={**own.result, "subscriptions": shown},
        before={**own.before, "subscriptions": {address: change.before.value for address, change in changes.items()}},
        after={**own.after, "subscriptions": {address: status.value for address, status in after.items()}},
        warnings=tuple(change.warning for change in changes.values() if change.warning),
        failure="; ".join(failures.values()) or None,
    )


def _apply(topics: Topics, arn: str, wanted: bool) -> None:
    if wanted:
        topics.sns.create_topic(subscriptions.topic_name(arn), ownership.OUR_TAGS)
    else:
        topics.sns.delete_topic(arn)


def _refuse_unless_ours(topics: Topics, arn: str) -> None:
    tags = topics.sns.list_tags_for_resource(arn)
    if any(tags.get(key) != value for key, value in ownership.OUR_TAGS.items()):
        raise RefusedError(
            f"topic {arn} has no tag managed-by=certops.cloudfront, so it is not ours and not deleted; delete"
            " it manually if nothing uses it"
        )


def _refuse_of_another_account(topics: Topics, arn: str) -> None:
    """SNS makes topics in the account of the caller only, whatever the ARN says."""
    ours = topics.arn(subscriptions.topic_name(arn))
    if ours != arn:
        raise RefusedError(
            f"topic {arn} does not exist, and these credentials can only create {ours}; create it with"
            " credentials of its account, or correct the ARN"
        )
