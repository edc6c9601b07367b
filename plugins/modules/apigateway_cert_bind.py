#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: apigateway_cert_bind
version_added: 0.1.0
short_description: Bind a certificate of ACM to custom domain names of API Gateway, without any other change to them
author:
  - certops.cloudfront contributors (@certops)
description:
  - Makes the custom domain names that are meant use this certificate, in one region, waits until they are available
    with it, and verifies it. Domains of REST, HTTP and WebSocket APIs are all changed by the API for REST APIs, which
    replaces the certificate and nothing else.
  - API Gateway allows one change of a domain in 30 seconds in an account and region. The module keeps to that, and
    waits where others make changes, too. 120 domains take an hour.
  - A regional domain takes certificates of its region. An edge-optimised domain takes certificates of C(us-east-1),
    wherever it is. Of a certificate with copies in several regions each domain gets the one that it takes. With an ARN
    alone, run the module for edge-optimised domains of another region in that region with the ARN in C(us-east-1).
  - A domain is skipped if the certificate does not cover its name, or if its kind does not take the type of key. A
    wildcard domain takes a certificate that ACM issued only, which is API Gateway's rule.
  - A domain that fails fails alone. All the others are done first, then the module fails and returns everything it
    knows.
requirements:
  - cryptography >= 50
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.requirements
  - certops.cloudfront.targets
  - certops.cloudfront.aws
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  match:
    description:
      - Which domains are meant. A domain that uses the certificate already always is.
      - V(previous) means those that use one of the certificates in O(previous), for serving or for proving ownership.
      - V(aliases) means those whose name the certificate covers.
      - V(ids) means those in O(api_domains).
    type: list
    elements: str
    choices: [previous, aliases, ids]
    default: [previous]
  api_domains:
    description:
      - Custom domain names, for V(ids) in O(match). One that does not exist is an error before anything is changed.
    type: list
    elements: str
    default: []
  in_another_region:
    description:
      - Whether what is in O(api_domains) may be in another region, which another run of the module is about. What the
        region does not have is then in RV(unknown), and no error.
    type: bool
    default: false
  wait_timeout:
    description:
      - Seconds to wait for all domains together, for their turn and until they are available with the certificate. One
        that takes longer is reported as failed; the next run continues waiting.
    type: int
    default: 3600
notes:
  - "IAM actions needed: C(apigateway:GET) and C(apigateway:PATCH) on C(/domainnames) and C(/domainnames/*),
    C(apigateway:AddCertificateToDomain) and C(apigateway:RemoveCertificateFromDomain) on C(/domainnames/*). Without
    O(certificate) also C(acm:GetCertificate)."
  - Edge-optimised domains also need C(cloudfront:UpdateDistribution) on C(*), because they are served by a distribution
    of an account of AWS.
  - ACM shows the former certificate as in use for 10 to 20 minutes after API Gateway left it, sometimes for longer.
seealso:
  - module: certops.cloudfront.acm_cert
  - module: certops.cloudfront.cloudfront_cert_bind
  - module: certops.cloudfront.elb_cert_bind
"""
EXAMPLES = r"""
- name: Replace an older certificate wherever a custom domain name of the region uses it
  certops.cloudfront.apigateway_cert_bind:
    region: eu-west-1
    certificate_arn: "{{ imported.certificate_arn }}"
    previous:
      - arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012

- name: Use it for every custom domain name that it covers, of one team
  certops.cloudfront.apigateway_cert_bind:
    region: eu-west-1
    certificate: "{{ imported.certificate }}"
    match: [aliases]
    match_tags: {team: web}
"""
RETURN = r"""
matched:
  description: The IDs of what is meant.
  returned: always
  type: list
  elements: str
  sample: [api.example.com]
targets:
  description: What became, or in check mode would become, of each of them.
  returned: always
  type: list
  elements: dict
  contains:
    kind: {description: V(api_domain)., type: str, sample: api_domain}
    id: {description: The domain name., type: str, sample: api.example.com}
    status:
      description:
        - V(rebound) if it was changed, V(already) if it used the certificate before.
        - V(skipped) if it must not be changed, V(failed) if something went wrong, also if it was changed but could not
          be verified.
        - V(rolled_back) if it was changed, the certificate was not served, and it has its former one again. That counts
          as a failure.
      type: str
      sample: rebound
    reason: {description: Why., type: str, sample: it uses an older certificate}
    slots: {description: The places in it that change., type: list, elements: str, sample: [regional]}
    former: {description: The ARNs of the certificates that were there., type: list, elements: str, sample: []}
    names: {description: The names that must be covered in any case., type: list, elements: str, sample: []}
    uncovered: {description: Those that the certificate does not cover., type: list, elements: str, sample: []}
    deployed: {description: Whether AWS shows the certificate there., type: bool, sample: true}
    verified: {description: Whether O(verify) succeeded., type: bool, sample: true}
    error: {description: "The stage (get, update, deploy or verify), code and message of a failure.", type: dict,
      sample: null}
unknown:
  description: What is listed in O(api_domains), but does not exist in the region.
  returned: always
  type: list
  elements: str
  sample: []
complete:
  description: Whether all that is meant uses the certificate. False if one failed or was skipped.
  returned: always
  type: bool
  sample: true
verified:
  description: Whether everything that was not skipped is verified. True if nothing matched.
  returned: always
  type: bool
  sample: true
records:
  description: The same in the vocabulary of the China CloudFront SSL Plugin.
  returned: always
  type: dict
  contains:
    Update_Targets_Status: {description: One entry for each., type: list, elements: dict, sample: [{"api.example.com":
      "Success"}]}
reason:
  description: What was found, and so what was or would be done.
  returned: always
  type: str
  sample: "1 rebound, 1 already, 0 skipped, 0 failed, 0 rolled_back of 2 matched targets"
"""

import functools
import typing as t

from ..module_utils._clients.aws.regional import acm
from ..module_utils._clients.aws.regional.apigateway import ApiGateway
from ..module_utils._clients.aws.session import ONCE
from ..module_utils._clients.net.tls import TlsProbe
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._module import execute
from ..module_utils._operations.targets import apigateway_binding, request as target_request
from ..module_utils._operations.targets.apigateway_binding import ApiClients
from ..module_utils._operations.targets.request import TargetRequest

ARGUMENT_SPEC: dict[str, t.Any] = {
    **target_request.OPTIONS,
    "api_domains": {"type": "list", "elements": "str", "default": []},
    "in_another_region": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 3600},
}


def parse(params: Params) -> TargetRequest:
    """The request; every problem with the options and the certificate in one ConfigError."""
    return target_request.parse_domains(params)


def connect(request: TargetRequest) -> ApiClients:
    """API Gateway, ACM in the region of the certificate, and what probes."""
    session = request.connection.session()
    region = request.new.region or session.region
    return ApiClients(
        # One change in half a minute is allowed, so botocore's retries within seconds are in vain.
        apigateway=ApiGateway(
            session.client("apigateway"), functools.cache(lambda: session.client("apigateway", **ONCE))
        ),
        acm={region: acm.connect(session, region)},
        tls=TlsProbe(request.edge_ca_bundle),
    )


def run(request: TargetRequest, clients: ApiClients, clock: Clock, check_mode: bool) -> Outcome:
    """Bind one certificate to every domain that is meant."""
    return apigateway_binding.run(request, clients, clock, check_mode)


def main() -> None:
    """The module's entry."""
    execute(
        argument_spec=ARGUMENT_SPEC,
        parse=parse,
        connect=connect,
        run=run,
        required_one_of=[("certificate", "certificate_arn")],
    )


if __name__ == "__main__":
    main()
