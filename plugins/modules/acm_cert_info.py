#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: acm_cert_info
version_added: 0.1.0
short_description: Show certificates in ACM, what uses them, and what stands in the way of their renewal
author:
  - certops.cloudfront contributors (@certops)
description:
  - Returns certificates of ACM by ARN, or all that fit a search, that which expires first in front.
  - Certificates with all types of keys are listed, also those that a plain listing of ACM leaves out. Certificates
    whose key an ACME client holds are not, since nothing in AWS can serve them.
  - A call that is denied is an error and never looks like an empty list.
requirements:
  - dnspython >= 2.7, with O(check_dns)
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.attributes.info_module
  - certops.cloudfront.certificate_search
  - certops.cloudfront.requirements
  - certops.cloudfront.aws
options:
  certificate_arns:
    description:
      - The ARNs of the certificates to show, instead of a search. One that does not exist is left out.
    type: list
    elements: str
    default: []
  regions:
    description:
      - The regions to search. If none is named, C(us-east-1), where CloudFront finds its certificates, and the region
        of the connection.
    type: list
    elements: str
    default: []
  details:
    description:
      - Read each certificate and its tags, which are two calls for each. With V(false) only the listing is read, which
        does not tell serial number, tags, users and renewal, and O(foreign) has no effect.
    type: bool
    default: true
  check_dns:
    description:
      - Look whether DNS shows the validation records, without which ACM does not renew.
    type: bool
    default: false
  dns_server:
    description:
      - The resolver to ask instead of the system's, as V(192.0.2.53) or V(192.0.2.53:5353). Taken from the environment
        variable E(CERTOPS_DNS_SERVER) if not given.
    type: str
notes:
  - "IAM actions needed: C(acm:ListCertificates) without O(certificate_arns), and with O(details)
    C(acm:DescribeCertificate), C(acm:ListTagsForCertificate), C(cloudfront:ListDistributions),
    C(cloudfront:ListDistributionTenants)."
seealso:
  - module: certops.cloudfront.acm_cert
  - module: certops.cloudfront.certificate_info
"""
EXAMPLES = r"""
- name: Show what covers a name, and what uses it
  certops.cloudfront.acm_cert_info:
    domain: www.example.com
  register: found

- name: Show which certificates of ACM will not be renewed
  certops.cloudfront.acm_cert_info:
    expires_within_days: 45
    check_dns: true
"""
RETURN = r"""
certificates:
  description: The certificates.
  returned: success
  type: list
  elements: dict
  contains:
    arn: {description: Its ARN., type: str, sample:
      "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"}
    region: {description: Its region., type: str, sample: us-east-1}
    domains: {description: The names that it covers., type: list, elements: str, sample: [example.com, "*.example.com"]}
    key_type: {description: The type of its key., type: str, sample: ecdsa_p256}
    status: {description: The status that ACM reports., type: str, sample: ISSUED}
    type: {description: "V(IMPORTED), V(AMAZON_ISSUED) or V(PRIVATE).", type: str, sample: IMPORTED}
    in_use: {description: Whether anything is known to use it., type: bool, sample: true}
    managed_by: {description: The service that manages it., type: str, sample: null}
    not_before: {description: The start of its validity., type: str, sample: "2026-10-08T03:44:10Z"}
    not_after: {description: The end of its validity., type: str, sample: "2027-01-06T04:42:09Z"}
    serial:
      description: The serial number in hex. It and all that follows needs O(details).
      type: str
      sample: 3f0c5e1d2b
    issuer: {description: Who issued it., type: str, sample: "CN=E7,O=Let's Encrypt,C=US"}
    days_left: {description: Whole days until it expires., type: int, sample: 40}
    tags: {description: Its tags., type: dict, sample: {"managed-by": certops.cloudfront}}
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
    records:
      description: The validation records of a certificate that ACM issues.
      type: list
      elements: dict
      sample: [{"domain": example.com, "name": _1.example.com, "type": CNAME, "value": _2.acm-validations.aws}]
    renewal:
      description: What ACM says of its own renewal.
      type: dict
      contains:
        eligibility: {description: V(ELIGIBLE) or V(INELIGIBLE)., type: str, sample: ELIGIBLE}
        status: {description: The state of a renewal that has begun., type: str, sample: PENDING_VALIDATION}
        reason: {description: Why it failed., type: str, sample: CAA_ERROR}
        problems: {description: Everything that stands in its way., type: list, elements: str, sample:
          [the validation record _1.example.com is missing; put back CNAME _2.acm-validations.aws]}
"""

import typing as t

from ..module_utils._clients.aws.cloudfront import CLIENT_CONFIG, CloudFront
from ..module_utils._clients.aws.regional import acm
from ..module_utils._clients.net.resolver import Dns
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._module import execute
from ..module_utils._operations.acm_cert import search_request
from ..module_utils._operations.acm_cert.search_request import AcmInfoRequest
from ..module_utils._operations.acm_cert.searching import AcmSearching, SearchClients

ARGUMENT_SPEC: dict[str, t.Any] = {
    "certificate_arns": {"type": "list", "elements": "str", "default": []},
    "regions": {"type": "list", "elements": "str", "default": []},
    **search_request.OPTIONS,
    "details": {"type": "bool", "default": True},
    "check_dns": {"type": "bool", "default": False},
    "dns_server": {"type": "str"},
}


def parse(params: Params) -> AcmInfoRequest:
    """What is looked for; every problem with the options in one ConfigError."""
    return search_request.parse_info(params)


def connect(request: AcmInfoRequest) -> SearchClients:
    """ACM of each region, CloudFront, and DNS if it is to be asked."""
    session = request.connection.session()
    return SearchClients(
        acm={region: acm.connect(session, region) for region in request.search.regions},
        cloudfront=CloudFront(session.client("cloudfront", **CLIENT_CONFIG)),
        resolver=Dns(request.dns_server) if request.check_dns else None,
    )


def run(request: AcmInfoRequest, clients: SearchClients, clock: Clock, check_mode: bool) -> Outcome:
    """Read the certificates; this changes nothing in any mode."""
    del check_mode
    return AcmSearching(clients, clock).run(request.search)


def main() -> None:
    """The module's entry."""
    execute(argument_spec=ARGUMENT_SPEC, parse=parse, connect=connect, run=run)


if __name__ == "__main__":
    main()
