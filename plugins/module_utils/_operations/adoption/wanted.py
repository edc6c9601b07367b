# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which projects a reading is asked for, by names and patterns, and which of these belong to nothing."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field

from ..._core.values import texts

MOST_NAMED = 20
LONGEST_NAME = 120


@dataclass
class WantedProjects:
    """``patterns`` as they were given, none for all; what was looked at is noted, so that a name that belongs to
    nothing can be reported with those that exist."""

    patterns: tuple[str, ...]
    _names: set[str] = field(default_factory=set)
    _matched: set[str] = field(default_factory=set)

    def wants(self, theirs: str, *others: str | None) -> bool:
        """Whether a project that exists is asked for; ``others`` are further names of it."""
        self._names.add(theirs)
        return self.knows(theirs, *others) or not self.patterns

    def knows(self, *names: str | None) -> bool:
        """Whether one of these names is asked for, for example that of a project that is ours already."""
        found = {one for one in self.patterns for name in names if name and fnmatch.fnmatchcase(name, one)}
        self._matched |= found
        return bool(found)

    def problem(self) -> str | None:
        """Why the reading is of no use: a pattern matches nothing, perhaps by a slip."""
        missed = [one for one in self.patterns if one not in self._matched]
        if not missed:
            return None
        return f"adopt_projects: nothing is called {', '.join(map(texts.quoted, missed))}; {self._existing()}"

    def _existing(self) -> str:
        ordered = sorted(self._names)
        named = ", ".join(texts.cleaned(one, LONGEST_NAME) for one in ordered[:MOST_NAMED])
        more = f" and {len(ordered) - MOST_NAMED} more" if len(ordered) > MOST_NAMED else ""
        return (
            f"there are {named}{more}" if ordered else "nothing was found; check adopt_from, the region and the account"
        )
