#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: project_info
version_added: 0.1.0
short_description: Report the state of certificate projects
author:
  - certops.cloudfront contributors (@certops)
description:
  - Returns the documents of all projects in a store, or of some, with what follows from them at this moment.
  - Reads the store only, so it says what is known, not what AWS or the CA would say.
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.attributes.info_module
  - certops.cloudfront.requirements
  - certops.cloudfront.store
  - certops.cloudfront.aws
options:
  names:
    description:
      - Names of the projects to return. All if not set.
      - A name that is not in the store is an error, and so are all such names together.
    type: list
    elements: str
notes:
  - No AWS action is needed for a store in files.
  - "IAM actions needed for a store in DynamoDB: C(dynamodb:Scan), C(dynamodb:GetItem)."
  - "IAM actions needed for a store in S3: C(s3:ListBucket), C(s3:GetObject), and C(kms:Decrypt) where a KMS key
    encrypts it."
seealso:
  - module: certops.cloudfront.project_record
"""

EXAMPLES = r"""
- name: Read all projects
  certops.cloudfront.project_info:
  register: known

- name: Show what is due, and why
  ansible.builtin.debug:
    msg: "{{ item.name }}: {{ item.reason }}"
  loop: "{{ known.projects | selectattr('due') }}"
  loop_control:
    label: "{{ item.name }}"

- name: Read one project of a shared store
  certops.cloudfront.project_info:
    store: file:///srv/certops/store
    names: [webapp]
"""

RETURN = r"""
projects:
  description:
    - The projects, sorted by name. Each has the fields of its document, as M(certops.cloudfront.project_record) returns
      it, and those below.
  returned: success
  type: list
  elements: dict
  contains:
    name: {description: Name of the project., type: str, sample: webapp}
    state:
      description:
        - V(locked), a run holds it. V(expired), its certificate is no longer valid. V(failing), its last run failed.
          V(unfinished), a run did not finish, or a certificate was not bound yet. V(pending), it has no certificate
          yet. V(due), it is to be renewed or
          reissued. V(ok), there is nothing to do.
        - The first of these that holds.
      type: str
      sample: ok
    due: {description: Whether a scheduled run has something to do now., type: bool, sample: false}
    reason: {description: Why it is due or not., type: str, sample: "the certificate is valid and not due before
      2026-11-07T03:44:10Z: the interval of 30 days"}
    plan: {description: What a scheduled run has to do., type: dict, sample: {action: none, issue: false}}
    renew_at: {description: "When the current certificate is to be renewed, or V(null) without one.", type: str, sample:
      "2026-11-07T03:44:10Z"}
    domains: {description: The names that the certificate shall have., type: list, elements: str, sample: [example.com,
      "*.example.com"]}
    emails: {description: Notification addresses., type: list, elements: str, sample: [ops@example.com]}
    certificates:
      description: The current certificate and the superseded ones.
      type: list
      elements: dict
      contains:
        name: {description: Its name., type: str, sample: webapp-2027-01-06-0442}
        id: {description: "Its ID, or its ARN for ACM.", type: str, sample: ASCAEXAMPLE123EXAMPLE}
        update_time: {description: When it was issued., type: str, sample: "2026-10-08T04:42:10Z"}
        expiration_time: {description: When it expires., type: str, sample: "2027-01-06T04:42:09Z"}
        fingerprint_sha256: {description: SHA-256 of the leaf in hex., type: str, sample:
          9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08}
    status: {description: Status of the last run in the words of the SSL Plugin., type: str, sample: Succeeded}
    update_time: {description: The most recent issue time of all certificates., type: str, sample:
      "2026-10-08T04:42:10Z"}
    expiration_time: {description: The most recent expiry of all certificates., type: str, sample:
      "2027-01-06T04:42:09Z"}
    expires_in_days: {description: Whole days until the current certificate expires., type: int, sample: 45}
    archive_uri:
      description: Where the bundle of the current certificate is archived.
      type: str
      sample: file:///srv/certops/archive/webapp/2026-10-08-0442.tar.gz
    history:
      description: The last 20 runs that had something to do, the oldest first.
      type: list
      elements: dict
      contains:
        run: {description: What the run was for., type: str, sample: renew}
        started_at: {description: When it took the project., type: str, sample: "2026-10-08T04:40:02Z"}
        finished_at: {description: When it ended., type: str, sample: "2026-10-08T04:44:10Z"}
        status: {description: V(succeeded) or V(failed)., type: str, sample: succeeded}
        error: {description: "Why it failed, if it did.", type: str, sample: "AccessDenied"}
        changes:
          description: What was another than after the run before, in words.
          type: list
          elements: str
          sample: ["certificate webapp-2027-01-06-0442 in the place of webapp-2026-11-06-0442, valid until
            2027-01-06T04:42:09Z"]
        job: {description: "The page of the job of AWX or automation controller, if it was one.", type: str, sample:
          "https://awx.example.com/#/jobs/playbook/4711"}
    role_vars: {description: The definition as variables of the role., type: dict, sample: {project_name: webapp,
      project_domains: [example.com]}}
broken:
  description: Documents that cannot be used, so that they do not hide the others.
  returned: success
  type: list
  elements: dict
  contains:
    name: {description: Name of the project., type: str, sample: oldapp}
    error: {description: What is wrong with the document., type: str, sample: "the project document
      /srv/certops/store/oldapp.json is not valid JSON"}
"""

import typing as t
from dataclasses import dataclass

from ..module_utils import _module
from ..module_utils._clients.stores import open as stores
from ..module_utils._clients.stores.base import Store
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._operations.project import info
from ..module_utils._operations.project.info import InfoRequest

ARGUMENT_SPEC: dict[str, t.Any] = {"store": {"type": "str"}, "names": {"type": "list", "elements": "str"}}


@dataclass(frozen=True)
class Clients:
    """Where the documents are."""

    store: Store


def parse(params: Params) -> InfoRequest:
    """The projects that are asked for; ConfigError if the store is none."""
    return info.parse(params)


def connect(request: InfoRequest) -> Clients:
    """The store that the options name."""
    return Clients(store=stores.store(request.store, request.connection.session))


def run(request: InfoRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Read the documents and say what follows from them; this changes nothing in any mode."""
    return info.run(request, clients.store, clock.now())


def main() -> None:
    """Run the module."""
    _module.execute(argument_spec=ARGUMENT_SPEC, parse=parse, connect=connect, run=run)


if __name__ == "__main__":
    main()
