#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: elb_cert_bind
version_added: 0.1.0
short_description: Bind a certificate to listeners of load balancers, without any other change to them
author:
  - certops.cloudfront contributors (@certops)
description:
  - Makes the listeners that are meant use this certificate, of application, network and classic load balancers of one
    region, and verifies it.
  - A listener has a default certificate and a list for SNI, and the old one may stand in both. It is replaced in each
    place where it stands. The new one is put into the list, then made the default, then the old one is taken out of the
    list, so that clients get one of the two at any time. Other certificates of the listener stay.
  - A list that is full is refused with advice; nothing is taken out to make room.
  - A listener is skipped if its kind of load balancer does not take the type of key, or if the old certificate has
    names that the new one does not cover. List it in O(listeners) if these names are no longer needed.
  - Load balancers that belong to a controller of Kubernetes are left alone unless O(force) is set, because the
    controller would write its own choice back.
  - A listener that fails fails alone. All the others are done first, then the module fails and returns everything it
    knows.
  - In China the certificate may be in IAM or in ACM, as elsewhere.
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
      - Which listeners are meant. A listener that uses the certificate already always is.
      - V(previous) means those that use one of the certificates in O(previous).
      - V(aliases) means those that use a certificate of which the new one covers a name. If it covers all of its names,
        it replaces it.
      - V(ids) means those in O(listeners). The certificate becomes their default.
    type: list
    elements: str
    choices: [previous, aliases, ids]
    default: [previous]
  listeners:
    description:
      - Listeners, for V(ids) in O(match), as the ARN of a listener of an application or network load balancer, or as
        C(NAME:PORT) of a classic one. One that does not exist or serves no TLS is an error before anything is changed.
    type: list
    elements: str
    default: []
  force:
    description:
      - Also change listeners of load balancers that belong to a controller of Kubernetes.
    type: bool
    default: false
  wait_timeout:
    description:
      - Seconds to try again where the certificate is not yet known to Elastic Load Balancing, or is not yet served. A
        certificate is known after a minute at most, and probes are repeated for two minutes at most.
    type: int
    default: 300
notes:
  - "IAM actions needed: C(elasticloadbalancing:DescribeLoadBalancers), C(elasticloadbalancing:DescribeListeners),
    C(elasticloadbalancing:DescribeListenerCertificates) and C(elasticloadbalancing:DescribeTags) on C(*),
    C(elasticloadbalancing:ModifyListener), C(elasticloadbalancing:AddListenerCertificates) and
    C(elasticloadbalancing:RemoveListenerCertificates) on the listeners, and
    C(elasticloadbalancing:SetLoadBalancerListenerSSLCertificate) on classic load balancers."
  - "For the names of certificates C(acm:GetCertificate) or C(iam:GetServerCertificate), with V(aliases) in O(match)
    C(acm:ListCertificates), with IDs in O(previous) C(iam:ListServerCertificates), and with O(match_tags)
    C(tag:GetResources), the listings on C(*)."
  - O(match_tags) are compared with the tags of load balancers.
  - A load balancer costs one call for its listeners, and each listener with TLS one for its certificates. With
    O(match_tags), and with V(ids) alone in O(match), only the load balancers in question are looked at.
  - A load balancer says nothing about when its nodes serve a new certificate. That takes seconds to a minute.
seealso:
  - module: certops.cloudfront.acm_cert
  - module: certops.cloudfront.iam_server_cert
  - module: certops.cloudfront.cloudfront_cert_bind
  - module: certops.cloudfront.apigateway_cert_bind
"""
EXAMPLES = r"""
- name: Import the new certificate into the region of the load balancers
  certops.cloudfront.acm_cert:
    bundle: /etc/pki/webapp
    cloudfront: false
    regions: [eu-west-1]
    tags: {"certops:project": webapp}
  register: imported

- name: Replace an older certificate wherever a load balancer of the region uses it
  certops.cloudfront.elb_cert_bind:
    region: eu-west-1
    certificate: "{{ imported.certificate }}"
    previous:
      - arn:aws:acm:eu-west-1:123456789012:certificate/12345678-1234-1234-1234-123456789012

- name: Make it the default of two listeners, and look at what they serve
  certops.cloudfront.elb_cert_bind:
    region: eu-west-1
    certificate: "{{ imported.certificate }}"
    match: [ids]
    listeners:
      - arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener/app/web/50dc6c495c0c9188/f2f7dc8efc522ab2
      - old-web:443
    verify: tls
"""
RETURN = r"""
matched:
  description: The IDs of what is meant.
  returned: always
  type: list
  elements: str
  sample: ["old-web:443"]
targets:
  description: What became, or in check mode would become, of each of them.
  returned: always
  type: list
  elements: dict
  contains:
    kind: {description: V(listener) or V(classic_listener)., type: str, sample: listener}
    id: {description: "The ARN of the listener, or C(NAME:PORT) of a classic one.", type: str, sample: "old-web:443"}
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
    slots: {description: The places in it that change., type: list, elements: str, sample: [default, sni]}
    former: {description: The ARNs of the certificates that were there., type: list, elements: str, sample: []}
    names: {description: The names that must be covered in any case., type: list, elements: str, sample: []}
    uncovered: {description: Those that the certificate does not cover., type: list, elements: str, sample: []}
    deployed: {description: Whether AWS shows the certificate there., type: bool, sample: true}
    verified: {description: Whether O(verify) succeeded., type: bool, sample: true}
    error: {description: "The stage (get, update, deploy or verify), code and message of a failure.", type: dict,
      sample: null}
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
    Update_Targets_Status: {description: One entry for each., type: list, elements: dict, sample: [{"old-web:443":
      "Success"}]}
reason:
  description: What was found, and so what was or would be done.
  returned: always
  type: str
  sample: "1 rebound, 1 already, 0 skipped, 0 failed, 0 rolled_back of 2 matched targets"
"""

import typing as t

from ..module_utils._clients.aws.listing_cache import SharedIam
from ..module_utils._clients.aws.regional import acm
from ..module_utils._clients.aws.regional.elb import ClassicLoadBalancing
from ..module_utils._clients.aws.regional.elbv2 import LoadBalancing
from ..module_utils._clients.aws.regional.tagging import Tagging
from ..module_utils._clients.net.tls import TlsProbe
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._module import execute
from ..module_utils._operations.targets import elb_binding, request as target_request
from ..module_utils._operations.targets.elb_binding import ElbClients
from ..module_utils._operations.targets.request import TargetRequest

ARGUMENT_SPEC: dict[str, t.Any] = {
    **target_request.OPTIONS,
    "listeners": {"type": "list", "elements": "str", "default": []},
    "force": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 300},
}


def parse(params: Params) -> TargetRequest:
    """The request; every problem with the options and the certificate in one ConfigError."""
    return target_request.parse_listeners(params)


def connect(request: TargetRequest) -> ElbClients:
    """Both versions of Elastic Load Balancing, what knows certificates, and what probes."""
    session = request.connection.session()
    tags = request.selection.tags
    return ElbClients(
        elbv2=LoadBalancing(session.client("elbv2")),
        elb=ClassicLoadBalancing(session.client("elb")),
        acm=acm.connect(session, session.region),
        iam=lambda: SharedIam.of(session),
        tls=TlsProbe(request.edge_ca_bundle),
        tagging=Tagging(session.client("resourcegroupstaggingapi")) if tags else None,
    )


def run(request: TargetRequest, clients: ElbClients, clock: Clock, check_mode: bool) -> Outcome:
    """Bind one certificate to every listener that is meant."""
    return elb_binding.run(request, clients, clock, check_mode)


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
