# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A store in an S3 bucket: ``<prefix>/<name>.json`` each, written under the condition that it is what was read."""

from __future__ import annotations

import contextlib
import typing as t
from concurrent.futures import Future, ThreadPoolExecutor

from ..._errors import RemoteError
from ..aws.s3 import CONDITION_FAILED, NOT_FOUND, S3
from . import documents
from .base import Scan, Stored, conflict

_SUFFIX = ".json"
# As many connections as a boto3 client keeps.
# https://botocore.amazonaws.com/v1/documentation/api/latest/reference/config.html
READERS = 10


class S3Store:
    """Satisfies ``base.Store``; ``prefix`` is empty or ends with a slash."""

    def __init__(self, uri: str, bucket: S3, prefix: str) -> None:
        self.uri = uri
        self._bucket = bucket
        self._prefix = prefix

    def read(self, name: str) -> Stored | None:
        """The document, or None if there is none; CertError if it is corrupt or the bucket is away."""
        found = self._bucket.get_object(self._key(name))
        if found is None:
            return None
        content, etag = found
        return documents.decode(content, f"{self.uri}/{name}{_SUFFIX}", etag)

    def write(self, name: str, document: t.Mapping[str, t.Any], expected: str | None) -> str:
        """Write and return the new version; ConflictError unless the stored version is ``expected`` (None: there is no
        document)."""
        condition = {"IfNoneMatch": "*"} if expected is None else {"IfMatch": expected}
        with self._conflicts(name):
            return self._bucket.put_object(self._key(name), documents.encode(document), condition)

    def delete(self, name: str, expected: str) -> None:
        """Remove the document; ConflictError unless its version is ``expected``."""
        # S3 takes the deletion of an absent object for done, and some partitions have no conditional deletion yet.
        found = self._bucket.get_object(self._key(name))
        if found is None or found[1] != expected:
            raise conflict(self, name)
        with self._conflicts(name):
            self._bucket.delete_object(self._key(name), expected)

    def names(self) -> list[str]:
        """The names of all projects, sorted."""
        return documents.names(self._found())

    def scan(self) -> Scan:
        """Every project and its document, sorted by name, several read at a time; one that is corrupt comes as its
        error."""
        found = self._found()
        with ThreadPoolExecutor(READERS) as readers:
            reads: dict[str, Future[Stored | None]] = {
                name: readers.submit(self.read, name) for name in documents.names(found)
            }
            yield from documents.scan(found, lambda name: reads[name].result(), self.uri)

    def beside(self, area: str) -> S3Store:
        """A store under a longer prefix; names of projects have no slash."""
        return S3Store(f"{self.uri}/.{area}", self._bucket, f"{self._prefix}.{area}/")

    def _found(self) -> list[str]:
        keys = (key.removeprefix(self._prefix) for key in self._bucket.list_objects(self._prefix))
        return [key.removesuffix(_SUFFIX) for key in keys if key.endswith(_SUFFIX) and "/" not in key]

    def _key(self, name: str) -> str:
        return f"{self._prefix}{name}{_SUFFIX}"

    @contextlib.contextmanager
    def _conflicts(self, name: str) -> t.Iterator[None]:
        try:
            yield
        except RemoteError as exc:
            # A conditional write over an object that is gone is answered with NoSuchKey.
            if exc.code not in (*CONDITION_FAILED, *NOT_FOUND):
                raise
            raise conflict(self, name) from exc
