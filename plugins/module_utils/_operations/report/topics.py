# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One SNS topic exists or does not: from the options of sns_topic to its outcome; and what all that speak to a topic
have in common."""

from __future__ import annotations

from dataclasses import dataclass

from ..._clients.aws.session import Connection
from ..._clients.aws.topics import Topics
from ..._core.report import subscriptions
from ..._core.values import ownership
from ..._core.values.params import Params
from ..._core.values.plan import Outcome
from ..._errors import ConfigError, RefusedError


@dataclass(frozen=True)
class Clients:
    """What the modules of SNS speak to."""

    topics: Topics


def connect(connection: Connection) -> Clients:
    """The clients of this connection; calls nothing."""
    return Clients(topics=Topics.of(connection.session()))


@dataclass(frozen=True)
class TopicRequest:
    """A topic, by name or ARN, that shall exist or not."""

    name: str
    exists: bool
    connection: Connection


def parse(params: Params) -> TopicRequest:
    """The request; ConfigError if the name is none."""
    connection = Connection.of(params)
    problems = subscriptions.topic_problems("name", params["name"], connection.region)
    if problems:
        raise ConfigError(problems)
    return TopicRequest(params["name"], params["state"] == "present", connection)


def run(request: TopicRequest, topics: Topics, check_mode: bool) -> Outcome:
    """Create or delete the topic, unless it is as wanted."""
    arn = topics.arn(request.name)
    exists = topics.sns.get_topic_attributes(arn) is not None
    if exists and not request.exists:
        _refuse_unless_ours(topics, arn)
    if request.exists and not exists and subscriptions.is_arn(request.name):
        _refuse_of_another_account(topics, arn)
    if exists != request.exists and not check_mode:
        _apply(topics, arn, request.exists)
    return Outcome(
        changed=exists != request.exists,
        result={"topic_arn": arn, "state": "present" if request.exists else "absent"},
        before={"topic": arn} if exists else {},
        after={"topic": arn} if request.exists else {},
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
