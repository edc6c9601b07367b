# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run over many projects tells at its end: what was done, what failed and what to do, what waits and until when.
For people, and as data."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from ..values import redaction, times

FAILED = "failed"
# So many projects that did not fail have a line of their own; those that failed always have.
SHOWN = 50
_WORDS = ("changed", "deleted", "unchanged", "absent", "locked", FAILED)

Row = t.Mapping[str, t.Any]
_FIELDS = {
    "results": ("name", "status"),
    "plan.selected": ("host", "name"),
    "plan.broken": ("host", "name", "error"),
    "attention": ("name",),
}


@dataclass(frozen=True)
class Story:
    """What is known at the end: each project that ran, by its host, with its result; those that were selected; those
    that could not be planned;
    and the summary of the plan, without which nothing is known of other projects.
    """

    playbook: str
    results: t.Mapping[str, Row | None] = field(default_factory=dict)
    selected: t.Sequence[Row] = ()
    broken: t.Sequence[Row] = ()
    planned: Row | None = None


def problems(results: t.Mapping[str, t.Any], plan: Row, attention: t.Sequence[Row]) -> list[str]:
    """What is missing in rows that may be written by hand: one line for each row."""
    lists = {
        "plan.selected": plan.get("selected") or (),
        "plan.broken": plan.get("broken") or (),
        "attention": attention,
    }
    rows: list[tuple[str, t.Any, t.Any]] = [("results", host, row) for host, row in results.items() if row is not None]
    rows += [(option, number, row) for option, found in lists.items() for number, row in enumerate(found, 1)]
    return [
        f"{option}: {which}: it has no {' and no '.join(missing)}; use a row with {', '.join(_FIELDS[option])}, as the"
        " role and project_plan return it"
        for option, which, row in rows
        if (missing := [name for name in _FIELDS[option] if not isinstance(row, t.Mapping) or name not in row])
    ]


def compose(story: Story, now: datetime) -> dict[str, t.Any]:
    """The summary: ``headline``, ``lines`` and ``waiting`` for people, ``failures`` for the exit status, and all of it
    as ``data``."""
    rows = _rows(story)
    failed = [row for row in rows if row["status"] == FAILED]
    counts = Counter(str(row["status"]) for row in rows)
    headline = _headline(story, rows, counts)
    data = {
        "playbook": story.playbook,
        "finished_at": times.to_text(now),
        "headline": headline,
        "counts": {word: counts[word] for word in (*_WORDS, *counts)},
        "projects": rows,
        "plan": dict(story.planned) if story.planned else None,
    }
    return {
        "headline": headline,
        "lines": _lines(rows),
        "waiting": _waiting(story.planned or {}),
        "failures": failed,
        "data": data,
    }


def _rows(story: Story) -> list[dict[str, t.Any]]:
    """One row for each project, those that failed at the end, where a terminal shows them."""
    hints = {row["host"]: row for row in story.selected}
    rows = [
        _row(host, result or _lost(host, hints.get(host, {})), hints.get(host, {}))
        for host, result in story.results.items()
    ]
    rows += [
        _row(row["host"], _lost(row["host"], row), row) for row in story.selected if row["host"] not in story.results
    ]
    rows += [
        _row(row["host"], {"name": row["name"] or row["host"], "status": FAILED, "reason": row["error"]}, {})
        for row in story.broken
    ]
    return sorted(rows, key=lambda row: (row["status"] == FAILED, row["name"]))


def _row(host: str, result: Row, hint: Row) -> dict[str, t.Any]:
    row = {
        "name": result["name"],
        "host": host,
        "status": result["status"],
        "changed": bool(result.get("changed")),
        "action": hint.get("action"),
    }
    row["reason"], row["deadline"] = redaction.redacted(str(result.get("reason") or "")), hint.get("deadline")
    more = {"changes": result.get("changes"), "lifetime_hours": hint.get("lifetime_hours")}
    return {**row, **{key: value for key, value in more.items() if value}}


def _lost(host: str, hint: Row) -> dict[str, t.Any]:
    reason = "it was selected, but did not finish; check the output above, and whether --limit excludes its host"
    return {"name": hint.get("name") or host, "status": FAILED, "reason": reason}


def _lines(rows: t.Sequence[Row]) -> list[str]:
    done = [row for row in rows if row["status"] != FAILED]
    shown = [f"{row['name']} | {row['status']} | {row['reason']}" for row in done[:SHOWN]]
    shown += [f"and {len(done) - SHOWN} more that did not fail"] if len(done) > SHOWN else []
    return shown + [
        f"{row['name']} | {row['status']} | {row['reason']}{_holds(row)}" for row in rows if row["status"] == FAILED
    ]


def _holds(row: Row) -> str:
    """How much time is left to do something about a failure."""
    return (
        f"; its certificate in service is valid until {row['deadline']}"
        if row["deadline"] and row["action"] != "issue"
        else ""
    )


def _headline(story: Story, rows: t.Sequence[Row], counts: Counter[str]) -> str:
    planned = story.planned or {}
    if not rows and not planned.get("total"):
        return "Nothing to do: no project was selected."
    held = planned.get("held", 0) + planned.get("without_room", 0)
    if not rows:
        return f"Nothing was done: {_projects(held)} held back." if held else "Nothing to do."
    words = ", ".join(f"{counts[word]} {word}" for word in dict.fromkeys((*_WORDS, *counts)) if counts[word])
    advice = "; fix the failures and run again: each project resumes where it stopped" if counts[FAILED] else ""
    return f"{_projects(len(rows))}: {words}{advice}."


def _waiting(planned: Row) -> list[str]:
    """Who else there is: counts, and the first ones by name."""
    actions = planned.get("actions") or {}
    found = [
        f"{row['name']} | waits until {row['until']} | {row['reason']}" for row in planned.get("first_waiting") or ()
    ]
    found += _more(actions.get("wait", 0), planned.get("first_waiting"), "wait")
    if planned.get("put_off"):
        names = ", ".join(f"{row['name']} (deadline {row['deadline']})" for row in planned["first_put_off"])
        found.append(f"{_projects(planned['put_off'])} deferred: max_per_run is reached; the first ones: {names}")
    if planned.get("held"):
        names = ", ".join(f"{row['name']} (until {row['until']})" for row in planned["first_held"])
        found.append(
            f"{_projects(planned['held'])} held back: the CA would refuse their orders now; the first ones: {names}"
        )
    if planned.get("without_room"):
        names = ", ".join(row["name"] for row in planned["first_without_room"])
        found.append(
            f"{_projects(planned['without_room'])} held back: IAM has no room for their certificates; run"
            " certops.cloudfront.cleanup, delete what is no longer used, or raise the quota"
            f' "Server certificates per account"; the first ones: {names}'
        )
    if planned.get("first_to_clean"):
        names = ", ".join(row["name"] for row in planned["first_to_clean"])
        found.append(f"leftovers in IAM of {names}; certops.cloudfront.cleanup deletes what is not in use")
        found += _more(actions.get("cleanup", 0), planned["first_to_clean"], "have leftovers")
    if planned.get("first_resting"):
        first = planned["first_resting"][0]
        found.append(
            f"{_projects(actions.get('none', 0))} with nothing to do, the next one is {first['name']}, due at"
            f" {first['until']}"
        )
    return found


def _more(count: int, shown: t.Sequence[Row] | None, verb: str) -> list[str]:
    left = count - len(shown or ())
    return [f"and {left} more that {verb}"] if left > 0 else []


def _projects(count: int) -> str:
    return "1 project" if count == 1 else f"{count} projects"
