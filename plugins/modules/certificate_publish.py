#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate_publish
version_added: 0.1.0
short_description: Publish the certificate in service in an SSM parameter
author:
  - certops.cloudfront contributors (@certops)
description:
  - Makes sure that a parameter of AWS Systems Manager holds the ID or ARN of the certificate in service. Templates of
    CloudFormation, CDK and Terraform that refer to it do not put a certificate back that was deleted meanwhile.
  - Before the certificates of a project are deleted, it deletes the parameter, unless that names a certificate of
    others.
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
  parameter:
    description: The parameter, as C(ssm:/path/of/parameter). It is created if it does not exist, as C(String).
    type: str
    required: true
  state:
    description:
      - V(present) makes sure that the parameter holds O(value).
      - V(absent) deletes the parameter if it holds one of O(obsolete), and leaves it alone otherwise.
    type: str
    choices: [present, absent]
    default: present
  value:
    description:
      - The ID of a server certificate in IAM, or the ARN of a certificate in ACM. May be empty in check mode.
      - Required if O(state=present).
    type: str
  obsolete:
    description: The IDs and ARNs of the certificates that are to be deleted. Required if O(state=absent).
    type: list
    elements: str
  project:
    description: The project that is named in the description of the parameter.
    type: str
    required: true
notes:
  - "IAM actions needed: C(ssm:GetParameter), C(ssm:PutParameter), and with O(state=absent) C(ssm:DeleteParameter)."
seealso:
  - module: certops.cloudfront.cloudfront_cert_bind
"""
EXAMPLES = r"""
- name: Tell templates which certificate is in service
  certops.cloudfront.certificate_publish:
    parameter: ssm:/certops/webapp/certificate
    value: arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012
    project: webapp

- name: Withdraw it, before the certificate is deleted
  certops.cloudfront.certificate_publish:
    parameter: ssm:/certops/webapp/certificate
    state: absent
    obsolete:
      - arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012
    project: webapp
"""
RETURN = r"""
parameter:
  description: The name of the parameter.
  returned: success
  type: str
  sample: /certops/webapp/certificate
value:
  description: What it holds now, or would. V(null) if it does not exist, and in check mode while the certificate is
    only planned.
  returned: success
  type: str
  sample: ASCAEXAMPLE123EXAMPLE
former:
  description: What it held before, or V(null) if it did not exist.
  returned: success
  type: str
  sample: ASCAEXAMPLE456EXAMPLE
reason:
  description: What was found, and so what was or would be done.
  returned: success
  type: str
  sample: /certops/webapp/certificate named another certificate
"""

import typing as t

from ..module_utils._clients.aws.regional.ssm import Ssm
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._module import execute
from ..module_utils._operations.project import publishing
from ..module_utils._operations.project.publishing import PublishRequest

ARGUMENT_SPEC: dict[str, t.Any] = {
    "parameter": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "value": {"type": "str"},
    "obsolete": {"type": "list", "elements": "str"},
    "project": {"type": "str", "required": True},
}


def parse(params: Params) -> PublishRequest:
    """What is to be published; every problem with the options in one ConfigError."""
    return publishing.parse(params)


def connect(request: PublishRequest) -> Ssm:
    """Systems Manager."""
    return Ssm(request.connection.session().client("ssm"))


def run(request: PublishRequest, clients: Ssm, clock: Clock, check_mode: bool) -> Outcome:
    """Keep the parameter true."""
    del clock
    return publishing.run(request, clients, check_mode)


def main() -> None:
    """The module's entry."""
    execute(
        argument_spec=ARGUMENT_SPEC,
        required_if=[("state", "present", ["value"]), ("state", "absent", ["obsolete"])],
        parse=parse,
        connect=connect,
        run=run,
    )


if __name__ == "__main__":
    main()
