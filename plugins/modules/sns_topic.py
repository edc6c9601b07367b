#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: sns_topic
version_added: 0.1.0
short_description: Keep an SNS topic for notices
author:
  - certops.cloudfront contributors (@certops)
description:
  - Makes sure that a topic exists, or that one of ours does not. Topics are looked up by ARN, so those of the account
    are not listed.
  - A topic that exists is used as it is. One that this module makes is tagged C(managed-by=certops.cloudfront), and
    only such a topic is ever deleted.
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
notes:
  - "IAM actions needed for O(state=present): C(sns:GetTopicAttributes), C(sns:CreateTopic), C(sns:TagResource)."
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
"""

import typing as t
from dataclasses import dataclass

from ..module_utils import _module
from ..module_utils._clients.aws.session import Session
from ..module_utils._clients.aws.topics import Topics
from ..module_utils._core.report import subscriptions
from ..module_utils._core.values import ownership
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._errors import ConfigError, RefusedError

ARGUMENT_SPEC: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


@dataclass(frozen=True)
class Clients:
    """What this module speaks to."""

    topics: Topics


def connect(params: t.Mapping[str, t.Any]) -> Clients:
    """The clients for these connection options; calls nothing."""
    return Clients(topics=Topics.of(Session(params)))


def run(params: t.Mapping[str, t.Any], clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Converge one topic."""
    topics = clients.topics
    problems = subscriptions.topic_problems("name", params["name"], topics.region)
    if problems:
        raise ConfigError(problems)
    arn = topics.arn(params["name"])
    exists = topics.sns.get_topic_attributes(arn) is not None
    wanted = params["state"] == "present"
    if exists and not wanted:
        _refuse_unless_ours(topics, arn)
    if wanted and not exists and subscriptions.is_arn(params["name"]):
        _refuse_of_another_account(topics, arn)
    if exists != wanted and not check_mode:
        _apply(topics, arn, wanted)
    before = {"topic": arn} if exists else {}
    after = {"topic": arn} if wanted else {}
    return Outcome(
        changed=exists != wanted, result={"topic_arn": arn, "state": params["state"]}, before=before, after=after
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
            f"topic {arn} has no tag managed-by=certops.cloudfront, so it is not ours and not deleted; delete it by"
            " hand if nobody uses it"
        )


def _refuse_of_another_account(topics: Topics, arn: str) -> None:
    """SNS makes topics in the account of the caller only, whatever the ARN says."""
    ours = topics.arn(subscriptions.topic_name(arn))
    if ours != arn:
        raise RefusedError(
            f"topic {arn} does not exist, and these credentials can only make {ours}; make it with credentials of its"
            " account, or correct the ARN"
        )


def main() -> None:
    """Run the module."""
    _module.execute(argument_spec=ARGUMENT_SPEC, connect=connect, run=run)


if __name__ == "__main__":
    main()
