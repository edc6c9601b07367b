# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a certificate expires soon: by days, fewer of them for one that lives shortly."""

from __future__ import annotations

import typing as t
from datetime import timedelta

# Days left at which an expiry becomes more urgent.
THRESHOLDS = (14, 7, 3, 1)
# Thresholds are meant for a life of so many days or more, and shrink with a shorter one. The first of them is then a
# quarter of the lifetime: a certificate is renewed when a third is left, so one that is not due never expires soon.
FULL_LIFE = timedelta(days=56)


def spans(lifetime: timedelta | None, days: t.Iterable[int] = THRESHOLDS) -> tuple[timedelta, ...]:
    """The thresholds for a certificate of this lifetime, the longest first; as given if that is unknown."""
    scale = 1.0 if lifetime is None else min(1.0, max(0.0, lifetime / FULL_LIFE))
    return tuple(timedelta(days=count * scale) for count in sorted(days, reverse=True))


def level(left: timedelta, lifetime: timedelta | None, days: t.Iterable[int] = THRESHOLDS) -> int:
    """How many thresholds the time left has come down to: 0 is none of them."""
    return sum(left < span for span in spans(lifetime, days))


def share_left(left: timedelta, lifetime: timedelta | None) -> float | None:
    """Which part of the lifetime is left, between 0 and 1; None where the lifetime is not known."""
    if not lifetime or lifetime <= timedelta(0):
        return None
    return min(1.0, max(0.0, left / lifetime))
