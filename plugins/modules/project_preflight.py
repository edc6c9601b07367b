#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: project_preflight
version_added: 0.1.0
short_description: Check that a certificate can be ordered, uploaded and bound, before anything is
author:
  - certops.cloudfront contributors (@certops)
description:
  - Runs M(certops.cloudfront.acme_route53_issue), M(certops.cloudfront.acm_cert_request),
    M(certops.cloudfront.certificate_files), M(certops.cloudfront.iam_server_cert),
    M(certops.cloudfront.acm_cert) and M(certops.cloudfront.cloudfront_cert_bind) in check mode, each with the options
    that it is given here, and fails with every problem at once.
  - Changes nothing, whether in check mode or not.
  - What these modules need is read where the playbook runs, so this module is of use only as a task of a playbook.
requirements:
  - acme >= 4.1, with O(order)
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.requirements
  - certops.cloudfront.aws
attributes:
  check_mode:
    support: full
    details: Nothing is changed in either mode.
  diff_mode:
    support: none
    details: Nothing is changed.
  idempotent:
    support: full
    details: Never reports a change.
options:
  order:
    description: Options of M(certops.cloudfront.acme_route53_issue). Without them the order is not checked.
    type: dict
  request:
    description: Options of M(certops.cloudfront.acm_cert_request). Without them the request is not checked.
    type: dict
  files:
    description: Options of M(certops.cloudfront.certificate_files). Without them files are not checked.
    type: dict
  upload:
    description: Options of M(certops.cloudfront.iam_server_cert). Without them the upload is not checked.
    type: dict
  import:
    description: Options of M(certops.cloudfront.acm_cert). Without them the import into ACM is not checked.
    type: dict
  elb:
    description: Options of M(certops.cloudfront.elb_cert_bind), of each region. Without them listeners are not checked.
    type: list
    elements: dict
  apigateway:
    description:
      - Options of M(certops.cloudfront.apigateway_cert_bind), of each region. Without them API domains are not checked.
    type: list
    elements: dict
  bind:
    description: Options of M(certops.cloudfront.cloudfront_cert_bind). Without them the distributions are not checked.
    type: dict
notes:
  - The options for the connection to AWS count for each of the checks.
  - The IAM actions needed are those that the modules need in check mode.
seealso:
  - module: certops.cloudfront.acme_route53_issue
  - module: certops.cloudfront.iam_server_cert
  - module: certops.cloudfront.cloudfront_cert_bind
  - module: certops.cloudfront.elb_cert_bind
  - module: certops.cloudfront.apigateway_cert_bind
"""
EXAMPLES = r"""
- name: Check that there is room for one more certificate, and a distribution that takes it
  certops.cloudfront.project_preflight:
    upload:
      name_prefix: webapp
      path: /cloudfront/certops/webapp/
      bundle: {uri: null, domains: [example.com], key_type: ecdsa_p256}
    bind:
      server_certificate: {name: null, domains: [example.com], key_type: ecdsa_p256}
      match: [aliases]
      verify: none
"""
RETURN = r"""
checked:
  description: Which of the checks were made.
  returned: always
  type: list
  elements: str
  sample: [order, upload, bind]
"""

import typing as t
from dataclasses import dataclass

from ..module_utils import _module
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._errors import ConfigError

ARGUMENT_SPEC: dict[str, t.Any] = {
    "order": {"type": "dict"},
    "request": {"type": "dict"},
    "files": {"type": "dict"},
    "upload": {"type": "dict"},
    "import": {"type": "dict"},
    "elb": {"type": "list", "elements": "dict"},
    "apigateway": {"type": "list", "elements": "dict"},
    "bind": {"type": "dict"},
}


@dataclass(frozen=True)
class PreflightRequest:
    """The checks are those of the action of this name."""


@dataclass(frozen=True)
class Clients:
    """The checks have their own."""


def parse(params: Params) -> PreflightRequest:
    """Refused: what is checked here is checked where the playbook runs."""
    del params
    raise ConfigError(["project_preflight: its checks run where the playbook runs; call it as a task of a playbook"])


def connect(request: PreflightRequest) -> Clients:
    """No clients."""
    del request
    return Clients()


def run(request: PreflightRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Nothing was checked."""
    del request, clients, clock, check_mode
    return Outcome(changed=False)


def main() -> None:
    """Run the module."""
    _module.execute(argument_spec=ARGUMENT_SPEC, parse=parse, connect=connect, run=run)


if __name__ == "__main__":
    main()
