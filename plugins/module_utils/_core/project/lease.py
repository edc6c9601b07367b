# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock of a project: a lease with an owner, an expiry and a fencing number, so that a dead run never blocks for
ever."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..values import times

Lock = dict[str, t.Any]


@dataclass(frozen=True)
class Claim:
    """Who wants the lock; ``is_dead`` tells of an owner whether its process is known to have ended."""

    run: str
    run_id: str
    owner: t.Mapping[str, t.Any]
    ttl: int
    now: datetime
    is_dead: t.Callable[[t.Mapping[str, t.Any]], bool]


def is_live(
    lock: t.Mapping[str, t.Any] | None, now: datetime, is_dead: t.Callable[[t.Mapping[str, t.Any]], bool]
) -> bool:
    """Whether a run may still be at work under this lock: not expired, and its owner not known to be dead."""
    return lock is not None and times.from_text(lock["expires_at"]) > now and not is_dead(lock["owner"])


def blocks(lock: t.Mapping[str, t.Any] | None, claim: Claim) -> bool:
    """Whether another run holds the lock; the same run may come again."""
    return lock is not None and lock["run_id"] != claim.run_id and is_live(lock, claim.now, claim.is_dead)


def taken(document: t.Mapping[str, t.Any], claim: Claim) -> dict[str, t.Any]:
    """The document with the lock in the hands of ``claim``; a new holder gets the next fencing number."""
    lock = document["lock"]
    again = lock is not None and lock["run_id"] == claim.run_id
    fence = document.get("fence", 0) + (0 if again else 1)
    acquired = lock["acquired_at"] if again else times.to_text(claim.now)
    fields = {
        "owner": dict(claim.owner),
        "run": claim.run,
        "run_id": claim.run_id,
        "acquired_at": acquired,
        "ttl": claim.ttl,
        "fence": fence,
    }
    return {**document, "fence": fence, "lock": renewed(fields, claim.now)}


def renewed(lock: t.Mapping[str, t.Any], now: datetime) -> Lock:
    """The lock with its whole time ahead again."""
    return {**lock, "expires_at": times.to_text(now + timedelta(seconds=lock["ttl"]))}


def holder(lock: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What another run is told about the one that holds the lock."""
    return {"owner": lock["owner"], "expires_at": lock["expires_at"], "run_id": lock["run_id"]}


def owner_text(lock: t.Mapping[str, t.Any]) -> str:
    """The owner in words."""
    owner = lock["owner"]
    process = f", process {owner['pid']}" if owner.get("pid") else ""
    return f"run {lock['run_id']} on {owner.get('host', 'an unknown host')}{process}"
