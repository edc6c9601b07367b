# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosted zones of an account, listed once for all processes of a run: a file beside those of the paces, of use
until the controlling process ends.

A zone that is made while a run goes on may be seen some minutes late, so a name below it may go into the zone above for
that time. Nobody is told
of a problem on the word of a kept listing: whoever meets one lists anew before (``SharedRoute53.relist``). Only IDs and
names of public zones are kept.
Nothing fails because of it: where the file cannot be used, each process lists for itself.
"""

from __future__ import annotations

import contextlib
import json
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ..._core.dns.zones import Zone
from ..._errors import CertError
from ..machine import private_files, processes, run_files
from .route53 import Route53

LONGEST_LIFE_SECONDS = 600.0
# A listing of many pages keeps the pace of the account; who has waited so long for that of another process makes its
# own.
LOCK_TRIES = 400
LOCK_PAUSE_SECONDS = 0.05
_DAMAGED = (CertError, ValueError, LookupError, TypeError, AttributeError)


@dataclass(frozen=True)
class ZoneCache:
    """What one run knows of one account's zones; ``owner`` is the controlling process, ``lock`` a file that outlives
    it."""

    path: Path
    lock: Path
    owner: t.Mapping[str, t.Any]
    clock: t.Callable[[], float] = time.time

    @classmethod
    def of_run(cls, identity: t.Sequence[str]) -> ZoneCache | None:
        """The cache for those who call as this identity; None outside a run, and where no private directory can be
        used."""
        owner, directory = processes.current(), run_files.directory()
        if owner["pid"] is None or directory is None:
            return None
        name = run_files.file_name("zones", (*identity, *map(str, owner.values())), "json")
        return cls(directory / name, directory / run_files.file_name("zones", identity, "lock"), owner)

    def read(self) -> tuple[Zone, ...] | None:
        """The kept listing; None if there is none that can be used."""
        try:
            found = json.loads(private_files.read(self.path) or b"")
            zones = tuple(Zone(str(zone_id), str(name), private=False) for zone_id, name in found["zones"])
            is_fresh = 0 <= self.clock() - found["listed_at"] <= LONGEST_LIFE_SECONDS
        except _DAMAGED:
            return None
        return zones if is_fresh else None

    def write(self, zones: t.Iterable[Zone]) -> None:
        """Keep this listing; those of runs that have ended go."""
        public = [[zone.id, zone.name] for zone in zones if not zone.private]
        listing = {"owner": dict(self.owner), "listed_at": self.clock(), "zones": public}
        with contextlib.suppress(CertError, OSError):
            self._remove_leftovers()
            private_files.replace(self.path, json.dumps(listing).encode())

    @contextlib.contextmanager
    def turn(self) -> t.Iterator[None]:
        """Inside, no other process is, unless somebody stays there for long: who lists twice disturbs nobody."""
        with contextlib.ExitStack() as stack:
            with contextlib.suppress(OSError):
                stack.enter_context(run_files.locked(self.lock, LOCK_TRIES, LOCK_PAUSE_SECONDS))
            yield

    def _remove_leftovers(self) -> None:
        directory = self.path.parent
        for path in (*directory.glob("zones-*.json"), *directory.glob(".zones-*.tmp")):
            with contextlib.suppress(OSError):
                if self.clock() - path.lstat().st_mtime > LONGEST_LIFE_SECONDS or _is_left(path):
                    path.unlink()


class SharedRoute53(Route53):
    """Route 53 with the listing of the run, where another process of it has made one."""

    def __init__(self, client_factory: t.Callable[[], t.Any], cache: ZoneCache) -> None:
        super().__init__(client_factory)
        self._cache = cache
        self._is_kept = self._lists_anew = False

    def list_hosted_zones(self) -> tuple[Zone, ...]:
        """Every zone; of a kept listing the public ones."""
        if self._lists_anew:
            return self._listed()
        kept = self._cache.read()
        if kept is None:
            with self._cache.turn():
                kept = self._cache.read()
                if kept is None:
                    return self._listed()
        self._is_kept = True
        return kept

    def relist(self) -> bool:
        """Whether the last listing was a kept one; if it was, the next is made anew."""
        self._lists_anew = self._lists_anew or self._is_kept
        return self._is_kept

    def _listed(self) -> tuple[Zone, ...]:
        self._is_kept = False
        zones = super().list_hosted_zones()
        self._cache.write(zones)
        return zones


def _is_left(path: Path) -> bool:
    """Whether the controlling process that the listing is for has ended."""
    try:
        return processes.is_dead(json.loads(private_files.read(path) or b"")["owner"])
    except _DAMAGED:
        return False
