# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The figures that docs/safety.md tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Report:
    """Counted while the tests run."""

    kill_points: Counter[str] = field(default_factory=Counter)
    survived: Counter[str] = field(default_factory=Counter)
    extra_calls: list[int] = field(default_factory=list)
    fault_cases: Counter[str] = field(default_factory=Counter)
    faults_survived: Counter[str] = field(default_factory=Counter)
    issued_beyond: int = 0
    jobs: int = 0
    jobs_locked: int = 0
    slowest_failure: float = 0.0
    orders: int = 0
    """Orders of a hundred names from a CA that refuses many nonces."""
    orders_issued: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as they travel between the processes of a test run."""
        return {name: dict(value) if isinstance(value, Counter) else value for name, value in vars(self).items()}

    def add(self, other: dict[str, Any]) -> None:
        """Count what another process counted."""
        for name, value in other.items():
            mine = getattr(self, name)
            if isinstance(mine, Counter):
                mine.update(value)
            elif isinstance(mine, float):
                setattr(self, name, max(mine, value))
            else:
                setattr(self, name, mine + value)

    def lines(self) -> Iterator[str]:
        """As sentences."""
        for story, count in self.kill_points.items():
            yield f"kill points of {story}: {self.survived[story]} of {count} survived"
        if self.extra_calls:
            yield f"calls of a resumed run beyond those that were missing: at most {max(self.extra_calls)}"
        for kind, count in self.fault_cases.items():
            yield f"fault cases of kind {kind}: {self.faults_survived[kind]} of {count} survived"
        if self.slowest_failure:
            yield f"slowest run that ended with an error: {self.slowest_failure:.0f} s"
        if self.jobs:
            yield f"overlapping jobs: {self.jobs}, of which {self.jobs_locked} left a locked project alone"
        if self.orders:
            yield f"orders from a CA that refuses many nonces: {self.orders_issued} of {self.orders} issued"
        yield f"certificates issued beyond those of undisturbed runs: {self.issued_beyond}"
