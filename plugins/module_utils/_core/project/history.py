# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The runs that a project has behind it: how each ended, and what of the project was another than after the one before.
Kept in its document, the newest last, and bounded; a run that had nothing to do is not among them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ..ca import directories
from ..values import redaction, texts, times
from ..values.shapes import PastRunRecord, ProjectDocument, RunState
from . import last_run

MOST_RUNS = 20
SUCCEEDED, FAILED = "succeeded", "failed"
LONGEST_ERROR = 500
LONGEST_CHANGE = 300
# Of a list of names, a change names so many.
NAMED = 5


@dataclass(frozen=True)
class EndedRun:
    """A run as it ends: which one it was, since when it held the project, why it failed if it did, and the job of the
    controller that it was part of."""

    run: str
    run_id: str
    started_at: str
    succeeded: bool
    error: str = ""
    job: str = ""


def of(document: ProjectDocument) -> list[PastRunRecord]:
    """The runs, oldest first."""
    return [one for one in document["history"] if isinstance(one, dict)]


def appended(document: ProjectDocument, ended: EndedRun, now: datetime) -> ProjectDocument:
    """The document with this run as the newest one, which alone keeps the state that the next is compared with."""
    former, state = of(document), _state(document)
    entry: PastRunRecord = {
        "run": ended.run,
        "run_id": ended.run_id,
        "started_at": ended.started_at,
        "finished_at": times.to_text(now),
        "status": SUCCEEDED if ended.succeeded else FAILED,
        "changes": differences(former[-1].get("state") if former else None, state),
        "state": state,
    }
    if ended.error:
        entry["error"] = texts.cleaned(redaction.redacted(ended.error), LONGEST_ERROR)
    if ended.job:
        entry["job"] = texts.cleaned(ended.job, LONGEST_CHANGE)
    older = [_without_state(one) for one in former]
    return {**document, "history": [*older, entry][-MOST_RUNS:]}


def _without_state(entry: PastRunRecord) -> PastRunRecord:
    found = entry.copy()
    found.pop("state", None)
    return found


def changes(document: ProjectDocument) -> list[str]:
    """What the newest run changed, in words."""
    former = of(document)
    return list(former[-1].get("changes") or ()) if former else []


def last_success(document: ProjectDocument) -> str | None:
    """When the newest run that succeeded ended; None if there was none."""
    ends = (one.get("finished_at") for one in reversed(of(document)) if one.get("status") == SUCCEEDED)
    return next((end for end in ends if end), None)


def differences(before: RunState | None, after: RunState) -> list[str]:
    """In words, what is another in ``after``; of a project without a state before, what it has."""
    old, new = t.cast("dict[str, t.Any]", before or {}), t.cast("dict[str, t.Any]", after)
    found = []
    if old.get("fingerprint_sha256") != new["fingerprint_sha256"] and new["certificate"]:
        replaced = f" in the place of {old['certificate']}" if old.get("certificate") else ""
        found.append(f"certificate {new['certificate']}{replaced}, valid until {new['not_after']}")
    elif before and old.get("certificate") != new["certificate"]:
        found.append(f"certificate {old.get('certificate')} is now {new['certificate']}")
    for key, title in (("key_type", "key type"), ("ca", "CA")):
        if before and old.get(key) != new[key]:
            found.append(f"{title} {old.get(key) or 'unknown'} became {new[key]}")
    for key, title in (("domains", "names"), ("distributions", "distributions"), ("addresses", "addresses")):
        found += _listed(title, old.get(key) or (), new[key], bool(before))
    return [texts.cleaned(one, LONGEST_CHANGE) for one in found]


def _listed(title: str, old: t.Sequence[str], new: t.Sequence[str], is_known: bool) -> list[str]:
    added, removed = sorted(set(new) - set(old)), sorted(set(old) - set(new))
    words = ("added", "removed") if is_known else ("", "")
    return [
        f"{title}{f' {word}' if word else ''}: {', '.join(names[:NAMED])}"
        + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")
        for word, names in zip(words, (added, removed))
        if names
    ]


def _state(document: ProjectDocument) -> RunState:
    """What of the project the next run is compared with."""
    recorded, definition = document["certificate"], document["definition"]
    directory = (recorded.get("directory") or recorded.get("acme_directory")) if recorded else None
    return {
        "certificate": recorded.get("name") if recorded else None,
        "fingerprint_sha256": recorded["fingerprint_sha256"] if recorded else None,
        "not_after": recorded["not_after"] if recorded else None,
        "key_type": recorded["key_type"] if recorded else definition["key_type"],
        "ca": directories.url(str(directory or definition["acme_directory"])),
        "domains": sorted(recorded["domains"] if recorded else definition["domains"]),
        "distributions": sorted(last_run.distributions(document["last_run"])),
        "addresses": sorted(document["subscribed"]),
    }
