#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: acm_cert
version_added: 0.1.0
short_description: Manage a TLS certificate in ACM, for CloudFront and other services
author:
  - certops.cloudfront contributors (@certops)
description:
  - Makes sure that ACM has an imported certificate with this content, or no longer has the certificates of given ARNs.
  - Certificates are compared by their DER encoding, leaf and chain. A certificate that has the content already is
    adopted unless its tags say that something else manages it. So an interrupted run imports nothing twice, and the
    quota of imports in a year is not used up.
  - CloudFront takes certificates of C(us-east-1) only, so that is where this module works, whatever region the
    connection names. See O(cloudfront) and O(regions).
  - Everything that ACM or CloudFront would refuse is checked before the first call, and all problems are reported at
    once.
  - A certificate that something uses is never deleted.
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
      - V(present) imports the certificate unless ACM has it; missing or different O(tags) are set, other tags stay.
      - V(absent) deletes the certificates of O(certificate_arns). One that does not exist is fine.
    type: str
    choices: [present, absent]
    default: present
  import_as:
    description:
      - V(new) imports a changed certificate as one of its own, with an ARN of its own, which is then bound. CloudFront
        shows when the change is deployed, the former certificate is a way back, and the type of the key is free.
      - V(same) re-imports a changed certificate under the ARN of O(certificate_arns), which everything that uses it
        follows. CloudFront takes up to 24 hours for that and no status shows when, and there is no way back.
      - V(same) is never replaced by V(new) silently. ACM does not allow it if the type or size of the key changes, if
        the new certificate lacks a key usage or an extended key usage, or if the former certificate was not imported;
        this module refuses it for CloudFront if that expires within 48 hours, too. Then the module fails, says why,
        and changes nothing.
      - With V(same), a region without an ARN in O(certificate_arns) has nothing to keep, and gets a certificate with a
        new ARN.
    type: str
    choices: [new, same]
    default: new
  certificate_arns:
    description:
      - The ARNs that the certificate has, at most one for each region.
      - With O(state=present), these certificates are looked at first. If they have the content, nothing is listed.
      - If neither O(bundle) nor O(certificate) has a value, the certificate has to be there, in each region. That is
        for one whose key is not in the archive, since it was imported by hand.
      - Required with O(state=absent).
    type: list
    elements: str
    default: []
  cloudfront:
    description:
      - Whether CloudFront uses the certificate, so that it is in C(us-east-1). Must be V(false) in China, where
        CloudFront takes certificates of IAM only.
    type: bool
    default: true
  regions:
    description:
      - Further regions in which ACM shall have the certificate, for load balancers and APIs there.
      - Without O(cloudfront) and O(regions) it is the region of the connection.
    type: list
    elements: str
    default: []
  bundle:
    description:
      - The certificate with its chain and key, as a directory with C(cert.pem), C(chain.pem) and C(privkey.pem), as the
        path, C(file://) or C(s3://) URI of a C(.tar.gz) in an archive, or as the
        RV(certops.cloudfront.acme_route53_issue#module:bundle) that M(certops.cloudfront.acme_route53_issue) returned.
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
      - The intermediate certificates as PEM text, from the one that issued the certificate upwards, without the root.
    type: str
  tags:
    description:
      - Tags that the certificate shall have. Tags that it has beside these stay.
      - C(managed-by) with the value C(certops.cloudfront) marks it as one that M(certops.cloudfront.acm_cert_cleanup)
        may delete, C(certops:project) as that of a project.
    type: dict
    default: {}
  name_prefix:
    description:
      - What RV(certificate.name) begins with, before the time at which the certificate expires. ACM itself gives no
        names.
    type: str
  renewal:
    description:
      - When the certificate is to be renewed, as RV(certops.cloudfront.acme_route53_issue#module:renewal), if it was
        issued just before. It is recorded with the certificate, with O(run_id).
    type: dict
  force:
    description:
      - With O(state=absent), delete certificates without the tag C(managed-by=certops.cloudfront), too. One in use is
        kept in any case.
    type: bool
    default: false
notes:
  - "IAM actions needed for O(state=present): C(acm:ListCertificates), C(acm:DescribeCertificate),
    C(acm:GetCertificate), C(acm:ListTagsForCertificate), C(acm:ImportCertificate), C(acm:AddTagsToCertificate)."
  - "IAM action needed for a bundle in S3: C(s3:GetObject), and C(kms:Decrypt) where it is encrypted with a KMS key."
  - "IAM actions needed for O(state=absent): C(acm:DescribeCertificate), C(acm:ListTagsForCertificate),
    C(acm:DeleteCertificate), C(cloudfront:ListDistributions), C(cloudfront:ListDistributionTenants)."
  - ACM allows one import a second in each region, and so many in a year; deleted certificates count. All runs of this
    user on this machine keep that pace together.
  - ACM never gives a private key of an imported certificate back. Keep the bundle in an archive.
seealso:
  - module: certops.cloudfront.acme_route53_issue
  - module: certops.cloudfront.iam_server_cert
  - module: certops.cloudfront.cloudfront_cert_bind
"""
EXAMPLES = r"""
- name: Import the certificate of a directory for CloudFront
  certops.cloudfront.acm_cert:
    bundle: /etc/pki/webapp
    tags:
      managed-by: certops.cloudfront
      certops:project: webapp
  register: stored

- name: Show the ARN that CloudFront knows it by
  ansible.builtin.debug:
    msg: "{{ stored.certificate_arn }}"

- name: Renew it under the same ARN, also for load balancers in Frankfurt
  certops.cloudfront.acm_cert:
    bundle: /etc/pki/webapp
    import_as: same
    certificate_arns: "{{ stored.copies | map(attribute='arn') }}"
    regions:
      - eu-central-1

- name: Remove a certificate that nothing uses
  certops.cloudfront.acm_cert:
    state: absent
    certificate_arns:
      - arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012
"""
RETURN = r"""
recorded:
  description:
    - What the document says after this step, or V(null) if there was nothing to record. C(superseded) are the names of
      the certificates in IAM that a newer one replaced, in check mode with those that would be, and C(acm) what
      M(certops.cloudfront.project_record) returns of those in ACM.
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
  description:
    - The certificate in the first region, which is C(us-east-1) with O(cloudfront). V(null) with O(state=absent).
    - In check mode the values that only an import brings about are V(null).
  returned: success
  type: dict
  contains:
    arn: {description: Its ARN., type: str, sample:
      "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"}
    store: {description: Where it is., type: str, sample: acm}
    name: {description: "What it is called in records, with O(name_prefix); V(null) without.", type: str, sample:
      webapp-2027-01-06-0442}
    id: {description: "V(null): it has no ID as those of IAM have.", type: str, sample: null}
    copies: {description: "Its region and ARN in each region, that of CloudFront first.", type: list, elements: dict,
      sample: [{region: us-east-1, arn:
        "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"}]}
    settled_by: {description: The same as RV(settled_by)., type: str, sample: null}
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
  description: The same as RV(certificate), under the name that it has in all modules that store a certificate.
  returned: success
  type: dict
  sample: {name: webapp-2027-01-06-0442}
certificate_arn:
  description: The ARN of the certificate in the first region.
  returned: success
  type: str
  sample: arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012
copies:
  description: The certificate in each region, and what was or would be done there.
  returned: success
  type: list
  elements: dict
  contains:
    region: {description: The region., type: str, sample: us-east-1}
    arn: {description: The ARN there., type: str, sample:
      "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"}
    steps: {description: "V(import), V(reimport) or V(tag); none if all is as it should be.", type: list, elements: str,
      sample: [import]}
    reason: {description: What was found there., type: str, sample: no certificate with this content exists in ACM in
      us-east-1}
reimported:
  description: Whether a certificate was replaced under its ARN.
  returned: success
  type: bool
  sample: false
settled_by:
  description:
    - When CloudFront serves what was re-imported, at the latest. V(null) if nothing was re-imported in the last 24
      hours.
    - Of an earlier re-import it is only known with O(import_as=same).
  returned: success
  type: str
  sample: "2026-10-09T04:45:10Z"
reason:
  description: What was found, and so what was or would be done.
  returned: success
  type: str
  sample: no certificate with this content exists in ACM in us-east-1
"""

import typing as t

from ..module_utils._clients.aws.listing_cache import SharedCloudFront, SharedSts
from ..module_utils._clients.aws.regional import acm
from ..module_utils._clients.stores import open as stores
from ..module_utils._core.run import steps
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._module import execute
from ..module_utils._operations import step_record
from ..module_utils._operations.acm_cert import import_request, importing, retiring
from ..module_utils._operations.acm_cert.import_request import ImportRequest, RemovalRequest
from ..module_utils._operations.acm_cert.importing import ImportClients
from ..module_utils._operations.acm_cert.retiring import RemovalPartners

ARGUMENT_SPEC: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "import_as": {"type": "str", "choices": ["new", "same"], "default": "new"},
    "certificate_arns": {"type": "list", "elements": "str", "default": []},
    "cloudfront": {"type": "bool", "default": True},
    "regions": {"type": "list", "elements": "str", "default": []},
    "bundle": {"type": "raw"},
    "certificate": {"type": "str"},
    "private_key": {"type": "str", "no_log": True},
    "chain": {"type": "str"},
    "tags": {"type": "dict", "default": {}},
    "force": {"type": "bool", "default": False},
    "name_prefix": {"type": "str"},
    "renewal": {"type": "dict"},
    **step_record.OPTIONS,
}


def parse(params: Params) -> ImportRequest | RemovalRequest:
    """What is asked for; every problem with the options and the certificate in one ConfigError."""
    return import_request.parse(params)


def connect(request: ImportRequest | RemovalRequest) -> ImportClients | RemovalPartners:
    """ACM of each region, CloudFront, and the archives that bundles are read from."""
    session = request.connection.session()
    by_region = {region: acm.connect(session, region) for region in request.regions.names}
    cloudfront = SharedCloudFront.of(session)
    if isinstance(request, RemovalRequest):
        return RemovalPartners(by_region, cloudfront, account=lambda: SharedSts.account_of(session))
    return ImportClients(
        acm=by_region,
        cloudfront=cloudfront,
        archived=lambda uri: stores.archived(uri, lambda: session),
        journal=request.step.journal() if request.step else None,
    )


def run(
    request: ImportRequest | RemovalRequest, clients: ImportClients | RemovalPartners, clock: Clock, check_mode: bool
) -> Outcome:
    """Converge one certificate."""
    if isinstance(request, RemovalRequest):
        return retiring.remove(request, t.cast("RemovalPartners", clients), clock, check_mode)
    return importing.run(request, t.cast("ImportClients", clients), clock, check_mode)


def main() -> None:
    """The module's entry."""
    execute(
        argument_spec=ARGUMENT_SPEC,
        parse=parse,
        connect=connect,
        run=run,
        step=step_record.RecordedStep(steps.imported),
        required_by=step_record.REQUIRED_BY,
        mutually_exclusive=[("bundle", "certificate"), ("bundle", "private_key"), ("bundle", "chain")],
        required_together=[("certificate", "private_key")],
        required_if=[
            ("state", "absent", ("certificate_arns",)),
            ("state", "present", ("bundle", "certificate", "certificate_arns"), True),
        ],
    )


if __name__ == "__main__":
    main()
