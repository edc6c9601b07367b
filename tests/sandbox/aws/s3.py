# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""S3: buckets belong to one account, another one is let in by the bucket's policy only, and a call may say which owner
it expects; the rest is moto's.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-walkthroughs-managing-access-example2.html
"""

from __future__ import annotations

import json
import typing as t

from . import policy
from .errors import AwsError
from .service import Call, Response, Service

# What is answered without a body.
_HEADS = ("HeadBucket", "HeadObject")


class S3(Service):
    """moto ignores x-amz-expected-bucket-owner, and lets every account at every bucket."""

    name = "s3"
    moto_knows_more = True

    def refusal(self, call: Call, path: str, needs: t.Sequence[str]) -> Response | None:
        bucket = path.strip("/").partition("/")[0]
        owner = owner_of(bucket)
        if owner is None:
            return None
        is_expected = call.headers.get("x-amz-expected-bucket-owner", owner) == owner
        target = f"arn:{call.partition}:s3:::{path.strip('/')}"
        if is_expected and (owner == call.account or _lets_in(bucket, call, needs, target)):
            return None
        if call.operation in _HEADS:
            return Response(403, b"")
        raise AwsError("AccessDenied", "Access Denied", 403)


def _lets_in(bucket: str, call: Call, needs: t.Sequence[str], target: str) -> bool:
    """Whether the policy of the bucket allows the account of the caller all of this."""
    statements = [one for one in _statements(bucket) if _names(one, call)]
    document = json.dumps({"Statement": statements})
    context = {"aws:PrincipalAccount": [call.account]}
    return all(policy.allows([document], action, target, context) for action in needs)


def _statements(bucket: str) -> list[dict[str, t.Any]]:
    from moto.s3.models import s3_backends

    partition, account = s3_backends.bucket_accounts[bucket]
    found = s3_backends[account][partition].buckets[bucket].policy
    return t.cast("list[dict[str, t.Any]]", json.loads(found)["Statement"]) if found else []


def _names(statement: t.Mapping[str, t.Any], call: Call) -> bool:
    principal = statement.get("Principal")
    named = principal.get("AWS", []) if isinstance(principal, dict) else principal
    accounts = {"*", call.account, f"arn:{call.partition}:iam::{call.account}:root"}
    return bool(accounts & set(named if isinstance(named, list) else [named]))


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
