# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one interface of all targets: tenants, listeners, API domains. A further kind is a class with these methods."""

from __future__ import annotations

import contextlib
import typing as t
from datetime import datetime, timedelta

from ..._core.targets import judging
from ..._core.targets.uses import Slot, Use
from ..._core.values.waiting import Clock, Deadline
from ..._errors import RemoteError

BUSY_TRIES = 5


class TargetKind(t.Protocol):
    """One kind of target: how it is read and changed. ``interval`` is the time between two changes of an account."""

    interval: float

    def look(self, ids: t.Collection[str]) -> dict[str, Use]:
        """These resources as they are now, as far as they exist."""

    def give(self, use: Use, replaced: t.Sequence[Slot], arn: str) -> None:
        """Make it serve the certificate in these places; what can stay beside it stays."""

    def finish(self, use: Use, replaced: t.Sequence[Slot], arn: str) -> None:
        """Take out what was left beside it; nothing if nothing was."""

    def put_back(self, former: Use, arn: str) -> None:
        """Give it what it had before, and take the certificate out where it had not been."""


class Turns:
    """When each kind of target may be changed again: a service that allows one change in so many seconds is not asked
    more often."""

    def __init__(self, clock: Clock, intervals: t.Mapping[str, float]) -> None:
        self._clock, self._intervals = clock, intervals
        self._free_at: dict[str, datetime] = {}

    @contextlib.contextmanager
    def turn(self, kind: str, deadline: Deadline) -> t.Iterator[None]:
        """Begin when the kind may be changed; a change that was made, or refused for coming too soon, counts."""
        now = self._clock.now()
        ahead = (self._free_at.get(kind, now) - now).total_seconds()
        if ahead > 0:
            self._clock.sleep(deadline.clamp(now, ahead))
        is_counted = True
        try:
            yield
        except RemoteError as exc:
            is_counted = exc.code in judging.BUSY
            raise
        finally:
            if is_counted:
                self._free_at[kind] = self._clock.now() + timedelta(seconds=self._intervals[kind])

    def retried(self, kind: str, deadline: Deadline, change: t.Callable[[], None]) -> None:
        """Make the change, again if the service is busy; raises the last refusal."""
        attempt = 0
        while True:
            try:
                with self.turn(kind, deadline):
                    return change()
            except RemoteError as exc:
                attempt += 1
                if exc.code not in judging.BUSY or attempt == BUSY_TRIES:
                    raise
            self._clock.sleep(deadline.clamp(self._clock.now(), attempt))
