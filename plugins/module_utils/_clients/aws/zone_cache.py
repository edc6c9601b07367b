# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosted zones of an account, listed once for all processes of a run (``listing_cache``).

A zone that is made while a run is at work may be seen some minutes late, so a name below it may go into the zone above
for that time. No problem is reported on the word of a kept listing: a new one is made before
(``SharedRoute53.relist``). Only IDs and names are kept, and which zones are private.
"""

from __future__ import annotations

import typing as t

from ..._core.dns.zones import Zone
from ..._core.values import schema
from .listing_cache import MOST_LISTED, ListingCache
from .route53 import Route53

LONGEST_LIFE_SECONDS = 600.0


class ZoneCache(ListingCache[tuple[Zone, ...]]):
    """What one run knows of one account's zones."""

    kind = "zones"
    shape = schema.items(
        schema.record({"id": schema.line(), "name": schema.line(), "private": schema.flag}), MOST_LISTED
    )
    longest_life_seconds = LONGEST_LIFE_SECONDS

    def _packed(self, listing: tuple[Zone, ...]) -> t.Any:
        return [{"id": zone.id, "name": zone.name, "private": zone.private} for zone in listing]

    def _unpacked(self, packed: t.Any) -> tuple[Zone, ...]:
        return tuple(Zone(**one) for one in packed)


class SharedRoute53(Route53):
    """Route 53 with the listing of the run, where another process of it has made one."""

    def __init__(self, client_factory: t.Callable[[], t.Any], cache: ZoneCache) -> None:
        super().__init__(client_factory)
        self._cache = cache
        self._is_kept = self._lists_anew = False

    def list_hosted_zones(self) -> tuple[Zone, ...]:
        """Every zone."""
        if self._lists_anew:
            zones, self._is_kept = self._cache.listed(super().list_hosted_zones), False
        else:
            zones, self._is_kept = self._cache.shared(super().list_hosted_zones)
        return zones

    def relist(self) -> bool:
        """Whether the last listing was a kept one; if it was, the next is made anew."""
        self._lists_anew = self._lists_anew or self._is_kept
        return self._is_kept
