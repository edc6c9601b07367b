# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where reports are written for others to read: a directory, or a prefix of an S3 bucket. Each file is replaced as a
whole."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ..aws.s3 import S3
from ..machine import private_files
from . import uris
from .open import SessionFactory, bucket, location

# A web server and node_exporter read them; there is nothing secret in them.
MODE = 0o644


class ReportPlace(t.Protocol):
    """Files under fixed names."""

    uri: str

    def put(self, name: str, content: bytes, media_type: str) -> str:
        """Write durably, replacing what is there, and return the path or URI of the file."""


class ReportDirectory:
    """A directory; one that has to be made is open to its owner only."""

    def __init__(self, path: Path) -> None:
        self.uri = str(path)
        self._path = path

    def put(self, name: str, content: bytes, media_type: str) -> str:
        """Write durably, replacing what is there, and return the path of the file."""
        del media_type
        private_files.replace(self._path / name, content, MODE)
        return str(self._path / name)


class ReportBucket:
    """A prefix of a bucket, which is empty or ends with a slash."""

    def __init__(self, uri: str, bucket: S3, prefix: str) -> None:
        self.uri = uri
        self._bucket = bucket
        self._prefix = prefix

    def put(self, name: str, content: bytes, media_type: str) -> str:
        """Write, replacing what is there, and return the object's URI."""
        self._bucket.put_object(f"{self._prefix}{name}", content, media_type=media_type)
        return f"{self.uri}/{name}"


def problem(where: str) -> str | None:
    """Why no report can be written there, as far as it can be told without writing; None if it can."""
    try:
        found = uris.parse(as_uri(where), "report")
    except ValueError as exc:
        return str(exc)
    if found.scheme != "file":
        return None
    wrong = private_files.directory_problem(Path(found.place))
    return wrong and f"dir: no report can be written to {found.place}: {wrong}; use another directory, or correct it"


def connect(where: str, session_factory: SessionFactory) -> ReportPlace:
    """The place; ``session_factory`` is called only for one in AWS."""
    found = location(as_uri(where), "report")
    if found.scheme == "s3":
        return ReportBucket(found.uri, bucket(found, session_factory), found.prefix)
    return ReportDirectory(Path(found.place))


def as_uri(where: str) -> str:
    """A plain path as the URI of its directory."""
    return where if "://" in where else f"file://{where}"
