# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a URI to the store or archive that it names; opening reads and writes nothing."""

from __future__ import annotations

import posixpath
import typing as t
from pathlib import Path

from ..._core.certificate.bundle import owned_uri
from ..._errors import ConfigError
from ..aws.dynamodb import DynamoDb
from ..aws.s3 import S3, BucketOwner
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
    found = location(uri, "store")
    if found.scheme == "dynamodb":
        return DynamoDbStore(found.uri, DynamoDb(session_factory().client("dynamodb"), found.place))
    if found.scheme == "s3":
        return S3Store(found.uri, bucket(found, session_factory), found.prefix)
    return FileStore(Path(found.place))


def archive(uri: str | None, session_factory: SessionFactory) -> Archive:
    """The archive at ``uri``, or the user's own. ``session_factory`` is called only for an archive in AWS."""
    found = location(uri, "archive")
    if found.scheme == "s3":
        return S3Archive(found.uri, bucket(found, session_factory), found.prefix, found.owner)
    return FileArchive(Path(found.place))


def bucket(found: uris.Location, session_factory: SessionFactory) -> S3:
    """The bucket that a URI names."""
    session = session_factory()
    return S3(session.client("s3"), found.place, owner(found, lambda: session), found.kms_key_id)


def owner(found: uris.Location, session_factory: SessionFactory) -> BucketOwner:
    """The account that the bucket of a URI has to belong to."""

    def account() -> str:
        # a store in files needs none of what lists things in AWS
        from ..aws.listing_cache import SharedSts  # noqa: PLC0415

        return SharedSts.account_of(session_factory()).id

    return BucketOwner(found.owner, account)


def archived(uri: str, session_factory: SessionFactory, place: str | None = None) -> bytes | None:
    """The object that ``Archive.put`` returned this URI for, or None if it is gone; ``place`` is the URI of the archive
    that it may be in."""
    path, mark, parameters = owned_uri(uri, place).partition("?")
    parent, key = posixpath.split(path)
    return archive(f"{parent}{mark}{parameters}", session_factory).get(key)


def settled(uri: str | None) -> str | None:
    """The URI of an archive as a document keeps it: that of a directory is the whole path, so that what stands in a
    document means the same to each user, and is never expanded."""
    found = uris.parse(uri, "archive") if uri and not uris.problem(uri, "archive") else None
    return found.uri if found is not None and found.scheme == "file" else uri


def uri_problem(uri: str, kind: str) -> str | None:
    """Why ``uri`` cannot be a store or an archive (``kind``), or None."""
    return uris.problem(uri, kind)


def uri_problems(uri: t.Any, kind: str) -> list[str]:
    """The same of an option that may be left out; what is not text is refused elsewhere."""
    found = uris.problem(uri, kind) if uri and isinstance(uri, str) else None
    return [found] if found else []


def location(uri: str | None, kind: str) -> uris.Location:
    """Where ``uri`` leads to, or that of the user's own; ConfigError if it leads nowhere."""
    try:
        return uris.parse(uri or user.default(kind), kind)
    except ValueError as exc:
        raise ConfigError([str(exc)]) from exc


def any_in_aws(**uri_of_kind: str | None) -> bool:
    """Whether one of these, each a usable URI by its kind, is in AWS."""
    return any(
        uris.parse(uri, kind).scheme != "file"
        for kind, uri in uri_of_kind.items()
        if uri and not uris.problem(uri, kind)
    )
