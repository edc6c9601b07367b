# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a certificate expires soon: by days, and for one that lives shortly by its share of the lifetime."""

from __future__ import annotations

import typing as t
from datetime import timedelta

# Days left at which an expiry becomes more urgent.
THRESHOLDS = (14, 7, 3, 1)
# The first threshold is at most this part of the lifetime, and the others shrink alike: a certificate is renewed when a
# third of its life is left, so one that is not due never expires soon.
LARGEST_SHARE = 1 / 4


def spans(lifetime: timedelta | None, days: t.Iterable[int] = THRESHOLDS) -> tuple[timedelta, ...]:
    """The thresholds for a certificate of this lifetime, the longest first; as given if that is unknown."""
    wanted = sorted(days, reverse=True)
    if lifetime is None or not wanted or wanted[0] <= 0:
        return tuple(timedelta(days=count) for count in wanted)
    scale = min(1.0, lifetime * LARGEST_SHARE / timedelta(days=wanted[0]))
    return tuple(timedelta(days=count * scale) for count in wanted)


def level(left: timedelta, lifetime: timedelta | None, days: t.Iterable[int] = THRESHOLDS) -> int:
    """How many thresholds the time left has come down to: 0 is none of them."""
    return sum(left <= span for span in spans(lifetime, days))


def share_left(left: timedelta, lifetime: timedelta | None) -> float | None:
    """Which part of the lifetime is left, between 0 and 1; None where the lifetime is not known."""
    if not lifetime or lifetime <= timedelta(0):
        return None
    return min(1.0, max(0.0, left / lifetime))
