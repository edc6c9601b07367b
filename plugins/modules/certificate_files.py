#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: certificate_files
version_added: 0.1.0
short_description: Take a certificate that was bought elsewhere into the archive
author:
  - certops.cloudfront contributors (@certops)
description:
  - Makes sure that the newest bundle of a project in the archive is the certificate of these files, so that it can be
    stored, bound and restored like one that a CA issued by ACME.
  - What does not belong together, has expired, does not cover the names, or has a key that CloudFront does not accept
    is refused with every problem at once, before anything is written.
requirements:
  - cryptography >= 50
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.archive
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
    description: The project that the certificate is for.
    type: str
    required: true
  domains:
    description: The names that the certificate has to cover; it may cover more.
    type: list
    elements: str
    required: true
  certificate:
    description:
      - The certificate, as a path to a PEM file or as PEM text. If more certificates follow the first, they are taken
        as the chain.
      - Without it and O(private_key), the newest bundle of the archive is taken. So a scheduled run works without the
        secrets of a vault.
    type: str
  chain:
    description: The intermediate certificates, as a path or as PEM text, from the one that issued the certificate up.
    type: str
  private_key:
    description: The private key without a passphrase, as a path or as PEM text.
    type: str
notes:
  - "IAM actions needed for an archive in S3: C(s3:ListBucket), C(s3:GetObject), C(s3:PutObject), and
    C(kms:GenerateDataKey) and C(kms:Decrypt) where a KMS key encrypts it."
seealso:
  - module: certops.cloudfront.iam_server_cert
  - module: certops.cloudfront.acm_cert
"""
EXAMPLES = r"""
- name: Take a certificate that was bought
  certops.cloudfront.certificate_files:
    project: webapp
    domains:
      - www.example.com
    certificate: /etc/pki/webapp/cert.pem
    chain: /etc/pki/webapp/chain.pem
    private_key: "{{ vaulted_private_key }}"
  register: brought

- name: Import it into ACM
  certops.cloudfront.acm_cert:
    bundle: "{{ brought.bundle }}"
"""
RETURN = r"""
bundle:
  description: The bundle of the archive, for M(certops.cloudfront.iam_server_cert) and M(certops.cloudfront.acm_cert).
  returned: success
  type: dict
  contains:
    uri: {description: Where it is; empty while it is only planned., type: str, sample:
      "file:///home/ops/.local/share/certops/archive/webapp/2026-10-08-0445.tar.gz"}
    dest: {description: Always V(null)., type: str, sample: null}
    serial: {description: The serial number of the leaf in hex., type: str, sample: 3f0c5e1d2b}
    fingerprint_sha256: {description: SHA-256 of the leaf in hex., type: str, sample:
      9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08}
    issuer: {description: Who issued it., type: str, sample: "CN=Example CA,O=Example,C=US"}
    domains: {description: The names that it covers., type: list, elements: str, sample: [www.example.com]}
    key_type: {description: The type of its key., type: str, sample: rsa_2048}
    not_before: {description: The start of its validity., type: str, sample: "2026-10-08T00:00:00Z"}
    not_after: {description: The end of its validity., type: str, sample: "2027-04-23T23:59:59Z"}
    authority_key_id: {description: The key identifier of its issuer in hexadecimal., type: str, sample: 93275c5a}
renewal:
  description:
    - By when the files should be replaced, as C(renew_at), with the C(reason). C(ari) is always empty.
  returned: success
  type: dict
  sample: {renew_at: "2027-03-24T23:59:59Z", reason: "the certificate is valid until 2027-04-23T23:59:59Z; it comes
    from files", ari: {}}
reason:
  description: What was found, and so what was or would be done.
  returned: success
  type: str
  sample: the archive has this certificate already
"""

import typing as t

from ..module_utils._clients.stores import open as stores
from ..module_utils._clients.stores.base import Archive
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._module import execute
from ..module_utils._operations.issue import brought
from ..module_utils._operations.issue.brought import BroughtRequest

ARGUMENT_SPEC: dict[str, t.Any] = {
    "project": {"type": "str", "required": True},
    "domains": {"type": "list", "elements": "str", "required": True},
    "certificate": {"type": "str"},
    "chain": {"type": "str"},
    "private_key": {"type": "str", "no_log": True},
    "archive": {"type": "str"},
}


def parse(params: Params) -> BroughtRequest:
    """What was brought; every problem with it in one ConfigError."""
    return brought.parse(params)


def connect(request: BroughtRequest) -> Archive:
    """The archive."""
    return stores.archive(request.archive, request.connection.session)


def run(request: BroughtRequest, clients: Archive, clock: Clock, check_mode: bool) -> Outcome:
    """Keep the certificate in the archive."""
    return brought.run(request, clients, clock, check_mode)


def main() -> None:
    """The module's entry."""
    execute(argument_spec=ARGUMENT_SPEC, parse=parse, connect=connect, run=run)


if __name__ == "__main__":
    main()
