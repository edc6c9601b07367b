# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""S3 objects of one bucket, one method per API call; always encrypted at rest."""

from __future__ import annotations

import contextlib
import typing as t
from dataclasses import dataclass

from ..._core.values.once import OnceProperty
from ..._errors import RemoteError
from .errors import calling

SERVICE = "s3"
# Nothing that is kept comes near: a document of a project is below 100 kB, a bundle too.
MAX_BYTES = 16_000_000
# 409 says that another conditional write of the same key was under way.
CONDITION_FAILED = ("PreconditionFailed", "ConditionalRequestConflict", "412", "409")
NOT_FOUND = ("NoSuchKey", "404", "NotFound")
# What S3 answers for a bucket of another account than the expected one, and for a permission that is missing alike.
FORBIDDEN = ("AccessDenied", "403", "Forbidden")


@dataclass(frozen=True, eq=False)
class BucketOwner:
    """The account that a bucket has to belong to: the one that its URI names, or else that of the connection, for which
    ``ask`` is called once, when it is first needed."""

    stated: str | None
    ask: t.Callable[[], str]

    @OnceProperty
    def account(self) -> str:
        """Its number."""
        return self.stated or self.ask()

    @property
    def advice(self) -> str:
        """What to do if the bucket belongs to another account."""
        if self.stated:
            return f"correct owner={self.stated} in its URI if the bucket does not belong to that account"
        return (
            f"if the bucket belongs to another account than {self.account}, add ?owner= and the number of that account"
            " to its URI"
        )


@contextlib.contextmanager
def calling_bucket(operation: str, where: str, advice: t.Callable[[], str]) -> t.Iterator[None]:
    """A call of S3 that names the owner it expects: a refusal may mean another owner, about which there is advice."""
    try:
        with calling(SERVICE, operation, where):
            yield
    except RemoteError as exc:
        if exc.service != SERVICE or exc.code not in FORBIDDEN:
            raise
        raise RemoteError(
            f"{exc.message}; {advice()}",
            service=SERVICE,
            operation=operation,
            code=exc.code,
            request_id=exc.request_id,
            said=exc.said,
        ) from exc


class S3:
    """Speaks to S3 through a boto3 client. Without a KMS key, S3's own keys encrypt. Every call fails if the bucket
    belongs to another account than its owner: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
    """

    def __init__(self, client: t.Any, bucket: str, owner: BucketOwner, kms_key_id: str | None = None) -> None:
        self._client = client
        self._bucket = bucket
        self._owner = owner
        self._encryption = (
            {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key_id}
            if kms_key_id
            else {"ServerSideEncryption": "AES256"}
        )

    def get_object(self, key: str) -> tuple[bytes, str] | None:
        """Content and ETag, or None if there is no such object."""
        try:
            with self._call("GetObject", key):
                answer = self._client.get_object(**self._of, Key=key)
                content = answer["Body"].read(MAX_BYTES + 1)
        except RemoteError as exc:
            # without a request ID it is the 404 of a proxy
            if exc.code not in NOT_FOUND or not exc.request_id:
                raise
            return None
        if len(content) > MAX_BYTES:
            raise RemoteError(
                f"{SERVICE}:GetObject on {self._where(key)}: the object has more than {MAX_BYTES // 1_000_000} MB, so"
                " it is none of ours; move it elsewhere",
                service=SERVICE,
                operation="GetObject",
                code="EntityTooLarge",
            )
        return content, str(answer["ETag"])

    def put_object(
        self,
        key: str,
        content: bytes,
        condition: t.Mapping[str, str] | None = None,
        media_type: str | None = None,
    ) -> str:
        """Write and return the ETag; ``condition`` is IfMatch or IfNoneMatch, ``media_type`` what browsers are told."""
        more = {**(condition or {}), **({"ContentType": media_type} if media_type else {})}
        with self._call("PutObject", key):
            answer = self._client.put_object(**self._of, Key=key, Body=content, **self._encryption, **more)
            return str(answer["ETag"])

    def delete_object(self, key: str, etag: str | None = None) -> None:
        """Remove the object, if it still has this ETag where one is given; absent is fine."""
        condition = {} if etag is None else {"IfMatch": etag}
        with self._call("DeleteObject", key):
            self._client.delete_object(**self._of, Key=key, **condition)

    def list_objects(self, prefix: str) -> list[str]:
        """The keys that start with ``prefix`` (ListObjectsV2)."""
        with self._call("ListObjectsV2", prefix):
            found: list[str] = []
            for page in self._client.get_paginator("list_objects_v2").paginate(**self._of, Prefix=prefix):
                found += [entry["Key"] for entry in page.get("Contents", [])]
            return found

    @property
    def _of(self) -> dict[str, str]:
        return {"Bucket": self._bucket, "ExpectedBucketOwner": self._owner.account}

    def _call(self, operation: str, key: str) -> t.ContextManager[None]:
        return calling_bucket(operation, self._where(key), lambda: self._owner.advice)

    def _where(self, key: str) -> str:
        return f"s3://{self._bucket}/{key}"
