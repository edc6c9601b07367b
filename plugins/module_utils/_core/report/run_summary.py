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
from . import screen

FAILED = "failed"
# So many projects that did not fail have a line of their own; those that failed always have.
SHOWN = 50
# So many projects that the inventory does not have are named.
NAMED = 10
_WORDS = ("changed", "deleted", "unchanged", "absent", "locked", FAILED)

Row = t.Mapping[str, t.Any]
_ADVICE = "; fix the failures and run again: each project resumes where it stopped"
_REHEARSED = "; nothing was changed, as this is check mode"
_WOULD = {"changed": "would change", "deleted": "would be deleted"}
_WOULD_RENEW = "would issue a new certificate, store it and bind it"
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
    and the summary of the plan, without which nothing is known of other projects. ``undefined`` are projects of the
    store that the inventory does not have, ``rehearsal`` is check mode.
    """

    playbook: str
    results: t.Mapping[str, Row | None] = field(default_factory=dict)
    selected: t.Sequence[Row] = ()
    broken: t.Sequence[Row] = ()
    planned: Row | None = None
    undefined: t.Sequence[str] = ()
    rehearsal: bool = False


def problems(results: t.Mapping[str, t.Any], plan: Row, attention: t.Sequence[Row]) -> list[str]:
    """What is missing in rows that may be written by hand: one line for each row."""
    lists = {
        "plan.selected": plan.get("selected") or (),
        "plan.broken": plan.get("broken") or (),
        "attention": attention,
    }
    wrong = [f"{option}: it is not a list" for option, found in lists.items() if not isinstance(found, (list, tuple))]
    if not isinstance(plan.get("summary") or {}, t.Mapping):
        wrong.append("plan.summary: it is not a mapping")
    if wrong:
        return [f"{problem}; use what project_plan returned" for problem in wrong]
    rows: list[tuple[str, t.Any, t.Any]] = [("results", host, row) for host, row in results.items() if row is not None]
    rows += [(option, number, row) for option, found in lists.items() for number, row in enumerate(found, 1)]
    return [
        f"{option}: {which}: it has no {' and no '.join(missing)}; use a row with {', '.join(_FIELDS[option])}, as the"
        " role and project_plan return it"
        for option, which, row in rows
        if (missing := [name for name in _FIELDS[option] if not isinstance(row, t.Mapping) or name not in row])
    ]


def compose(story: Story, now: datetime) -> dict[str, t.Any]:
    """The summary: ``screen``, and its parts ``headline``, ``lines`` and ``waiting``, for people, ``failures`` for the
    exit status, and all of it as ``data``."""
    rows = _rows(story)
    failed = [row for row in rows if row["status"] == FAILED]
    counts = Counter(str(row["status"]) for row in rows)
    items = _items(rows, story)
    headline = _headline(story, rows, counts, len(items))
    planned = story.planned or {}
    known = {row["name"] for row in planned.get("attention") or ()}
    undefined = _undefined(story.undefined)
    done = [row for row in rows if row["status"] != FAILED]
    shown = [{**row, "said": _said(story, row["status"])} for row in done[:SHOWN]]
    more = [_more_done(done)] if len(done) > SHOWN else []
    data = {
        "playbook": story.playbook,
        "finished_at": times.to_text(now),
        "headline": headline,
        "counts": {word: counts[word] for word in (*_WORDS, *counts)},
        "projects": rows,
        "plan": dict(story.planned) if story.planned else None,
        "without_definition": list(story.undefined),
    }
    return {
        "headline": headline,
        "lines": _lines(rows),
        "waiting": [*_waiting(planned), *undefined],
        "screen": screen.lines(shown, [*more, *_waiting(planned, known), *undefined], items, headline, now),
        "failures": failed,
        "data": data,
    }


def _rows(story: Story) -> list[dict[str, t.Any]]:
    """One row for each project, those that failed at the end, where a terminal shows them."""
    hints = {row["host"]: row for row in story.selected}
    rows = [
        _row(
            host, _foreseen(story, result or _lost(host, hints.get(host, {})), hints.get(host, {})), hints.get(host, {})
        )
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


def _foreseen(story: Story, result: Row, hint: Row) -> Row:
    """The result; in check mode the answer of the CA that makes a certificate due is known to the plan alone."""
    if story.rehearsal and result["status"] == "unchanged" and hint.get("action") == "renew":
        return {**result, "status": "changed", "changed": True, "reason": hint["reason"], "did": [_WOULD_RENEW]}
    return result


def _row(host: str, result: Row, hint: Row) -> dict[str, t.Any]:
    row = {
        "name": result["name"],
        "host": host,
        "status": result["status"],
        "changed": bool(result.get("changed")),
        "action": hint.get("action"),
        "did": [redaction.redacted(str(text)) for text in result.get("did") or ()],
        "todo": [_todo(one) for one in result.get("todo") or () if isinstance(one, t.Mapping)],
    }
    row["reason"], row["deadline"] = redaction.redacted(str(result.get("reason") or "")), hint.get("deadline")
    more = {"changes": result.get("changes"), "lifetime_hours": hint.get("lifetime_hours")}
    return {**row, **{key: value for key, value in more.items() if value}}


def _todo(one: Row) -> dict[str, str]:
    return {key: redaction.redacted(str(one.get(key) or "")) for key in ("what", "do")}


def _items(rows: t.Sequence[Row], story: Story) -> list[screen.Item]:
    """What needs a person: beside what failed, what projects that ran or rest tell."""
    planned, ran = story.planned or {}, {row["name"] for row in rows}
    by_failure: dict[bool, list[screen.Item]] = {True: [], False: []}
    for row in rows:
        by_failure[row["status"] == FAILED] += [
            screen.Item(f"{row['name']}: {one['what']}", one["do"]) for one in row["todo"]
        ]
    found = by_failure[False] + [
        screen.Item(f"{row['name']}: {row['reason']}", row["do"])
        for row in planned.get("attention") or ()
        if row["name"] not in ran
    ]
    return found + screen.grouped([row for row in rows if row["status"] == FAILED]) + by_failure[True]


def _more_done(done: t.Sequence[Row]) -> str:
    return f"and {len(done) - SHOWN} more that did not fail"


def _lost(host: str, hint: Row) -> dict[str, t.Any]:
    reason = "it was selected, but did not finish; check the output above, and whether --limit excludes its host"
    return {"name": hint.get("name") or host, "status": FAILED, "reason": reason}


def _lines(rows: t.Sequence[Row]) -> list[str]:
    done = [row for row in rows if row["status"] != FAILED]
    shown = [f"{row['name']} | {row['status']} | {row['reason']}" for row in done[:SHOWN]]
    shown += [_more_done(done)] if len(done) > SHOWN else []
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


def _headline(story: Story, rows: t.Sequence[Row], counts: Counter[str], items: int) -> str:
    needs = f"; {items} above {'needs' if items == 1 else 'need'} a person" if items else ""
    planned = story.planned or {}
    if not rows and not planned.get("total"):
        return "Nothing to do: no project was selected."
    held = planned.get("held", 0) + planned.get("without_room", 0)
    if not rows:
        idle = "Nothing to do now" if needs else "Nothing to do"
        return f"{f'Nothing was done: {_projects(held)} held back' if held else idle}{needs}."
    words = [word for word in dict.fromkeys((*_WORDS, *counts)) if counts[word]]
    found = ", ".join(f"{counts[word]} {_said(story, word)}" for word in words)
    advice = _ADVICE if counts[FAILED] and story.playbook != "doctor" else ""
    return f"{_projects(len(rows))}: {found}{advice or needs}{_REHEARSED if story.rehearsal else ''}."


def _said(story: Story, status: str) -> str:
    return _WOULD.get(status, status) if story.rehearsal else status


def _waiting(planned: Row, told: t.Collection[str] = ()) -> list[str]:
    """Who else there is: counts, and the first ones by name, without those that are ``told`` elsewhere."""
    actions = planned.get("actions") or {}
    found = [
        f"{row['name']} | waits until {row['until']} | {row['reason']}"
        for row in planned.get("first_waiting") or ()
        if row["name"] not in told
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


def _undefined(names: t.Sequence[str]) -> list[str]:
    """That the store has projects which left the inventory: they are renewed with the store, and by no inventory."""
    if not names:
        return []
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    verb = "is" if len(names) == 1 else "are"
    which = f"{', '.join(names[:NAMED])}{more}; define them there, or remove them with certops.cloudfront.delete"
    return [f"{_projects(len(names))} {verb} in the store, but not in the inventory: {which}"]


def _more(count: int, shown: t.Sequence[Row] | None, verb: str) -> list[str]:
    left = count - len(shown or ())
    return [f"and {left} more that {verb}"] if left > 0 else []


def _projects(count: int) -> str:
    return "1 project" if count == 1 else f"{count} projects"
