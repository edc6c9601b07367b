# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that the processes of one user's runs share on this machine, under flock."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import stat
import time
import typing as t
from pathlib import Path

from . import user


@contextlib.contextmanager
def locked(path: Path, tries: int, pause: float) -> t.Iterator[int]:
    """Inside, no other process has the file, which is made if need be; OSError if that cannot be had. The kernel frees
    what a killed process held."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        for _try in range(tries):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(pause)
        else:
            raise TimeoutError(f"{path} is locked")
        yield descriptor
    finally:
        os.close(descriptor)


def directory() -> Path | None:
    """Where the files are: the user's runtime directory, or else the cache directory; 0700 and the user's own, or
    none."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    for parent in (*([Path(runtime)] if runtime else []), user.cache_home()):
        path = parent / "certops"
        if not path.is_absolute():
            continue
        with contextlib.suppress(OSError):
            path.mkdir(0o700, parents=True, exist_ok=True)
            found = path.lstat()
            if stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077:
                return path
    return None


def file_name(service: str, identity: t.Iterable[str], suffix: str = "pace") -> str:
    """The name of the file for a service and whose calls these are, without telling who that is."""
    return f"{service}-{hashlib.sha256('|'.join(identity).encode()).hexdigest()[:16]}.{suffix}"
