# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading, deciding and writing a project document as one: if somebody else wrote in between, it is read and decided again."""

from __future__ import annotations

import typing as t

from .._core import journal, project
from .._core.project import Document
from .._errors import CertError, ConflictError
from .base import Store

# Each attempt lost means that another run got its write through.
ATTEMPTS = 20


class Decided(t.Protocol):
    """What a decision carries beside its own results: the document to write, or None for no document."""

    @property
    def document(self) -> Document | None:
        """The document as it shall be."""


D = t.TypeVar("D", bound=Decided)


def load(store: Store, name: str) -> tuple[Document | None, str | None]:
    """The document with every key present, and its version; (None, None) if there is none; CertError if it is damaged."""
    stored = store.read(name)
    if stored is None:
        return None, None
    try:
        return project.loaded(name, stored.document), stored.version
    except ValueError as exc:
        raise CertError(f"the document of project {name} in {store.uri} cannot be used: {exc}") from exc


def update(store: Store, name: str, decide: t.Callable[[Document | None], D], check_mode: bool = False) -> tuple[Document | None, D]:
    """The document before, and the decision that was written. ``decide`` may be called again, so it only computes."""
    conflict: ConflictError | None = None
    for _attempt in range(ATTEMPTS):
        before, version = load(store, name)
        decided = decide(before)
        if check_mode or decided.document == before:
            return before, decided
        try:
            _apply(store, name, decided.document, version)
        except ConflictError as exc:
            conflict = exc
            continue
        return before, decided
    raise conflict or ConflictError(f"project {name} in {store.uri} could not be written; run again")


def record_order(store: Store, name: str, order_url: str) -> None:
    """The journal of the project's run knows the order, before it costs anything to lose it; without a run under way nothing is written."""

    def decide(document: Document | None) -> _Written:
        if document is None or not journal.is_unfinished(document["journal"]):
            return _Written(document)
        return _Written({**document, "journal": {**journal.advanced(document["journal"], journal.Phase.ORDERING.value), "order_url": order_url}})

    update(store, name, decide)


class _Written(t.NamedTuple):
    document: Document | None


def _apply(store: Store, name: str, document: Document | None, version: str | None) -> None:
    if document is not None:
        store.write(name, document, version)
    elif version is not None:
        store.delete(name, version)
