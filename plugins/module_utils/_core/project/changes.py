# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between two definitions of a project, in words: what was left out falls back to a default, which nobody
may have meant."""

from __future__ import annotations

import typing as t

from ..values import texts
from ..values.shapes import ProjectDefinition, ProjectDocument

_LONGEST = 60


def between(before: t.Mapping[str, t.Any] | None, after: t.Mapping[str, t.Any] | None) -> list[str]:
    """One sentence for each field that is another one; none for a project that is new or gone."""
    if before is None or after is None:
        return []
    return [
        f"{key}: {_change(before.get(key), value)}" for key, value in after.items() if not _same(before.get(key), value)
    ]


def outstanding(document: ProjectDocument, wanted: ProjectDefinition) -> list[str]:
    """The keys of a definition whose values are other ones, or not yet true of the project."""
    untrue = {
        "emails": set(document["subscribed"]) != set(wanted["emails"]),
        "publish": bool(document["to_withdraw"]),
    }
    return [key for key, value in wanted.items() if document["definition"].get(key) != value or untrue.get(key)]


def _same(one: t.Any, other: t.Any) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return _members(one) == _members(other)
    return bool(one == other)


def _change(before: t.Any, after: t.Any) -> str:
    if isinstance(before, list) and isinstance(after, list):
        removed, added = _members(before) - _members(after), _members(after) - _members(before)
        parts = [(added, "added"), (removed, "removed")]
        return ", ".join(f"{' '.join(sorted(members))} {word}" for members, word in parts if members)
    if isinstance(before, dict) or isinstance(after, dict):
        return "changed"
    return f"{_shown(before)} is now {_shown(after)}"


def _members(values: t.Iterable[t.Any]) -> set[str]:
    return {texts.cleaned(value, _LONGEST) for value in values}


def _shown(value: t.Any) -> str:
    return "unset" if value in (None, "") else texts.cleaned(value, _LONGEST)
