#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: sns_subscription
version_added: 0.1.0
short_description: Keep one subscription of an SNS topic
author:
  - certops.cloudfront contributors (@certops)
description:
  - Makes sure that one endpoint is subscribed to a topic, or is not, and says how far the subscription is. Other
    subscriptions are left alone.
  - E-mail addresses are compared as mail is. The domain is not case-sensitive, the part before the C(@) is.
  - SNS sends a confirmation message to an e-mail address. The subscription is V(pending) until somebody follows its
    link, and lapses after 48 hours.
    One that lapsed is subscribed again.
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.requirements
  - amazon.aws.common.modules
  - amazon.aws.region.modules
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
  topic:
    description: Name or ARN of the topic.
    type: str
    required: true
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
      - V(absent), it is not. A pending subscription cannot be removed by anybody. It is left to lapse, with a warning.
    type: str
    choices: [present, absent]
    default: present
  resend:
    description: Send the confirmation message again if the subscription is pending.
    type: bool
    default: false
notes:
  - "IAM actions needed: C(sns:ListSubscriptionsByTopic), and C(sns:Subscribe) or C(sns:Unsubscribe)."
  - C(sts:GetCallerIdentity) is called for a topic given by name; it needs no permission.
  - Anybody who gets a message can unsubscribe by its link, which nobody is told of. Run this module from time to time.
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
"""

import typing as t
from dataclasses import dataclass

from ..module_utils import _module
from ..module_utils._clients.aws.session import Session
from ..module_utils._clients.aws.topics import Topics
from ..module_utils._core.report import subscriptions
from ..module_utils._core.report.subscriptions import Action, Subscription, SubscriptionChange, SubscriptionStatus
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._errors import ConfigError

ARGUMENT_SPEC: dict[str, t.Any] = {
    "topic": {"type": "str", "required": True},
    "protocol": {"type": "str", "choices": list(subscriptions.PROTOCOLS), "default": "email"},
    "endpoint": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "resend": {"type": "bool", "default": False},
}


@dataclass(frozen=True)
class Clients:
    """What this module speaks to."""

    topics: Topics


def connect(params: t.Mapping[str, t.Any]) -> Clients:
    """The clients for these connection options; calls nothing."""
    return Clients(topics=Topics.of(Session(params)))


def run(params: t.Mapping[str, t.Any], clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Converge one subscription."""
    topics = clients.topics
    problems = subscriptions.topic_problems("topic", params["topic"], topics.region)
    problems += subscriptions.endpoint_problems(params["protocol"], params["endpoint"])
    if problems:
        raise ConfigError(problems)
    arn = topics.arn(params["topic"])
    decision = _decide(params, topics.sns.list_subscriptions_by_topic(arn), arn, check_mode)
    status, subscription_arn = decision.after, decision.arn if decision.after is SubscriptionStatus.CONFIRMED else None
    if not check_mode:
        made = _apply(topics, arn, params, decision)
        status, subscription_arn = (
            (made.status, made.arn if made.status is SubscriptionStatus.CONFIRMED else None)
            if made
            else (status, subscription_arn)
        )
    common = {"topic_arn": arn, "protocol": params["protocol"], "endpoint": params["endpoint"]}
    return Outcome(
        changed=decision.action is not Action.NONE,
        result={"subscription": {**common, "status": status.value, "arn": subscription_arn}},
        before={**common, "status": decision.before.value},
        after={**common, "status": status.value},
        warnings=(decision.warning,) if decision.warning else (),
    )


def _decide(
    params: t.Mapping[str, t.Any], existing: t.Sequence[Subscription] | None, arn: str, check_mode: bool
) -> SubscriptionChange:
    """What to do. Check mode takes a missing topic for one that an earlier task would have made."""
    wanted = params["state"] == "present"
    if existing is None and wanted and not check_mode:
        raise ConfigError(
            [f"topic: there is no topic {arn}; make it first with certops.cloudfront.sns_topic, or correct the name"]
        )
    found = subscriptions.find(existing or (), params["protocol"], params["endpoint"])
    return (
        subscriptions.plan_present(found, params["protocol"], params["resend"])
        if wanted
        else subscriptions.plan_absent(found)
    )


def _apply(
    topics: Topics, arn: str, params: t.Mapping[str, t.Any], decision: SubscriptionChange
) -> Subscription | None:
    """Do it; the subscription that was made, if one was."""
    if decision.action is Action.SUBSCRIBE:
        return topics.sns.subscribe(arn, params["protocol"], params["endpoint"])
    if decision.action is Action.UNSUBSCRIBE and decision.arn:
        topics.sns.unsubscribe(decision.arn)
    return None


def main() -> None:
    """Run the module."""
    _module.execute(argument_spec=ARGUMENT_SPEC, connect=connect, run=run)


if __name__ == "__main__":
    main()
