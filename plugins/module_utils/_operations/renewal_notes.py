# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the CAs said of the certificates of a store: read beside its project documents, and written in few parts.

A part that is lost, damaged, or written by another job at the same time costs questions, and nothing else.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from .._clients.stores.base import DamagedDocumentError, Store
from .._core.certificate import renewal_notes
from .._core.certificate.renewal_info import RenewalInfo
from .._core.certificate.renewal_notes import INDEX, Entries, Entry, NotesIndex
from .._core.project import document as project_document
from .._core.values.shapes import ProjectDocument
from .._errors import CertError, ConflictError

AREA = "renewal-info"
# Each attempt lost means that another job wrote the same part.
ATTEMPTS = 3


@dataclass(frozen=True)
class _Part:
    """A document as it was read, with the version to replace it by."""

    document: t.Mapping[str, t.Any] = field(default_factory=dict)
    version: str | None = None


class RenewalNotes:
    """The notes of one store; each part is read once, when it is needed first. ``problems`` says what could not be."""

    def __init__(self, store: Store) -> None:
        self._store = store.beside(AREA)
        self.problems: list[str] = []
        self._parts: dict[str, _Part] = {}
        self._index: NotesIndex | None = None
        self._entries: dict[str, Entries] = {}

    def view(self, document: ProjectDocument, now: datetime) -> ProjectDocument:
        """The document with what its CA said last of the recorded certificate, and the time that follows from it."""
        own = project_document.renewal_info(document)
        if own is None:
            return document
        found = renewal_notes.newer(own, self._of(document, own.cert_id))
        return document if found is own else project_document.with_renewal_info(document, found, now)

    def keep(self, found: t.Mapping[str, RenewalInfo], without: t.Mapping[str, str | None], now: datetime) -> int:
        """Add what was found out now; how many answers other jobs kept from being written. CertError if the store is
        away."""
        if not found and all(self._known.without.get(url) == until for url, until in without.items()):
            return 0
        entries = {cert_id: renewal_notes.entry(info) for cert_id, info in found.items()}
        wanted = NotesIndex(self._parts_for(entries), self._known.without)
        lost, parts = 0, self._by_part(wanted, entries)
        in_index = parts.pop(INDEX, {})
        for name, more in parts.items():
            if not self._write(name, lambda former, more=more: _part(former, more, now)):  # type: ignore[misc]
                lost += len(more)
        if not self._write(INDEX, lambda former: self._new_index(former, wanted.parts, without, in_index, now)):
            return len(entries)
        self._remove_former(wanted)
        return lost

    @property
    def _known(self) -> NotesIndex:
        if self._index is None:
            self._index = NotesIndex.from_dict(self._read(INDEX).document)
        return self._index

    def _of(self, document: ProjectDocument, cert_id: str) -> RenewalInfo | None:
        until = self._known.without.get(_directory(document)) if self._known.without else None
        if until:
            return renewal_notes.info(cert_id, {"next_check_at": until})
        return renewal_notes.info(cert_id, self._of_part(self._known.part_of(cert_id)).get(cert_id))

    def _of_part(self, name: str) -> Entries:
        if name not in self._entries:
            self._entries[name] = renewal_notes.entries(self._read(name).document)
        return self._entries[name]

    def _read(self, name: str, anew: bool = False) -> _Part:
        """The part; one that cannot be used is empty, and is replaced with the next write."""
        if anew or name not in self._parts:
            try:
                stored = self._store.read(name)
                part = _Part(stored.document, stored.version) if stored else _Part()
            except CertError as exc:
                self.problems.append(exc.message)
                part = _Part(version=exc.version if isinstance(exc, DamagedDocumentError) else None)
            self._parts[name] = part
        return self._parts[name]

    def _parts_for(self, entries: t.Mapping[str, Entry]) -> int:
        known = {cert_id for name in self._known.names for cert_id in self._of_part(name)}
        return renewal_notes.parts_for(len(known | entries.keys()))

    def _by_part(self, wanted: NotesIndex, entries: t.Mapping[str, Entry]) -> dict[str, Entries]:
        """What is to be added to each part; where the parts are others than before, all that is known."""
        if wanted.parts != self._known.parts:
            former = {key: kept for name in self._known.names for key, kept in self._of_part(name).items()}
            entries = {**former, **entries}
        found: dict[str, Entries] = {}
        for cert_id, kept in entries.items():
            found.setdefault(wanted.part_of(cert_id), {})[cert_id] = kept
        return found

    def _new_index(
        self,
        former: t.Mapping[str, t.Any],
        parts: int,
        without: t.Mapping[str, str | None],
        more: t.Mapping[str, Entry],
        now: datetime,
    ) -> t.Mapping[str, t.Any] | None:
        """The index with this; None if another job has partitioned the entries meanwhile, which are then its."""
        index = NotesIndex.from_dict(former)
        if index.parts != self._known.parts:
            return None
        head = NotesIndex(parts, index.merged(without, now).without).as_dict()
        return {**head, **_part(former if parts == 1 else {}, more, now)}

    def _write(self, name: str, make: t.Callable[[t.Mapping[str, t.Any]], t.Mapping[str, t.Any] | None]) -> bool:
        """Write what ``make`` makes of the document, unless that changes nothing; False if other jobs were first."""
        for attempt in range(ATTEMPTS):
            part = self._read(name, anew=attempt > 0)
            document = make(part.document)
            if document is None:
                return False
            if document == part.document:
                return True
            try:
                self._store.write(name, document, part.version)
            except ConflictError:
                continue
            return True
        return False

    def _remove_former(self, wanted: NotesIndex) -> None:
        """The parts of the former partition, which nobody reads any longer."""
        if wanted.parts == self._known.parts:
            return
        for name in self._known.names:
            part = self._read(name)
            if name != INDEX and part.version is not None:
                try:
                    self._store.delete(name, part.version)
                except CertError:
                    continue  # it is overwritten when there are so many parts again


def _part(former: t.Mapping[str, t.Any], more: t.Mapping[str, Entry], now: datetime) -> dict[str, t.Any]:
    """A part with these entries added."""
    known = renewal_notes.merged(renewal_notes.entries(former), more, now)
    return {"schema": renewal_notes.SCHEMA, "known": known}


def _directory(document: ProjectDocument) -> str:
    try:
        return project_document.authority(document)[0]
    except ValueError:  # the plan says what is wrong with the definition
        return ""
