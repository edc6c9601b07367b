# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The buckets of the SSL Plugin in one account, one method per API call; they are only read, and no object without
limit."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ...._core.values.once import OnceProperty
from ..s3 import calling_bucket


@dataclass(frozen=True)
class StoredObject:
    """An object as a listing shows it."""

    key: str
    size: int
    modified: datetime | None = None


class PluginBucket:
    """Speaks to S3 through a boto3 client. Every call fails if the bucket belongs to another account than ``ask``
    answers, which is called once: an account that took the name of a deleted bucket would have its keys adopted."""

    def __init__(self, client: t.Any, ask: t.Callable[[], str]) -> None:
        self._client = client
        self._ask = ask

    def list_objects(self, bucket: str) -> tuple[StoredObject, ...]:
        """Every object of the bucket."""
        with calling_bucket("ListObjectsV2", f"s3://{bucket}", self._advice):
            pages = self._client.get_paginator("list_objects_v2").paginate(**self._of(bucket))
            return tuple(
                StoredObject(entry["Key"], int(entry["Size"]), entry.get("LastModified"))
                for page in pages
                for entry in page.get("Contents", [])
            )

    def get_object(self, bucket: str, key: str, longest: int) -> bytes:
        """The first ``longest`` bytes of the object."""
        with calling_bucket("GetObject", f"s3://{bucket}/{key}", self._advice):
            answer = self._client.get_object(**self._of(bucket), Key=key)
            return bytes(answer["Body"].read(longest))

    @OnceProperty
    def _account(self) -> str:
        return self._ask()

    def _of(self, bucket: str) -> dict[str, str]:
        return {"Bucket": bucket, "ExpectedBucketOwner": self._account}

    def _advice(self) -> str:
        return (
            f"if the bucket belongs to another account than {self._account}, nothing is read from it: set"
            " adopt_projects to the projects of other stacks"
        )
