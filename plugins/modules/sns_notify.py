#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: sns_notify
version_added: 0.1.0
short_description: Publish a message to an SNS topic
author:
  - certops.cloudfront contributors (@certops)
description:
  - Publishes one message. Subject and message are brought into the form that SNS accepts, so that no notice is lost for
    its length or letters.
  - Subscriptions that are not confirmed do not get it.
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.requirements
  - amazon.aws.common.modules
  - amazon.aws.region.modules
attributes:
  check_mode:
    support: full
    details: Nothing is published, and nothing is called.
  diff_mode:
    support: none
  idempotent:
    support: none
    details: Each run publishes.
options:
  topic:
    description: Name or ARN of the topic.
    type: str
    required: true
  subject:
    description:
      - Subject of the mail. Other characters than printable ASCII become C(?), line breaks become blanks, and what goes
        beyond 100 characters is cut.
    type: str
    default: ""
  body:
    description: The message. What goes beyond 256 KB is cut, and a note at its end says so.
    type: str
    required: true
notes:
  - "IAM action needed: C(sns:Publish)."
  - C(sts:GetCallerIdentity) is called for a topic given by name; it needs no permission.
seealso:
  - module: certops.cloudfront.sns_topic
  - module: certops.cloudfront.sns_subscription
"""

EXAMPLES = r"""
- name: Tell the subscribers
  certops.cloudfront.sns_notify:
    topic: certops-webapp
    subject: The certificate of webapp was replaced
    body: It is valid until 2027-01-06.
"""

RETURN = r"""
message_id:
  description: The ID that SNS gave the message, or V(null) in check mode.
  returned: success
  type: str
  sample: 94f20ce6-13c5-43a0-9a9e-ca52d816e90b
topic_arn:
  description: ARN of the topic, or V(null) in check mode if the topic was given by name.
  returned: success
  type: str
  sample: arn:aws:sns:eu-central-1:123456789012:certops-webapp
subject:
  description: The subject as published.
  returned: success
  type: str
  sample: The certificate of webapp was replaced
"""

import typing as t
from dataclasses import dataclass

from ..module_utils import _module
from ..module_utils._clients.aws.session import Session
from ..module_utils._clients.aws.topics import Topics
from ..module_utils._core.report import sns_text, subscriptions
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._errors import ConfigError

ARGUMENT_SPEC: dict[str, t.Any] = {
    "topic": {"type": "str", "required": True},
    "subject": {"type": "str", "default": ""},
    "body": {"type": "str", "required": True},
}


@dataclass(frozen=True)
class Clients:
    """What this module speaks to."""

    topics: Topics


def connect(params: t.Mapping[str, t.Any]) -> Clients:
    """The clients for these connection options; calls nothing."""
    return Clients(topics=Topics.of(Session(params)))


def run(params: t.Mapping[str, t.Any], clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Publish one message."""
    topics = clients.topics
    problems = subscriptions.topic_problems("topic", params["topic"], topics.region)
    if not params["body"].strip():
        problems.append("body: it is empty, which SNS refuses; give some text")
    if problems:
        raise ConfigError(problems)
    subject, message = sns_text.subject(params["subject"]), sns_text.message(params["body"])
    if check_mode:
        arn = params["topic"] if subscriptions.is_arn(params["topic"]) else None
        return Outcome(changed=True, result={"message_id": None, "topic_arn": arn, "subject": subject})
    arn = topics.arn(params["topic"])
    return Outcome(
        changed=True,
        result={"message_id": topics.sns.publish(arn, subject, message), "topic_arn": arn, "subject": subject},
    )


def main() -> None:
    """Run the module."""
    _module.execute(argument_spec=ARGUMENT_SPEC, connect=connect, run=run)


if __name__ == "__main__":
    main()
