# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Project documents as bytes: the same JSON in every store."""

from __future__ import annotations

import json
import typing as t

from ..._core.values import json_text
from ..._errors import CertError, RemoteError
from .base import DamagedDocumentError, Scan, Stored


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


def scan(names: t.Iterable[str], read: t.Callable[[str], Stored | None]) -> Scan:
    """What ``read`` finds of each name, in this order; one that was deleted meanwhile is left out, one that cannot be
    used comes as its error."""
    for name in names:
        try:
            found = read(name)
        except CertError as exc:
            # A file that cannot be read is one project's trouble, a service that does not answer is everyone's.
            if isinstance(exc, RemoteError) and exc.service != "file":
                raise
            yield name, exc
            continue
        if found is not None:
            yield name, found
