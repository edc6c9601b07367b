# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option of modules that speak to Route 53 and to something else in AWS besides."""

from __future__ import annotations


class ModuleDocFragment:
    """Used as certops.cloudfront.dns."""

    DOCUMENTATION = r"""
options:
  dns_aws:
    description:
      - How to connect to Route 53 where its zones are in another account or partition than everything else, for example in the global partition when the
        distributions are in China.
      - What is not given here is taken from the options of the module, but credentials are taken from one place as a whole.
    type: dict
    suboptions:
      region:
        description: Region, which decides the partition.
        type: str
      profile:
        description: Named profile with the credentials.
        type: str
      access_key:
        description: Access key ID.
        type: str
      secret_key:
        description: Secret access key, required together with O(dns_aws.access_key).
        type: str
      session_token:
        description: Session token of temporary credentials.
        type: str
"""
