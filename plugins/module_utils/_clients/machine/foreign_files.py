# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of other programs below one directory, read as data: plain files of limited size, owned by root or by us, and
no link that leads out of the directory. Nothing is executed."""

from __future__ import annotations

import errno
import os
import stat
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ..._errors import RemoteError
from .private_files import doing

MAX_BYTES = 1024 * 1024
MAX_ENTRIES = 10_000
MAX_LINKS = 16
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True)
class ForeignFile:
    """What a file holds, and whether others than its owner may read it."""

    content: bytes
    is_shared: bool

    @property
    def text(self) -> str:
        """The content as text; what is not UTF-8 is replaced."""
        return self.content.decode("utf-8", "replace")


class ForeignDirectory:
    """A directory that was resolved once; every path is relative to it."""

    def __init__(self, root: str) -> None:
        self.root = Path(os.path.realpath(root))

    def exists(self) -> bool:
        """Whether there is such a directory."""
        return self.root.is_dir()

    def names(self, relative: str) -> list[str]:
        """What lies in a directory below; nothing if there is none."""
        with self._doing("list", relative):
            try:
                descriptor = self._opened(relative, os.O_DIRECTORY)
            except (FileNotFoundError, NotADirectoryError):
                return []
            try:
                found = os.listdir(descriptor)
            finally:
                os.close(descriptor)
        if len(found) > MAX_ENTRIES:
            raise self._refused("list", relative, f"it has more than {MAX_ENTRIES} entries")
        return sorted(found)

    def read(self, relative: str) -> ForeignFile | None:
        """A file below; None if there is none, RemoteError if it is not one that may be read."""
        with self._doing("read", relative):
            try:
                descriptor = self._opened(relative)
            except FileNotFoundError:
                return None
            with os.fdopen(descriptor, "rb") as stream:
                about = os.fstat(descriptor)
                why = _problem(about)
                content = b"" if why else stream.read(MAX_BYTES + 1)
        if why or len(content) > MAX_BYTES:
            raise self._refused("read", relative, why or f"it has more than {MAX_BYTES} bytes")
        return ForeignFile(content, bool(about.st_mode & 0o077))

    def place(self, relative: str) -> Path:
        """Where it is, for those who are told."""
        return self.root / relative

    def _opened(self, relative: str, flags: int = 0) -> int:
        """A descriptor of the path, with links as far as they stay below the root."""
        todo, done = [*reversed(_parts(relative))], list[str]()
        links = 0
        descriptor = os.open(self.root, _OPEN | os.O_DIRECTORY)
        try:
            while todo:
                name = todo.pop()
                if name == "..":
                    done, descriptor = self._up(done, descriptor)
                    continue
                target = _link(name, descriptor)
                if target is not None:
                    links += 1
                    done, descriptor = self._back(target, done, descriptor, links)
                    todo += reversed(_parts(self._inside(target)))
                    continue
                last = flags if not todo else os.O_DIRECTORY
                inner = os.open(name, _OPEN | last, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = inner
                done.append(name)
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def _inside(self, target: str) -> str:
        """A link's target, relative to the root if it is absolute."""
        if not os.path.isabs(target):
            return target
        resolved = os.path.normpath(target)
        if resolved != str(self.root) and not resolved.startswith(f"{self.root}{os.sep}"):
            raise OSError(errno.ELOOP, "a link leads out of the directory")
        return os.path.relpath(resolved, self.root)

    def _back(self, target: str, done: list[str], descriptor: int, links: int) -> tuple[list[str], int]:
        """Where a link's target begins: at the root if it is absolute."""
        if links > MAX_LINKS:
            raise OSError(errno.ELOOP, "too many links")
        if not os.path.isabs(target):
            return done, descriptor
        return self._at([], descriptor)

    def _up(self, done: list[str], descriptor: int) -> tuple[list[str], int]:
        if not done:
            raise OSError(errno.ELOOP, "a path leads out of the directory")
        return self._at(done[:-1], descriptor)

    def _at(self, parts: list[str], descriptor: int) -> tuple[list[str], int]:
        """The directory with these parts, of which none is a link, opened anew in place of the descriptor."""
        found = os.open(self.root, _OPEN | os.O_DIRECTORY)
        try:
            for name in parts:
                inner = os.open(name, _OPEN | os.O_DIRECTORY, dir_fd=found)
                os.close(found)
                found = inner
        except BaseException:
            os.close(found)
            raise
        os.close(descriptor)
        return parts, found

    def _doing(self, operation: str, relative: str) -> t.ContextManager[None]:
        return doing(operation, self.place(relative))

    def _refused(self, operation: str, relative: str, why: str) -> RemoteError:
        return RemoteError(
            f"cannot {operation} {self.place(relative)}: {why}", service="file", operation=operation, code="refused"
        )


def _parts(relative: str) -> list[str]:
    return [part for part in relative.split(os.sep) if part not in ("", ".")]


def _link(name: str, descriptor: int) -> str | None:
    """The target of a link; None for what is not one."""
    try:
        return os.readlink(name, dir_fd=descriptor)
    except OSError as exc:
        if exc.errno == errno.EINVAL:
            return None
        raise


def _problem(about: os.stat_result) -> str | None:
    if not stat.S_ISREG(about.st_mode):
        return "it is not a regular file"
    if about.st_uid not in (0, os.geteuid()):
        return f"it belongs to user {about.st_uid}, not to root or to the user that runs this module"
    return None
