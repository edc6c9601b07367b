# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a URI to the store or archive that it names; opening reads and writes nothing."""

from __future__ import annotations

import os
import posixpath
import typing as t
from pathlib import Path

from .._errors import ConfigError
from .base import Archive, Store
from .file_archive import FileArchive
from .file_store import FileStore

if t.TYPE_CHECKING:
    from .._aws.session import Session

SessionFactory = t.Callable[[], "Session"]


def default_uri(kind: str) -> str:
    """The store or archive (``kind``) of the user who runs the module: below the XDG data directory."""
    # The specification says to ignore a relative path. https://specifications.freedesktop.org/basedir/latest/
    configured = Path(os.environ.get("XDG_DATA_HOME", ""))
    base = configured if configured.is_absolute() else _expanded("~/.local/share")
    return f"file://{base}/certops/{kind}"


def store(uri: str | None, session_factory: SessionFactory) -> Store:  # noqa: ARG001 - the stores in AWS need it
    """The store at ``uri``, or the user's own. ``session_factory`` is called only for a store in AWS."""
    return FileStore(_directory(uri or default_uri("store"), "store"))


def archive(uri: str | None, session_factory: SessionFactory) -> Archive:  # noqa: ARG001 - the archives in AWS need it
    """The archive at ``uri``, or the user's own. ``session_factory`` is called only for an archive in AWS."""
    return FileArchive(_directory(uri or default_uri("archive"), "archive"))


def archived(uri: str, session_factory: SessionFactory) -> bytes | None:
    """The object that ``Archive.put`` returned this URI for, or None if it is gone."""
    parent, key = posixpath.split(uri)
    return archive(parent, session_factory).get(key)


def uri_problem(uri: str, kind: str) -> str | None:
    """Why ``uri`` cannot be a store or an archive (``kind``), or None."""
    scheme, separator, path = uri.partition("://")
    if not separator:
        return f"{kind} {uri!r} is no URI; use file:///directory"
    if scheme != "file":
        return f"{kind} {uri!r} is not supported in this version; use file:///directory"
    if not _expanded(path).is_absolute():
        return f"{kind} {uri!r} is no absolute directory; use file:///directory"
    return None


def _directory(uri: str, kind: str) -> Path:
    problem = uri_problem(uri, kind)
    if problem:
        raise ConfigError([problem])
    return Path("/", *Path(os.path.normpath(_expanded(uri.partition("://")[2]))).parts[1:])


def _expanded(path: str) -> Path:
    """The path with ``~`` and variables; a user without a home leaves it relative, which is refused."""
    try:
        return Path(os.path.expandvars(path)).expanduser()
    except RuntimeError:
        return Path(path)
