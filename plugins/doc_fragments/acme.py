# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
"""The options of modules that use an account at an ACME CA, and those of modules that may register one."""

from __future__ import annotations


class ModuleDocFragment:
    """Used as certops.cloudfront.acme, and certops.cloudfront.acme.registration beside it."""

    # module_utils/_operations/ca/options.py has the argument spec: ACCOUNT.
    DOCUMENTATION = r"""
requirements:
  - acme >= 4.1
options:
  acme_ca_bundle:
    description:
      - A PEM file with the CA certificates that the ACME server's own certificate is checked against, for a private
        server.
    type: path
  acme_contacts:
    description:
      - The e-mail addresses of the ACME account. Other addresses are another account.
    type: list
    elements: str
    default: []
"""

    # Likewise: REGISTRATION.
    REGISTRATION = r"""
options:
  acme_directory:
    description:
      - The CA, as the V(https://) URL of its ACME directory or as a known name.
      - Known are V(letsencrypt), V(letsencrypt_staging), V(zerossl), V(google), V(google_staging), V(sslcom_rsa),
        V(sslcom_ecc) and V(actalis).
    type: str
    default: letsencrypt
  acme_terms_agreed:
    description:
      - Whether you agree to the CA's terms of service. Without that no account is registered.
    type: bool
    default: false
  acme_eab_kid:
    description:
      - The key identifier of the external account binding that the CA gave you. Needed by CAs such as ZeroSSL and
        Google, once.
    type: str
  acme_eab_hmac_key:
    description:
      - The key of the external account binding, in base64url as the CA gave it to you.
    type: str
  acme_eab_alg:
    description:
      - The algorithm of the external account binding.
    type: str
    choices: [HS256, HS384, HS512]
    default: HS256
"""
