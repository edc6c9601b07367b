#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: run_summary
version_added: 0.1.0
short_description: Summarise a run over many certificate projects
author:
  - certops.cloudfront contributors (@certops)
description:
  - Says what was done, what failed and what to do about it, and what waits until when, for people and as data, from the
    results of the projects and
    the plan of the run.
  - Calls nothing. Only with O(file) it writes that file, and with O(planned_at) it notes how the playbook ended
    beside the projects in the store, for the metrics of M(certops.cloudfront.project_report).
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.requirements
  - certops.cloudfront.store
  - certops.cloudfront.aws
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: partial
    details: With O(file), the file is written each time, since it says when the run ended.
options:
  playbook:
    description: Name of the playbook.
    type: str
    default: ""
  results:
    description: The variable C(project_result) that the role P(certops.cloudfront.project#role) leaves, by the name of
      the host it ran on.
    type: dict
    default: {}
  hosts:
    description: Hosts of the inventory whose variables C(project_result) are added to O(results). They are read where
      the playbook runs.
    type: list
    elements: str
  records:
    description:
      - C(last_run) of the project documents by the names of the projects, for RV(artifacts). With O(hosts), the role
        P(certops.cloudfront.project#role) has left them there.
    type: dict
    default: {}
  plan:
    description: What M(certops.cloudfront.project_plan) returned. Without it, projects that did not run are not
      reported.
    type: dict
  attention:
    description:
      - Rows of RV(certops.cloudfront.project_plan#module:projects) of projects that need something and did not run.
        RV(digest) tells of those that expire
        within the first of O(digest_thresholds).
    type: list
    elements: dict
    default: []
  without_definition:
    description: Projects that the store has and the inventory does not, as
      RV(certops.cloudfront.project_plan#module:without_definition) has them.
    type: list
    elements: str
    default: []
  digest_thresholds:
    description:
      - Days before a certificate in service expires at which RV(digest) becomes more urgent.
      - For a certificate that lives less than 56 days they shrink in proportion, so that 14 days are 40 hours for one
        of 160 hours.
    type: list
    elements: int
    default: [14, 7, 3, 1]
  planned_at:
    description: When the run began, as M(certops.cloudfront.project_plan) returned it. Nothing is noted without it, nor
      in check mode, nor without O(playbook), nor of a run without O(schedule_interval_hours), other than C(renew), of
      which every project failed.
    type: str
  schedule_interval_hours:
    description: Hours between the scheduled runs of this playbook, if it has a schedule. It is noted, too, so that an
      alert can tell that the schedule has stopped. A run without it ends that.
    type: float
  workflow_job:
    description: Number of the workflow that this is a job of in AWX or automation controller, as
      C(awx_workflow_job_id) has it. The slices of a job are a workflow of their own, and their ends are noted as one,
      which failed if one of them did.
    type: str
    default: ""
  file:
    description: Write RV(data) as JSON to this file, readable for all. It is replaced as a whole, so that nobody reads
      a part of it.
    type: path
notes:
  - No AWS action is needed for a store in files.
  - "IAM actions needed for a store in DynamoDB: C(dynamodb:GetItem), C(dynamodb:PutItem)."
  - "IAM actions needed for a store in S3: C(s3:GetObject), C(s3:PutObject), C(s3:ListBucket), and C(kms:Decrypt) and
    C(kms:GenerateDataKey) where a KMS key encrypts it."
seealso:
  - module: certops.cloudfront.project_plan
"""

EXAMPLES = r"""
- name: Sum up
  certops.cloudfront.run_summary:
    playbook: renew
    results:
      webapp:
        name: webapp
        status: changed
        changed: true
        reason: "webapp-2027-01-06-0442 valid until 2027-01-06T04:42:09Z, renewal at 2026-11-07T03:44:10Z"
  register: summed_up

- name: Say it
  ansible.builtin.debug:
    msg: "{{ summed_up.lines }}"
"""

RETURN = r"""
headline:
  description: All of it in one sentence.
  returned: success
  type: str
  sample: "3 projects: 2 changed, 1 failed; fix the failures and run again: each project resumes where it stopped."
screen:
  description:
    - The end of the run as a person reads it in a terminal of 80 columns. What was done, or would be in check mode,
      what waits, and last what needs a person, with the command for it. Failures with the same reason stand together.
    - Times are days here, and minutes where they are near.
  returned: success
  type: list
  elements: str
  sample:
    - "webapp | changed | webapp-2027-01-06-0442 valid until 2027-01-06, renewal"
    - "  at 2026-11-07"
    - "  bound E2EXAMPLE3WK9D (example.com)"
    - ""
    - "1 project: 1 changed."
lines:
  description: A line for each project that ran, those that failed at the end.
  returned: success
  type: list
  elements: str
  sample: ["webapp | changed | webapp-2027-01-06-0442 valid until 2027-01-06T04:42:09Z, renewal at
    2026-11-07T03:44:10Z"]
waiting:
  description: What was not done now, and until when.
  returned: success
  type: list
  elements: str
  sample: ["997 projects with nothing to do, the next one is blog, due at 2026-11-24T08:47:05Z"]
failures:
  description: The projects that failed, as in C(projects) of RV(data).
  returned: success
  type: list
  elements: dict
  sample: []
digest:
  description:
    - C(subject) and C(message) of a notice for the operator of the fleet, in English, Chinese and as JSON, with
      C(event) and C(severity) for M(certops.cloudfront.sns_notify). V(null) if nothing happened and no action is
      needed.
    - A failure is reported when it happens. A project that waits is not reported again until its certificate is about
      to expire.
  returned: success
  type: dict
  sample: {subject: "certops URGENT: 1 failed, 2 changed, first expiry in 5 days (renew)", message: "Run of renew, ended
    at 2026-11-22T06:30:00Z: 1 failed", event: run, severity: critical}
artifacts:
  description:
    - What to publish with M(ansible.builtin.set_stats). C(certops_summary) is RV(data), and C(certops) has O(records),
      each in at most 64 KiB. What failed or changed is kept first, and C(omitted) of the summary counts what was left
      out.
    - In a job of AWX or automation controller with the number 42 they are also C(certops_summary_42) and C(certops_42),
      since of two slices of a job the last one hides what the other published under the same key.
  returned: success
  type: dict
  sample:
    certops_summary: {playbook: renew, headline: "1 project: 1 changed.", omitted: 0}
    certops: {webapp: {Status: Succeeded}}
data:
  description: The same as data. C(changes) of a project that changed says what is another than after its run before.
  returned: success
  type: dict
  sample:
    playbook: renew
    finished_at: "2026-11-22T06:30:00Z"
    headline: "1 project: 1 changed."
    counts: {absent: 0, changed: 1, deleted: 0, failed: 0, locked: 0, unchanged: 0}
    projects:
      - {name: webapp, host: webapp, status: changed, changed: true, action: renew, reason: valid, deadline:
        "2026-12-06T04:42:09Z"}
    plan: {total: 998, due: 1, selected: 1, put_off: 0, broken: 0}
    without_definition: []
"""

import typing as t
from dataclasses import dataclass

from ..module_utils import _module
from ..module_utils._clients.stores import open as stores
from ..module_utils._clients.stores.base import Store
from ..module_utils._core.report import digest
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._operations.report import run_summary
from ..module_utils._operations.report.run_summary import SummaryRequest

ARGUMENT_SPEC: dict[str, t.Any] = {
    "playbook": {"type": "str", "default": ""},
    "results": {"type": "dict", "default": {}},
    "hosts": {"type": "list", "elements": "str"},
    "records": {"type": "dict", "default": {}},
    "plan": {"type": "dict"},
    "attention": {"type": "list", "elements": "dict", "default": []},
    "without_definition": {"type": "list", "elements": "str", "default": []},
    "digest_thresholds": {"type": "list", "elements": "int", "default": list(digest.THRESHOLDS)},
    "planned_at": {"type": "str"},
    "schedule_interval_hours": {"type": "float"},
    "workflow_job": {"type": "str", "default": ""},
    "file": {"type": "path"},
    "store": {"type": "str"},
}


@dataclass(frozen=True)
class Clients:
    """Where the end of the run is noted; None if it is not."""

    store: Store | None


def parse(params: Params) -> SummaryRequest:
    """What is known at the end; every problem with the options in one ConfigError."""
    return run_summary.parse(params)


def connect(request: SummaryRequest) -> Clients:
    """The store, if the end of the run is noted there."""
    return Clients(stores.store(request.store, request.connection.session) if request.planned_at else None)


def run(request: SummaryRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Compose the summary, and write it if it has a file."""
    return run_summary.run(request, clients.store, clock, check_mode)


def main() -> None:
    """Run the module."""
    _module.execute(argument_spec=ARGUMENT_SPEC, parse=parse, connect=connect, run=run)


if __name__ == "__main__":
    main()
