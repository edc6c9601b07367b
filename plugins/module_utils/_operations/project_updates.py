# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading, deciding and writing a project document as one: if another process wrote in between, it is read and decided
again."""

from __future__ import annotations

import typing as t

from .._clients.stores import open as stores
from .._clients.stores.base import Store, Stored
from .._core.project import document as project_document
from .._core.values import texts
from .._core.values.shapes import ProjectDocument
from .._errors import CertError, ConflictError

# Each attempt lost means that another run got its write through.
ATTEMPTS = 20


class Decided(t.Protocol):
    """What a decision carries beside its own results: the document to write, or None for no document."""

    @property
    def document(self) -> ProjectDocument | None:
        """The document as it shall be."""


D = t.TypeVar("D", bound=Decided)


def load(store: Store, name: str) -> tuple[ProjectDocument | None, str | None]:
    """The document with every key present, and its version; (None, None) if there is none; CertError if it is
    damaged."""
    stored = store.read(name)
    if stored is None:
        return None, None
    return checked(store, name, stored), stored.version


def checked(store: Store, name: str, stored: Stored | CertError) -> ProjectDocument:
    """The document of what was read, with every key present; CertError if it cannot be used."""
    if isinstance(stored, CertError):
        raise stored
    try:
        return project_document.loaded(name, stored.document)
    except ValueError as exc:
        raise CertError(f"the document of project {name} in {store.uri} cannot be used: {exc}") from exc


def archive_problem(name: str, named: str | None, given: str | None) -> str | None:
    """Why the keys of a project do not go to ``named``, as its document says: the archive that was given for this run
    is another one. None if it is the same, or none was given."""
    if not given:
        return None
    problem = stores.uri_problem(named, "archive") if named else None
    if problem is None and _place(named) == _place(given):
        return None
    return (
        f"the document of project {name} keeps keys in {texts.cleaned(named or 'the default archive')}, but"
        f" project_archive is {given}, and a document does not decide where keys go; leave project_archive out, or"
        " change the archive of the project with the playbook create"
    )


def _place(archive: str | None) -> tuple[str, str | None]:
    """Where an archive is, and the key that encrypts it: whose bucket it is, S3 tells."""
    found = stores.location(archive, "archive")
    return found.uri, found.kms_key_id


def is_in_archive(bundle: str, archive: str) -> bool:
    """Whether the URI of a bundle is that of an object of this archive."""
    path = bundle.partition("?")[0]
    return path.startswith(f"{_place(archive)[0]}/") and ".." not in path.split("/")


def damaged(name: str, exc: Exception) -> str:
    """Why a project cannot be worked on, in one line, if its document breaks what works with it."""
    return (
        f"a part of the document of project {name} is damaged ({type(exc).__name__}:"
        f" {texts.cleaned(exc, texts.LONGEST_QUOTE)}); repair it"
    )


def update(
    store: Store,
    name: str,
    decide: t.Callable[[ProjectDocument | None], D],
    check_mode: bool = False,
    view: t.Callable[[ProjectDocument], ProjectDocument] | None = None,
) -> tuple[ProjectDocument | None, D]:
    """The document before, and the decision that was written. ``decide`` may be called again, so it only computes.
    ``view`` adds what is known elsewhere, which alone is nothing to write."""
    conflict: ConflictError | None = None
    for _attempt in range(ATTEMPTS):
        before, version = load(store, name)
        before = view(before) if view and before is not None else before
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


def _apply(store: Store, name: str, document: ProjectDocument | None, version: str | None) -> None:
    if document is not None:
        store.write(name, document, version)
    elif version is not None:
        store.delete(name, version)
