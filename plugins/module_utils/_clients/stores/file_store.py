# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A store in a directory of this machine: ``<name>.json`` each, compared and replaced under a lock file."""

from __future__ import annotations

import hashlib
import typing as t
from pathlib import Path

from ..machine import private_files
from . import documents
from .base import Scan, Stored, conflict

_SUFFIX = ".json"


class FileStore:
    """Satisfies ``base.Store``; nothing is made on disk before the first ``write``."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.uri = f"file://{root}"

    def read(self, name: str) -> Stored | None:
        """The document, or None if there is none; CertError if it is corrupt or cannot be read."""
        path = self._path(name)
        content = private_files.read(path)
        if content is None:
            return None
        return documents.decode(content, str(path), _version(content))

    def write(self, name: str, document: t.Mapping[str, t.Any], expected: str | None) -> str:
        """Write and return the new version; ConflictError unless the stored version is ``expected`` (None: there is no
        document)."""
        path = self._path(name)
        content = documents.encode(document)
        with private_files.locked(self._root):
            self._compare(path, name, expected)
            private_files.replace(path, content)
        return _version(content)

    def delete(self, name: str, expected: str) -> None:
        """Remove the document; ConflictError unless its version is ``expected``."""
        path = self._path(name)
        with private_files.locked(self._root):
            self._compare(path, name, expected)
            private_files.remove(path)

    def names(self) -> list[str]:
        """The names of all projects, sorted."""
        return documents.names(self._found())

    def scan(self) -> Scan:
        """Every project and its document, sorted by name; one that is corrupt comes as its error."""
        return documents.scan(self._found(), self.read, self.uri)

    def beside(self, area: str) -> FileStore:
        """A store in a hidden directory of this one."""
        return FileStore(self._root / f".{area}")

    def _found(self) -> list[str]:
        with private_files.doing("list", self._root):
            try:
                entries = list(self._root.iterdir())
            except FileNotFoundError:
                return []
        return [entry.stem for entry in entries if entry.suffix == _SUFFIX and not entry.name.startswith(".")]

    def _path(self, name: str) -> Path:
        return private_files.below(self._root, name.replace("/", "\0") + _SUFFIX)

    def _compare(self, path: Path, name: str, expected: str | None) -> None:
        content = private_files.read(path)
        found = None if content is None else _version(content)
        if found != expected:
            raise conflict(self, name, found=found, expected=expected)


def _version(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
