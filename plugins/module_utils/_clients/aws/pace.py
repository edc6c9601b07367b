# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Spreads the calls of all processes of a user on this machine over time, so that together they stay below what an
account may call.

The processes share a token bucket in a file. A slot is reserved under a lock that is held for microseconds and that the
kernel frees when its
holder dies; the wait for the slot is without the lock. Nothing fails because of it: where the file cannot be used,
calls are not paced.
"""

from __future__ import annotations

import contextlib
import os
import time
import typing as t
from dataclasses import dataclass
from pathlib import Path

from ..machine.run_files import locked

# A process that holds the lock longer was stopped in the wrong moment.
LOCK_TRIES = 200
LOCK_PAUSE_SECONDS = 0.005
# No queue of real processes is longer; a time that is further ahead is from before the clock was set back.
LONGEST_WAIT_SECONDS = 300.0
# https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html lists these as throttling.
THROTTLED = frozenset(
    {"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "TooManyRequestsException"}
)


@dataclass(frozen=True)
class Rate:
    """So many calls a second, and so many at once after a pause."""

    per_second: float
    burst: int


class CallPace:
    """The calls that share one file; ``clock`` and ``sleep`` are those of this machine."""

    def __init__(
        self,
        path: Path,
        rate: Rate,
        clock: t.Callable[[], float] = time.time,
        sleep: t.Callable[[float], None] = time.sleep,
    ) -> None:
        self._path, self._clock, self._sleep = path, clock, sleep
        self._interval, self._burst = 1 / rate.per_second, rate.burst

    def wait(self) -> None:
        """Return when the next call may be made."""
        with contextlib.suppress(OSError):
            delay = self._reserved()
            if delay > 0:
                self._sleep(delay)

    def throttled(self) -> None:
        """The service refused a call, so other callers exist: the bucket is empty, and every process waits its
        turn."""
        with contextlib.suppress(OSError), self._locked() as descriptor:
            now = self._clock()
            _write(descriptor, max(self._full_at(descriptor, now), now + self._burst * self._interval))

    def _reserved(self) -> float:
        """Take the next slot; how many seconds it is ahead."""
        with self._locked() as descriptor:
            now = self._clock()
            full_at = self._full_at(descriptor, now)
            _write(descriptor, max(full_at, now) + self._interval)
        return max(0.0, full_at - (self._burst - 1) * self._interval - now)

    def _full_at(self, descriptor: int, now: float) -> float:
        """When the bucket is full again, as it stands in the file; nonsense counts as full."""
        try:
            found = float(os.pread(descriptor, 64, 0))
        except ValueError:
            return now
        return found if found - now <= LONGEST_WAIT_SECONDS + self._burst * self._interval else now

    def _locked(self) -> contextlib.AbstractContextManager[int]:
        return locked(self._path, LOCK_TRIES, LOCK_PAUSE_SECONDS)


def pace_client(client: t.Any, event: str, pace: CallPace) -> None:
    """Every call of the boto3 client that has this event name (``route53`` or ``cloudfront.UpdateDistribution``), each
    retry included, keeps the pace."""

    def before_sign(**_event: t.Any) -> None:
        pace.wait()

    def needs_retry(response: t.Any = None, **_event: t.Any) -> None:
        if response is not None and response[1].get("Error", {}).get("Code") in THROTTLED:
            pace.throttled()

    client.meta.events.register(f"before-sign.{event}", before_sign)
    client.meta.events.register(f"needs-retry.{event}", needs_retry)


def _write(descriptor: int, full_at: float) -> None:
    os.pwrite(descriptor, f"{full_at:.6f}".ljust(24).encode(), 0)
