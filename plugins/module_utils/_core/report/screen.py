# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a run as a person reads it in a terminal of 80 columns: what was done, what waits, and last what needs a
person, with the command for it."""

from __future__ import annotations

import re
import textwrap
import typing as t
from datetime import datetime, timedelta

from ..values import texts, times
from . import words

# What is left of 80 columns beside the indentation and the quotation marks of the default callback.
WIDTH = 69
# Of so many projects each step has a line; of more, each project has a sentence.
FEW = 5
# So many names stand before a reason that several projects share.
NAMED = 8
NEEDS_A_PERSON = "NEEDS A PERSON"
_COMMAND = "ansible"
_TIME = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_SOON = timedelta(days=3)

Row = t.Mapping[str, t.Any]


class Item(t.NamedTuple):
    """One thing that needs a person: what it is, and what to do; empty if the text says so itself."""

    what: str
    do: str = ""


def lines(
    done: t.Sequence[Row], waiting: t.Sequence[str], items: t.Sequence[Item], headline: str, now: datetime
) -> list[str]:
    """All of it; ``done`` are the projects that did not fail, each with what is ``said`` of it."""
    found = [line for row in done for line in _project(row, in_full=len(done) <= FEW)] + list(waiting)
    shown = [line for text in found for line in wrapped(texts.cleaned(shortened(text, now)))]
    if items:
        shown += [*([""] if shown else []), NEEDS_A_PERSON]
        shown += [line for item in items for line in _item(item, now)]
    return [*shown, *([""] if shown else []), *wrapped(shortened(headline, now))]


def _project(row: Row, in_full: bool) -> list[str]:
    head = f"{row['name']} | {row['said']} | "
    if not row["did"]:
        return [head + row["reason"]]
    if not in_full:
        return [head + "; ".join(row["did"])]
    return [head + row["reason"], *(f"  {text}" for text in row["did"])]


def _item(item: Item, now: datetime) -> list[str]:
    found = wrapped(texts.cleaned(shortened(item.what, now)))
    if not item.do:
        return found
    # A command stands in one line, so that it can be copied.
    arrow = f"  > {texts.cleaned(item.do)}"
    return [*found, *([arrow] if item.do.startswith(_COMMAND) else wrapped(arrow))]


def wrapped(text: str) -> list[str]:
    """The text in lines of at most ``WIDTH`` columns, broken between words only."""
    indent = " " * (len(text) - len(text.lstrip()))
    found = textwrap.wrap(
        text.strip(),
        WIDTH,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return found or [""]


def shortened(text: str, now: datetime) -> str:
    """The text with days instead of times, and with minutes where these are near."""

    def short(match: re.Match[str]) -> str:
        try:
            moment = times.from_text(match[0])
        except ValueError:
            return match[0]
        return match[0][:10] if abs(moment - now) > _SOON else f"{match[0][:16]}Z"

    return _TIME.sub(short, text)


def grouped(failed: t.Sequence[Row]) -> list[Item]:
    """The failures, those with one and the same reason as one."""
    groups: dict[str, list[Row]] = {}
    for row in failed:
        groups.setdefault(_without_name(row["reason"], row["name"]), []).append(row)
    return [_failure(rows, reason) for reason, rows in groups.items()]


def _without_name(reason: str, name: str) -> str:
    return re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", "(its name)", reason)


def _failure(rows: t.Sequence[Row], reason: str) -> Item:
    ends = [row["deadline"] for row in rows if row["deadline"] and row["action"] != "issue"]
    holds = f"; its certificate in service is valid until {min(ends)}" if ends else ""
    if len(rows) == 1:
        return Item(f"{rows[0]['name']} | failed | {rows[0]['reason']}{holds}")
    names = words.listed([row["name"] for row in rows], NAMED)
    first = f"; the first certificate in service is valid until {min(ends)}" if ends else ""
    return Item(f"{len(rows)} projects | failed | {reason}{first}: {names}")
