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
  - certops.cloudfront.sns
  - certops.cloudfront.aws
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
  subject:
    description:
      - Subject of the mail. Other characters than printable ASCII become C(?), line breaks become spaces, and what
        exceeds 100 characters is cut.
    type: str
    default: ""
  body:
    description: The message. What exceeds 256 KB is cut, and a note at its end says so.
    type: str
    required: true
  event:
    description:
      - What it is about, in a word. With it each protocol gets a text of its own. Mail has O(body), C(sms) has
        O(subject), C(sqs), C(lambda) and C(http) have JSON with C(source), C(event), C(severity), C(project),
        C(subject) and C(text), and C(https) has a custom notification of Amazon Q Developer in chat applications.
      - It is an attribute of the message, so that a subscription can filter by it; so are O(severity) and O(project).
    type: str
    default: ""
  severity:
    description: How urgent it is. Used with O(event).
    type: str
    choices: [info, warning, critical]
    default: info
  project:
    description: The project that it is about. Used with O(event).
    type: str
    default: ""
notes:
  - "IAM action needed: C(sns:Publish)."
seealso:
  - module: certops.cloudfront.sns_topic
  - module: certops.cloudfront.sns_subscription
"""

EXAMPLES = r"""
- name: Notify the subscribers
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

from ..module_utils import _module
from ..module_utils._core.report.publication import SEVERITIES
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._operations.report import notification, topics
from ..module_utils._operations.report.notification import NotifyRequest
from ..module_utils._operations.report.topics import Clients

ARGUMENT_SPEC: dict[str, t.Any] = {
    "topic": {"type": "str", "required": True},
    "subject": {"type": "str", "default": ""},
    "body": {"type": "str", "required": True},
    "event": {"type": "str", "default": ""},
    "severity": {"type": "str", "default": "info", "choices": list(SEVERITIES)},
    "project": {"type": "str", "default": ""},
}


def parse(params: Params) -> NotifyRequest:
    """The message; every problem with the options in one ConfigError."""
    return notification.parse(params)


def connect(request: NotifyRequest) -> Clients:
    """SNS, and STS for the account."""
    return topics.connect(request.connection)


def run(request: NotifyRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Publish one message."""
    del clock
    return notification.publish(request, clients.topics, check_mode)


def main() -> None:
    """Run the module."""
    _module.execute(argument_spec=ARGUMENT_SPEC, parse=parse, connect=connect, run=run)


if __name__ == "__main__":
    main()
