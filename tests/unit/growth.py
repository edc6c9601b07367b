# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether work grows with its input only: told by a ratio, so that a slow machine fails no test."""

from __future__ import annotations

import time
import typing as t

SMALL, TIMES = 20_000, 8
# Linear work takes 8 times as long for 8 times as much, quadratic work 64 times.
MOST = 30
# Below this a clock says little.
SHORTEST_SECONDS = 0.002
Text = t.TypeVar("Text")


def assert_linear(make: t.Callable[[int], Text], work: t.Callable[[Text], object]) -> None:
    """What ``work`` takes for eight times as much is far from the square of that."""
    small, large = make(SMALL), make(SMALL * TIMES)
    once = max(_seconds(work, small), SHORTEST_SECONDS)
    assert _seconds(work, large) < MOST * once


def _seconds(work: t.Callable[[Text], object], text: Text) -> float:
    """The CPU time of the fastest of three."""
    found = []
    for _try in range(3):
        started = time.process_time()
        work(text)
        found.append(time.process_time() - started)
        if found[-1] < SHORTEST_SECONDS:
            break
    return min(found)
