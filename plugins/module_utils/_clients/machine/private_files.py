# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that only their owner reads and that are never half written: 0600 in 0700 directories, replaced atomically,
synced to disk."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import tempfile
import typing as t
from pathlib import Path

from ..._core.values import texts
from ..._errors import CertError, RemoteError
from . import processes

FILE_MODE = 0o600
DIRECTORY_MODE = 0o700
_LONGEST_MARK = 100
# Nothing that is kept here comes near: a document of a project is below 100 kB, a bundle too.
MAX_BYTES = 16_000_000
# Hidden files that end like this are ours: what a killed process left. Those of others stay.
_TEMPORARY = ".certops-tmp"
_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
)
_ADVICE = {
    errno.ENOSPC: "free some space on that disk",
    errno.EDQUOT: "raise the quota or free some space on that disk",
    errno.EFBIG: "raise the file size limit of this process",
    errno.EACCES: "give the user that runs this module read and write access",
    errno.EPERM: "give the user that runs this module read and write access",
    errno.EROFS: "use a directory that can be written",
    errno.ENOTDIR: "use a path whose parents are all directories",
    errno.ELOOP: "replace the symbolic link with a regular file",
}


@contextlib.contextmanager
def doing(operation: str, path: Path) -> t.Iterator[None]:
    """Inside, an OSError becomes a RemoteError that names the operation and the path, and says what to do. So does a
    path that no file can have."""
    try:
        yield
    except ValueError as exc:  # a NUL, or half of a character
        raise RemoteError(
            f"cannot {operation} {texts.cleaned(path, texts.LONGEST_QUOTE)}: {exc}; correct the path",
            service="file",
            operation=operation,
            code="EINVAL",
        ) from exc
    except OSError as exc:
        code = errno.errorcode.get(exc.errno or 0, type(exc).__name__)
        advice = _ADVICE.get(exc.errno or 0, "check this path")
        raise RemoteError(
            f"cannot {operation} {texts.cleaned(path)}: {exc.strerror or exc}; {advice}",
            service="file",
            operation=operation,
            code=code,
        ) from exc


def directory_problem(path: Path) -> str | None:
    """Why files cannot be kept in this directory, which may be yet to be made, as far as can be told without writing;
    None if they can."""
    # Not path.exists(), which raises where a directory above may not be searched.
    try:
        closest = next(one for one in (path, *path.parents) if os.access(one, os.F_OK))
    except ValueError as exc:
        return f"{texts.quoted(str(path))} is not the path of a directory: {exc}"
    if not closest.is_dir():
        return f"{closest} exists and is not a directory"
    # Reading, too: what was written is made durable by opening its directory.
    if not os.access(closest, os.R_OK | os.W_OK | os.X_OK):
        return f"{closest} is not readable and writable for the user that runs this module"
    return None


def is_file(path: str) -> bool:
    """Whether a file is there, whatever stands in the place of its path."""
    try:
        return Path(path).is_file()
    except (OSError, ValueError):
        return False


def make_directory(path: Path) -> None:
    """The directory exists; those that had to be made are 0700 whatever the umask, and durable."""
    if path.is_dir():
        return
    make_directory(path.parent)
    with contextlib.suppress(FileExistsError):
        path.mkdir(DIRECTORY_MODE)
        path.chmod(DIRECTORY_MODE)
        sync_directory(path.parent)


def sync_directory(path: Path) -> None:
    """Names made or removed in this directory survive a power failure."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace(path: Path, content: bytes, mode: int = FILE_MODE) -> None:
    """The file holds exactly ``content``, on disk, with ``mode``; after a crash it holds the old content or the new,
    never a part."""
    with doing("write", path):
        make_directory(path.parent)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=_TEMPORARY, dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                os.fchmod(stream.fileno(), mode)
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        sync_directory(path.parent)


def read(path: Path, follow: bool = False) -> bytes | None:
    """The content of a regular file, or None if nothing is there. Anything else is reported and not opened: opening a
    FIFO waits for its writer, opening a device may do something. A symbolic link is refused unless it is to be
    followed."""
    with doing("read", path):
        try:
            _require_regular(path, path.stat() if follow else path.lstat())
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW))
        except FileNotFoundError:
            return None
        with os.fdopen(descriptor, "rb") as stream:
            _require_regular(path, os.fstat(descriptor))
            content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise _unreadable(path, "EFBIG", f"it has more than {MAX_BYTES // 1_000_000} MB; move it elsewhere")
    return content


def _require_regular(path: Path, found: os.stat_result) -> None:
    if stat.S_ISLNK(found.st_mode):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    if not stat.S_ISREG(found.st_mode):
        kind = next((text for is_one, text in _KINDS if is_one(found.st_mode)), "a device")
        raise _unreadable(path, "EINVAL", f"it is {kind}, not a regular file; move it elsewhere")


def _unreadable(path: Path, code: str, why: str) -> RemoteError:
    return RemoteError(f"cannot read {texts.cleaned(path)}: {why}", service="file", operation="read", code=code)


def remove(path: Path) -> None:
    """The file is gone, on disk; absent is fine."""
    with doing("remove", path), contextlib.suppress(FileNotFoundError):
        path.unlink()
        sync_directory(path.parent)


@contextlib.contextmanager
def locked(directory: Path) -> t.Iterator[None]:
    """Inside, no other process of this machine is in the same block for this directory; what killed writers left there
    is removed."""
    lock, mark = directory / ".lock", _mark()
    with doing("lock", lock):
        make_directory(directory)
        with contextlib.suppress(FileNotFoundError):
            _require_regular(lock, lock.lstat())
        descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE)
    try:
        with doing("lock", lock):
            os.fchmod(descriptor, FILE_MODE)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            if not mark or os.pread(descriptor, _LONGEST_MARK, 0) != mark:
                _remove_leftovers(directory)
            os.ftruncate(descriptor, 0)
        yield
        # On a full disk the next writer looks for leftovers again.
        with contextlib.suppress(OSError):
            os.pwrite(descriptor, mark, 0)
    finally:
        os.close(descriptor)


def _mark() -> bytes:
    """What the lock says while nobody holds it and its last holder ended well. A holder that was killed leaves it
    empty, and after a power failure it is that of another boot: then there may be leftovers, and they are looked for.
    Empty where the boot cannot be told."""
    boot = processes.boot_id()
    return f"swept {boot}\n".encode() if boot else b""


def _remove_leftovers(directory: Path) -> None:
    """Every writer here holds the lock, so every temporary file that we see belongs to a process that died."""
    for leftover in directory.glob(f".*{_TEMPORARY}"):
        if stat.S_ISREG(leftover.lstat().st_mode):
            leftover.unlink()


def checked_key(key: str) -> str:
    """The key; CertError unless it is one in every archive."""
    if any(not part or part.startswith(".") or "\0" in part for part in key.split("/")):
        raise CertError(
            f"{texts.quoted(key)} is not a valid key: its parts are separated by single slashes, are not empty and do"
            " not start with a dot"
        )
    return key


def below(root: Path, key: str) -> Path:
    """The path of ``key`` below ``root``; CertError for a key that would leave it, by ``..``, an absolute path or a
    symbolic link."""
    path = root
    for part in checked_key(key).split("/"):
        path = path / part
        if path.is_symlink():
            raise CertError(
                f"{texts.cleaned(path)} is a symbolic link, which is not followed; replace it with a regular directory"
                " or file"
            )
    return path
