#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: acme_account
version_added: 0.1.0
short_description: Manage the ACME account of an archive
author:
  - certops.cloudfront contributors (@certops)
description:
  - An archive has one account for each CA and set of contacts. M(certops.cloudfront.acme_route53_issue) registers it
    when it is needed, so that this module is
    only needed to register in advance, to change the contacts or the key of an account, and to deactivate it.
  - The archive has every key before the CA knows it, and the old one until the CA has taken the new one. A run that is
    killed in between is finished by the
    next one, also by one that issues, which asks the CA which of the two keys is valid.
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.acme
  - certops.cloudfront.acme.registration
  - certops.cloudfront.archive
  - certops.cloudfront.requirements
  - certops.cloudfront.aws
attributes:
  check_mode:
    support: full
    details: Asks the CA whether it knows the account.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  state:
    description:
      - V(present), the CA knows the account. One that it has lost is registered again with the same key.
      - V(deactivated), the CA no longer accepts anything from the account, which cannot be undone, and the archive
        does not keep it. Certificates stay valid.
    type: str
    choices: [present, deactivated]
    default: present
  former_contacts:
    description:
      - The account with these contacts becomes the one with O(acme_contacts), if there is no account with those yet.
      - Without this, other contacts are another account, since other projects may continue with the former ones. Change
        those of the projects at the same time.
    type: list
    elements: str
  key_since:
    description:
      - The key of the account is changed if it is from before this time, as RFC 3339 text such as
        V(2027-01-06T04:42:00Z).
      - Repeating it does not change the key again.
    type: str
notes:
  - No AWS action is needed for an archive in files.
  - "IAM actions needed for an archive in S3: C(s3:ListBucket), C(s3:GetObject), C(s3:PutObject), C(s3:DeleteObject),
    and C(kms:GenerateDataKey) and
    C(kms:Decrypt) where a KMS key encrypts it."
seealso:
  - module: certops.cloudfront.acme_route53_issue
  - module: certops.cloudfront.acme_revoke
"""
EXAMPLES = r"""
- name: Register an account in advance
  certops.cloudfront.acme_account:
    acme_contacts: [ops@example.com]
    acme_terms_agreed: true

- name: Change its key, once, however often this runs
  certops.cloudfront.acme_account:
    acme_contacts: [ops@example.com]
    key_since: "2027-01-06T04:42:00Z"

- name: Change its address
  certops.cloudfront.acme_account:
    former_contacts: [ops@example.com]
    acme_contacts: [certificates@example.com]

- name: Give it up
  certops.cloudfront.acme_account:
    acme_contacts: [certificates@example.com]
    state: deactivated
"""
RETURN = r"""
account:
  description: The account, or V(null) if it no longer exists. It never has the key.
  returned: success
  type: dict
  contains:
    url: {description: Its URL; V(null) in check mode if it is not registered yet., type: str, sample:
      https://acme-v02.api.letsencrypt.org/acme/acct/1}
    directory: {description: The URL of the CA's directory., type: str, sample:
      https://acme-v02.api.letsencrypt.org/directory}
    contacts: {description: Its e-mail addresses., type: list, elements: str, sample: [ops@example.com]}
    key_since: {description: "Since when it has its key, or V(null) if that is not known.", type: str, sample:
      "2027-01-06T04:42:07Z"}
reason:
  description: What was done and why.
  returned: success
  type: str
  sample: the key was created before 2027-01-06T04:42:00Z
"""

import typing as t
from dataclasses import dataclass

from ..module_utils import _module
from ..module_utils._clients.acme.client import AcmeServer
from ..module_utils._clients.stores import open as stores
from ..module_utils._clients.stores.base import Archive
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._operations.ca import account, options
from ..module_utils._operations.ca.account import AccountRequest
from ..module_utils._operations.ca.registrar import MakesClients

ARGUMENT_SPEC: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "deactivated"], "default": "present"},
    "archive": {"type": "str"},
    **options.ACCOUNT,
    **options.REGISTRATION,
    "former_contacts": {"type": "list", "elements": "str"},
    "key_since": {"type": "str", "no_log": False},
}


@dataclass(frozen=True)
class Clients:
    """What this module speaks to."""

    archive: Archive
    server: MakesClients


def parse(params: Params) -> AccountRequest:
    """The account that is wanted; every problem with the options in one ConfigError."""
    return account.parse(params)


def connect(request: AccountRequest) -> Clients:
    """The archive and the CA."""
    return Clients(
        archive=stores.archive(request.archive, request.connection.session),
        server=AcmeServer(request.directory.url, request.ca_bundle),
    )


def run(request: AccountRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """The account is as wanted, at the CA and in the archive."""
    return account.Accounting(request, clients.archive, clients.server, clock).run(check_mode)


def main() -> None:
    """The module's entry."""
    _module.execute(argument_spec=ARGUMENT_SPEC, parse=parse, connect=connect, run=run)


if __name__ == "__main__":
    main()
