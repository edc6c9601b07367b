# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A token bucket: how AWS limits request rates."""

from __future__ import annotations


class Bucket:
    """Starts full; refills at a rate, up to a burst."""

    def __init__(self) -> None:
        self._tokens: float | None = None
        self._at = 0.0

    def take(self, now: float, rate: float, burst: float) -> bool:
        """Whether a request may pass at ``now``; it takes one token if so."""
        full = max(burst, 1.0)
        tokens = full if self._tokens is None else min(full, self._tokens + (now - self._at) * rate)
        self._at = now
        if tokens < 1:
            self._tokens = tokens
            return False
        self._tokens = tokens - 1
        return True
