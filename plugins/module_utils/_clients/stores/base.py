# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every store and every archive promises; one contract test suite holds all of them to it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._errors import CertError, ConflictError


@dataclass(frozen=True)
class Stored:
    """A project document as it was read, with the opaque ``version`` that a conditional write must name."""

    document: dict[str, t.Any]
    version: str


# The pylint of ansible-test takes | between classes for an operation that they lack.
Scan = t.Iterator[tuple[str, t.Union[Stored, CertError]]]  # noqa: UP007


class DamagedDocumentError(CertError):
    """A document that cannot be used; ``version`` is what a write that replaces it has to expect."""

    def __init__(self, message: str, version: str) -> None:
        super().__init__(message)
        self.version = version


class RefusedNameError(CertError):
    """Something in a store has a name that no project can have."""


class Store(t.Protocol):
    """Project documents, one JSON object per project name. Every write is conditional on what was read: no lost
    update."""

    uri: str

    def read(self, name: str) -> Stored | None:
        """The document, or None if there is none; CertError if it is corrupt or the store is away."""

    def write(self, name: str, document: t.Mapping[str, t.Any], expected: str | None) -> str:
        """Write and return the new version; ConflictError unless the stored version is ``expected`` (None: there is no
        document)."""

    def delete(self, name: str, expected: str) -> None:
        """Remove the document; ConflictError unless its version is ``expected``."""

    def names(self) -> list[str]:
        """The names of all projects, sorted; what is named otherwise is left out."""

    def scan(self) -> Scan:
        """Every project and its document, sorted by name, in as few calls as the store allows; one that is corrupt
        comes as its error, and what is not named as a project is as one under another name."""

    def beside(self, area: str) -> Store:
        """Documents that lie beside the projects and are none, under names of their own, kept as projects are."""


class Archive(t.Protocol):
    """Secrets as whole objects under keys such as ``webapp/2026-11-22-0530.tar.gz``; nothing is ever half written or
    world-readable."""

    uri: str

    def uri_of(self, key: str) -> str:
        """The URI of the object, by which it is found without the archive."""

    def put(self, key: str, content: bytes) -> str:
        """Write durably, replacing what is there, and return the object's URI."""

    def get(self, key: str) -> bytes | None:
        """The content, or None if there is none."""

    def delete(self, key: str) -> None:
        """Remove the object; absent is fine."""

    def list(self, prefix: str) -> list[str]:
        """All keys that start with ``prefix``, sorted."""


def conflict(store: Store, name: str, **details: t.Any) -> ConflictError:
    """The error of a conditional write that came too late."""
    return ConflictError(f"project {name} in {store.uri} changed after it was read; run again", **details)
