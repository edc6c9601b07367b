# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificates a search is about: by name, by the days that are left, by use, by who manages them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..values import domain_names

EXACT, COVER = "exact", "cover"


@dataclass(frozen=True)
class CertificateFilter:
    """What a certificate has to be; None and False stand for any. ``domain`` is an A-label in lower case."""

    domain: str | None = None
    match: str = COVER
    expires_within_days: int | None = None
    unused: bool = False
    foreign: bool = False

    def takes(self, domains: t.Iterable[str], not_after: datetime | None, now: datetime) -> bool:
        """Whether names and expiry fit; a certificate without an expiry, which is only requested, expires never."""
        return self._takes_names(domains) and (
            self.expires_within_days is None
            or (not_after is not None and not_after - now <= timedelta(days=self.expires_within_days))
        )

    def takes_use(self, in_use: bool, ours: bool) -> bool:
        """Whether use and owner fit."""
        return not (self.unused and in_use) and not (self.foreign and ours)

    def _takes_names(self, domains: t.Iterable[str]) -> bool:
        if self.domain is None:
            return True
        wanted = self.domain
        if self.match == EXACT:
            return wanted in {name.lower() for name in domains}
        return any(domain_names.covers(name, wanted) for name in domains)


def problems(domain: str | None, expires_within_days: int | None) -> list[str]:
    """Why nothing can be searched for by these."""
    found = []
    if domain is not None:
        found += [problem.replace("domains:", "domain:", 1) for problem in domain_names.problems([domain])]
    if expires_within_days is not None and expires_within_days < 0:
        found.append(f"expires_within_days: {expires_within_days} is negative; use 0 or more")
    return found


def days_left(not_after: datetime | None, now: datetime) -> int | None:
    """Whole days until the expiry, negative after it."""
    return (not_after - now) // timedelta(days=1) if not_after else None
