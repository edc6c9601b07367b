#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_server_cert
version_added: 0.1.0
short_description: Manage a TLS certificate in IAM, for CloudFront
author:
  - certops.cloudfront contributors (@certops)
description:
  - Makes sure that a server certificate with this content exists in IAM under this path, or that the one of a given
    name does not.
  - Certificates are compared by their DER encoding, leaf and chain, so line ends and blanks do not matter. A server
    certificate under the
    path that has the content already is adopted, whatever its name. So an interrupted run uploads nothing twice.
  - Everything that IAM or CloudFront would refuse is checked before the first call, and all problems are reported at
    once.
  - A server certificate that a CloudFront distribution uses is never deleted.
requirements:
  - cryptography >= 50
extends_documentation_fragment:
  - certops.cloudfront.run_step
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
  state:
    description:
      - V(present) uploads the certificate unless it is there; missing or different O(tags) are set, other tags stay.
      - V(absent) deletes the server certificate O(name) unless it is in use, or not marked as ours by the tag
        C(managed-by=certops.cloudfront). One that does not exist is fine.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - The name of the server certificate, unique in the account.
      - When the name belongs to another certificate already, the upload gets the name with C(-2), C(-3) and so on.
      - Required with O(state=absent); with O(state=present) either this or O(name_prefix).
    type: str
  name_prefix:
    description:
      - The name is made of this prefix and the time when the certificate expires, in UTC, as in
        C(webapp-2027-01-06-0442).
    type: str
  expected_name:
    description:
      - The name under which the certificate should be there already, such as the one that a project document has. It is
        looked at first.
      - If it is there, with this content and under O(path), that is the only call. Otherwise everything is as without
        this option.
      - If neither O(bundle) nor O(certificate) has a value, the certificate has to be there. That is for one whose key
        is not in the archive, since another tool had it before.
    type: str
  is_new:
    description:
      - The certificate was issued a moment ago, so it is not in IAM yet. It is uploaded without a look at what is
        there.
      - If IAM has a certificate of that name all the same, everything is as without this option.
    type: bool
    default: false
  other_names:
    description: Names that other certificates are known to have, such as those of the same project. With O(is_new), the
      new one gets another.
    type: list
    elements: str
    default: []
  path:
    description:
      - The IAM path. CloudFront uses only certificates below C(/cloudfront/).
    type: str
    default: /cloudfront/
  bundle:
    description:
      - The certificate with its chain and key, as a directory with C(cert.pem), C(chain.pem) and C(privkey.pem), as the
        path, C(file://) or C(s3://) URI
        of a C(.tar.gz) in an archive, or as the RV(certops.cloudfront.acme_route53_issue#module:bundle) that
        M(certops.cloudfront.acme_route53_issue) returned.
      - A bundle that was only planned in check mode is accepted in check mode.
      - Mutually exclusive with O(certificate), O(private_key) and O(chain).
    type: raw
  certificate:
    description:
      - The certificate as PEM text. If more certificates follow the first, they are taken as the chain.
    type: str
  private_key:
    description:
      - The private key of the certificate as PEM text without a passphrase.
    type: str
  chain:
    description:
      - The intermediate certificates as PEM text, from the one that issued the certificate upwards.
    type: str
  tags:
    description:
      - Tags that the server certificate shall have. Tags that it has beside these stay.
    type: dict
    default: {}
  renewal:
    description:
      - When the certificate is to be renewed, as RV(certops.cloudfront.acme_route53_issue#module:renewal). It says that
        the certificate was just issued, and is recorded with it.
    type: dict
  quota_headroom:
    description:
      - How many places of the account's quota shall still be free after an upload. Renewals need one for each project
        that renews at the same time.
    type: int
    default: 0
  force:
    description:
      - With O(state=absent), also delete a server certificate that is not marked as ours. One in use stays all the
        same.
    type: bool
    default: false
notes:
  - "IAM actions needed for O(state=present): C(iam:ListServerCertificates), C(iam:GetServerCertificate),
    C(iam:GetAccountSummary),
    C(iam:UploadServerCertificate), C(iam:TagServerCertificate)."
  - "IAM action needed for a bundle in S3: C(s3:GetObject), and C(kms:Decrypt) where it is encrypted with a KMS key."
  - "IAM actions needed for O(state=absent): C(iam:GetServerCertificate), C(iam:DeleteServerCertificate),
    C(cloudfront:ListDistributions)."
  - C(iam:ListServerCertificates), C(iam:GetAccountSummary) and C(cloudfront:ListDistributions) know no resources. A
    policy that grants them on a path or an ARN
    instead of C(*) grants nothing, and the call is denied.
  - IAM never gives a private key back. Keep the bundle in an archive.
seealso:
  - module: certops.cloudfront.acme_route53_issue
  - module: certops.cloudfront.iam_server_cert_info
  - module: certops.cloudfront.cloudfront_cert_bind
  - module: certops.cloudfront.iam_server_cert_cleanup
"""
EXAMPLES = r"""
- name: Upload the certificate of a directory
  certops.cloudfront.iam_server_cert:
    name_prefix: webapp
    path: /cloudfront/certops/webapp/
    bundle: /etc/pki/webapp
    tags:
      managed-by: certops.cloudfront
      certops:project: webapp
  register: stored

- name: Show the ID that CloudFront knows it by
  ansible.builtin.debug:
    msg: "{{ stored.server_certificate_id }}"

- name: Upload a certificate from an encrypted variable
  certops.cloudfront.iam_server_cert:
    name: shop
    certificate: "{{ lookup('ansible.builtin.file', 'shop.crt') }}"
    chain: "{{ lookup('ansible.builtin.file', 'shop-chain.crt') }}"
    private_key: "{{ shop_private_key }}"

- name: Remove a certificate of a project that nothing uses
  certops.cloudfront.iam_server_cert:
    name: webapp-2027-01-06-0442
    state: absent

- name: Remove one that was uploaded without our tag
  certops.cloudfront.iam_server_cert:
    name: shop
    state: absent
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
server_certificate:
  description:
    - The server certificate, or the one that was deleted. V(null) if there was none to delete.
    - In check mode the values that only an upload brings about are V(null).
  returned: success
  type: dict
  contains:
    name: {description: Its name., type: str, sample: webapp-2027-01-06-0442}
    id: {description: The ID that CloudFront knows it by., type: str, sample: ASCAEXAMPLE123EXAMPLE}
    arn: {description: Its ARN., type: str, sample:
      "arn:aws:iam::123456789012:server-certificate/cloudfront/certops/webapp/webapp-2027-01-06-0442"}
    path: {description: Its path., type: str, sample: /cloudfront/certops/webapp/}
    upload_date: {description: When it was uploaded., type: str, sample: "2026-10-08T04:45:10Z"}
    serial: {description: The serial number of the leaf in hex., type: str, sample: 3f0c5e1d2b}
    fingerprint_sha256: {description: SHA-256 of the leaf in hex., type: str, sample:
      9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08}
    issuer: {description: Who issued it., type: str, sample: "CN=E7,O=Let's Encrypt,C=US"}
    domains: {description: The names that it covers., type: list, elements: str, sample: [example.com, "*.example.com"]}
    key_type: {description: The type of its key., type: str, sample: ecdsa_p256}
    not_before: {description: The start of its validity., type: str, sample: "2026-10-08T03:44:10Z"}
    authority_key_id: {description: The key identifier of its issuer in hexadecimal., type: str, sample: 93275c5a}
    not_after: {description: The end of its validity., type: str, sample: "2027-01-06T04:42:09Z"}
recordable:
  description: The same as RV(server_certificate), under the name that it has in all modules that store a certificate.
  returned: success
  type: dict
  sample: {name: webapp-2027-01-06-0442}
uploaded:
  description: Whether it was uploaded, or would be in check mode.
  returned: success, with O(state=present)
  type: bool
  sample: true
server_certificate_id:
  description: The ID of the server certificate, which CloudFront calls IAMCertificateId.
  returned: success
  type: str
  sample: ASCAEXAMPLE123EXAMPLE
name:
  description: The name of the server certificate.
  returned: success
  type: str
  sample: webapp-2027-01-06-0442
arn:
  description: The ARN of the server certificate.
  returned: success
  type: str
  sample: arn:aws:iam::123456789012:server-certificate/cloudfront/certops/webapp/webapp-2027-01-06-0442
reason:
  description: What was found, and so what was or would be done.
  returned: success
  type: str
  sample: no server certificate with this content exists under /cloudfront/certops/webapp/
"""

import typing as t

from ..module_utils._clients.aws.listing_cache import SharedCloudFront, SharedIam
from ..module_utils._clients.aws.session import Connection
from ..module_utils._clients.stores import open as stores
from ..module_utils._core.run import steps
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._module import execute
from ..module_utils._operations import step_record
from ..module_utils._operations.retire.server_certs import RemoveRequest, remove_unused
from ..module_utils._operations.server_cert import request as server_cert_request, storage
from ..module_utils._operations.server_cert.request import StoreRequest
from ..module_utils._operations.server_cert.storage import Clients

ARGUMENT_SPEC: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "name": {"type": "str"},
    "name_prefix": {"type": "str"},
    "expected_name": {"type": "str"},
    "is_new": {"type": "bool", "default": False},
    "other_names": {"type": "list", "elements": "str", "default": []},
    "path": {"type": "str", "default": "/cloudfront/"},
    "bundle": {"type": "raw"},
    "certificate": {"type": "str"},
    "private_key": {"type": "str", "no_log": True},
    "chain": {"type": "str"},
    "tags": {"type": "dict", "default": {}},
    "quota_headroom": {"type": "int", "default": 0},
    "force": {"type": "bool", "default": False},
    "renewal": {"type": "dict"},
    **step_record.OPTIONS,
}


def parse(params: Params) -> StoreRequest | RemoveRequest:
    """What is asked for; every problem with the options and the certificate in one ConfigError."""
    if params["state"] == "absent":
        return RemoveRequest(params["name"], params["force"], Connection.of(params))
    return server_cert_request.parse(params)


def connect(request: StoreRequest | RemoveRequest) -> Clients:
    """IAM, CloudFront, and the archives that bundles are read from."""
    session = request.connection.session()
    return Clients(
        iam=SharedIam.of(session),
        cloudfront=lambda: SharedCloudFront.of(session),
        archived=lambda uri: stores.archived(uri, lambda: session),
    )


def run(request: StoreRequest | RemoveRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Converge one server certificate."""
    if isinstance(request, RemoveRequest):
        return remove_unused(request, clients.iam, clients.cloudfront(), clock, check_mode)
    return storage.run(request, clients, clock, check_mode)


def main() -> None:
    """The module's entry."""
    execute(
        argument_spec=ARGUMENT_SPEC,
        parse=parse,
        connect=connect,
        run=run,
        step=step_record.RecordedStep(steps.uploaded),
        required_by=step_record.REQUIRED_BY,
        mutually_exclusive=[
            ("name", "name_prefix"),
            ("bundle", "certificate"),
            ("bundle", "private_key"),
            ("bundle", "chain"),
        ],
        required_together=[("certificate", "private_key")],
        required_if=[
            ("state", "absent", ("name",)),
            ("state", "present", ("name", "name_prefix"), True),
            ("state", "present", ("bundle", "certificate", "expected_name"), True),
        ],
    )


if __name__ == "__main__":
    main()
