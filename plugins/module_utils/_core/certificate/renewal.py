# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Should this certificate be renewed now, when will it have to be, and the sentence that says why."""

from __future__ import annotations

import math
import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..values import texts, times
from .certificate import Certificate
from .renewal_info import RenewalInfo

MIN_INTERVAL_DAYS, MAX_INTERVAL_DAYS = 1, 89
DEFAULT_INTERVAL_DAYS = 30
# As Let's Encrypt advises: two thirds of the lifetime, but half of it when it is shorter than ten days.
# https://letsencrypt.org/docs/integration-guide/#when-to-renew
SHORT_LIFETIME = timedelta(days=10)
# A run may fail, by a fault of the CA or of DNS, and the next ones have to have time to make up for it.
RUNS_BEFORE_EXPIRY = 6
RUNS_IN_WINDOW = 2
MOST_HOURS_BETWEEN_RUNS = 366 * 24
_DAY = timedelta(days=1)
_HOURS_SHOWN = 48


@dataclass(frozen=True)
class RenewalDecision:
    """When the certificate is to be renewed, whether that is now, why, and what the user should know of the
    interval."""

    due: bool
    renew_at: datetime
    reason: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Cause:
    """A rule in words, and what else is to be said when it is the one that decides."""

    text: str
    note: str = ""


@dataclass(frozen=True)
class SlowestSchedule:
    """How far apart the scheduled runs may be for the certificate of a project."""

    project: str
    lifetime: timedelta
    slowest: timedelta


def interval_problems(interval_days: int) -> list[str]:
    """Why the interval is out of bounds; empty if it is not."""
    if MIN_INTERVAL_DAYS <= interval_days <= MAX_INTERVAL_DAYS:
        return []
    return [
        (
            f"renewal_interval_days: {texts.quoted(interval_days)} is out of range; use a whole number of days from"
            f" {MIN_INTERVAL_DAYS} to {MAX_INTERVAL_DAYS}"
        )
    ]


def decide(
    certificate: Certificate, interval_days: int, now: datetime, info: RenewalInfo | None = None
) -> RenewalDecision:
    """Renewal is due at the earliest of what the CA suggests, two thirds of the real lifetime (half below ten days),
    and the interval after issue."""
    lifetime = certificate.not_after - certificate.not_before
    causes = _causes(certificate, interval_days, info)
    renew_at = min(causes)
    return RenewalDecision(
        due=now >= renew_at,
        renew_at=renew_at,
        reason=_reason(certificate, renew_at, causes[renew_at], now),
        warnings=_warnings(lifetime, interval_days),
    )


def _causes(certificate: Certificate, interval_days: int, info: RenewalInfo | None) -> dict[datetime, _Cause]:
    """What asks for renewal, and when; of several at one moment the last one here."""
    lifetime = certificate.not_after - certificate.not_before
    causes = {}
    if info is not None and info.selected_at is not None:
        explained = f"; the CA explains it at {info.explanation_url}" if info.explanation_url else ""
        causes[info.selected_at] = _Cause("the time that the CA suggests in its renewal information (ARI)", explained)
    causes[certificate.not_before + timedelta(days=interval_days)] = _Cause(
        f"the interval of {_days(timedelta(days=interval_days))}"
    )
    causes[certificate.not_before + safe_share(lifetime)] = _Cause(
        f"{_share(lifetime)} of its lifetime of {_days(lifetime)}"
    )
    return causes


def safe_share(lifetime: timedelta) -> timedelta:
    """How long after its start a certificate of this lifetime may be used before it has to be renewed."""
    return lifetime / 2 if lifetime < SHORT_LIFETIME else lifetime * 2 / 3


def slowest_schedule(
    project: str, certificate: Certificate, interval_days: int, info: RenewalInfo | None
) -> SlowestSchedule:
    """Six runs have to fit between the renewal time and expiry, and two into the CA's window where that decides: orders
    in it know no rate limits.

    https://letsencrypt.org/docs/rate-limits/#limit-exemptions-for-renewals
    """
    lifetime = certificate.not_after - certificate.not_before
    slowest = (lifetime - safe_share(lifetime)) / RUNS_BEFORE_EXPIRY
    others = min(_causes(certificate, interval_days, None))
    if info is not None and info.window is not None and certificate.not_before < info.window.start < others:
        slowest = min(slowest, (info.window.end - info.window.start) / RUNS_IN_WINDOW)
    return SlowestSchedule(project, lifetime, slowest)


def schedule_problems(schedule_interval_hours: t.Any) -> list[str]:
    """Why this is not a time between scheduled runs, if it is not; None is fine, it says none."""
    if schedule_interval_hours is None:
        return []
    try:
        if 0 < float(schedule_interval_hours) <= MOST_HOURS_BETWEEN_RUNS:
            return []
    except (TypeError, ValueError, OverflowError):
        pass
    shown = texts.quoted(schedule_interval_hours)
    advice = f"use a number of hours up to {MOST_HOURS_BETWEEN_RUNS}, or leave it out"
    return [f"schedule_interval_hours: {shown} is not a valid time between runs; {advice}"]


def schedule_warning(schedule_interval_hours: float, paces: t.Iterable[SlowestSchedule]) -> str | None:
    """What to say if runs are too far apart for the certificate that needs the most; None if they are not."""
    hastiest = min(paces, key=lambda each: each.slowest, default=None)
    if hastiest is None or timedelta(hours=schedule_interval_hours) <= hastiest.slowest:
        return None
    return (
        f"a run every {schedule_interval_hours:g} hours is not often enough for the certificate of {hastiest.project},"
        f" which is valid for {_days(hastiest.lifetime)}: schedule the playbook renew at least every"
        f" {_pace_text(hastiest.slowest)},"
        " and set schedule_interval_hours to that"
    )


def _pace_text(span: timedelta) -> str:
    hours = span // timedelta(hours=1)
    return f"{hours} hours" if hours > 1 else "hour" if hours else f"{max(1, span // timedelta(minutes=1))} minutes"


def _reason(certificate: Certificate, renew_at: datetime, cause: _Cause, now: datetime) -> str:
    if now >= certificate.not_after:
        return f"the certificate expired at {times.to_text(certificate.not_after)}"
    if now >= renew_at:
        return f"renewal has been due since {times.to_text(renew_at)}: {cause.text} has passed{cause.note}"
    return f"the certificate is valid and not due before {times.to_text(renew_at)}: {cause.text}{cause.note}"


def _warnings(lifetime: timedelta, interval_days: int) -> tuple[str, ...]:
    found = []
    # Whole days: CAs issue a second less than the lifetime they advertise, and 30 of 45 days is meant to fit.
    longest = math.ceil(safe_share(lifetime) / _DAY)
    if interval_days > longest:
        found.append(
            f"renewal_interval_days {interval_days} is longer than {_share(lifetime)} of this certificate's lifetime of"
            f" {_days(lifetime)}; it is renewed after that share instead; set at most {longest}"
        )
    if interval_days == 1:
        found.append(
            "renewal_interval_days 1 orders a certificate every day; Let's Encrypt refills its limit for the same set"
            " of names once in 34 hours, so this fails after about 17 days; set 2 or more"
            " (https://letsencrypt.org/docs/rate-limits/)"
        )
    return tuple(found)


def _share(lifetime: timedelta) -> str:
    return "half" if lifetime < SHORT_LIFETIME else "two thirds"


def _days(span: timedelta) -> str:
    hours = round(span / timedelta(hours=1))
    if hours < _HOURS_SHOWN or (hours % 24 and span < SHORT_LIFETIME):
        return f"{hours} hours"
    return f"{round(hours / 24)} days"
