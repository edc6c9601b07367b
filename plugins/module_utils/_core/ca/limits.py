# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The limits that a CA sets to orders, as published or as given by the user."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import timedelta

from ..values import texts
from . import directories
from .issuances import EXEMPTIONS
from .published_limits import PUBLISHED

ORDERS, REGISTERED_DOMAIN, EXACT_SET, FAILED_VALIDATIONS = (
    "orders",
    "registered_domain",
    "exact_set",
    "failed_validations",
)
KINDS = (ORDERS, REGISTERED_DOMAIN, EXACT_SET, FAILED_VALIDATIONS)
LARGEST_COUNT = 10**9
LONGEST_SECONDS = timedelta(days=366).total_seconds()
_ABOUT = ("as_of", "source")
_FIELDS = ("count", "seconds", "exempt")


@dataclass(frozen=True)
class Limit:
    """At most ``count`` within ``seconds``; orders that are exempt in one of these ways are not counted."""

    count: int
    seconds: float
    exempt: frozenset[str] = frozenset()

    @property
    def refill(self) -> timedelta:
        """How long it takes until there is one more."""
        return max(timedelta.resolution, timedelta(seconds=self.seconds / self.count))


Limits = t.Mapping[str, t.Mapping[str, Limit]]


def published(own: t.Mapping[str, t.Any] | None = None) -> dict[str, dict[str, Limit]]:
    """The limits by URL of the directory, those of the operator before the published ones; raises ValueError unless
    ``problems`` is empty."""
    found: dict[str, dict[str, t.Any]] = {}
    for source in (PUBLISHED, own or {}):
        for directory, given in source.items():
            known = found.setdefault(directories.url(directory), {})
            known.update(
                {kind: limit and {**(known.get(kind) or {}), **limit} for kind, limit in given.items() if kind in KINDS}
            )
    return {
        directory: {kind: _limit(limit) for kind, limit in limits.items() if limit}
        for directory, limits in found.items()
    }


def problems(own: t.Any) -> list[str]:
    """Why the operator's limits cannot be used: by directory (a known name or a URL), each limit with count and
    seconds, or null for none."""
    if not isinstance(own, dict):
        return ["it is not a mapping of ACME directories to their limits"]
    found = []
    for directory, limits in own.items():
        found += directories.problems(texts.cleaned(directory))
        if not isinstance(limits, dict):
            found.append(f"{_shown(directory)}: it is not a mapping of limits")
            continue
        found += [
            f"{_shown(directory)}: {texts.quoted(kind)} is not a known limit; use {', '.join(KINDS)}"
            for kind in limits
            if kind not in (*KINDS, *_ABOUT)
        ]
        found += [
            f"{_shown(directory)}: {kind}: {problem}"
            for kind in KINDS
            if limits.get(kind) is not None
            for problem in _limit_problems(limits[kind])
        ]
    return found


def _shown(directory: t.Any) -> str:
    return texts.cleaned(directory, texts.LONGEST_QUOTE)


def _limit_problems(given: t.Any) -> list[str]:
    if not isinstance(given, dict):
        return ["it is not a mapping; use count and seconds"]
    found = [f"{texts.quoted(field)} is unknown; use {', '.join(_FIELDS)}" for field in given if field not in _FIELDS]
    count, seconds = given.get("count"), given.get("seconds")
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= LARGEST_COUNT:
        found.append(f"count is {texts.quoted(count)}; use a whole number from 1 to {LARGEST_COUNT}")
    if not isinstance(seconds, (int, float)) or isinstance(seconds, bool) or not 0 < seconds <= LONGEST_SECONDS:
        found.append(f"seconds is {texts.quoted(seconds)}; use a number above 0, up to a year")
    exempt = given.get("exempt", [])
    if not isinstance(exempt, list) or not all(each in EXEMPTIONS for each in exempt):
        found.append(f"exempt is {texts.quoted(exempt)}; use a list of {', '.join(EXEMPTIONS)}")
    return found


def _limit(given: t.Mapping[str, t.Any]) -> Limit:
    return Limit(count=int(given["count"]), seconds=float(given["seconds"]), exempt=frozenset(given.get("exempt", ())))
