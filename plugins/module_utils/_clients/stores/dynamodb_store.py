# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A store in a DynamoDB table with the string key ``name``: one item per project, compared and written by DynamoDB
itself. What lies beside the projects has names such as ``.area/name``."""

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

    def __init__(self, uri: str, table: DynamoDb, prefix: str = "") -> None:
        self.uri = uri
        self._table = table
        self._prefix = prefix

    def read(self, name: str) -> Stored | None:
        """The document, or None if there is none; CertError if it is corrupt or the table is away."""
        return self._stored(name, self._table.get_item(self._prefix + name))

    def write(self, name: str, document: t.Mapping[str, t.Any], expected: str | None) -> str:
        """Write and return the new version; ConflictError unless the stored version is ``expected`` (None: there is no
        document)."""
        content = documents.encode(document)
        version = hashlib.sha256(content).hexdigest()
        with self._conflicts(name):
            item = {"name": self._prefix + name, "version": version, "document": content.decode()}
            self._table.put_item(item, expected)
        return version

    def delete(self, name: str, expected: str) -> None:
        """Remove the document; ConflictError unless its version is ``expected``."""
        with self._conflicts(name):
            self._table.delete_item(self._prefix + name, expected)

    def names(self) -> list[str]:
        """The names of all projects, sorted."""
        return documents.names(self._own(self._table.scan_names()))

    def scan(self) -> Scan:
        """Every project and its document, sorted by name, by pages of up to a megabyte; one that is corrupt comes as
        its error."""
        items = {item["name"]: item for item in self._table.scan_items()}
        return documents.scan(self._own(items), lambda name: self._stored(name, items[self._prefix + name]), self.uri)

    def beside(self, area: str) -> DynamoDbStore:
        """A store in the same table."""
        return DynamoDbStore(f"{self.uri}/.{area}", self._table, f".{area}/")

    def _own(self, names: t.Iterable[str]) -> t.Iterator[str]:
        """The names of this store, of all that are in the table."""
        for name in names:
            area, slash, rest = name.rpartition("/")
            if area + slash == self._prefix:
                yield rest
            elif not self._prefix and not name.startswith("."):
                yield name

    def _stored(self, name: str, item: t.Mapping[str, str] | None) -> Stored | None:
        if item is None:
            return None
        content = item.get("document", "").encode()
        return documents.decode(content, f"{self.uri}/{name}", item.get("version", ""))

    @contextlib.contextmanager
    def _conflicts(self, name: str) -> t.Iterator[None]:
        try:
            yield
        except RemoteError as exc:
            if exc.code != CONDITION_FAILED:
                raise
            raise conflict(self, name) from exc
