# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The limits of CAs as token buckets: which orders fit now, and when the next ones will.

A bucket holds ``count`` tokens and gets one back every ``seconds / count``, as Let's Encrypt describes it.
https://letsencrypt.org/docs/rate-limits/#overview
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..values import domain_names, times
from .issuances import Issuance
from .limits import EXACT_SET, FAILED_VALIDATIONS, KINDS, ORDERS, REGISTERED_DOMAIN, Limit, Limits

_WORDS = {
    ORDERS: "new orders of one account",
    REGISTERED_DOMAIN: "certificates for the registered domain {of}",
    EXACT_SET: "certificates for the same exact set of names",
    FAILED_VALIDATIONS: "failed validations of {of}",
}

# Of a registered domain, people look at what is left once it is less than this part.
_NEARLY = 0.2


@dataclass(frozen=True)
class Key:
    """Which bucket: the limit, the CA, and what it counts for, an account, a registered domain, a set of names or a
    name."""

    kind: str
    directory: str
    of: str


@dataclass(frozen=True)
class PlannedOrder:
    """What a project is going to order: the CA, its account there, the names, and why the CA counts it as a renewal, if
    it does."""

    directory: str
    account: str
    domains: frozenset[str]
    exempt: str | None = None


@dataclass(frozen=True)
class Held:
    """Until when an order would be refused, and by which limit."""

    until: datetime
    key: Key
    limit: Limit

    def as_dict(self) -> dict[str, t.Any]:
        """The form in results."""
        of = None if self.key.kind == ORDERS else self.key.of
        return {
            "name": self.key.kind,
            "directory": self.key.directory,
            "of": of,
            "count": self.limit.count,
            "seconds": self.limit.seconds,
        }

    def as_text(self) -> str:
        """The limit in words."""
        what = _WORDS[self.key.kind].format(of=self.key.of)
        return (
            f"{self.key.directory} allows {self.limit.count} {what} in {_span(self.limit.seconds)}; the next"
            f" one is possible at {times.to_text(self.until)}"
        )


class TokenBucket:
    """Full at first. ``full_at`` is when it is full again, from which everything follows."""

    def __init__(self, limit: Limit) -> None:
        self.limit = limit
        self._full_at: datetime | None = None

    def spent(self, at: datetime) -> None:
        """A token was taken in the past; a CA that gave more than we know of is at its end at worst."""
        self.take(at)
        self._full_at = min(self._full_at or at, at + self.limit.refill * self.limit.count)

    def take(self, at: datetime) -> None:
        """A token is taken at this time or, if there is none, promised for later."""
        self._full_at = max(self._full_at or at, at) + self.limit.refill

    def earliest(self, now: datetime) -> datetime:
        """When there is a token, at the earliest."""
        return now if self._full_at is None else max(now, self._full_at - self.limit.refill * (self.limit.count - 1))

    def left(self, now: datetime) -> int:
        """How many tokens there are."""
        missing = max(timedelta(0), self._full_at - now) if self._full_at else timedelta(0)
        return max(0, self.limit.count - -(-missing // self.limit.refill))


class Ledger:
    """The buckets of all CAs, by what was issued and what is going to be. ``registered_domain`` is by the public suffix
    list; None for a suffix."""

    def __init__(self, limits: Limits, now: datetime, registered_domain: t.Callable[[str], str | None]) -> None:
        self._limits, self._now, self._registered_domain = limits, now, registered_domain
        self._buckets: dict[Key, TokenBucket] = {}
        self._taken: dict[Key, int] = {}
        self._held: dict[Key, list[datetime]] = {}

    def issued(self, account: str, issuance: Issuance) -> None:
        """Count what was issued; call in chronological order."""
        for bucket in self._counting(
            PlannedOrder(issuance.directory, account, issuance.domains, issuance.exempt)
        ).values():
            bucket.spent(issuance.at)

    def failed(self, directory: str, account: str, domains: t.Iterable[str], at: datetime) -> None:
        """Count a failed validation of these names; call in chronological order."""
        for bucket in self._validating(PlannedOrder(directory, account, frozenset(domains))).values():
            bucket.spent(at)

    def admit(self, orders: t.Sequence[PlannedOrder]) -> Held | None:
        """Whether one of these alternatives, the first choice first, may be ordered now, and is; if none, until when
        the earliest has to wait.

        What has to wait is queued where it waits longest. The other limits have tokens again by then.
        """
        waiting = []
        for order in orders:
            held = self._admitted(order)
            if held is None:
                return None
            waiting.append(held)
        first = min(waiting, key=lambda held: held.until)
        self._buckets[first.key].take(first.until)
        self._held.setdefault(first.key, []).append(first.until)
        return first

    def used(self) -> list[dict[str, t.Any]]:
        """What the selection takes of the limits: the orders of each account, and every limit that holds a project
        back."""
        shown = [key for key in self._buckets if key in self._held or (key.kind == ORDERS and key in self._taken)]
        return [self._row(key) for key in sorted(shown, key=lambda key: (key.directory, KINDS.index(key.kind), key.of))]

    def left(self) -> dict[tuple[str, str], int]:
        """How many orders each limit of a CA leaves now, by directory and kind, where it leaves the fewest. Of
        registered domains only those tell that have less than a fifth left."""
        found: dict[tuple[str, str], int] = {}
        for key, bucket in self._buckets.items():
            left, place = bucket.left(self._now), (key.directory, key.kind)
            is_told = key.kind == ORDERS or (key.kind == REGISTERED_DOMAIN and left < bucket.limit.count * _NEARLY)
            if is_told:
                found[place] = min(left, found.get(place, left))
        return found

    def _row(self, key: Key) -> dict[str, t.Any]:
        limit, held = self._buckets[key].limit, self._held.get(key, ())
        return {
            "directory": key.directory,
            "limit": key.kind,
            "of": None if key.kind == ORDERS else key.of,
            "count": limit.count,
            "seconds": limit.seconds,
            "takes": self._taken.get(key, 0),
            "left": 0 if held else self._buckets[key].left(self._now),
            "held": len(held),
            "next_at": times.to_text(min(held)) if held else None,
            "last_at": times.to_text(max(held)) if held else None,
        }

    def _admitted(self, order: PlannedOrder) -> Held | None:
        counting = self._counting(order)
        holding = {**counting, **self._validating(order)}
        key, until = max(
            ((key, bucket.earliest(self._now)) for key, bucket in holding.items()),
            key=lambda pair: pair[1],
            default=(None, self._now),
        )
        if key is not None and until > self._now:
            return Held(until, key, holding[key].limit)
        for taken, bucket in counting.items():
            bucket.take(self._now)
            self._taken[taken] = self._taken.get(taken, 0) + 1
        return None

    def _counting(self, order: PlannedOrder) -> dict[Key, TokenBucket]:
        """The buckets that an order takes from: per account, per registered domain, and per set; the latter two count
        over all accounts."""
        domains = (
            {self._registered_domain(domain_names.base(name)) or domain_names.base(name) for name in order.domains}
            if self._has(order, REGISTERED_DOMAIN)
            else set()
        )
        of = [
            (ORDERS, order.account),
            *((REGISTERED_DOMAIN, domain) for domain in domains),
            (EXACT_SET, ", ".join(sorted(order.domains))),
        ]
        return {key: bucket for key, bucket in self._of(order.directory, of) if order.exempt not in bucket.limit.exempt}

    def _validating(self, order: PlannedOrder) -> dict[Key, TokenBucket]:
        """The buckets that an order takes from only if its validation fails."""
        validated = {domain_names.base(name) for name in order.domains}
        return dict(self._of(order.directory, [(FAILED_VALIDATIONS, name) for name in validated]))

    def _has(self, order: PlannedOrder, kind: str) -> bool:
        return kind in self._limits.get(order.directory, {})

    def _of(self, directory: str, wanted: t.Iterable[tuple[str, str]]) -> t.Iterator[tuple[Key, TokenBucket]]:
        limits = self._limits.get(directory, {})
        for kind, of in wanted:
            if kind in limits:
                key = Key(kind, directory, of)
                yield key, self._buckets.setdefault(key, TokenBucket(limits[kind]))


def _span(seconds: float) -> str:
    for name, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size and seconds % size == 0:
            return f"{seconds / size:g} {name}"
    return f"{seconds:g} seconds"
