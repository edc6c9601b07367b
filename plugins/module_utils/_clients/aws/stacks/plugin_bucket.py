# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bucket of the SSL Plugin, one method per API call; it is only read, and no object without limit."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ..errors import calling

SERVICE = "s3"


@dataclass(frozen=True)
class StoredObject:
    """An object as a listing shows it."""

    key: str
    size: int
    modified: datetime | None = None


class PluginBucket:
    """Speaks to S3 through a boto3 client."""

    def __init__(self, client: t.Any) -> None:
        self._client = client

    def list_objects(self, bucket: str) -> tuple[StoredObject, ...]:
        """Every object of the bucket."""
        with calling(SERVICE, "ListObjectsV2", f"s3://{bucket}"):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket)
            return tuple(
                StoredObject(entry["Key"], int(entry["Size"]), entry.get("LastModified"))
                for page in pages
                for entry in page.get("Contents", [])
            )

    def get_object(self, bucket: str, key: str, longest: int) -> bytes:
        """The first ``longest`` bytes of the object."""
        with calling(SERVICE, "GetObject", f"s3://{bucket}/{key}"):
            answer = self._client.get_object(Bucket=bucket, Key=key)
            return bytes(answer["Body"].read(longest))
