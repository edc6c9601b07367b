# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock of a project: a lease with an owner, an expiry and a fencing number, so that a dead run never blocks for
ever."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..values import times
from ..values.shapes import LockRecord, Owner, ProjectDocument


@dataclass(frozen=True)
class Claim:
    """Who wants the lock; ``is_dead`` tells of an owner whether its process is known to have ended."""

    run: str
    run_id: str
    owner: Owner
    ttl: int
    now: datetime
    is_dead: t.Callable[[Owner], bool]


def is_live(lock: LockRecord | None, now: datetime, is_dead: t.Callable[[Owner], bool]) -> bool:
    """Whether a run may still be at work under this lock: not expired, and its owner not known to be dead."""
    return lock is not None and times.from_text(lock["expires_at"]) > now and not is_dead(lock["owner"])


def blocks(lock: LockRecord | None, claim: Claim) -> bool:
    """Whether another run holds the lock; the same run may come again."""
    return lock is not None and lock["run_id"] != claim.run_id and is_live(lock, claim.now, claim.is_dead)


def taken(document: ProjectDocument, claim: Claim) -> ProjectDocument:
    """The document with the lock in the hands of ``claim``; a new holder gets the next fencing number."""
    lock = document["lock"]
    own = lock if lock is not None and lock["run_id"] == claim.run_id else None
    fence = document.get("fence", 0) + (0 if own else 1)
    found: LockRecord = {
        "owner": claim.owner.copy(),
        "run": claim.run,
        "run_id": claim.run_id,
        "acquired_at": own["acquired_at"] if own else times.to_text(claim.now),
        "ttl": claim.ttl,
        "fence": fence,
        "expires_at": _expiry(claim.ttl, claim.now),
    }
    return {**document, "fence": fence, "lock": found}


def of(document: ProjectDocument) -> LockRecord:
    """The lock of a document that a run holds."""
    lock = document["lock"]
    if lock is None:
        raise TypeError(f"no run holds project {document['name']}")
    return lock


def renewed(lock: LockRecord, now: datetime) -> LockRecord:
    """The lock with its whole time ahead again."""
    return {**lock, "expires_at": _expiry(lock["ttl"], now)}


def _expiry(ttl: int, now: datetime) -> str:
    return times.to_text(now + timedelta(seconds=ttl))


def holder(lock: LockRecord) -> dict[str, t.Any]:
    """What another run reports about the one that holds the lock."""
    return {"owner": lock["owner"], "expires_at": lock["expires_at"], "run_id": lock["run_id"]}


def owner_text(lock: LockRecord) -> str:
    """The owner in words."""
    owner = lock["owner"]
    process = f", process {owner['pid']}" if owner.get("pid") else ""
    return f"run {lock['run_id']} on {owner.get('host', 'an unknown host')}{process}"
