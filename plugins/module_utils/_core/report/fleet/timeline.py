# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the certificates of a fleet expire: a bar for each of the next days, and a table of weeks beside it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from .markup import escaped, moment
from .rows import FleetPicture
from .words import word

DAYS = 90
HEIGHT, WIDTH, GAP = 60, 10, 2
LOWEST = 2
_WEEK = 7
# These days are shown in the colour of what expires soon.
_SOON = 7


def counted(picture: FleetPicture) -> Counter[int]:
    """How many certificates in service expire on which day from now; expired ones on day 0."""
    left = (row.left(picture.made_at) for row in picture.rows)
    return Counter(max(0, one.days) for one in left if one is not None)


def drawn(picture: FleetPicture, language: str) -> str:
    """The bars as SVG, and the same numbers as a table."""
    found = counted(picture)
    highest = max((found[day] for day in range(DAYS)), default=0) or 1
    bars = "".join(_bar(day, found[day], highest, picture.made_at) for day in range(DAYS) if found[day])
    label = word("Expiries of the next 90 days", language)
    return (
        f'<svg class="t" viewBox="0 0 {DAYS * WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img"'
        f' aria-label="{escaped(label)}"><line x1="0" y1="{HEIGHT}" x2="{DAYS * WIDTH}" y2="{HEIGHT}"/>{bars}</svg>'
        f"{_axis(picture.made_at)}{_table(found, picture.made_at, language)}"
    )


def _bar(day: int, count: int, highest: int, now: datetime) -> str:
    height = max(LOWEST, round(HEIGHT * count / highest))
    style = "soon" if day < _SOON else "then"
    date = (now + timedelta(days=day)).date().isoformat()
    return (
        f'<rect class="{style}" x="{day * WIDTH}" y="{HEIGHT - height}" width="{WIDTH - GAP}" height="{height}">'
        f"<title>{date}: {count}</title></rect>"
    )


def _axis(now: datetime) -> str:
    """The dates at which the bars begin, have a third and two thirds behind them, and end."""
    dates = (now + timedelta(days=day) for day in range(0, DAYS + 1, DAYS // 3))
    return f"<p class=y>{''.join(f'<span>{date.date().isoformat()}</span>' for date in dates)}"


def _table(found: Counter[int], now: datetime, language: str) -> str:
    weeks = [
        (start, sum(found[day] for day in range(start, min(start + _WEEK, DAYS)))) for start in range(0, DAYS, _WEEK)
    ]
    rows = "".join(
        f"<tr><th scope=row>{moment((now + timedelta(days=start)).date().isoformat())}<td>{count}"
        for start, count in weeks
        if count
    )
    later = sum(count for day, count in found.items() if day >= DAYS)
    rows += f"<tr><th scope=row>{word('later', language)}<td>{later}" if later else ""
    return (
        f"<details><summary>{word('Expiries by week', language)}</summary><table class=w><thead><tr>"
        f"<th scope=col>{word('Week from', language)}<th scope=col>{word('Certificates that expire', language)}"
        f"<tbody>{rows}</table></details>"
    )
