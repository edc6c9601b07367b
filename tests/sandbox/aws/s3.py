# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""S3: buckets belong to one account, and a call may say which it expects; the rest is moto's.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
"""

from __future__ import annotations

import typing as t

from .errors import AwsError
from .service import MOTO, Call, Operation, Response, Service

if t.TYPE_CHECKING:
    from .state import State

# Configuration of buckets; there are no bucket policies here that could let another account in.
_OPERATIONS = (
    "HeadBucket",
    "GetBucketEncryption",
    "GetBucketVersioning",
    "GetPublicAccessBlock",
    "PutBucketEncryption",
    "PutBucketVersioning",
    "PutPublicAccessBlock",
)


class S3(Service):
    """moto ignores x-amz-expected-bucket-owner, and lets every account at every bucket."""

    name = "s3"
    moto_knows_more = True
    raw = frozenset(_OPERATIONS)

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.operations: dict[str, Operation] = dict.fromkeys(_OPERATIONS, self.of_the_owner)

    def of_the_owner(self, call: Call) -> t.Any:
        owner = owner_of(call.params["Bucket"])
        expected = call.headers.get("x-amz-expected-bucket-owner", owner)
        if owner is None or owner == call.account == expected:
            return MOTO
        if call.operation == "HeadBucket":
            return Response(403, b"")
        raise AwsError("AccessDenied", "Access Denied", 403)


def owner_of(bucket: str) -> str | None:
    """The account that has a bucket, if there is such a bucket."""
    from moto.s3.models import s3_backends

    found = s3_backends.bucket_accounts.get(bucket)
    return found[1] if found else None


def key_of(bucket: str, key: str) -> str | None:
    """The KMS key that encrypts an object, if one does."""
    from moto.s3.models import s3_backends

    partition, account = s3_backends.bucket_accounts.get(bucket, ("", ""))
    kept = s3_backends[account][partition].buckets.get(bucket) if account else None
    found = kept.keys.get(key) if kept else None
    return (found.kms_key_id or "aws/s3") if found is not None and str(found.encryption).startswith("aws:kms") else None
