# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run would do, computed before anything is changed: check mode, diff and apply read the same plan."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Step:
    """One change to make: ``action`` is a verb of the module, ``target`` what it acts on."""

    action: str
    target: str
    values: t.Mapping[str, t.Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """Steps in the order to apply them, and the state before and after as users see it in a diff."""

    steps: tuple[Step, ...] = ()
    before: t.Mapping[str, t.Any] = field(default_factory=dict)
    after: t.Mapping[str, t.Any] = field(default_factory=dict)
    reason: str = ""

    def __bool__(self) -> bool:
        return bool(self.steps)


@dataclass(frozen=True)
class Outcome:
    """What a module's ``run`` returns: the result (plain JSON values, no secrets), the diff, warnings.

    A ``failure`` makes the module fail with this message while all of ``result`` is still returned,
    so that a partial success is never lost.
    """

    changed: bool
    result: t.Mapping[str, t.Any] = field(default_factory=dict)
    before: t.Mapping[str, t.Any] = field(default_factory=dict)
    after: t.Mapping[str, t.Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    failure: str | None = None
