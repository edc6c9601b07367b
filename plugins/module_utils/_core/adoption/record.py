# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far the adoption of a project got, and what its source was like before: kept in the project document."""

from __future__ import annotations

import typing as t
from datetime import datetime

from ..project import document, identity
from ..values import times
from ..values.partitions import AwsAccount
from ..values.shapes import AdoptionRecord, FormerPath, FormerRule, ProjectDocument
from .shapes import Move, SeenProject, SeenScheduler

COPYING, COPIED, STOPPED, MOVING, RETURNED = "copying", "copied", "stopped", "moving", "returned"
DONE = document.ADOPTED


def begun(project: SeenProject, now: datetime) -> AdoptionRecord:
    """The record of an adoption of which nothing is done yet."""
    return {
        "source": project["source"],
        "version": project["version"],
        "theirs": project["theirs"],
        "region": project["region"],
        "phase": COPYING,
        "started_at": times.to_text(now),
        "finished_at": None,
        "bundles": {},
        "topic": project["topic"],
        "also_notified": project["also_notified"],
        "stopped_at": None,
        "former": None,
        "paths": {},
    }


def is_of(record: AdoptionRecord, source: str, theirs: str, region: str | None) -> bool:
    """Whether it is this that was adopted."""
    return (record["source"], record["theirs"], record["region"]) == (source, theirs, region)


def account_problem(found: ProjectDocument, caller: AwsAccount | None) -> str | None:
    """Why this caller may not touch a project, if it belongs to another account."""
    if caller is None or not identity.is_elsewhere(found, caller):
        return None
    return (
        f"project {found['name']} in the store belongs to AWS account {identity.account_of(found)}, but the credentials"
        f" are those of {caller}: use those of its account, or choose another name with adopt_names"
    )


def is_done(record: AdoptionRecord | None) -> bool:
    """Whether there is an adoption that came to its end."""
    return record is not None and record["phase"] == DONE


def stopping(record: AdoptionRecord, scheduler: SeenScheduler) -> AdoptionRecord:
    """The record before the scheduler is stopped: what it was like stands in it. What an earlier attempt noted stays,
    since by now it is what that attempt made of it."""
    if record["former"] is not None:
        return record
    rules: list[FormerRule] = [{"name": rule["name"], "state": rule["state"]} for rule in scheduler["rules"]]
    return {
        **record,
        "former": {
            "kind": scheduler["kind"],
            "region": scheduler["region"],
            "function": scheduler["function"],
            "concurrency": scheduler["concurrency"],
            "rules": rules,
            "stack": scheduler["stack"],
            "path": scheduler["path"],
            "host": scheduler["host"],
        },
    }


def stopped(record: AdoptionRecord, now: datetime) -> AdoptionRecord:
    """The record once nothing of theirs can run."""
    phase = STOPPED if record["phase"] in (COPYING, COPIED) else record["phase"]
    return {**record, "stopped_at": times.to_text(now), "phase": phase}


def running(record: AdoptionRecord) -> AdoptionRecord:
    """The record once theirs runs again as before."""
    return {**record, "stopped_at": None, "former": None}


def moving(record: AdoptionRecord, moves: t.Iterable[Move]) -> AdoptionRecord:
    """The record before certificates move; where they came from stays if they moved before."""
    before: dict[str, FormerPath] = {move["id"]: {"name": move["name"], "path": move["before"]} for move in moves}
    paths = {**before, **record["paths"]}
    return {**record, "phase": MOVING, "paths": paths}


def done(record: AdoptionRecord, now: datetime) -> AdoptionRecord:
    """The record at the end; a second run changes nothing of it."""
    finished = record["finished_at"] or times.to_text(now)
    return {**record, "phase": DONE, "finished_at": finished}
