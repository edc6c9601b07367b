#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: sns_topic
version_added: 0.1.0
short_description: Manage an SNS topic for notifications and the addresses that get them
author:
  - certops.cloudfront contributors (@certops)
description:
  - Makes sure that a topic exists, or that one of ours does not. Topics are looked up by ARN, so those of the account
    are not listed.
  - A topic that exists is used as it is. One that this module creates is tagged C(managed-by=certops.cloudfront), and
    only such a topic is ever deleted.
  - With O(emails), addresses are subscribed and unsubscribed in the same task, as
    M(certops.cloudfront.sns_subscription) does with one. One that fails keeps no other from its change.
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.requirements
  - certops.cloudfront.aws
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  name:
    description: Name or ARN of the topic.
    type: str
    required: true
  state:
    description:
      - V(present), the topic exists.
      - V(absent), it does not, and neither do its subscriptions. Refused for a topic without our tag.
    type: str
    choices: [present, absent]
    default: present
  emails:
    description:
      - E-mail addresses that are to be subscribed. Without it, subscriptions are not looked at.
      - With it, a topic that is given by its ARN has to exist already.
    type: list
    elements: str
  former_emails:
    description: E-mail addresses that are not to be subscribed, unless they are among O(emails).
    type: list
    elements: str
    default: []
notes:
  - "IAM actions needed for O(state=present): C(sns:GetTopicAttributes), C(sns:CreateTopic), C(sns:TagResource)."
  - "IAM actions needed for O(emails): C(sns:ListSubscriptionsByTopic) instead of C(sns:GetTopicAttributes), and
    C(sns:Subscribe) and C(sns:Unsubscribe)."
  - "IAM actions needed for O(state=absent): C(sns:GetTopicAttributes), C(sns:ListTagsForResource), C(sns:DeleteTopic)."
  - C(sts:GetCallerIdentity) is called for a topic that is given by name, or by ARN and is missing; it needs no
    permission.
seealso:
  - module: certops.cloudfront.sns_subscription
  - module: certops.cloudfront.sns_notify
"""
EXAMPLES = r"""
- name: Have a topic for the notices of a project
  certops.cloudfront.sns_topic:
    name: certops-webapp
  register: topic

- name: Show its ARN
  ansible.builtin.debug:
    var: topic.topic_arn

- name: Have a topic that tells two addresses, and no longer a third
  certops.cloudfront.sns_topic:
    name: certops-webapp
    emails: [ops@example.com, web@example.com]
    former_emails: [old@example.com]

- name: Remove it again
  certops.cloudfront.sns_topic:
    name: certops-webapp
    state: absent
"""
RETURN = r"""
topic_arn:
  description: The ARN that the topic has, will have, or had.
  returned: success
  type: str
  sample: arn:aws:sns:eu-central-1:123456789012:certops-webapp
state:
  description: Whether the topic is V(present) or V(absent) now.
  returned: success
  type: str
  sample: present
subscriptions:
  description: The subscriptions of the addresses as they are now.
  returned: with O(emails)
  type: list
  elements: dict
  contains:
    topic_arn: {description: ARN of the topic., type: str, sample:
      "arn:aws:sns:eu-central-1:123456789012:certops-webapp"}
    protocol: {description: How messages are delivered., type: str, sample: email}
    endpoint: {description: The address., type: str, sample: ops@example.com}
    status: {description: "V(pending), V(confirmed) or V(absent).", type: str, sample: pending}
    arn: {description: "ARN of the subscription, or V(null) unless it is confirmed.", type: str, sample: null}
    changed: {description: "Whether it was subscribed or unsubscribed now, or would be in check mode.", type: bool,
      sample: true}
"""

import typing as t

from ..module_utils import _module
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._operations.report import topics
from ..module_utils._operations.report.topics import Clients, TopicRequest

ARGUMENT_SPEC: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "emails": {"type": "list", "elements": "str"},
    "former_emails": {"type": "list", "elements": "str", "default": []},
}


def parse(params: Params) -> TopicRequest:
    """The topic that is wanted; ConfigError if its name is none."""
    return topics.parse(params)


def connect(request: TopicRequest) -> Clients:
    """SNS, and STS for the account."""
    return topics.connect(request.connection)


def run(request: TopicRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Converge one topic."""
    del clock
    return topics.run(request, clients.topics, check_mode)


def main() -> None:
    """Run the module."""
    _module.execute(argument_spec=ARGUMENT_SPEC, parse=parse, connect=connect, run=run)


if __name__ == "__main__":
    main()
