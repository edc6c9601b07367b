#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Remove what killed runs of acme_route53_issue left behind."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: acme_route53_cleanup
short_description: Remove the challenge records and dead orders of killed runs
version_added: 0.1.0
description:
  - Removes the challenge values that unfinished orders of a project published in Route 53. Values of others under the
    same names stay.
  - Removes the unfinished orders themselves, with their private keys, when they can no longer be finished.
    Those that can be finished stay, so that the next run of M(certops.cloudfront.acme_route53_issue) finishes them.
  - Not needed in normal operation, because every run cleans up after itself and after the one before.
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.archive
  - certops.cloudfront.dns
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
    description:
      - The project whose unfinished orders to look at.
    type: str
    required: true
  drop_orders:
    description:
      - Remove the orders that can still be finished, too. For a project that is given up.
    type: bool
    default: false
  drop_dns_persist:
    description:
      - Remove the values that O(certops.cloudfront.acme_route53_issue#module:dns_persist) left in
        C(_validation-persist) records, too, for the account
        and the names of the newest certificate in the archive. Values of others and of other accounts stay. For names
          that are given up.
      - Other projects with these names and this account write them again with their next order.
    type: bool
    default: false
author:
  - certops.cloudfront contributors (@certops)
notes:
  - Do not run it while M(certops.cloudfront.acme_route53_issue) runs for the same project, because it would remove the
    records of that run.
  - >-
    IAM actions: C(route53:ChangeResourceRecordSets), C(route53:ListResourceRecordSets) for the case that a challenge
      name has values of others,
    C(route53:ListHostedZones) and C(route53:GetHostedZone) for O(drop_dns_persist),
    and C(sts:AssumeRole) for a role in O(dns_aws) or O(dns_delegations).
  - "IAM actions needed for an archive in S3: C(s3:ListBucket), C(s3:GetObject), C(s3:PutObject), C(s3:DeleteObject),
    and C(kms:GenerateDataKey)
    and C(kms:Decrypt) where a KMS key encrypts it."
seealso:
  - module: certops.cloudfront.acme_route53_issue
"""
EXAMPLES = r"""
- name: Remove what killed runs left behind
  certops.cloudfront.acme_route53_cleanup:
    project: webapp
    region: us-east-1

- name: Give up a project
  certops.cloudfront.acme_route53_cleanup:
    project: webapp
    drop_orders: true
    drop_dns_persist: true
    region: us-east-1
"""
RETURN = r"""
removed_records:
  description: The challenge records whose values were removed, or would be in check mode.
  returned: success
  type: list
  elements: dict
  contains:
    zone_id:
      description: The hosted zone.
      type: str
      sample: Z0123456789
    name:
      description: The name of the record.
      type: str
      sample: _acme-challenge.example.com
    values:
      description: Our values.
      type: list
      elements: str
      sample: ["gfj9Xq0c8b6cVn2u1rGz0WcU2rjzq1mOqV4nH8a0m0E"]
    zone:
      description: The name of the hosted zone; empty if an older version wrote the record.
      type: str
      sample: example.com
    delegation:
      description: The zone of the entry of O(dns_delegations) that the record was written by; empty if it was none.
      type: str
      sample: ""
removed_orders:
  description: The archive keys of the unfinished orders that were removed, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: ["webapp/pending/2027-01-06-0442-5d41402a.json"]
kept_orders:
  description: The archive keys of the unfinished orders that the next run can finish.
  returned: success
  type: list
  elements: str
  sample: []
reason:
  description: What was found.
  returned: success
  type: str
  sample: 1 challenge record and 1 unfinished order of killed runs
"""

import typing as t
from dataclasses import dataclass, field

from ..module_utils import _module
from ..module_utils._clients.net.resolver import Dns
from ..module_utils._clients.stores import open as stores
from ..module_utils._clients.stores.base import Archive
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._operations.dns import accounts as dns_accounts, options as dns_options
from ..module_utils._operations.dns.accounts import DnsAccounts, Zones
from ..module_utils._operations.dns.cnames import Resolver
from ..module_utils._operations.retire import leftovers
from ..module_utils._operations.retire.leftovers import LeftoversRequest

ARGUMENT_SPEC: dict[str, t.Any] = {
    "project": {"type": "str", "required": True},
    "archive": {"type": "str"},
    **dns_options.ACCOUNTS,
    "drop_orders": {"type": "bool", "default": False},
    "drop_dns_persist": {"type": "bool", "default": False},
}


@dataclass(frozen=True)
class Clients:
    """Everything outside that this module talks to."""

    archive: Archive
    zones: Zones
    delegated: t.Mapping[str, Zones] = field(default_factory=dict)
    resolver: Resolver | None = None


def parse(params: Params) -> LeftoversRequest:
    """What is to be removed; every problem with the options and the credentials in one ConfigError."""
    return leftovers.parse(params)


def connect(request: LeftoversRequest) -> Clients:
    """The archive and Route 53."""
    accounts = dns_accounts.connect(request.zones)
    archive = stores.archive(request.archive, request.connection.session)
    return Clients(archive, accounts.own, accounts.delegated, Dns())


def run(request: LeftoversRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """No challenge value and no dead order of the project is left."""
    accounts = DnsAccounts(clients.zones, clients.delegated)
    found = leftovers.Leftovers(clients.archive, accounts, clock, clients.resolver)
    return found.remove(request.project, request.drop, check_mode)


def main() -> None:
    """Run the module."""
    _module.execute(argument_spec=ARGUMENT_SPEC, parse=parse, connect=connect, run=run)


if __name__ == "__main__":
    main()
