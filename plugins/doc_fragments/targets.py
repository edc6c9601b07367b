# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the modules that bind a certificate to targets other than distributions have in common."""

from __future__ import annotations


class ModuleDocFragment:
    """The options of a binding."""

    DOCUMENTATION = r"""
options:
  certificate:
    description:
      - The certificate as RV(certops.cloudfront.acm_cert#module:certificate) or
        RV(certops.cloudfront.iam_server_cert#module:server_certificate) describe it. C(domains) is needed, and C(arn)
        unless O(certificate_arn) is set. With C(copies), as RV(certops.cloudfront.acm_cert#module:copies) has them, the
        one of the region is used.
      - In check mode C(arn) may be empty.
      - One of O(certificate) and O(certificate_arn) is required.
    type: dict
  certificate_arn:
    description:
      - The ARN of the certificate. Without O(certificate) it is read from AWS.
    type: str
  previous:
    description:
      - The ARNs of older certificates, which the certificate replaces. Those of IAM also by their IDs.
    type: list
    elements: str
    default: []
  match_tags:
    description:
      - V(previous) and V(aliases) in O(match) find only what has all of these tags. What is listed is meant in any
        case.
    type: dict
    default: {}
  verify:
    description:
      - V(config) checks that AWS shows the certificate there.
      - V(tls) also checks that exactly this certificate is served, by SNI. A wildcard is tried with a sample name.
      - V(none) verifies nothing.
    type: str
    choices: [config, tls, none]
    default: config
  rollback:
    description:
      - With V(tls) in O(verify), put back what was there before where the certificate is not served. The module fails
        and says so; the next run tries again.
      - A probe that cannot connect has failed, too. Where the target is out of reach of the module, use
        O(edge_address), or V(config) in O(verify).
    type: bool
    default: true
  edge_address:
    description:
      - Host and port to probe with V(tls) in O(verify) in place of those of each target, as in C(127.0.0.1:8443).
    type: str
  edge_ca_bundle:
    description:
      - A file with CA certificates that the served certificate must lead to. Without it only the certificate itself is
        compared.
    type: path
"""
