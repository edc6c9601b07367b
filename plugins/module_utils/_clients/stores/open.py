# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a URI to the store or archive that it names; opening reads and writes nothing."""

from __future__ import annotations

import posixpath
import typing as t
from pathlib import Path

from ..._errors import ConfigError
from ..aws.dynamodb import DynamoDb
from ..aws.s3 import S3
from ..machine import user
from . import uris
from .base import Archive, Store
from .dynamodb_store import DynamoDbStore
from .file_archive import FileArchive
from .file_store import FileStore
from .s3_archive import S3Archive
from .s3_store import S3Store

if t.TYPE_CHECKING:
    from ..aws.session import Session

SessionFactory = t.Callable[[], "Session"]


def store(uri: str | None, session_factory: SessionFactory) -> Store:
    """The store at ``uri``, or the user's own. ``session_factory`` is called only for a store in AWS."""
    location = _location(uri, "store")
    if location.scheme == "dynamodb":
        return DynamoDbStore(location.uri, DynamoDb(session_factory().client("dynamodb"), location.place))
    if location.scheme == "s3":
        return S3Store(
            location.uri, S3(session_factory().client("s3"), location.place, location.kms_key_id), location.prefix
        )
    return FileStore(Path(location.place))


def archive(uri: str | None, session_factory: SessionFactory) -> Archive:
    """The archive at ``uri``, or the user's own. ``session_factory`` is called only for an archive in AWS."""
    location = _location(uri, "archive")
    if location.scheme == "s3":
        return S3Archive(
            location.uri, S3(session_factory().client("s3"), location.place, location.kms_key_id), location.prefix
        )
    return FileArchive(Path(location.place))


def archived(uri: str, session_factory: SessionFactory) -> bytes | None:
    """The object that ``Archive.put`` returned this URI for, or None if it is gone."""
    parent, key = posixpath.split(uri)
    return archive(parent, session_factory).get(key)


def uri_problem(uri: str, kind: str) -> str | None:
    """Why ``uri`` cannot be a store or an archive (``kind``), or None."""
    return uris.problem(uri, kind)


def _location(uri: str | None, kind: str) -> uris.Location:
    try:
        return uris.parse(uri or user.default(kind), kind)
    except ValueError as exc:
        raise ConfigError([str(exc)]) from exc
