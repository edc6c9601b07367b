#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: sns_subscription_info
version_added: 0.1.0
short_description: Gather information about the subscriptions of an SNS topic
author:
  - certops.cloudfront contributors (@certops)
description:
  - Lists all subscriptions of a topic with their state. Those that were removed are left out, though SNS still lists
    them for some days.
  - A topic that does not exist has no subscriptions; that is not a failure.
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.requirements
  - certops.cloudfront.sns
  - certops.cloudfront.aws
attributes:
  check_mode:
    support: full
  diff_mode:
    support: N/A
    details: Nothing is changed.
  idempotent:
    support: N/A
    details: Nothing is changed.
notes:
  - "IAM actions needed: C(sns:ListSubscriptionsByTopic)."
seealso:
  - module: certops.cloudfront.sns_subscription
  - module: certops.cloudfront.sns_topic
"""

EXAMPLES = r"""
- name: List who is notified about a project
  certops.cloudfront.sns_subscription_info:
    topic: certops-webapp
  register: known

- name: Show the addresses that still have to follow the link in their mail
  ansible.builtin.debug:
    msg: "{{ known.subscriptions | selectattr('status', 'equalto', 'pending') | map(attribute='endpoint') }}"
"""

RETURN = r"""
topic_arn:
  description: ARN of the topic.
  returned: success
  type: str
  sample: arn:aws:sns:eu-central-1:123456789012:certops-webapp
subscriptions:
  description: The subscriptions, by protocol and endpoint.
  returned: success
  type: list
  elements: dict
  contains:
    protocol: {description: How messages are delivered., type: str, sample: email}
    endpoint: {description: Where messages are delivered., type: str, sample: ops@example.com}
    status: {description: "V(pending) or V(confirmed).", type: str, sample: confirmed}
    arn:
      description: ARN of the subscription, or V(null) unless it is confirmed.
      type: str
      sample: arn:aws:sns:eu-central-1:123456789012:certops-webapp:7c8b1f3e-1d3c-4f5a-9a39-5b0d5b2f8f43
confirmed:
  description: How many are confirmed.
  returned: success
  type: int
  sample: 1
pending:
  description: How many are not confirmed yet.
  returned: success
  type: int
  sample: 0
"""

import typing as t

from ..module_utils import _module
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._operations.report import subscription, topics
from ..module_utils._operations.report.subscription import SubscriptionsRequest
from ..module_utils._operations.report.topics import Clients

ARGUMENT_SPEC: dict[str, t.Any] = {
    "topic": {"type": "str", "required": True},
}


def parse(params: Params) -> SubscriptionsRequest:
    """The topic to read; ConfigError if it is none."""
    return subscription.parse_all(params)


def connect(request: SubscriptionsRequest) -> Clients:
    """SNS, and STS for the account."""
    return topics.connect(request.connection)


def run(request: SubscriptionsRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Read the subscriptions; this changes nothing in any mode."""
    del clock, check_mode
    return subscription.read(request, clients.topics)


def main() -> None:
    """Run the module."""
    _module.execute(argument_spec=ARGUMENT_SPEC, parse=parse, connect=connect, run=run)


if __name__ == "__main__":
    main()
