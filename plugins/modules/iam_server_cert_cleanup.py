#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_server_cert_cleanup
version_added: 0.1.0
short_description: Delete superseded and unused IAM server certificates
author:
  - certops.cloudfront contributors (@certops)
description:
  - Deletes the server certificates below a project's path that are ours, superseded, and used by no CloudFront
    distribution.
  - A server certificate is ours if it is below O(path) and has the tag C(managed-by) with the value
    C(certops.cloudfront).
  - Whether it is used is taken from one complete listing of all distributions, staging ones included, made right
    before. If that search fails, nothing is
    deleted and the module fails, because a failed search does not mean that the certificate is unused.
  - Nothing is deleted while a distribution that uses one of the certificates below O(path) is not deployed, because
    edge locations may still serve its
    former one.
  - A server certificate that IAM refuses to delete because something uses it is kept and reported; that is not a
    failure.
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
  path:
    description:
      - The IAM path of the project. It must be below C(/cloudfront/), longer than that, and end with C(/).
      - C(/cloudfront/certops/), below which every project has its own, is refused without O(all_projects).
    type: str
    required: true
  all_projects:
    description:
      - The certificates of all projects are meant. With O(path=/cloudfront/certops/), what no distribution uses and no
        O(keep) names is deleted, whichever project it belongs to. At another path with certificates of several
        projects, by their tags, nothing is deleted without it.
    type: bool
    default: false
  keep:
    description:
      - Names or IDs of server certificates that are never deleted, first of all the one in service.
    type: list
    elements: str
    default: []
  candidates:
    description:
      - Names or IDs of server certificates. Only these are considered. Without this option, all below O(path) are.
    type: list
    elements: str
notes:
  - "IAM actions needed: C(iam:ListServerCertificates) and C(cloudfront:ListDistributions) on C(*),
    C(iam:ListServerCertificateTags) and
    C(iam:DeleteServerCertificate)."
  - Delete nothing before the new certificate is deployed and verified. M(certops.cloudfront.cloudfront_cert_bind) says
    so in
    RV(certops.cloudfront.cloudfront_cert_bind#module:complete) and
      RV(certops.cloudfront.cloudfront_cert_bind#module:verified).
seealso:
  - module: certops.cloudfront.cloudfront_cert_bind
  - module: certops.cloudfront.iam_server_cert
  - module: certops.cloudfront.iam_server_cert_info
"""
EXAMPLES = r"""
- name: Delete what the current certificate superseded, but keep one for a rollback
  certops.cloudfront.iam_server_cert_cleanup:
    path: /cloudfront/certops/webapp/
    keep:
      - webapp-2027-01-06-0442
    keep_previous: 1

- name: Delete all certificates of a project, or nothing if one is in use
  certops.cloudfront.iam_server_cert_cleanup:
    path: /cloudfront/certops/webapp/
    require_unused: true
"""
RETURN = r"""
recorded:
  description:
    - What the document says after this step, or V(null) if there was nothing to record. C(superseded) are the names of
      the certificates that a newer one replaced, in check mode with those that would be.
      C(to_be_revoked) are those that are still to be revoked, and C(notice) is subject and message of a mail about it,
      or V(null), all as M(certops.cloudfront.project_record) returns them.
  returned: success, with O(run_id)
  type: dict
  sample: {superseded: [webapp-2026-11-06-0442], to_be_revoked: [], notice: null}
run_id:
  description: The run that it was a step of.
  returned: with O(run_id)
  type: str
  sample: 20261122T053000Z-1c9a2f04
deleted:
  description: The names of the server certificates that were, or in check mode would be, deleted.
  returned: always
  type: list
  elements: str
  sample: [webapp-2026-10-07-0440]
kept:
  description: The others, and why each was kept.
  returned: always
  type: list
  elements: dict
  contains:
    name: {description: Its name., type: str, sample: webapp-2027-01-06-0442}
    id: {description: Its ID., type: str, sample: ASCAEXAMPLE123EXAMPLE}
    reason: {description: Why it was kept., type: str, sample: it is used by E2EXAMPLE3WK9D}
    used_by: {description: The IDs of the distributions that use it., type: list, elements: str, sample:
      [E2EXAMPLE3WK9D]}
records:
  description: The same in the vocabulary of the China CloudFront SSL Plugin.
  returned: always
  type: dict
  contains:
    Delete_Previous_IAM_SSL_Cert:
      description: What became of each deletion, by the name of the server certificate.
      type: dict
      sample: {"webapp-2026-10-07-0440": "Successfully deleted IAM SSL Cert."}
reason:
  description: What was found, and so what was or would be done.
  returned: always
  type: str
  sample: 1 of 2 server certificates under /cloudfront/certops/webapp/ is superseded and unused
"""

import typing as t

from ..module_utils._clients.aws.listing_cache import SharedCloudFront, SharedIam
from ..module_utils._core.run import steps
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._module import execute
from ..module_utils._operations import step_record
from ..module_utils._operations.retire import server_certs
from ..module_utils._operations.retire.options import CLEANUP
from ..module_utils._operations.retire.server_certs import CleanupRequest, Clients

ARGUMENT_SPEC: dict[str, t.Any] = {
    "path": {"type": "str", "required": True},
    "all_projects": {"type": "bool", "default": False},
    **CLEANUP,
    **step_record.OPTIONS,
}


def parse(params: Params) -> CleanupRequest:
    """What may be deleted; every problem with the options in one ConfigError."""
    return server_certs.parse(params)


def connect(request: CleanupRequest) -> Clients:
    """IAM and CloudFront."""
    session = request.connection.session()
    return Clients(iam=SharedIam.of(session), cloudfront=SharedCloudFront.of(session))


def run(request: CleanupRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Delete what may be deleted below one path."""
    return server_certs.clean_up(request, clients, clock, check_mode)


def main() -> None:
    """The module's entry."""
    execute(
        argument_spec=ARGUMENT_SPEC,
        parse=parse,
        connect=connect,
        run=run,
        step=step_record.RecordedStep(steps.cleaned),
        required_by=step_record.REQUIRED_BY,
    )


if __name__ == "__main__":
    main()
