# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An archive in an S3 bucket, encrypted with a KMS key of the user's or with S3's own; objects are never shared by
presigned URLs."""

from __future__ import annotations

from ..aws.s3 import S3
from ..machine.private_files import checked_key


class S3Archive:
    """Satisfies ``base.Archive``; ``prefix`` is empty or ends with a slash."""

    def __init__(self, uri: str, bucket: S3, prefix: str, owner: str | None = None) -> None:
        self.uri = uri
        self._bucket = bucket
        self._prefix = prefix
        self._stated = f"?owner={owner}" if owner else ""

    def uri_of(self, key: str) -> str:
        """The object's URI, with the account of the bucket where the archive's has it."""
        return f"{self.uri}/{key}{self._stated}"

    def put(self, key: str, content: bytes) -> str:
        """Write durably, replacing what is there, and return the object's URI."""
        self._bucket.put_object(self._key(key), content)
        return self.uri_of(key)

    def get(self, key: str) -> bytes | None:
        """The content, or None if there is none."""
        found = self._bucket.get_object(self._key(key))
        return None if found is None else found[0]

    def delete(self, key: str) -> None:
        """Remove the object; absent is fine."""
        self._bucket.delete_object(self._key(key))

    def list(self, prefix: str) -> list[str]:
        """All keys that start with ``prefix``, sorted."""
        return sorted(key.removeprefix(self._prefix) for key in self._bucket.list_objects(self._prefix + prefix))

    def _key(self, key: str) -> str:
        return self._prefix + checked_key(key)
