#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: sns_subscription
version_added: 0.1.0
short_description: Manage one subscription of an SNS topic
author:
  - certops.cloudfront contributors (@certops)
description:
  - Makes sure that one endpoint is subscribed to a topic, or is not, and says how far the subscription is. Other
    subscriptions are left alone.
  - E-mail addresses are compared as mail is. The domain is not case-sensitive, the part before the C(@) is.
  - SNS sends a confirmation message to an e-mail address. The subscription is V(pending) until the recipient follows
    its link, and lapses after 48 hours.
    One that lapsed is subscribed again.
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.requirements
  - certops.cloudfront.sns
  - certops.cloudfront.aws
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details: With O(resend=true) each run sends the confirmation message again for as long as the subscription is
      pending.
options:
  protocol:
    description: How messages are delivered.
    type: str
    choices: [email, email-json, https, http, sms, sqs, lambda]
    default: email
  endpoint:
    description: Where messages are delivered, an e-mail address, a URL, a phone number or an ARN.
    type: str
    required: true
  state:
    description:
      - V(present), the endpoint is subscribed, though maybe not confirmed yet.
      - V(absent), it is not. A pending subscription cannot be removed. It is left to lapse, with a warning.
    type: str
    choices: [present, absent]
    default: present
  resend:
    description: Send the confirmation message again if the subscription is pending.
    type: bool
    default: false
  filter_policy:
    description:
      - Which messages the endpoint gets, by their attributes, each with a list of the values that are let through. All
        attributes have to match.
      - Messages of M(certops.cloudfront.sns_notify) have V(event) if it is set, V(severity), which is V(info),
        V(warning) or V(critical), and V(project).
      - An empty policy lets all messages through. If not set, the policy is left as it is.
      - SNS takes up to 15 minutes to heed a change, and shows the policy of a confirmed subscription only.
    type: dict
  raw_message_delivery:
    description:
      - Whether a queue or a URL gets messages as they are, and not in an envelope of SNS. The attributes of a message
        are attributes or headers then.
      - Only with O(protocol=sqs), O(protocol=https) and O(protocol=http). If not set, it is left as it is.
    type: bool
  redrive_policy:
    description:
      - Where messages go that could not be delivered, as SNS has it, V(deadLetterTargetArn) with the ARN of a standard
        queue in the account and the region of the topic. The policy of the queue has to let SNS send messages to it.
      - An empty policy takes it away. If not set, it is left as it is.
    type: dict
notes:
  - "IAM actions needed: C(sns:ListSubscriptionsByTopic), and C(sns:Subscribe) or C(sns:Unsubscribe). With
    O(filter_policy), O(raw_message_delivery) or O(redrive_policy) also C(sns:GetSubscriptionAttributes) and
    C(sns:SetSubscriptionAttributes)."
  - Each recipient can unsubscribe with the link in a message, and SNS does not report that. Run this module from time
    to time.
seealso:
  - module: certops.cloudfront.sns_subscription_info
  - module: certops.cloudfront.sns_topic
  - module: certops.cloudfront.sns_notify
"""

EXAMPLES = r"""
- name: Subscribe an address
  certops.cloudfront.sns_subscription:
    topic: certops-webapp
    endpoint: ops@example.com
  register: subscribed

- name: Say whether it was confirmed
  ansible.builtin.debug:
    var: subscribed.subscription.status

- name: Tell the people on call what is urgent, and nothing else
  certops.cloudfront.sns_subscription:
    topic: certops-webapp
    protocol: https
    endpoint: https://oncall.example.com/certops
    filter_policy:
      severity: [critical]

- name: Feed a queue of event-driven Ansible, and keep what it could not get
  certops.cloudfront.sns_subscription:
    topic: certops-webapp
    protocol: sqs
    endpoint: arn:aws:sqs:eu-central-1:123456789012:certops-events
    raw_message_delivery: true
    redrive_policy:
      deadLetterTargetArn: arn:aws:sqs:eu-central-1:123456789012:certops-undelivered

- name: Send the confirmation message again
  certops.cloudfront.sns_subscription:
    topic: certops-webapp
    endpoint: ops@example.com
    resend: true

- name: Unsubscribe the address
  certops.cloudfront.sns_subscription:
    topic: certops-webapp
    endpoint: ops@example.com
    state: absent
"""

RETURN = r"""
subscription:
  description: The subscription as it is now.
  returned: success
  type: dict
  contains:
    topic_arn: {description: ARN of the topic., type: str, sample:
      "arn:aws:sns:eu-central-1:123456789012:certops-webapp"}
    protocol: {description: How messages are delivered., type: str, sample: email}
    endpoint: {description: Where messages are delivered., type: str, sample: ops@example.com}
    status: {description: "V(pending), V(confirmed) or V(absent).", type: str, sample: pending}
    arn: {description: "ARN of the subscription, or V(null) unless it is confirmed.", type: str, sample: null}
    filter_policy: {description: "The filter policy, or V(null) if it is not known or O(filter_policy) is not set.",
      type: dict, sample: {severity: [critical]}}
    raw_message_delivery: {description: "Whether it gets raw messages, or V(null) if that is not known or
      O(raw_message_delivery) is not set.", type: bool, sample: null}
    redrive_policy: {description: "The redrive policy, or V(null) if it is not known or O(redrive_policy) is not set.",
      type: dict, sample: null}
"""

import typing as t

from ..module_utils import _module
from ..module_utils._core.report import subscriptions
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._operations.report import subscription, topics
from ..module_utils._operations.report.subscription import SubscriptionRequest
from ..module_utils._operations.report.topics import Clients

ARGUMENT_SPEC: dict[str, t.Any] = {
    "topic": {"type": "str", "required": True},
    "protocol": {"type": "str", "choices": list(subscriptions.PROTOCOLS), "default": "email"},
    "endpoint": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "resend": {"type": "bool", "default": False},
    "filter_policy": {"type": "dict"},
    "raw_message_delivery": {"type": "bool"},
    "redrive_policy": {"type": "dict"},
}


def parse(params: Params) -> SubscriptionRequest:
    """The subscription that is wanted; every problem with the options in one ConfigError."""
    return subscription.parse(params)


def connect(request: SubscriptionRequest) -> Clients:
    """SNS, and STS for the account."""
    return topics.connect(request.connection)


def run(request: SubscriptionRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Converge one subscription."""
    del clock
    return subscription.run(request, clients.topics, check_mode)


def main() -> None:
    """Run the module."""
    _module.execute(argument_spec=ARGUMENT_SPEC, parse=parse, connect=connect, run=run)


if __name__ == "__main__":
    main()
