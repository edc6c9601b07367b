# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delays and deadlines as values; the clock that reads them comes in as an argument."""

from __future__ import annotations

import email.utils
import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

# Between two requests for the same thing, whatever a service says: Retry-After: 0, or a date that has passed.
SHORTEST_PAUSE = 1.0
# Nobody means more than a year, and a calendar has an end.
LONGEST_RETRY_AFTER = timedelta(days=366).total_seconds()
_MOST_DIGITS = 20


class Clock(t.Protocol):
    """Where the time comes from: the real one in modules, a fake one in tests."""

    def now(self) -> datetime:
        """The current time, aware, in UTC."""

    def sleep(self, seconds: float) -> None:
        """Return after ``seconds``."""


@dataclass(frozen=True)
class Deadline:
    """The moment after which a wait gives up."""

    at: datetime

    @classmethod
    def after(cls, now: datetime, seconds: float) -> Deadline:
        """The deadline ``seconds`` after ``now``."""
        return cls(at=now + timedelta(seconds=seconds))

    def has_passed(self, now: datetime) -> bool:
        """Whether the time to wait is over."""
        return now >= self.at

    def clamp(self, now: datetime, seconds: float) -> float:
        """``seconds``, or what is left of the time if that is less; never negative."""
        return max(0.0, min(seconds, (self.at - now).total_seconds()))


def backoff(attempt: int, base: float = 1.0, factor: float = 2.0, cap: float = 30.0) -> float:
    """Seconds to wait before retry number ``attempt`` (the first is 0), growing exponentially to ``cap``."""
    return min(cap, base * factor**attempt)


def retry_after(header: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for, given as seconds or as an HTTP date; None without a usable header
    (RFC 9110 section 10.2.3)."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:_MOST_DIGITS]), LONGEST_RETRY_AFTER)
    moment = http_date(text)
    return min(max(0.0, (moment - now).total_seconds()), LONGEST_RETRY_AFTER) if moment else None


def http_date(header: str | None) -> datetime | None:
    """The moment that an HTTP date names; None for anything else (RFC 9110 section 5.6.7)."""
    try:
        moment = email.utils.parsedate_to_datetime((header or "").strip())
    except (TypeError, ValueError, LookupError, OverflowError):
        return None
    # an HTTP date is in UTC; the obsolete asctime form does not say so
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
