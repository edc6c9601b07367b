# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One notice for the operator after a run over many projects, in English and Chinese and as data; none if nothing
happened and nobody is needed.

Nothing has to be remembered between runs: a failure is told when it happens, which the back-off makes rarer and rarer,
and a project that only waits is
not told again, until its certificate expires so soon that it is told with every run.
"""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..values import redaction, times
from . import expiry, sns_text
from .notice import RUN, Notice
from .publication import CRITICAL, INFO, WARNING
from .run_summary import FAILED

Row = t.Mapping[str, t.Any]

HAPPENED = ("changed", "deleted")
THRESHOLDS = expiry.THRESHOLDS
# The word for each threshold that the days left have come down to; the last one holds for all further ones.
LEVELS = ("WARNING", "URGENT", "CRITICAL", "EMERGENCY")
SHOWN = 200
ROW_FIELDS = ("name", "status", "action", "reason", "deadline", "days_left", "wait_until", "level")


@dataclass(frozen=True)
class Matter:
    """What the digest is about: the projects that failed, those that wait although they expire soon, those that were
    changed; and what else needs a person, such as a site that was left behind, which alone makes no digest."""

    failed: tuple[Row, ...]
    waiting: tuple[Row, ...]
    done: tuple[Row, ...]
    level: int
    needing: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """All of them, the ones that need a person first."""
        return (*self.failed, *self.waiting, *self.done)


def compose(data: Row, attention: t.Sequence[Row], thresholds: t.Sequence[int], now: datetime) -> Notice | None:
    """The digest of a run: ``data`` is its summary, ``attention`` are rows of the plan of projects that did not run
    though they need a certificate."""
    rows = [_row(row, row["status"], thresholds, now) for row in data["projects"]]
    ran = {row["name"] for row in rows}
    waiting = [_row(row, "waiting", thresholds, now) for row in attention if row["name"] not in ran]
    failed = tuple(sorted((row for row in rows if row["status"] == FAILED), key=_urgency))
    soon = tuple(sorted((row for row in waiting if row["level"]), key=_urgency))
    matter = Matter(
        failed,
        soon,
        tuple(row for row in rows if row["status"] in HAPPENED),
        max((row["level"] for row in (*failed, *soon)), default=0),
        _needing(data, {row["name"] for row in (*failed, *soon)}),
    )
    if not matter.rows:
        return None
    return Notice(
        subject=sns_text.subject(_subject(matter, str(data["playbook"]))),
        message=_message(matter, data),
        event=RUN,
        severity=CRITICAL if matter.level else WARNING if matter.failed or matter.needing else INFO,
    )


def _needing(data: Row, told: t.Collection[str]) -> tuple[str, ...]:
    """A line for each thing that needs a person, of projects that are not told already."""
    ran = [(row["name"], one["what"]) for row in data["projects"] for one in row.get("todo") or ()]
    names = {row["name"] for row in data["projects"]}
    resting = [(row["name"], row["reason"]) for row in (data.get("plan") or {}).get("attention") or ()]
    found = [*ran, *(pair for pair in resting if pair[0] not in names)]
    return tuple(f"- {name}: {redaction.redacted(str(what))}" for name, what in found if name not in told)


def threshold_problems(thresholds: t.Sequence[int]) -> list[str]:
    """Why these days cannot be thresholds."""
    return [
        f"digest_thresholds: {days} is not a valid number of days; use whole numbers of 1 or more"
        for days in thresholds
        if days < 1
    ]


def _row(row: Row, status: str, thresholds: t.Sequence[int], now: datetime) -> dict[str, t.Any]:
    """A project without a certificate has nothing in service that could expire. ``level`` counts the thresholds that
    the time left has come down to."""
    has_deadline = bool(row.get("deadline")) and row.get("action") != "issue"
    left = times.from_text(row["deadline"]) - now if has_deadline else None
    lifetime = timedelta(hours=row["lifetime_hours"]) if row.get("lifetime_hours") else None
    found = {
        **row,
        "status": status,
        "days_left": None if left is None else left.days,
        "level": 0 if left is None else expiry.level(left, lifetime, thresholds),
        "reason": redaction.redacted(str(row.get("reason") or "")),
    }
    return {field: found.get(field) for field in ROW_FIELDS}


def _urgency(row: Row) -> tuple[bool, int, str]:
    return row["days_left"] is None, row["days_left"] or 0, row["name"]


def _subject(matter: Matter, playbook: str) -> str:
    word = LEVELS[min(matter.level, len(LEVELS)) - 1] if matter.level else "FAILED" if matter.failed else "report"
    days = [row["days_left"] for row in (*matter.failed, *matter.waiting) if row["days_left"] is not None]
    expiry = f", first expiry in {min(days)} days" if matter.level else ""
    return f"certops {word}: {_counts(matter)}{expiry} ({playbook or 'run'})"


def _counts(matter: Matter) -> str:
    needs = "needs a person" if len(matter.needing) == 1 else "need a person"
    parts = (
        (len(matter.failed), "failed"),
        (len(matter.waiting), "waiting"),
        (len(matter.done), "changed"),
        (len(matter.needing), needs),
    )
    return ", ".join(f"{count} {word}" for count, word in parts if count)


def _message(matter: Matter, data: Row) -> str:
    """The text with as many rows as SNS takes; whatever is left out is counted."""
    size = max(len(matter.rows), len(matter.needing))
    while True:
        text = "\n".join([*_lines(matter, data, min(size, SHOWN)), "", *_data_lines(matter, data, size)])
        if size == 0 or len(text.encode()) <= sns_text.MAX_MESSAGE_BYTES:
            return text
        size //= 2


def _lines(matter: Matter, data: Row, shown: int) -> list[str]:
    playbook, ended = data["playbook"] or "certops.cloudfront", data["finished_at"]
    counts = (
        f"失败 {len(matter.failed)}, 等待中且即将过期 {len(matter.waiting)}, 已变更 {len(matter.done)},"
        f" 需要处理 {len(matter.needing)}"
    )
    found = [f"Run of {playbook}, ended at {ended}: {_counts(matter)}.", f"运行 {playbook} 于 {ended} 结束: {counts}。"]
    if matter.failed or matter.waiting:
        found += ["", "Certificates in use were left in place. Fix the causes; the next run resumes from there."]
        found += ["正在使用的证书未被更改。请排除故障, 下次运行将继续。"]
    if matter.needing:
        more = len(matter.needing) - shown
        found += ["", f"Needs a person / 需要处理: {len(matter.needing)}", *matter.needing[:shown]]
        found += [f"- and {more} more / 另有 {more} 个"] if more > 0 else []
    sections = (
        ("Failed / 失败", matter.failed),
        ("Waiting, and expiring soon / 等待中, 即将过期", matter.waiting),
        ("Changed / 已变更", matter.done),
    )
    for title, rows in sections:
        if rows:
            found += ["", f"{title}: {len(rows)}", *(_line(row) for row in rows[:shown])]
            found += [f"- and {len(rows) - shown} more / 另有 {len(rows) - shown} 个"] if len(rows) > shown else []
    return found


def _line(row: Row) -> str:
    left = "" if row["days_left"] is None else f" [{row['days_left']} days left / 剩余 {row['days_left']} 天]"
    until = f", waits until / 等待至 {row['wait_until']}" if row["wait_until"] else ""
    return f"- {row['name']}{left}: {row['reason']}{until}"


def _data_lines(matter: Matter, data: Row, size: int) -> list[str]:
    about = {"playbook": data["playbook"], "finished_at": data["finished_at"], "counts": data["counts"]}
    document = {**about, "projects": matter.rows[:size], "omitted": max(0, len(matter.rows) - size)}
    return ["Data / 数据:", json.dumps(document, indent=1, ensure_ascii=False)]
