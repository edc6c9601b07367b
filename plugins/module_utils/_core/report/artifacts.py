# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run leaves for the jobs after it: bounded, since AWX hands all of it to each of them as variables, and under
keys of its own, since of two slices of a job that use the same key the last one wins."""

from __future__ import annotations

import json
import typing as t

# Of the summary, and of the records, each.
LONGEST = 64 * 1024
# Of the record of one project, when the role publishes it by itself.
LONGEST_RECORD = 8 * 1024
SUMMARY, RECORDS = "certops_summary", "certops"
OMITTED = "omitted"
_FIRST = ("failed", "changed", "deleted")

Data = t.Mapping[str, t.Any]


def of_run(data: Data, records: t.Mapping[str, t.Any], job: str) -> dict[str, t.Any]:
    """The summary and the records of a run; in a ``job`` of AWX, which has a number, under its own keys as well."""
    rows = sorted(data["projects"], key=lambda row: _rank(row["status"]))
    names = dict.fromkeys(row["name"] for row in rows)
    kept = _fitting({name: records[name] for name in names if name in records})
    found: dict[str, t.Any] = {SUMMARY: _summary(data, rows)}
    if kept:
        found[RECORDS] = kept
    return {**found, **{f"{key}_{job}": value for key, value in found.items() if job}}


def of_project(
    name: str, record: t.Mapping[str, t.Any] | None, publishers: int, published: int = 0
) -> dict[str, t.Any]:
    """The record of a project that runs by itself: what ``published`` bytes leave of the share of this host in what
    ``publishers`` hosts may publish together, since Ansible merges it. A longer one keeps its first fields, and counts
    the others; empty if nothing fits."""
    room = min(LONGEST_RECORD, LONGEST // max(1, publishers) - published)
    if not record or _length([name, record]) <= room:
        return {RECORDS: {name: record}} if record else {}
    counted = _length([name, {OMITTED: len(record)}])
    kept = _fitting(record, room - counted)
    return {RECORDS: {name: {**kept, OMITTED: len(record) - len(kept)}}} if kept else {}


def published_with(artifacts: t.Mapping[str, t.Any], published: int) -> int:
    """How many bytes a host has published with these."""
    return published + sum(_length(list(one)) for one in artifacts.get(RECORDS, {}).items())


def _rank(status: str) -> int:
    """What people ask for first is what is kept."""
    return _FIRST.index(status) if status in _FIRST else len(_FIRST)


def _summary(data: Data, rows: t.Sequence[Data]) -> dict[str, t.Any]:
    plan = dict(data["plan"]) if data["plan"] else None
    attention = list((plan or {}).pop("attention", []))
    kept = list(_fitting(dict(enumerate(rows))).values())
    told = list(_fitting(dict(enumerate(attention))).values())
    return {
        **data,
        "projects": kept,
        "plan": None if plan is None else {**plan, "attention": told},
        OMITTED: len(rows) - len(kept),
    }


def _fitting(values: t.Mapping[t.Any, t.Any], room: int = LONGEST) -> dict[t.Any, t.Any]:
    """The first ones that fit together; one that is too long alone does not keep out those behind it."""
    found = {}
    for key, value in values.items():
        length = _length([key, value])
        if length <= room:
            found[key], room = value, room - length
    return found


def _length(value: t.Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())
