#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: controller_setup
version_added: 0.1.0
short_description: Set up AWX or automation controller
author:
  - certops.cloudfront contributors (@certops)
description:
  - Makes what schedules of certificates need in AWX or automation controller, or removes it, namely an execution
    environment, credential types, a project, an inventory that shows the store, job templates with surveys, workflows,
    schedules and notification templates.
  - It uses the modules of C(ansible.controller) or C(awx.awx), whichever is installed where the playbook runs. Neither
    is a dependency of this collection.
  - All values are checked before the first call, and every problem is reported at once. After a failure, the next run
    continues.
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.requirements
  - certops.cloudfront.aws
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
    details: Passwords of notification templates are not compared, since a controller never shows them. See O(force).
options:
  state:
    description:
      - V(present) makes or updates everything. V(absent) removes what has the names that O(prefix) and
        O(notifications) give. Credential types that are in use stay.
    type: str
    choices: [present, absent]
    default: present
  collection:
    description: The collection to use if both are installed. Otherwise V(ansible.controller) comes first.
    type: str
    choices: [ansible.controller, awx.awx]
  host:
    description: URL of the controller. The modules take it from E(CONTROLLER_HOST) if that is set.
    type: str
  username:
    description: User of the controller. The modules take it from E(CONTROLLER_USERNAME) if that is set.
    type: str
  password:
    description: Password of O(username). The modules take it from E(CONTROLLER_PASSWORD) if that is set.
    type: str
  oauth_token:
    description:
      - Token to use instead of a password, which makes a new token for each call. The modules take it from
        E(CONTROLLER_OAUTH_TOKEN) if that is set.
    type: str
  verify_ssl:
    description: Whether to check the certificate of the controller. The modules take it from E(CONTROLLER_VERIFY_SSL)
      if that is set.
    type: bool
  organization:
    description: Organization of the controller that gets the objects. It must exist.
    type: str
    default: Default
  prefix:
    description: What all names start with.
    type: str
    default: certops
  image:
    description: Image of the execution environment, built from C(execution-environment.yml) of this collection.
      Required unless O(state=absent).
    type: str
  pull:
    description: When the image is pulled.
    type: str
    choices: [always, missing, never]
    default: missing
  image_credential:
    description: Name of a credential for the registry of the image.
    type: str
  project_url:
    description:
      - Git repository with a file for each playbook that imports it, or the address of this version's artefact
        (C(.tar.gz)) for a project of the type archive.
      - Required unless O(state=absent).
    type: str
  project_branch:
    description: Branch, tag or commit of the Git repository.
    type: str
  project_credential:
    description: Name of a source control credential for the Git repository.
    type: str
  aws_credential:
    description: Name of the credential of the type Amazon Web Services that jobs and the inventory use. Without it,
      they have what the environment gives, for example the role of an instance.
    type: str
  credentials:
    description: Names of further credentials of all job templates. They have these credentials and no others.
    type: list
    elements: str
    default: []
  job_region:
    description: Region of AWS for all jobs, as a credential of a type of its own, since the type Amazon Web Services
      has none.
    type: str
  variables:
    description:
      - Variables of all job templates. C(project_store) and C(project_archive) are required unless O(state=absent),
        since a job leaves no files.
      - Secrets are refused here. Use credentials of the types that this makes.
    type: dict
    default: {}
  slices:
    description: Into how many jobs C(renew) is divided.
    type: int
    default: 1
  approval_seconds:
    description: How long the workflow C(reissue after approval) waits. V(0) waits for ever.
    type: int
    default: 86400
  schedules:
    description:
      - Rules by what they run, as RFC 5545 has them, in addition to or instead of the usual ones. An empty rule removes
        the schedule.
      - What runs is any of C(create), C(change), C(renew), C(reissue), C(rollback), C(doctor), C(report), C(cleanup),
        C(renew_then_report) and C(reissue_after_approval).
    type: dict
    default: {}
  notifications:
    description: Notification templates for all job templates, and for the workflow that waits for an approval.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Its name in the controller.
        type: str
        required: true
      kind:
        description:
          - Its type in the controller. V(dingtalk), V(feishu), V(wecom) and V(teams) are webhooks with the body that
            the robot of this service takes.
        type: str
        required: true
        choices:
          - awssns
          - email
          - grafana
          - irc
          - mattermost
          - pagerduty
          - rocketchat
          - slack
          - twilio
          - webhook
          - dingtalk
          - feishu
          - wecom
          - teams
      configuration:
        description: What this type needs, as the API of the controller calls it, for example C(url) of a webhook. It is
          never shown.
        type: dict
        required: true
      events:
        description: When it is sent.
        type: list
        elements: str
        choices: [started, success, error, approval]
        default: [error, approval]
  force:
    description: Whether to write notification templates although they look the same, since a password changed.
    type: bool
    default: false
seealso:
  - module: certops.cloudfront.webhook_notify
"""

EXAMPLES = r"""
- name: Set up AWX
  certops.cloudfront.controller_setup:
    host: https://awx.example.com
    oauth_token: "{{ vault_awx_token }}"
    image: registry.example.com/certops-cloudfront-ee:0.1.0
    project_url: https://git.example.com/certificates.git
    aws_credential: AWS production
    job_region: us-east-1
    variables:
      project_store: dynamodb://certops
      project_archive: s3://certops-example/archive
      report_dir: s3://certops-example/report
    slices: 4
    notifications:
      - name: certops operations
        kind: wecom
        configuration:
          url: "{{ vault_wecom_url }}"

- name: Remove all of it
  certops.cloudfront.controller_setup:
    state: absent
    notifications:
      - {name: certops operations, kind: wecom, configuration: {}}
"""

RETURN = r"""
collection:
  description: The collection that was used.
  returned: success
  type: str
  sample: awx.awx
objects:
  description: Each object, and whether it was V(created), V(changed), V(unchanged), V(removed), V(absent) before, or
    V(kept) since something uses it.
  returned: success
  type: list
  elements: dict
  sample:
    - {kind: job_template, name: certops renew, status: created}
lines:
  description: The same for people, those that stay as they were as one number.
  returned: success
  type: list
  elements: str
  sample:
    - "job template certops renew: created"
    - "27 unchanged"
"""

import typing as t

from ..module_utils import _module
from ..module_utils._core.controller import notices, objects, outcomes, setup
from ..module_utils._core.controller.setup import ControllerSetup
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock

NOTIFICATION: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "kind": {"type": "str", "required": True, "choices": list(notices.KINDS)},
    "configuration": {"type": "dict", "required": True, "no_log": True},
    "events": {
        "type": "list",
        "elements": "str",
        "default": [notices.ERROR, notices.APPROVAL],
        "choices": list(notices.EVENTS),
    },
}
ARGUMENT_SPEC: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "collection": {"type": "str", "choices": list(outcomes.COLLECTIONS)},
    "host": {"type": "str"},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "oauth_token": {"type": "str", "no_log": True},
    "verify_ssl": {"type": "bool"},
    "organization": {"type": "str", "default": "Default"},
    "prefix": {"type": "str", "default": "certops"},
    "image": {"type": "str"},
    "pull": {"type": "str", "choices": ["always", "missing", "never"], "default": "missing"},
    "image_credential": {"type": "str"},
    "project_url": {"type": "str"},
    "project_branch": {"type": "str"},
    "project_credential": {"type": "str"},
    "aws_credential": {"type": "str"},
    "credentials": {"type": "list", "elements": "str", "default": []},
    "job_region": {"type": "str"},
    "variables": {"type": "dict", "default": {}},
    "slices": {"type": "int", "default": 1},
    "approval_seconds": {"type": "int", "default": 86400},
    "schedules": {"type": "dict", "default": {}},
    "notifications": {"type": "list", "elements": "dict", "default": [], "options": NOTIFICATION},
    "force": {"type": "bool", "default": False},
}


def parse(params: Params) -> ControllerSetup:
    """What is wanted; every problem with it in one ConfigError."""
    return setup.parse(params)


def connect(request: ControllerSetup) -> None:
    """Nothing: the action calls the modules of another collection."""


def run(request: ControllerSetup, clients: None, clock: Clock, check_mode: bool) -> Outcome:
    """What there is to set up, which the action does."""
    found = objects.of(request)
    return Outcome(changed=False, result={"objects": [{"kind": one.kind, "name": one.name} for one in found]})


def main() -> None:
    """Run the module."""
    _module.execute(argument_spec=ARGUMENT_SPEC, parse=parse, connect=connect, run=run)


if __name__ == "__main__":
    main()
