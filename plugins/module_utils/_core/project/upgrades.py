# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Project documents of earlier versions, brought up to the one that this collection writes, one step after another."""

from __future__ import annotations

import typing as t

SCHEMA = 1

# As it was read; what has the form of today is a ProjectDocument.
StoredDocument = dict[str, t.Any]

_LISTS = ("domains", "emails", "bind", "distributions", "acme_contacts")


def upgraded(stored: t.Mapping[str, t.Any]) -> StoredDocument:
    """The document in the form of today; it is written so with the next change. Raises ValueError for one of a later
    version."""
    document = dict(stored)
    # Documents from before versions were counted have no such key.
    version = document.get("schema", 0)
    if version not in (*_STEPS, SCHEMA):
        raise ValueError(
            f"its schema is {version!r}, but this version of the collection supports only {SCHEMA}; upgrade the"
            " collection"
        )
    while version != SCHEMA:
        document = _STEPS[version](document)
        version = document["schema"]
    return document


def _from_0(document: StoredDocument) -> StoredDocument:
    """Lists could be comma-separated text then, as in the variables of the role, and certificates did not say whether
    they were deployed."""
    definition = document.get("definition")
    if isinstance(definition, dict):
        listed = {key: _split(definition[key]) for key in _LISTS if isinstance(definition.get(key), str)}
        document = {**document, "definition": {**definition, **listed}}
    return {**document, "schema": 1}


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


_STEPS: dict[t.Any, t.Callable[[StoredDocument], StoredDocument]] = {0: _from_0}
