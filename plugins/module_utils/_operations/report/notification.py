# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One message to a topic: from the options of sns_notify to its outcome."""

from __future__ import annotations

from dataclasses import dataclass

from ..._clients.aws.session import Connection
from ..._clients.aws.topics import Topics
from ..._core.report import publication, subscriptions
from ..._core.report.publication import Publication, PublishedNotice
from ..._core.values import texts
from ..._core.values.params import Params
from ..._core.values.plan import Outcome
from ..._errors import ConfigError


@dataclass(frozen=True)
class NotifyRequest:
    """A message in the form that SNS takes, and the topic that gets it."""

    topic: str
    publication: Publication
    connection: Connection


def parse(params: Params) -> NotifyRequest:
    """The request; ConfigError that lists every problem, without calling anything."""
    connection = Connection.of(params)
    problems = subscriptions.topic_problems("topic", params["topic"], connection.region)
    if not params["body"].strip():
        problems.append("body: it is empty, which SNS refuses; set some text")
    if problems:
        raise ConfigError(problems)
    about = (texts.cleaned(params[option] or "", texts.LONGEST_QUOTE) for option in ("event", "severity", "project"))
    notice = PublishedNotice(texts.cleaned(params["subject"]), texts.harmless(params["body"]), *about)
    return NotifyRequest(params["topic"], publication.of_notice(notice), connection)


def publish(request: NotifyRequest, topics: Topics, check_mode: bool) -> Outcome:
    """Publish it; check mode calls nothing, so that it knows no ARN of a topic given by name."""
    subject = request.publication.subject
    if check_mode:
        arn = request.topic if subscriptions.is_arn(request.topic) else None
        return Outcome(changed=True, result={"message_id": None, "topic_arn": arn, "subject": subject})
    arn = topics.arn(request.topic)
    message_id = topics.sns.publish(arn, request.publication)
    return Outcome(changed=True, result={"message_id": message_id, "topic_arn": arn, "subject": subject})
