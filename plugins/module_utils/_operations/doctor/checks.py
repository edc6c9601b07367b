# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks that read, side by side: facts are read once for all that ask, and a check that cannot be made is a
finding, not the end."""

from __future__ import annotations

import threading
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from ..._core.doctor.findings import Finding, of_error, ordered
from ..._core.project import document as project_document, places
from ..._core.values.shapes import CertificateRecord, ProjectDefinition, ProjectDocument
from ..._errors import CertError

WORKERS = 8
T = t.TypeVar("T")
A = t.TypeVar("A")
B = t.TypeVar("B")


class Fact(t.Generic[T]):
    """What one reading says; it is made by the first that asks, and its error is the error of all who ask."""

    def __init__(self, read: t.Callable[[], T]) -> None:
        self._read = read
        self._turn = threading.Lock()
        self._value: list[T] = []
        self._error: CertError | None = None

    def get(self) -> T:
        """The value; CertError if it cannot be read."""
        with self._turn:
            if not self._value and self._error is None:
                try:
                    self._value.append(self._read())
                except CertError as exc:
                    self._error = exc
        if self._error is not None:
            raise self._error
        return self._value[0]

    def get_or(self, default: T) -> T:
        """The value, or ``default`` where another check reports why there is none."""
        try:
            return self.get()
        except CertError:
            return default


@dataclass(frozen=True)
class Subject:
    """The project that is examined: what is wanted of it, and what the store knows of it (None: nothing)."""

    name: str
    definition: ProjectDefinition
    document: ProjectDocument | None
    has_eab: bool
    now: datetime

    @property
    def domains(self) -> tuple[str, ...]:
        """The names that the certificate shall have."""
        return tuple(self.definition["domains"])

    @property
    def record(self) -> CertificateRecord | None:
        """The recorded certificate."""
        return self.document["certificate"] if self.document else None

    @property
    def previous(self) -> tuple[str, ...]:
        """IDs of the certificates whose distributions the next run takes over."""
        return project_document.previous(self.document) if self.document else ()

    @property
    def stores(self) -> list[str]:
        """Where the project has certificates, or is to have one."""
        if self.document is None:
            return [self.definition["certificate_store"]]
        return places.stores({**self.document, "definition": self.definition})

    @property
    def superseded(self) -> tuple[CertificateRecord, ...]:
        """Recorded certificates that newer ones replaced."""
        return tuple(self.document["superseded"]) if self.document else ()


@dataclass(frozen=True)
class Check:
    """One thing to look at; ``code`` is what a finding says if it cannot be looked at."""

    name: str
    code: str
    look: t.Callable[[], t.Iterable[Finding]]

    def made(self) -> list[Finding]:
        """What was found."""
        try:
            return list(self.look())
        except CertError as exc:
            return [of_error(self.code, exc)]


def findings(checks: t.Sequence[Check]) -> list[Finding]:
    """What all the checks found, the worst first."""
    return ordered(found for one in side_by_side(Check.made, checks) for found in one)


def side_by_side(function: t.Callable[[A], B], items: t.Sequence[A]) -> list[B]:
    """The results in the order of the items; all of it is waiting for others, so threads help."""
    if not items:
        return []
    with ThreadPoolExecutor(max_workers=min(WORKERS, len(items))) as pool:
        return list(pool.map(function, items))
