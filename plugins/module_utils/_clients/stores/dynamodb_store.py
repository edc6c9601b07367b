# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A store in a DynamoDB table with the string key ``name``: one item per project, compared and written by DynamoDB
itself."""

from __future__ import annotations

import contextlib
import hashlib
import typing as t

from ..._errors import RemoteError
from ..aws.dynamodb import CONDITION_FAILED, DynamoDb
from . import documents
from .base import Scan, Stored, conflict


class DynamoDbStore:
    """Satisfies ``base.Store``."""

    def __init__(self, uri: str, table: DynamoDb) -> None:
        self.uri = uri
        self._table = table

    def read(self, name: str) -> Stored | None:
        """The document, or None if there is none; CertError if it is corrupt or the table is away."""
        return self._stored(name, self._table.get_item(name))

    def write(self, name: str, document: t.Mapping[str, t.Any], expected: str | None) -> str:
        """Write and return the new version; ConflictError unless the stored version is ``expected`` (None: there is no
        document)."""
        content = documents.encode(document)
        version = hashlib.sha256(content).hexdigest()
        with self._conflicts(name):
            self._table.put_item({"name": name, "version": version, "document": content.decode()}, expected)
        return version

    def delete(self, name: str, expected: str) -> None:
        """Remove the document; ConflictError unless its version is ``expected``."""
        with self._conflicts(name):
            self._table.delete_item(name, expected)

    def names(self) -> list[str]:
        """The names of all projects, sorted."""
        return sorted(self._table.scan_names())

    def scan(self) -> Scan:
        """Every project and its document, sorted by name, by pages of up to a megabyte; one that is corrupt comes as
        its error."""
        items = {item["name"]: item for item in self._table.scan_items()}
        return documents.scan(sorted(items), lambda name: self._stored(name, items[name]))

    def _stored(self, name: str, item: t.Mapping[str, str] | None) -> Stored | None:
        if item is None:
            return None
        content = item.get("document", "").encode()
        return Stored(document=documents.decode(content, f"{self.uri}/{name}"), version=item.get("version", ""))

    @contextlib.contextmanager
    def _conflicts(self, name: str) -> t.Iterator[None]:
        try:
            yield
        except RemoteError as exc:
            if exc.code != CONDITION_FAILED:
                raise
            raise conflict(self, name) from exc
