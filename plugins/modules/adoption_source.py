#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: adoption_source
version_added: 0.1.0
short_description: Stop what makes another tool renew a project, or start it again
author:
  - certops.cloudfront contributors (@certops)
description:
  - The old tool of one project that M(certops.cloudfront.adoption_info) found is stopped, so that two do not renew the
    same certificate, or runs as it did before.
  - For the SSL Plugin both rules are disabled and the reserved concurrency of the function is 0, since the rules alone
    do not hold against the button I(Reissue SSL). Stacks are never updated, because an update starts an issuance. What
    was set before stands in the project document before anything is changed.
  - For certbot C(autorenew = False) is written into the renewal configuration of the lineage, on the host where it is.
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
    support: full
options:
  project:
    description:
      - One entry of RV(certops.cloudfront.adoption_info#module:projects). Required with O(state=stopped), and for
        clients on a host.
    type: dict
  name:
    description:
      - The name of the project, if O(project) does not say it.
    type: str
  state:
    description:
      - V(stopped), nothing of the old tool can start, and a run that began before has ended. The project has to be in
        the store, see O(certops.cloudfront.project_adopt#module:state=copied).
      - V(running), everything is as it was before. A rule that is enabled may start a run at once.
    type: str
    choices: [stopped, running]
    default: stopped
  wait_seconds:
    description:
      - How long to wait for a run that says that it is at work. None of the SSL Plugin takes longer than 900 seconds.
      - With V(0) nobody is waited for here. Let the reading that follows do it, for all projects at once, see
        O(certops.cloudfront.adoption_info#module:wait_seconds).
    type: int
    default: 900
  wait_for_old_run:
    description:
      - Wait O(wait_seconds) for a v1 of the SSL Plugin, which does not say whether it is at work. If not, the next
        reading shows a run that came in between only when it has ended.
    type: bool
    default: false
notes:
  - "IAM actions needed: C(events:DisableRule), C(lambda:PutFunctionConcurrency), C(dynamodb:GetItem), and for
    O(state=running) C(events:EnableRule), C(lambda:DeleteFunctionConcurrency)."
  - "For a store in AWS C(dynamodb:GetItem), C(dynamodb:PutItem) and C(dynamodb:DeleteItem), or C(s3:GetObject),
    C(s3:PutObject), C(s3:DeleteObject) and C(s3:ListBucket). Where a KMS key encrypts, C(kms:GenerateDataKey) and
    C(kms:Decrypt)."
seealso:
  - module: certops.cloudfront.adoption_info
  - module: certops.cloudfront.project_adopt
"""
EXAMPLES = r"""
- name: Start the old tool of a project again
  certops.cloudfront.adoption_source:
    name: WebApp
    state: running
"""
RETURN = r"""
former:
  description: What was set before it was stopped, or V(null) if that is not known here.
  returned: success
  type: dict
  sample: {kind: eventbridge, function: WebApp-CertBot-CertBotFunctionF647FEFD-x, concurrency: null, rules: [{name:
    WebApp-CertBot-CertScheduledRule5CD96791-x, state: ENABLED}]}
reason:
  description: What holds now, in words.
  returned: success
  type: str
  sample: it is stopped
"""

import typing as t

from ..module_utils._clients.aws.stacks.events import Events
from ..module_utils._clients.aws.stacks.functions import Functions
from ..module_utils._clients.aws.stacks.plugin_table import PluginTable
from ..module_utils._clients.stores import open as stores
from ..module_utils._core.adoption.shapes import FILE_SOURCES
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._module import execute
from ..module_utils._operations.adoption import stopping
from ..module_utils._operations.adoption.stopping import SourceClients, SourceRequest

ARGUMENT_SPEC: dict[str, t.Any] = {
    "project": {"type": "dict"},
    "name": {"type": "str"},
    "state": {"type": "str", "choices": ["stopped", "running"], "default": "stopped"},
    "wait_seconds": {"type": "int", "default": 900},
    "wait_for_old_run": {"type": "bool", "default": False},
    "store": {"type": "str"},
}


def parse(params: Params) -> SourceRequest:
    """The request; every problem with the options in one ConfigError."""
    return stopping.parse(params)


def connect(request: SourceRequest) -> SourceClients:
    """EventBridge, Lambda, DynamoDB and the store, unless a file on this host is the switch."""
    if request.kind in FILE_SOURCES:
        return SourceClients(None, None, None, None)
    session = request.connection.session()
    return SourceClients(
        events=Events(session.client("events")),
        functions=Functions(session.client("lambda")),
        table=PluginTable(session.client("dynamodb")),
        store=stores.store(request.store, request.connection.session),
    )


def run(request: SourceRequest, clients: SourceClients, clock: Clock, check_mode: bool) -> Outcome:
    """Stop or start it."""
    return stopping.run(request, clients, clock, check_mode)


def main() -> None:
    """The module's entry."""
    execute(
        argument_spec=ARGUMENT_SPEC,
        parse=parse,
        connect=connect,
        run=run,
        required_if=[("state", "stopped", ["project"])],
        required_one_of=[("project", "name")],
    )


if __name__ == "__main__":
    main()
