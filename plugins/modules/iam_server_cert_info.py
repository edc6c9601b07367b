#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_server_cert_info
version_added: 0.1.0
short_description: Gather information about IAM server certificates and their use
author:
  - certops.cloudfront contributors (@certops)
description:
  - Returns the server certificate of a name, or all below a path, with what each certificate says of itself.
  - A call that is denied is an error and never looks like an empty list.
requirements:
  - cryptography >= 50, with O(content)
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.attributes.info_module
  - certops.cloudfront.requirements
  - certops.cloudfront.aws
options:
  name:
    description:
      - The name of one server certificate. If there is none of this name, the list is empty.
    type: str
  path:
    description:
      - The IAM path that the server certificates are below. Without O(name) and O(path) all of the account are
        returned.
    type: str
  usage:
    description:
      - Return for each server certificate which CloudFront distributions use it.
    type: bool
    default: false
  content:
    description:
      - Read each server certificate, which is a call for each. With V(false) only the listing is read, which tells
        name, ID, ARN, path and
        time of upload.
      - Must be V(true) with O(name).
    type: bool
    default: true
notes:
  - "IAM actions needed: with O(content) C(iam:GetServerCertificate), with O(path) also C(iam:ListServerCertificates),
    with O(usage) also
    C(cloudfront:ListDistributions). The last two must be granted on C(*)."
seealso:
  - module: certops.cloudfront.iam_server_cert
  - module: certops.cloudfront.iam_server_cert_cleanup
"""
EXAMPLES = r"""
- name: Show the certificates of a project and who uses them
  certops.cloudfront.iam_server_cert_info:
    path: /cloudfront/certops/webapp/
    usage: true
  register: found

- name: Show one certificate
  certops.cloudfront.iam_server_cert_info:
    name: webapp-2027-01-06-0442
"""
RETURN = r"""
server_certificates:
  description: The server certificates, sorted by name.
  returned: success
  type: list
  elements: dict
  contains:
    name: {description: Its name., type: str, sample: webapp-2027-01-06-0442}
    id: {description: The ID that CloudFront knows it by., type: str, sample: ASCAEXAMPLE123EXAMPLE}
    arn: {description: Its ARN., type: str, sample:
      "arn:aws:iam::123456789012:server-certificate/cloudfront/certops/webapp/webapp-2027-01-06-0442"}
    path: {description: Its path., type: str, sample: /cloudfront/certops/webapp/}
    upload_date: {description: When it was uploaded., type: str, sample: "2026-10-08T04:45:10Z"}
    serial:
      description: The serial number of the leaf in hex. It and all that follows but RV(server_certificates[].used_by)
        need O(content).
      type: str
      sample: 3f0c5e1d2b
    fingerprint_sha256: {description: SHA-256 of the leaf in hex., type: str, sample:
      9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08}
    issuer: {description: Who issued it., type: str, sample: "CN=E7,O=Let's Encrypt,C=US"}
    domains: {description: The names that it covers., type: list, elements: str, sample: [example.com, "*.example.com"]}
    key_type: {description: The type of its key., type: str, sample: ecdsa_p256}
    not_before: {description: The start of its validity., type: str, sample: "2026-10-08T03:44:10Z"}
    authority_key_id: {description: The key identifier of its issuer in hexadecimal., type: str, sample: 93275c5a}
    not_after: {description: The end of its validity., type: str, sample: "2027-01-06T04:42:09Z"}
    tags: {description: Its tags., type: dict, sample: {"managed-by": certops.cloudfront}}
    used_by:
      description: The IDs of the distributions that use it.
      returned: with O(usage=true)
      type: list
      elements: str
      sample: [E2EXAMPLE3WK9D]
"""

import typing as t
from dataclasses import dataclass

from ..module_utils._clients.aws.cloudfront import CLIENT_CONFIG, CloudFront
from ..module_utils._clients.aws.iam import Iam
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._module import execute
from ..module_utils._operations.server_cert import info
from ..module_utils._operations.server_cert.info import CertificatesRequest

ARGUMENT_SPEC: dict[str, t.Any] = {
    "name": {"type": "str"},
    "path": {"type": "str"},
    "usage": {"type": "bool", "default": False},
    "content": {"type": "bool", "default": True},
}


@dataclass(frozen=True)
class Clients:
    """What this module speaks to."""

    iam: Iam
    cloudfront: CloudFront


def parse(params: Params) -> CertificatesRequest:
    """What is to be read; every problem with the options in one ConfigError."""
    return info.parse(params)


def connect(request: CertificatesRequest) -> Clients:
    """IAM and CloudFront."""
    session = request.connection.session()
    return Clients(iam=Iam(session.client("iam")), cloudfront=CloudFront(session.client("cloudfront", **CLIENT_CONFIG)))


def run(request: CertificatesRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Read the server certificates; this changes nothing in any mode."""
    del clock, check_mode
    return info.read(request, clients.iam, clients.cloudfront)


def main() -> None:
    """The module's entry."""
    execute(argument_spec=ARGUMENT_SPEC, parse=parse, connect=connect, run=run, mutually_exclusive=[("name", "path")])


if __name__ == "__main__":
    main()
