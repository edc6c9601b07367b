#!/usr/bin/python
# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
module: project_store
version_added: 0.1.0
short_description: Create what a store and an archive of certificate projects need in AWS
author:
  - certops.cloudfront contributors (@certops)
description:
  - Makes the DynamoDB table of a store in C(dynamodb://), billed on demand, with point-in-time recovery and deletion
    protection, tagged
    C(managed-by=certops.cloudfront). A table without this tag is examined and not changed.
  - Examines the bucket of a store or an archive in C(s3://). It must exist and belong to the account of the
    credentials. All four public access blocks
    should be on, there should be a default encryption, and versions should be kept. What is not so is returned and
      warned about, and set with
    O(manage_bucket).
  - Nothing has to be created for a store or an archive in C(file://). Only its directory is examined.
extends_documentation_fragment:
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
  store:
    description:
      - Where project documents are to live, as C(file:///directory), C(dynamodb://table) or C(s3://bucket/prefix).
      - Either this or O(archive) is required, or both.
    type: str
  archive:
    description:
      - Where bundles and keys are to live, as C(file:///directory) or C(s3://bucket/prefix). With C(?kms_key_id=)
        behind it, this key encrypts what is written
        there, and it is the one to be the default of the bucket.
    type: str
  manage_bucket:
    description:
      - Whether to set what is missing on a bucket. It may hold other things than ours, so this is done on request only.
      - A bucket is never created, and what this module sets is never weaker than what was set before.
    type: bool
    default: false
notes:
  - "IAM actions needed for a table: C(dynamodb:DescribeTable), C(dynamodb:DescribeContinuousBackups),
    C(dynamodb:ListTagsOfResource), C(dynamodb:CreateTable),
    C(dynamodb:TagResource), C(dynamodb:UpdateContinuousBackups), C(dynamodb:UpdateTable)."
  - "IAM actions needed for a bucket: C(s3:ListBucket), C(s3:GetBucketPublicAccessBlock),
    C(s3:GetEncryptionConfiguration), C(s3:GetBucketVersioning)."
  - "IAM actions needed for O(manage_bucket): C(s3:PutBucketPublicAccessBlock), C(s3:PutEncryptionConfiguration),
    C(s3:PutBucketVersioning)."
  - C(sts:GetCallerIdentity) is called for a bucket; it needs no permission.
  - Versions of keys that were deleted stay in a versioned bucket. A lifecycle rule of the bucket can end them.
seealso:
  - module: certops.cloudfront.project_record
  - module: certops.cloudfront.acme_route53_issue
"""

EXAMPLES = r"""
- name: Have a table for the documents, and see whether the bucket is fit for keys
  certops.cloudfront.project_store:
    store: dynamodb://certops
    archive: s3://keys-of-example/certops
  register: prepared

- name: Show what is left to do
  ansible.builtin.debug:
    var: prepared.findings

- name: Set on the bucket what is missing, with a key of our own
  certops.cloudfront.project_store:
    archive: s3://keys-of-example/certops?kms_key_id=alias/certops
    manage_bucket: true
"""

RETURN = r"""
ready:
  description: Whether nothing is left to do. In check mode, whether nothing would be left.
  returned: success
  type: bool
  sample: true
findings:
  description: What was not as it should be.
  returned: success
  type: list
  elements: dict
  contains:
    place: {description: The table or the bucket., type: str, sample: "s3://keys-of-example"}
    aspect:
      description: One of V(table), V(point_in_time_recovery), V(deletion_protection), V(billing_mode),
        V(public_access_block), V(encryption), V(versioning).
      type: str
      sample: versioning
    found: {description: How it was., type: str, sample: "off"}
    wanted: {description: How it should be., type: str, sample: "on"}
    settled: {description: "Whether this run set it, or would in check mode.", type: bool, sample: true}
table:
  description: The table as it is now. V(null) unless the store is in DynamoDB.
  returned: success
  type: dict
  contains:
    name: {description: Its name., type: str, sample: certops}
    arn:
      description: Its ARN. V(null) in check mode for one that is to be made.
      type: str
      sample: arn:aws:dynamodb:eu-central-1:123456789012:table/certops
    billing_mode: {description: How it is billed., type: str, sample: PAY_PER_REQUEST}
    point_in_time_recovery: {description: Whether it can be restored to any point in time., type: bool, sample:
      true}
    deletion_protection: {description: Whether it is protected from being deleted., type: bool, sample: true}
    tags: {description: Its tags., type: dict, sample: {managed-by: certops.cloudfront}}
buckets:
  description: The buckets as they are now.
  returned: success
  type: list
  elements: dict
  contains:
    name: {description: Its name., type: str, sample: keys-of-example}
    public_access_block: {description: Whether all four public access blocks are on., type: bool, sample: true}
    encryption: {description: "The default encryption, V(null) if there is none.", type: str, sample: SSE-S3}
    versioning: {description: Whether versions are kept., type: bool, sample: true}
"""

import typing as t
from dataclasses import dataclass

from ..module_utils import _module
from ..module_utils._clients.aws.session import Session
from ..module_utils._core.values.params import Params
from ..module_utils._core.values.plan import Outcome
from ..module_utils._core.values.waiting import Clock
from ..module_utils._operations import store_setup
from ..module_utils._operations.store_setup import SetupRequest

ARGUMENT_SPEC: dict[str, t.Any] = {
    "store": {"type": "str"},
    "archive": {"type": "str"},
    "manage_bucket": {"type": "bool", "default": False},
}


@dataclass(frozen=True)
class Clients:
    """Where the clients come from; files need none."""

    session: t.Callable[[], Session]


def parse(params: Params) -> SetupRequest:
    """What is to be set up; every problem with the options in one ConfigError."""
    return store_setup.parse(params)


def connect(request: SetupRequest) -> Clients:
    """Where the clients come from."""
    return Clients(session=request.connection.session)


def run(request: SetupRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Examine everything, refuse what can never work, and set what may be set."""
    return store_setup.run(request, clients.session, clock, check_mode)


def main() -> None:
    """Run the module."""
    _module.execute(
        argument_spec=ARGUMENT_SPEC, parse=parse, connect=connect, run=run, required_one_of=[("store", "archive")]
    )


if __name__ == "__main__":
    main()
