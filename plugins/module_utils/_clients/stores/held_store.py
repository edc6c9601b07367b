# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A store in the hands of one short run: what the run itself read or wrote last is not read again."""

from __future__ import annotations

import typing as t

from . import documents
from .base import Scan, Store, Stored


class HeldStore:
    """Remembers each document with its version. A write that fails forgets it, so that the next reading is a real one:
    nothing is ever written over what another run wrote."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, Stored | None] = {}
        self.uri = store.uri

    def read(self, name: str) -> Stored | None:
        if name not in self._known:
            self._known[name] = self._store.read(name)
        return self._known[name]

    def write(self, name: str, document: t.Mapping[str, t.Any], expected: str | None) -> str:
        self._known.pop(name, None)
        version = self._store.write(name, document, expected)
        self._known[name] = documents.decode(documents.encode(document), name, version)
        return version

    def delete(self, name: str, expected: str) -> None:
        self._known.pop(name, None)
        self._store.delete(name, expected)
        self._known[name] = None

    def names(self) -> list[str]:
        return self._store.names()

    def scan(self) -> Scan:
        return self._store.scan()

    def beside(self, area: str) -> Store:
        return self._store.beside(area)
