# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A clock that jumps where others wait."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

START = datetime(2027, 1, 6, 4, 42, tzinfo=timezone.utc)


@dataclass
class FakeClock:
    time: datetime = START
    naps: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.time += timedelta(seconds=seconds)


def present_clock() -> FakeClock:
    """A clock that starts today, for certificates that are made today."""
    return FakeClock(datetime.now(timezone.utc).replace(microsecond=0))
