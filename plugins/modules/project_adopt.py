#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: project_adopt
version_added: 0.1.0
short_description: Take over one running certificate of another tool
author:
  - certops.cloudfront contributors (@certops)
description:
  - Makes a project of what M(certops.cloudfront.adoption_info) found. Its bundles are in the archive, its server
    certificates are below C(/cloudfront/certops/) with the tags of the collection, and its document is in the store.
  - Nothing is issued and no distribution is changed. A server certificate that moves within IAM keeps its ID.
  - Each step is written into the document before it is made, so a run that was killed can be repeated.
  - The way back is open until a renewal has superseded the certificate.
requirements:
  - cryptography >= 50
  - idna >= 3.15, for international names
extends_documentation_fragment:
  - certops.cloudfront.attributes
  - certops.cloudfront.requirements
  - certops.cloudfront.store
  - certops.cloudfront.archive
  - certops.cloudfront.aws
attributes:
  check_mode:
    support: full
    details: Bundles are not opened, and it is not checked whether the old tool was stopped.
  diff_mode:
    support: full
    details: Shows definition, certificates, and how far the adoption is.
  idempotent:
    support: full
options:
  project:
    description:
      - One entry of RV(certops.cloudfront.adoption_info#module:projects). Required unless O(state=absent).
    type: dict
  name:
    description:
      - The name of the project, if O(project) does not say it.
    type: str
  state:
    description:
      - V(copied), the bundles are in the archive. From then on the keys are safe.
      - V(present), the whole project is adopted. Refused if the old tool was not stopped, or if O(project) was read
        before that.
      - V(absent), the server certificates are where they were, without tags, and the document is gone once the old tool
        runs again. The archive is kept.
    type: str
    choices: [copied, present, absent]
    default: present
  archive_bundles:
    description:
      - V(all) copies every bundle that the old tool keeps, V(current) only those that are needed to find that of the
        certificate in service.
    type: str
    choices: [all, current]
    default: all
  bundle:
    description:
      - The certificate in service with its key, if you have it. A directory, or a C(.tar.gz).
    type: str
  keys:
    description:
      - RV(certops.cloudfront.adoption_info#module:bundles) of a host. Set C(no_log) on such a task.
    type: dict
  accounts:
    description:
      - RV(certops.cloudfront.adoption_info#module:accounts) of a host. Set C(no_log) on such a task.
    type: dict
  account:
    description:
      - Whether the ACME account of the client is taken along, if the CA still knows it. By default it is for certbot
        and lego, which keep one account as this collection does.
      - It is worth it where CAA records name the account (C(accounturi)), where the binding of an external account is
        used up, and since the CA counts the first renewal as one. Otherwise the first renewal uses another account.
      - The archive has one account for each CA and O(certops.cloudfront.acme_account#module:acme_contacts). One that is
        there already stays.
    type: bool
  require_key:
    description:
      - Refuse a project whose certificate in service has no bundle with its key.
    type: bool
    default: false
  require_stopped:
    description:
      - Refuse a project whose old tool was not stopped. If not, no server certificate moves as long as it may run, and
        both renew the project.
    type: bool
    default: true
  force:
    description:
      - Go back even after a renewal. The certificate in service then moves to the path of the old tool.
    type: bool
    default: false
notes:
  - "IAM actions needed: C(iam:GetServerCertificate), C(iam:UpdateServerCertificate) for the old and the new path,
    C(iam:TagServerCertificate), for O(state=absent) C(iam:ListServerCertificates) and C(iam:UntagServerCertificate),
    for certificates of ACM C(acm:AddTagsToCertificate), C(acm:DescribeCertificate), C(acm:GetCertificate) and
    C(acm:RemoveTagsFromCertificate), and for bundles of the SSL Plugin C(s3:GetObject)."
  - "For a store in AWS C(dynamodb:GetItem), C(dynamodb:PutItem) and C(dynamodb:DeleteItem), or C(s3:GetObject),
    C(s3:PutObject), C(s3:DeleteObject) and C(s3:ListBucket), for an archive in S3 C(s3:GetObject), C(s3:PutObject) and
    C(s3:ListBucket). Where a KMS key encrypts, C(kms:GenerateDataKey) and C(kms:Decrypt)."
  - Two calls for each server certificate, and one for each bundle, or two if the chain that its certificate is served
    with is not that of the bundle.
  - C(sts:GetCallerIdentity) is called for O(state=absent); it needs no permission. A project that belongs to another
    account is refused.
seealso:
  - module: certops.cloudfront.adoption_info
  - module: certops.cloudfront.adoption_source
"""
EXAMPLES = r"""
- name: Look again, after the old tool was stopped
  certops.cloudfront.adoption_info:
    sources: [ssl_plugin]
  register: found

- name: Adopt every project that can be adopted
  certops.cloudfront.project_adopt:
    project: "{{ item }}"
  loop: "{{ found.projects | selectattr('status', 'eq', 'ready') }}"
  loop_control:
    label: "{{ item.name }}"
"""
RETURN = r"""
name:
  description: The name of the project.
  returned: success
  type: str
  sample: WebApp
document:
  description: Its document, or V(null) if there is none.
  returned: success
  type: dict
  sample: {name: WebApp, adoption: {phase: done}}
phase:
  description: How far the adoption is. V(copying), V(copied), V(stopped), V(moving), V(done), or V(returned).
  returned: success
  type: str
  sample: done
moved:
  description: The server certificates that changed their path.
  returned: success
  type: list
  elements: dict
  sample: [{name: WebApp-2027-01-06-0442, before: /cloudfront/cn-northwest-1/WebApp-CertBot/, after:
    /cloudfront/certops/WebApp/}]
bundles:
  description: Where each bundle of the old tool is in the archive, or V(null) if it could not be used.
  returned: success
  type: dict
  sample: {"s3://bucket/WebApp/2026-10-08-1244.tar.gz": "file:///archive/WebApp/2026-10-08-0444.tar.gz"}
"""

import functools
import typing as t

from ..module_utils._clients.acme.client import AcmeServer
from ..module_utils._clients.aws.iam import Iam
from ..module_utils._clients.aws.listing_cache import SharedSts
from ..module_utils._clients.aws.regional import acm
from ..module_utils._clients.aws.stacks.plugin_bucket import PluginBucket
from ..module_utils._clients.stores import open as stores
from ..module_utils._core.acm_cert.certificates import CLOUDFRONT_REGION
from ..module_utils._core.values import partitions
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._module import execute
from ..module_utils._operations.adoption import adopting
from ..module_utils._operations.adoption.adopting import AdoptClients, AdoptRequest
from ..module_utils._operations.adoption.archiving import BundlePlaces
from ..module_utils._operations.adoption.moving import CertificateStores

ARGUMENT_SPEC: dict[str, t.Any] = {
    "project": {"type": "dict"},
    "name": {"type": "str"},
    "state": {"type": "str", "choices": ["copied", "present", "absent"], "default": "present"},
    "store": {"type": "str"},
    "archive": {"type": "str"},
    "archive_bundles": {"type": "str", "choices": ["all", "current"], "default": "all"},
    "bundle": {"type": "str"},
    "keys": {"type": "dict", "no_log": True},
    "accounts": {"type": "dict", "no_log": True},
    "account": {"type": "bool"},
    "require_key": {"type": "bool", "default": False, "no_log": False},
    "require_stopped": {"type": "bool", "default": True},
    "force": {"type": "bool", "default": False},
}


def parse(params: Params) -> AdoptRequest:
    """The request; every problem with the options in one ConfigError."""
    return adopting.parse(params)


def connect(request: AdoptRequest) -> AdoptClients:
    """The store, the archive, IAM and S3."""
    session = request.connection.session()
    account = functools.cache(lambda: SharedSts.account_of(session))
    certificates = CertificateStores(
        iam=Iam(session.client("iam")),
        acm=acm.connect(session, CLOUDFRONT_REGION) if session.partition == partitions.GLOBAL else None,
    )
    return AdoptClients(
        store=stores.store(request.store, request.connection.session),
        places=BundlePlaces(
            bucket=PluginBucket(session.client("s3"), lambda: account().id),
            archive=stores.archive(request.archive, request.connection.session),
            chain=certificates.chain,
        ),
        certificates=certificates,
        server=AcmeServer,
        account=account,
        read=lambda uri: stores.archived(uri, request.connection.session, request.archive),
    )


def run(request: AdoptRequest, clients: AdoptClients, clock: Clock, check_mode: bool) -> Outcome:
    """Bring the project to the state that is asked for."""
    return adopting.Adopting(request, clients, clock, check_mode).run()


def main() -> None:
    """The module's entry."""
    execute(
        argument_spec=ARGUMENT_SPEC,
        parse=parse,
        connect=connect,
        run=run,
        required_if=[("state", "copied", ["project"]), ("state", "present", ["project"])],
        required_one_of=[("project", "name")],
    )


if __name__ == "__main__":
    main()
