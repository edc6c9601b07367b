# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A store in memory; the contract suite holds it to what the real ones do."""

from __future__ import annotations

import copy
import itertools
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores import documents
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.base import Stored
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import CertError, ConflictError


@dataclass
class FakeStore:
    uri: str = "memory://store"
    documents: dict[str, Stored] = field(default_factory=dict)
    writes: int = 0
    before_write: t.Callable[[], None] | None = None
    areas: dict[str, FakeStore] = field(default_factory=dict)
    _versions: t.Iterator[int] = field(default_factory=itertools.count)

    def beside(self, area: str) -> FakeStore:
        return self.areas.setdefault(area, FakeStore(f"{self.uri}/.{area}"))

    def read(self, name: str) -> Stored | None:
        return copy.deepcopy(self.documents.get(name))

    def write(self, name: str, document: Mapping[str, t.Any], expected: str | None) -> str:
        if self.before_write is not None:
            intruder, self.before_write = self.before_write, None
            intruder()
        self._compare(name, expected)
        self.writes += 1
        self.documents[name] = Stored(copy.deepcopy(dict(document)), f"v{next(self._versions)}")
        return self.documents[name].version

    def delete(self, name: str, expected: str) -> None:
        self._compare(name, expected)
        del self.documents[name]

    def names(self) -> list[str]:
        return documents.names(self.documents)

    def scan(self) -> t.Iterator[tuple[str, Stored | CertError]]:
        return documents.scan(self.documents, lambda name: copy.deepcopy(self.documents[name]), self.uri)

    def _compare(self, name: str, expected: str | None) -> None:
        stored = self.documents.get(name)
        if (stored.version if stored else None) != expected:
            raise ConflictError(f"{name} was changed")
