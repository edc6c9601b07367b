# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""An archive in a directory of this machine: one file per key, slashes as directories, 0600 in 0700."""

from __future__ import annotations

import os
from pathlib import Path

from ..machine import private_files


class FileArchive:
    """Satisfies ``base.Archive``; nothing is made on disk before the first ``put``."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.uri = f"file://{root}"

    def uri_of(self, key: str) -> str:
        """The object's URI."""
        return f"{self.uri}/{key}"

    def put(self, key: str, content: bytes) -> str:
        """Write durably, replacing what is there, and return the object's URI."""
        path = private_files.below(self._root, key)
        with private_files.locked(path.parent):
            private_files.replace(path, content)
        return self.uri_of(key)

    def get(self, key: str) -> bytes | None:
        """The content, or None if there is none."""
        return private_files.read(private_files.below(self._root, key))

    def delete(self, key: str) -> None:
        """Remove the object; absent is fine."""
        private_files.remove(private_files.below(self._root, key))

    def list(self, prefix: str) -> list[str]:
        """All keys that start with ``prefix``, sorted."""
        keys = []
        with private_files.doing("list", self._root):
            for directory, children, names in os.walk(self._root, onerror=_raise_unless_absent):
                children[:] = [child for child in children if not child.startswith(".")]
                relative = Path(directory).relative_to(self._root)
                keys += [str(relative / name) for name in names if not name.startswith(".")]
        return sorted(key for key in keys if key.startswith(prefix))


def _raise_unless_absent(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise error
