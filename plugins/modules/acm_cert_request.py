#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: acm_cert_request
version_added: 0.1.0
short_description: Have ACM issue and renew a TLS certificate, validated by DNS
author:
  - certops.cloudfront contributors (@certops)
description:
  - Makes sure that a certificate for these domains was requested from ACM, that its validation records are in place,
    and waits for it as long as O(wait_timeout) says. ACM then renews it by itself, under the same ARN.
  - A later run finds the request again, by O(certificate_arn), or by names, key and tags, and continues to wait.
    Nothing is requested twice.
  - ACM waits 72 hours for the validation. A request that was not validated by then is dead; the next run makes another
    one. What ACM refused is requested again only after 24 hours or with O(retry), because each request counts for a
    quota of the year.
  - Before a request, the names, CAA records and hosted zones are checked, so that none is made in vain.
  - The validation records belong to the account and the name. Certificates in other regions may need them, too, and ACM
    looks at them again for each renewal, so this module never deletes one.
requirements:
  - cryptography >= 50, with O(exportable)
  - dnspython >= 2.7
extends_documentation_fragment:
  - certops.cloudfront.run_step
  - certops.cloudfront.attributes
  - certops.cloudfront.archive
  - certops.cloudfront.dns
  - certops.cloudfront.dns.zones
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
  domains:
    description:
      - The names of the certificate. Wildcards are allowed. One of them has at most 64 characters, and becomes the
        common name.
      - ACM takes 10 names unless the quota of the account was raised, and never more than 100.
    type: list
    elements: str
    required: true
  key_type:
    description:
      - The type of the key, which ACM makes and keeps. CloudFront takes both.
    type: str
    choices: [ecdsa_p256, rsa_2048]
    default: ecdsa_p256
  cloudfront:
    description:
      - Whether CloudFront uses the certificate, so that it is in C(us-east-1). Otherwise it is in the region of the
        connection. Must be V(false) in China.
    type: bool
    default: true
  certificate_arn:
    description:
      - The ARN that an earlier run returned. If it is still a certificate for these O(domains), nothing is listed.
    type: str
  validation:
    description:
      - V(route53) creates the validation records in Route 53, in the zone that the public DNS delegates to.
      - V(export) returns them, and writes them into O(records_file), for another DNS provider. Then a run waits for the
        certificate only once they are visible.
    type: str
    choices: [route53, export]
    default: route53
  records_file:
    description:
      - A file to write the validation records to, in the form of a zone file.
    type: path
  wait_timeout:
    description:
      - How many seconds to wait, at most, for the records to be known and for the certificate to be issued. With V(0)
        the module only says how far it is. A certificate that is still pending is not a failure.
    type: int
    default: 600
  tags:
    description:
      - Tags that the certificate gets when it is requested. A certificate whose C(managed-by) or C(certops:project) has
        another value is not taken.
    type: dict
    default: {}
  retry:
    description:
      - Request again although ACM refused a request for the same within the last 24 hours.
    type: bool
    default: false
  exportable:
    description:
      - Request a certificate that can be exported with its key, export it into O(archive) once it is issued, and again
        after each renewal. It can then be stored anywhere, also in IAM in China.
      - AWS charges for each name when it is requested and at each renewal. Check mode says how much.
    type: bool
    default: false
  cost_accepted:
    description:
      - Whether you accept what AWS charges for an O(exportable) certificate. Without that nothing is requested.
    type: bool
    default: false
  project:
    description:
      - The project whose bundles in the archive an exported certificate belongs to. Required with O(exportable) and
        O(run_id).
    type: str
  name_prefix:
    description:
      - What the name in RV(recordable) begins with, before the time at which the certificate expires. ACM itself gives
        no names.
    type: str
  in_place:
    description:
      - Whether the certificate is used where ACM has it. With V(false) and O(run_id), the step that stores the exported
        copy records it.
    type: bool
    default: true
notes:
  - "IAM actions needed: C(acm:ListCertificates), C(acm:DescribeCertificate), C(acm:ListTagsForCertificate),
    C(acm:RequestCertificate), C(acm:AddTagsToCertificate), C(acm:GetCertificate)."
  - "IAM actions needed for O(validation=route53): C(route53:ListHostedZones), C(route53:GetHostedZone),
    C(route53:ListResourceRecordSets), C(route53:ChangeResourceRecordSets), and C(sts:AssumeRole) for a role in
    O(dns_aws) or O(dns_delegations)."
  - "IAM actions needed for O(exportable): C(acm:ExportCertificate), and for an archive in S3:
    C(s3:ListBucket), C(s3:GetObject), C(s3:PutObject), and C(kms:GenerateDataKey) and C(kms:Decrypt) where a KMS key
    encrypts it."
  - The passphrase of an export is made for that one call and kept nowhere.
seealso:
  - module: certops.cloudfront.acm_cert
  - module: certops.cloudfront.acme_route53_issue
  - module: certops.cloudfront.cloudfront_cert_bind
"""
EXAMPLES = r"""
- name: Have ACM issue a certificate for CloudFront, and wait five minutes for it
  certops.cloudfront.acm_cert_request:
    domains:
      - example.com
      - "*.example.com"
    wait_timeout: 300
    tags:
      managed-by: certops.cloudfront
      certops:project: webapp
  register: requested

- name: Request a certificate whose names are at another DNS provider
  certops.cloudfront.acm_cert_request:
    domains:
      - shop.example.net
    validation: export
    records_file: /tmp/shop-validation.zone
    wait_timeout: 60

- name: A certificate without another CA, in the archive and so also for IAM in China
  certops.cloudfront.acm_cert_request:
    domains:
      - www.example.com
    exportable: true
    cost_accepted: true
    project: webapp
"""
RETURN = r"""
certificate:
  description: The certificate. In check mode before a request, values that only ACM knows are V(null).
  returned: always
  type: dict
  contains:
    arn: {description: Its ARN., type: str, sample:
      "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"}
    region: {description: Its region., type: str, sample: us-east-1}
    domains: {description: Its names., type: list, elements: str, sample: [example.com, "*.example.com"]}
    key_type: {description: The type of its key., type: str, sample: ecdsa_p256}
    status: {description: The status that ACM reports., type: str, sample: PENDING_VALIDATION}
    type: {description: The type that ACM reports., type: str, sample: AMAZON_ISSUED}
    in_use: {description: Whether ACM knows of a user., type: bool, sample: false}
    managed_by: {description: The service that manages it., type: str, sample: null}
    not_before: {description: The start of its validity., type: str, sample: "2026-10-08T00:00:00Z"}
    not_after: {description: The end of its validity., type: str, sample: "2027-04-23T23:59:59Z"}
    serial: {description: The serial number in hex., type: str, sample: 3f0c5e1d2b}
    issuer: {description: The CA of Amazon that issued it., type: str, sample: Amazon}
certificate_arn:
  description: The ARN of the certificate, to give to the next run and to what binds it.
  returned: always
  type: str
  sample: arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012
state:
  description: How far it is, V(pending), V(issued) or V(failed).
  returned: always
  type: str
  sample: pending
issued:
  description: Whether the certificate can be bound.
  returned: always
  type: bool
  sample: false
expires_at:
  description: When a pending request is dead.
  returned: always
  type: str
  sample: "2026-10-11T04:45:10Z"
records:
  description: The CNAME records that prove the names, as soon as ACM has said them.
  returned: always
  type: list
  elements: dict
  contains:
    domain: {description: "The name that it proves, and its wildcard.", type: str, sample: example.com}
    name: {description: The name of the record., type: str, sample: _3639ac514e785e898d2646601fa951d5.example.com}
    type: {description: Its type., type: str, sample: CNAME}
    value: {description: Its value., type: str, sample: _98d2646601fa951d5.jkddzztszm.acm-validations.aws}
    visible: {description: Whether DNS showed it when the run looked., type: bool, sample: true}
steps:
  description: What was or would be done, some of V(request), V(records), V(file) and V(export).
  returned: always
  type: list
  elements: str
  sample: [request, records]
cost_usd:
  description: What AWS charges for an exportable certificate at the request and at each renewal, in US dollars.
  returned: always
  type: int
  sample: 0
bundle:
  description: The newest bundle of the archive, with O(exportable) once the certificate is issued.
  returned: always
  type: dict
  contains:
    source_arn: {description: The ARN that it was exported from., type: str, sample:
      "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"}
    uri: {description: Where it is; empty while it is only planned., type: str, sample:
      "file:///home/ops/.local/share/certops/archive/webapp/2026-10-08-0445.tar.gz"}
    dest: {description: Always V(null)., type: str, sample: null}
    serial: {description: The serial number of the leaf in hex., type: str, sample: 3f0c5e1d2b}
    fingerprint_sha256: {description: SHA-256 of the leaf in hex., type: str, sample:
      9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08}
    issuer: {description: Who issued it., type: str, sample: "CN=Amazon RSA 2048 M02,O=Amazon,C=US"}
    domains: {description: The names that it covers., type: list, elements: str, sample: [example.com]}
    key_type: {description: The type of its key., type: str, sample: ecdsa_p256}
    not_before: {description: The start of its validity., type: str, sample: "2026-10-08T00:00:00Z"}
    not_after: {description: The end of its validity., type: str, sample: "2027-04-23T23:59:59Z"}
    authority_key_id: {description: The key identifier of its issuer in hexadecimal., type: str, sample: 93275c5a}
recordable:
  description:
    - The issued certificate as M(certops.cloudfront.cloudfront_cert_bind) and the document of a project take it, or
      V(null) while there is none. C(settled_by) says until when CloudFront may serve the one before a renewal.
  returned: always
  type: dict
  sample: null
renewal:
  description: When something is late, as C(renew_at), and what is expected until then, as C(reason).
  returned: always
  type: dict
  sample: null
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
reason:
  description: What was found, and what it waits for.
  returned: always
  type: str
  sample: arn:aws:acm:us-east-1:123456789012:certificate/12345678 waits for the validation of example.com
"""

import typing as t

from ..module_utils._clients.aws.regional import acm
from ..module_utils._clients.net.resolver import Dns
from ..module_utils._clients.stores import open as stores
from ..module_utils._core.run import steps
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._module import execute
from ..module_utils._operations import step_record
from ..module_utils._operations.acm_cert import request as acm_request, requesting
from ..module_utils._operations.acm_cert.request import AcmRequestOptions
from ..module_utils._operations.acm_cert.requesting import Partners
from ..module_utils._operations.dns import accounts
from ..module_utils._operations.dns.options import ACCOUNTS

ARGUMENT_SPEC: dict[str, t.Any] = {
    "domains": {"type": "list", "elements": "str", "required": True},
    "key_type": {"type": "str", "choices": ["ecdsa_p256", "rsa_2048"], "default": "ecdsa_p256", "no_log": False},
    "cloudfront": {"type": "bool", "default": True},
    "certificate_arn": {"type": "str"},
    "validation": {"type": "str", "choices": ["route53", "export"], "default": "route53"},
    "records_file": {"type": "path"},
    "wait_timeout": {"type": "int", "default": 600},
    "tags": {"type": "dict", "default": {}},
    "retry": {"type": "bool", "default": False},
    "exportable": {"type": "bool", "default": False},
    "cost_accepted": {"type": "bool", "default": False},
    "name_prefix": {"type": "str"},
    "in_place": {"type": "bool", "default": True},
    **step_record.OPTIONS,
    "archive": {"type": "str"},
    **ACCOUNTS,
    "zone_id": {"type": "raw"},
    "dns_server": {"type": "str"},
}


REPORTED = step_record.RecordedStep(steps.requested)


def parse(params: Params) -> AcmRequestOptions:
    """What is asked for; every problem with the options in one ConfigError."""
    return acm_request.parse(params)


def connect(request: AcmRequestOptions) -> Partners:
    """ACM, Route 53 of all accounts, DNS, and the archive of exportable certificates."""
    session = request.connection.session()
    return Partners(
        acm=acm.connect(session, request.region),
        accounts=accounts.connect(request.dns),
        dns=Dns(request.dns_server),
        archive=stores.archive(request.archive, lambda: session) if request.project is not None else None,
    )


def run(request: AcmRequestOptions, clients: Partners, clock: Clock, check_mode: bool) -> Outcome:
    """A certificate of ACM for these names exists, or is on its way."""
    return requesting.run(request, clients, clock, check_mode)


def main() -> None:
    """The module's entry."""
    execute(
        argument_spec=ARGUMENT_SPEC,
        parse=parse,
        connect=connect,
        run=run,
        step=REPORTED,
        required_by=step_record.REQUIRED_BY,
        required_if=[("exportable", True, ("project",))],
    )


if __name__ == "__main__":
    main()
