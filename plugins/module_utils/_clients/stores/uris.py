# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the URI of a store or archive says, or why it says nothing."""

from __future__ import annotations

import os
import re
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

from ..._core.values import texts
from ..machine import user

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9!_.'()*/-]*")
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
_TABLE = re.compile(r"[A-Za-z0-9_.-]{3,255}")
_PARAMETERS = {"kms_key_id", "owner"}
_ACCOUNT = re.compile(r"[0-9]{12}")
_FORMS = {
    "store": "file:///directory, dynamodb://table or s3://bucket/prefix",
    "archive": "file:///directory or s3://bucket/prefix",
    "report": "a directory or s3://bucket/prefix",
}
_VARIABLES = {"store": "project_store", "archive": "project_archive", "report": "report_dir"}


@dataclass(frozen=True)
class Location:
    """A parsed URI: ``place`` is a directory, a table or a bucket; ``prefix`` is empty or ends with a slash."""

    scheme: str
    place: str
    prefix: str = ""
    kms_key_id: str | None = None
    owner: str | None = None

    @property
    def uri(self) -> str:
        """The URI in one form, without parameters."""
        return f"{self.scheme}://{self.place}" + (f"/{self.prefix.rstrip('/')}" if self.prefix else "")


def problem(uri: str, kind: str) -> str | None:
    """Why ``uri`` cannot be a store or an archive (``kind``), or None."""
    try:
        parse(uri, kind)
    except ValueError as exc:
        return str(exc)
    return None


def parse(uri: str, kind: str) -> Location:
    """What the URI of a store or an archive (``kind``) names; raises ValueError that says why it names nothing."""
    scheme, separator, rest = uri.partition("://")
    if not separator:
        raise ValueError(f"{kind} {texts.quoted(uri)} is not a valid URI; use {_FORMS[kind]}")
    if scheme not in ("file", "s3") and not (scheme == "dynamodb" and kind == "store"):
        raise ValueError(f"{kind} {texts.quoted(uri)} is not supported in this version; use {_FORMS[kind]}")
    if scheme == "file":
        return _file(uri, kind, rest)
    if scheme == "s3":
        return _bucket(uri, kind, rest)
    if not _TABLE.fullmatch(rest):
        raise ValueError(f"{kind} {texts.quoted(uri)} names no table; use {_FORMS[kind]}")
    return Location("dynamodb", rest)


def _file(uri: str, kind: str, path: str) -> Location:
    if user.needs_home(path):
        raise ValueError(
            f"{kind} {texts.quoted(uri)} cannot be found: {user.NO_HOME}, or set {_VARIABLES[kind]} to {_FORMS[kind]}"
        )
    whole = user.expanded(path)
    if not whole.is_absolute():
        raise ValueError(f"{kind} {texts.quoted(uri)} is not an absolute directory; use {_FORMS[kind]}")
    return Location("file", str(Path("/", *Path(os.path.normpath(whole)).parts[1:])))


def _bucket(uri: str, kind: str, rest: str) -> Location:
    """``bucket/prefix``, with the key to encrypt with and the account that has the bucket as parameters."""
    path, _mark, query = rest.partition("?")
    bucket, _slash, prefix = path.partition("/")
    prefix = prefix.strip("/")
    given = urllib.parse.parse_qs(query, keep_blank_values=True)
    if (
        not _BUCKET.fullmatch(bucket)
        or not _PREFIX.fullmatch(prefix)
        or {"", ".", ".."} & set(prefix.split("/") if prefix else ())
    ):
        raise ValueError(f"{kind} {texts.quoted(uri)} names no bucket and prefix; use {_FORMS[kind]}")
    if given.keys() - _PARAMETERS or any(len(values) != 1 or not values[0] for values in given.values()):
        raise ValueError(
            f"{kind} {texts.quoted(uri)} has an unknown or empty parameter; known are kms_key_id and owner"
        )
    known = {name: values[0] for name, values in given.items()}
    if not _ACCOUNT.fullmatch(known.get("owner", "0" * 12)):
        raise ValueError(f"{kind} {texts.quoted(uri)} has an owner that is not the number of an account, of 12 digits")
    return Location("s3", bucket, f"{prefix}/" if prefix else "", **known)
