#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate_info
version_added: 0.1.0
short_description: Show every certificate of an account in IAM and ACM
author:
  - certops.cloudfront contributors (@certops)
description:
  - Returns the server certificates of IAM and the certificates of ACM in the given regions, with names, expiry, key,
    where they came from, what uses them, and which project they belong to. That which expires first is in front.
  - A call that is denied is an error and never looks like an empty list.
requirements:
  - cryptography >= 50, for those of IAM
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.attributes.info_module
  - certops.cloudfront.certificate_search
  - certops.cloudfront.requirements
  - certops.cloudfront.aws
options:
  stores:
    description:
      - Where to look.
    type: list
    elements: str
    choices: [iam, acm]
    default: [iam, acm]
  regions:
    description:
      - The regions of ACM to look at. If none is named, C(us-east-1), where CloudFront finds its certificates, and the
        region of the connection.
    type: list
    elements: str
    default: []
notes:
  - "IAM actions needed: C(cloudfront:ListDistributions), C(cloudfront:ListDistributionTenants), for IAM
    C(iam:ListServerCertificates) and C(iam:GetServerCertificate), for ACM C(acm:ListCertificates),
    C(acm:DescribeCertificate) and C(tag:GetResources)."
  - One call for each server certificate of IAM, and one for each certificate of ACM that is in use; the others are
    known from listings.
  - IAM does not know what uses a server certificate. Distributions are listed; a load balancer is not shown.
seealso:
  - module: certops.cloudfront.acm_cert_info
  - module: certops.cloudfront.iam_server_cert_info
"""
EXAMPLES = r"""
- name: Show every certificate
  certops.cloudfront.certificate_info:
  register: found

- name: Show which certificates expire within 30 days
  certops.cloudfront.certificate_info:
    expires_within_days: 30
    regions:
      - us-east-1
      - eu-central-1
"""
RETURN = r"""
certificates:
  description: The certificates.
  returned: success
  type: list
  elements: dict
  contains:
    store: {description: V(iam) or V(acm)., type: str, sample: acm}
    region: {description: The region of ACM., type: str, sample: us-east-1}
    arn: {description: Its ARN., type: str, sample:
      "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"}
    name: {description: Its name in IAM., type: str, sample: webapp-2027-01-06-0442}
    domains: {description: The names that it covers., type: list, elements: str, sample: [example.com, "*.example.com"]}
    key_type: {description: The type of its key., type: str, sample: ecdsa_p256}
    source:
      description: V(uploaded) to IAM, V(imported) into ACM, issued by V(acm), or of a V(private) CA.
      type: str
      sample: imported
    status: {description: The status that ACM reports., type: str, sample: ISSUED}
    not_before: {description: The start of its validity., type: str, sample: "2026-10-08T03:44:10Z"}
    not_after: {description: The end of its validity., type: str, sample: "2027-01-06T04:42:09Z"}
    days_left: {description: Whole days until it expires., type: int, sample: 40}
    in_use: {description: Whether anything is known to use it., type: bool, sample: true}
    ours: {description: Whether this collection manages it., type: bool, sample: true}
    project: {description: Its project., type: str, sample: webapp}
    users:
      description: What uses it, as a distribution or ACM shows. ACM learns of changes some minutes later.
      type: dict
      contains:
        rebind:
          description: Distributions, load balancers and API domains, which can take another certificate.
          type: list
          elements: dict
          sample: [{"kind": cloudfront, "id": E2EXAMPLE3WK9D, "note": null}]
        follows:
          description: What keeps the ARN and so follows a re-import only.
          type: list
          elements: dict
          sample: []
        unknown:
          description: Others, among them hidden resources of AWS's own accounts.
          type: list
          elements: dict
          sample: []
lines:
  description: The same as a table, line by line.
  returned: success
  type: list
  elements: str
  sample:
    - EXPIRES IN  WHERE      SOURCE    USERS  PROJECT  NAMES
    - 40 days     us-east-1  imported  2      webapp   example.com
"""

import typing as t

from ..module_utils._clients.aws.cloudfront import CLIENT_CONFIG, CloudFront
from ..module_utils._clients.aws.iam import Iam
from ..module_utils._clients.aws.regional import acm
from ..module_utils._clients.aws.regional.tagging import Tagging
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._module import execute
from ..module_utils._operations.acm_cert import search_request
from ..module_utils._operations.acm_cert.search_request import InventoryRequest
from ..module_utils._operations.acm_cert.searching import Inventory, InventoryClients

ARGUMENT_SPEC: dict[str, t.Any] = {
    "stores": {"type": "list", "elements": "str", "choices": ["iam", "acm"], "default": ["iam", "acm"]},
    "regions": {"type": "list", "elements": "str", "default": []},
    **search_request.OPTIONS,
}


def parse(params: Params) -> InventoryRequest:
    """What is listed; every problem with the options in one ConfigError."""
    return search_request.parse_inventory(params)


def connect(request: InventoryRequest) -> InventoryClients:
    """ACM and the Tagging API of each region, IAM, and CloudFront."""
    session = request.connection.session()
    return InventoryClients(
        acm={region: acm.connect(session, region) for region in request.regions},
        tagging={region: Tagging(session.regional("resourcegroupstaggingapi", region)) for region in request.regions},
        cloudfront=CloudFront(session.client("cloudfront", **CLIENT_CONFIG)),
        iam=Iam(session.client("iam")) if request.iam else None,
    )


def run(request: InventoryRequest, clients: InventoryClients, clock: Clock, check_mode: bool) -> Outcome:
    """Read the certificates; this changes nothing in any mode."""
    del check_mode
    return Inventory(clients, clock, request.chosen).run()


def main() -> None:
    """The module's entry."""
    execute(argument_spec=ARGUMENT_SPEC, parse=parse, connect=connect, run=run)


if __name__ == "__main__":
    main()
