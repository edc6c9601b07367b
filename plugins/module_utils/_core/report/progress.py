# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far the projects of a run have come, and how that is shown: as one bar for each phase, or in lines. Times are
seconds of any clock."""

from __future__ import annotations

import collections
import typing as t
from dataclasses import dataclass, replace

PHASES = ("issue", "store", "bind", "clean up", "record")
DONE, FAILED = "done", "failed"
# Lines of a display with bars: the phases, and the sum of all.
HEIGHT = len(PHASES) + 1
# Up to so many projects, each of their steps is a line; of more, only sums and failures are.
FEW = 20
_LABEL = max(map(len, PHASES))
_SHORTEST_BAR, _LONGEST_BAR = 5, 50


@dataclass(frozen=True)
class _Project:
    began: float
    phase: int | None = None
    end: str | None = None


class Progress:
    """The projects of one run; ``total`` is how many there will be, as far as that is known."""

    def __init__(self, total: int, began: float) -> None:
        self._total = total
        self._began = began
        self._projects: dict[str, _Project] = {}
        # How many projects are where, kept up to date, because it is shown after each step of each project.
        self._count: collections.Counter[tuple[int | None, str | None]] = collections.Counter()

    @property
    def total(self) -> int:
        """How many projects there are."""
        return max(self._total, len(self._projects))

    def begin(self, name: str, now: float) -> None:
        """A run of the project begins; it may be another one of a project that has ended."""
        self._put(name, _Project(began=now))

    def enter(self, name: str, phase: str, now: float) -> str | None:
        """The project begins with a phase; the line that says so, or None if that is nothing new."""
        found = self._projects.get(name) or _Project(began=now)
        index = PHASES.index(phase)
        if found.end or index == found.phase:
            return None
        self._put(name, replace(found, phase=index))
        return f"{_printable(name)}: {phase}"

    def end(self, name: str, end: str, now: float) -> str | None:
        """The project is ``DONE`` or has ``FAILED``; the line that says so, or None if it had ended already."""
        found = self._projects.get(name) or _Project(began=now)
        if found.end:
            return None
        self._put(name, replace(found, end=end))
        where = f" in {PHASES[found.phase]}" if end == FAILED and found.phase is not None else ""
        return f"{_printable(name)}: {end}{where} after {duration(now - found.began)} ({self._ended()} of {self.total})"

    def open(self) -> list[str]:
        """The projects that have begun and not ended."""
        return [name for name, found in self._projects.items() if not found.end]

    def bars(self, width: int, now: float) -> list[str]:
        """``HEIGHT`` lines of at most ``width`` columns."""
        lines = []
        for index, phase in enumerate(PHASES):
            passed = sum(
                number for (at, end), number in self._count.items() if end == DONE or (at is not None and at > index)
            )
            running = self._count[index, None]
            figures = f"{passed:>{len(str(self.total))}}/{self.total}" + (f", {running} running" if running else "")
            room = width - _LABEL - len(f" [] {self.total}/{self.total}, {self.total} running")
            length = max(_SHORTEST_BAR, min(_LONGEST_BAR, room))
            filled = length * passed // max(1, self.total)
            lines.append(f"{phase:<{_LABEL}} [{'#' * filled}{'.' * (length - filled)}] {figures}"[:width])
        return [*lines, f"{'projects':<{_LABEL}} {self._sum(now)}"[:width]]

    def line(self, now: float) -> str:
        """One line about all projects: how many are in which phase, how many have ended."""
        running = ", ".join(
            f"{phase} {self._count[index, None]}" for index, phase in enumerate(PHASES) if self._count[index, None]
        )
        return f"{running}; {self._sum(now)}" if running else self._sum(now)

    def _put(self, name: str, project: _Project) -> None:
        before = self._projects.get(name)
        if before:
            self._count[before.phase, before.end] -= 1
        self._count[project.phase, project.end] += 1
        self._projects[name] = project

    def _sum(self, now: float) -> str:
        failed = sum(number for (_phase, end), number in self._count.items() if end == FAILED)
        return (
            f"{self._ended()} of {self.total} ended"
            + (f", {failed} failed" if failed else "")
            + f", {duration(now - self._began)}"
        )

    def _ended(self) -> int:
        return sum(number for (_phase, end), number in self._count.items() if end)


def duration(seconds: float) -> str:
    """Hours, minutes and seconds."""
    minutes, rest = divmod(round(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


def needs_phase(plan: t.Any, phase: str) -> bool:
    """Whether a run with this plan comes through the phase with anything to do: most runs of most projects issue
    nothing."""
    return phase != "issue" or not isinstance(plan, dict) or bool(plan.get("issue", True))


def _printable(name: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in name)
