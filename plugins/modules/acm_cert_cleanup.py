#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: acm_cert_cleanup
version_added: 0.1.0
short_description: Delete superseded certificates in ACM that nothing uses
author:
  - certops.cloudfront contributors (@certops)
description:
  - Deletes the certificates of a project in ACM that are ours, superseded, and used by nothing.
  - A certificate is ours if it has the tag C(managed-by) with the value C(certops.cloudfront), and of the project if
    C(certops:project) has its name.
  - Whether it is used is taken from what ACM says and from one complete listing of all distributions, made right
    before. If a search fails, nothing is deleted and the module fails, because a failed search does not mean that
    nothing uses the certificate. ACM has the last word, since it knows of more users than it names.
  - A certificate that ACM refuses to delete because something uses it is kept and reported; that is not a failure.
  - Validation records are never deleted, because other certificates of the account, in any region, may need them for
    their renewal.
extends_documentation_fragment:
  - certops.cloudfront.run_step
  - certops.cloudfront.certificate_cleanup
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
  project:
    description:
      - The project whose certificates are looked at. With O(run_id) this is a step of a run of it.
    type: str
    required: true
  keep:
    description:
      - ARNs of certificates that are never deleted, first of all those in service.
    type: list
    elements: str
    default: []
  candidates:
    description:
      - ARNs of certificates. Only these are looked at. Without this option, all with the tags of the project are.
    type: list
    elements: str
  cloudfront:
    description:
      - Whether CloudFront uses the certificates, so that they are in C(us-east-1).
    type: bool
    default: true
  regions:
    description:
      - Further regions in which ACM has certificates of the project. Without O(cloudfront) and O(regions) it is the
        region of the connection.
    type: list
    elements: str
    default: []
notes:
  - "IAM actions needed: C(tag:GetResources), C(cloudfront:ListDistributions) and, with multi-tenant distributions,
    C(cloudfront:ListDistributionTenants) on C(*), C(acm:DescribeCertificate),
    C(acm:ListTagsForCertificate), C(acm:DeleteCertificate)."
  - Delete nothing before the new certificate is deployed and verified. M(certops.cloudfront.cloudfront_cert_bind) says
    so in RV(certops.cloudfront.cloudfront_cert_bind#module:complete) and
    RV(certops.cloudfront.cloudfront_cert_bind#module:verified).
seealso:
  - module: certops.cloudfront.acm_cert
  - module: certops.cloudfront.acm_cert_info
  - module: certops.cloudfront.iam_server_cert_cleanup
"""
EXAMPLES = r"""
- name: Delete what the current certificate superseded, but keep one for a rollback
  certops.cloudfront.acm_cert_cleanup:
    project: webapp
    keep:
      - arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012
    keep_previous: 1

- name: Delete all certificates of a project, or nothing if one is in use
  certops.cloudfront.acm_cert_cleanup:
    project: webapp
    require_unused: true
"""
RETURN = r"""
recorded:
  description:
    - What the document says after this step, or V(null) if there was nothing to record, as
      RV(certops.cloudfront.acm_cert#module:recorded).
  returned: success, with O(run_id)
  type: dict
  sample: {superseded: [], to_be_revoked: [], notice: null}
run_id:
  description: The run that it was a step of.
  returned: with O(run_id)
  type: str
  sample: 20261122T053000Z-1c9a2f04
store:
  description: Where the certificates are.
  returned: always
  type: str
  sample: acm
records:
  description: What became of each deletion, in the vocabulary of the China CloudFront SSL Plugin.
  returned: always
  type: dict
  contains:
    Delete_Previous_IAM_SSL_Cert:
      description: What became of each deletion, by the ARN of the certificate.
      type: dict
      sample: {"arn:aws:acm:us-east-1:123456789012:certificate/87654321-4321-4321-4321-210987654321":
        Successfully deleted ACM SSL Cert.}
deleted:
  description: The ARNs of the certificates that were, or in check mode would be, deleted.
  returned: always
  type: list
  elements: str
  sample: ["arn:aws:acm:us-east-1:123456789012:certificate/87654321-4321-4321-4321-210987654321"]
kept:
  description: The others, and why each was kept.
  returned: always
  type: list
  elements: dict
  contains:
    arn: {description: Its ARN., type: str, sample:
      "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"}
    region: {description: Its region., type: str, sample: us-east-1}
    reason: {description: Why it was kept., type: str, sample: it is used by cloudfront E2EXAMPLE3WK9D}
    used_by: {description: The IDs or ARNs of what uses it., type: list, elements: str, sample: [E2EXAMPLE3WK9D]}
reason:
  description: What was found, and so what was or would be done.
  returned: always
  type: str
  sample: "1 of 2 certificates to delete: ours, superseded and unused"
"""

import typing as t

from ..module_utils._clients.aws.listing_cache import SharedCloudFront
from ..module_utils._clients.aws.regional import acm
from ..module_utils._clients.aws.regional.tagging import Tagging
from ..module_utils._core.run import steps
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._module import execute
from ..module_utils._operations import step_record
from ..module_utils._operations.acm_cert import retiring, search_request
from ..module_utils._operations.acm_cert.retiring import CleanupPartners
from ..module_utils._operations.acm_cert.search_request import CleanupOrder
from ..module_utils._operations.retire.options import CLEANUP

ARGUMENT_SPEC: dict[str, t.Any] = {
    **step_record.OPTIONS,
    "project": {"type": "str", "required": True},
    **CLEANUP,
    "cloudfront": {"type": "bool", "default": True},
    "regions": {"type": "list", "elements": "str", "default": []},
}


def parse(params: Params) -> CleanupOrder:
    """What is to be deleted; every problem with the options in one ConfigError."""
    return search_request.parse_cleanup(params)


def connect(request: CleanupOrder) -> CleanupPartners:
    """ACM and the Tagging API of each region, and CloudFront."""
    session = request.connection.session()
    regions = request.cleanup.regions
    return CleanupPartners(
        acm={region: acm.connect(session, region) for region in regions},
        tagging={region: Tagging(session.regional("resourcegroupstaggingapi", region)) for region in regions},
        cloudfront=SharedCloudFront.of(session),
        journal=request.step.journal() if request.step else None,
    )


def run(request: CleanupOrder, clients: CleanupPartners, clock: Clock, check_mode: bool) -> Outcome:
    """Delete what may be deleted of one project."""
    return retiring.clean_up(request.cleanup, clients, clock, check_mode)


def main() -> None:
    """The module's entry."""
    execute(
        argument_spec=ARGUMENT_SPEC,
        parse=parse,
        connect=connect,
        run=run,
        step=step_record.RecordedStep(steps.cleaned),
    )


if __name__ == "__main__":
    main()
