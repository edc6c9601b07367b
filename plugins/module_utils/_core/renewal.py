# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Should this certificate be renewed now, when will it have to be, and the sentence that says why."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from . import times
from .certificates import Certificate

MIN_INTERVAL_DAYS, MAX_INTERVAL_DAYS = 1, 89
DEFAULT_INTERVAL_DAYS = 30
# As Let's Encrypt advises: two thirds of the lifetime, but half of it when it is shorter than ten days.
# https://letsencrypt.org/docs/integration-guide/#when-to-renew
SHORT_LIFETIME = timedelta(days=10)
_DAY = timedelta(days=1)
_HOURS_SHOWN = 48


@dataclass(frozen=True)
class Decision:
    """When the certificate is to be renewed, whether that is now, why, and what the user should know of the interval."""

    due: bool
    renew_at: datetime
    reason: str
    warnings: tuple[str, ...] = ()


def interval_problems(interval_days: int) -> list[str]:
    """Why the interval is out of bounds; empty if it is not."""
    if MIN_INTERVAL_DAYS <= interval_days <= MAX_INTERVAL_DAYS:
        return []
    return [f"renewal_interval_days: {interval_days} is out of bounds; give a whole number of days from {MIN_INTERVAL_DAYS} to {MAX_INTERVAL_DAYS}"]


def decide(certificate: Certificate, interval_days: int, now: datetime) -> Decision:
    """Renewal is due at the earlier of the interval after issue and two thirds of the real lifetime (half below ten days)."""
    lifetime = certificate.not_after - certificate.not_before
    by_lifetime = certificate.not_before + safe_share(lifetime)
    by_interval = certificate.not_before + timedelta(days=interval_days)
    renew_at = min(by_lifetime, by_interval)
    cause = f"{_share(lifetime)} of its lifetime of {_days(lifetime)}"
    if by_interval < by_lifetime:
        cause = f"the interval of {_days(timedelta(days=interval_days))}"
    return Decision(
        due=now >= renew_at,
        renew_at=renew_at,
        reason=_reason(certificate, renew_at, cause, now),
        warnings=_warnings(lifetime, interval_days),
    )


def safe_share(lifetime: timedelta) -> timedelta:
    """How long after its start a certificate of this lifetime may be used before it has to be renewed."""
    return lifetime / 2 if lifetime < SHORT_LIFETIME else lifetime * 2 / 3


def _reason(certificate: Certificate, renew_at: datetime, cause: str, now: datetime) -> str:
    if now >= certificate.not_after:
        return f"the certificate expired at {times.to_text(certificate.not_after)}"
    if now >= renew_at:
        return f"renewal is due since {times.to_text(renew_at)}: {cause} has passed"
    return f"the certificate is valid and not due before {times.to_text(renew_at)}: {cause}"


def _warnings(lifetime: timedelta, interval_days: int) -> tuple[str, ...]:
    found = []
    # Whole days: CAs issue a second less than the lifetime they advertise, and 30 of 45 days is meant to fit.
    longest = math.ceil(safe_share(lifetime) / _DAY)
    if interval_days > longest:
        found.append(
            f"renewal_interval_days {interval_days} is longer than {_share(lifetime)} of this certificate's lifetime of {_days(lifetime)}; "
            f"it is renewed after that share instead; set at most {longest}"
        )
    if interval_days == 1:
        found.append(
            "renewal_interval_days 1 orders a certificate every day; Let's Encrypt refills its limit for the same set of names once in 34 hours, "
            "so this fails after about 17 days; set 2 or more (https://letsencrypt.org/docs/rate-limits/)"
        )
    return tuple(found)


def _share(lifetime: timedelta) -> str:
    return "half" if lifetime < SHORT_LIFETIME else "two thirds"


def _days(span: timedelta) -> str:
    hours = round(span / timedelta(hours=1))
    if hours < _HOURS_SHOWN or (hours % 24 and span < SHORT_LIFETIME):
        return f"{hours} hours"
    return f"{round(hours / 24)} days"
