# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Project documents as bytes, and their names: the same JSON and the same names in every store."""

from __future__ import annotations

import hashlib
import json
import typing as t

from ..._core.project import definition
from ..._core.values import json_text, texts
from ..._errors import CertError, RemoteError
from .base import DamagedDocumentError, RefusedNameError, Scan, Stored


def encode(document: t.Mapping[str, t.Any]) -> bytes:
    """Indented JSON that people can read and compare."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False).encode() + b"\n"


def decode(content: bytes, where: str, version: str) -> Stored:
    """The document in this version; DamagedDocumentError that names ``where`` if the bytes are not one JSON object."""
    try:
        document = json_text.parsed(content)
    except (ValueError, RecursionError) as exc:
        raise DamagedDocumentError(
            f"the project document {where} is not valid JSON ({exc}); repair it, or restore it from a backup", version
        ) from exc
    if not isinstance(document, dict):
        raise DamagedDocumentError(
            f"the project document {where} is not a JSON object; repair it, or restore it from a backup", version
        )
    return Stored(document=document, version=version)


def names(found: t.Iterable[str]) -> list[str]:
    """Of the names that a store found, those that projects can have, sorted."""
    return sorted(name for name in found if not definition.name_problems(name))


def scan(found: t.Iterable[str], read: t.Callable[[str], Stored | None], uri: str) -> Scan:
    """What ``read`` finds of each name, sorted; one that was deleted meanwhile is left out, one that cannot be used
    comes as its error. A name that no project can have is not read: it comes as an error, under a harmless name."""
    for name in sorted(found):
        if definition.name_problems(name):
            yield refused_name(name, uri)
            continue
        try:
            stored = read(name)
        except CertError as exc:
            # A file that cannot be read is one project's trouble, a service that does not answer is everyone's.
            if isinstance(exc, RemoteError) and exc.service != "file":
                raise
            yield name, exc
            continue
        if stored is not None:
            yield name, stored


def refused_name(name: str, uri: str) -> tuple[str, RefusedNameError]:
    """The error of something that is not named as a project is, and what it is called instead: no project has a dot in
    its name, and no two such things the same name."""
    shown = texts.quoted(name)
    mark = hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:12]
    return f"refused-name.{mark}", RefusedNameError(
        f"{uri} contains {shown}, which is not the name of a project; nothing is read from it: find out who put it"
        " there, then delete or rename it"
    )
