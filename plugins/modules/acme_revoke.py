#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: acme_revoke
version_added: 0.1.0
short_description: Revoke a certificate at its ACME CA
author:
  - certops.cloudfront contributors (@certops)
description:
  - Revokes the certificate of a bundle, by the account that it was issued to, or by its own private key. That cannot be
    undone.
  - Refused while a distribution serves it, and also when that cannot be determined, unless O(force) is set. Viewers
    that check would see a revoked certificate.
  - A private key that others may know calls for a new certificate first. The role P(certops.cloudfront.project#role)
    has an entry C(reissue) that issues one
    with a new key, binds it, verifies it, and revokes the old one then, if C(project_revoke_reason) is set.
extends_documentation_fragment:
  - certops.cloudfront.run_step
  - certops.cloudfront.attributes
  - certops.cloudfront.acme
  - certops.cloudfront.archive
  - certops.cloudfront.requirements
  - certops.cloudfront.aws
attributes:
  check_mode:
    support: partial
    details: A CA tells only by refusing that a certificate is revoked already, so that a revocation is predicted.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  bundle:
    description:
      - The bundle, as a directory, or as the path, C(file://) or C(s3://) URI of a C(.tar.gz).
      - With O(project), the issue time that names it in the archive, as V(YYYY-MM-DD-HHMM), too.
      - One of O(bundle) and O(certificate) is required.
    type: str
  certificate:
    description:
      - The SHA-256 fingerprint or the serial number, in hexadecimal, of the certificate of a bundle of O(project) in
        the archive.
    type: str
  project:
    description:
      - The project whose bundle is meant.
    type: str
  reason:
    description:
      - The reason by its name in RFC 5280. A CA may refuse one that it does not use.
      - With V(keyCompromise) and O(signed_by=certificate), Let's Encrypt blocks the key, too.
    type: str
    choices: [unspecified, keyCompromise, affiliationChanged, superseded, cessationOfOperation]
    default: unspecified
  signed_by:
    description:
      - V(account), the revocation is signed by the account with O(acme_contacts) that the archive has.
      - V(certificate), by the certificate's own private key, which needs no account.
    type: str
    choices: [account, certificate]
    default: account
  acme_directory:
    description:
      - The CA, as for M(certops.cloudfront.acme_route53_issue). If not set, the one that the bundle came from.
    type: str
  rebound:
    description:
      - IDs of distributions that the same run binds to another certificate.
      - Only used in check mode, where these distributions still use the old one.
    type: list
    elements: str
    default: []
  force:
    description:
      - Revoke it even if it is in use. AWS is not asked then.
    type: bool
    default: false
notes:
  - "IAM actions: C(cloudfront:ListDistributions), C(iam:ListServerCertificates), C(iam:GetServerCertificate),
    and C(acm:GetCertificate) and C(acm:DescribeCertificate) where distributions with its names use certificates of
    ACM."
  - "IAM actions needed for an archive in S3: C(s3:ListBucket), C(s3:GetObject), C(s3:PutObject), and
    C(kms:GenerateDataKey) and C(kms:Decrypt) where a KMS key
    encrypts it."
  - Other users of a server certificate than CloudFront, such as a load balancer, are not looked for.
seealso:
  - module: certops.cloudfront.acme_account
  - module: certops.cloudfront.iam_server_cert_cleanup
  - name: Revoking certificates
    description: What Let's Encrypt says of reasons and keys.
    link: https://letsencrypt.org/docs/revoking/
"""
EXAMPLES = r"""
- name: Revoke a certificate that is no longer used
  certops.cloudfront.acme_revoke:
    project: webapp
    bundle: "2026-11-06-0442"
    reason: cessationOfOperation

- name: Revoke one whose key is known to others, at once
  certops.cloudfront.acme_revoke:
    project: webapp
    certificate: 9b1f3c2e
    signed_by: certificate
    reason: keyCompromise
    force: true
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
certificate:
  description: The certificate.
  returned: success
  type: dict
  contains:
    serial: {description: Its serial number in hexadecimal., type: str, sample: 3fa0d1c2}
    fingerprint_sha256: {description: SHA-256 of it in hexadecimal., type: str, sample: 9b1f3c2e}
    issuer: {description: The issuer's distinguished name., type: str, sample: "CN=YE1,O=Let's Encrypt,C=US"}
    domains: {description: Its names., type: list, elements: str, sample: [example.com]}
    key_type: {description: The kind of its key., type: str, sample: ecdsa_p256}
    not_before: {description: When its validity starts., type: str, sample: "2027-01-06T03:43:00Z"}
    not_after: {description: When it expires., type: str, sample: "2027-02-20T03:42:59Z"}
reason:
  description: What was done, or why nothing was.
  returned: success
  type: str
  sample: revoked with the reason keyCompromise
"""

import typing as t

from ..module_utils import _module
from ..module_utils._clients.acme.client import AcmeServer
from ..module_utils._clients.aws.cloudfront import CLIENT_CONFIG, CloudFront
from ..module_utils._clients.aws.iam import Iam
from ..module_utils._clients.aws.regional import acm
from ..module_utils._clients.stores import open as stores
from ..module_utils._core.retire.revocation import REASONS
from ..module_utils._core.run import steps
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._operations import step_record
from ..module_utils._operations.ca import options
from ..module_utils._operations.retire import revocation
from ..module_utils._operations.retire.revocation import Clients, RevokeRequest

ARGUMENT_SPEC: dict[str, t.Any] = {
    "bundle": {"type": "str"},
    "certificate": {"type": "str"},
    "archive": {"type": "str"},
    **options.ACCOUNT,
    "reason": {"type": "str", "choices": list(REASONS), "default": "unspecified"},
    "signed_by": {"type": "str", "choices": ["account", "certificate"], "default": "account"},
    "acme_directory": {"type": "str"},
    "rebound": {"type": "list", "elements": "str", "default": []},
    "force": {"type": "bool", "default": False},
    **step_record.OPTIONS,
}


def parse(params: Params) -> RevokeRequest:
    """What is to be revoked and how; every problem with the options in one ConfigError."""
    return revocation.parse(params)


def connect(request: RevokeRequest) -> Clients:
    """The archives, the CA, and where users of the certificate are looked for."""
    session = request.connection.session()
    return Clients(
        archive=stores.archive(request.archive, lambda: session),
        server=lambda directory: AcmeServer(directory, request.ca_bundle),
        iam=Iam(session.client("iam")),
        cloudfront=CloudFront(session.client("cloudfront", **CLIENT_CONFIG)),
        archived=lambda uri: stores.archived(uri, lambda: session, request.archive),
        acm=lambda region: acm.connect(session, region),
    )


def run(request: RevokeRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """The certificate is revoked, unless viewers are still served with it."""
    return revocation.Revoking(request, clients, clock).run(check_mode)


def main() -> None:
    """The module's entry."""
    _module.execute(
        argument_spec=ARGUMENT_SPEC,
        parse=parse,
        connect=connect,
        run=run,
        step=step_record.RecordedStep(steps.revoked),
        required_by=step_record.REQUIRED_BY,
        mutually_exclusive=[("bundle", "certificate")],
    )


if __name__ == "__main__":
    main()
