# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet in a terminal of 80 columns: one row a project, the worst in front, and last what needs a person, with the
command for it."""

from __future__ import annotations

import typing as t
from datetime import datetime

from .. import screen
from .rows import FleetPicture, FleetRow
from .words import until

_HEADS = ("PROJECT", "STATE", "LEFT", "RENEWS", "SITES", "MAIL", "NAMES")
# Of a name, a row shows so much.
LONGEST_NAME = 16
# The names of a certificate have at least so much room.
_SHORTEST_NAMES = 8
# So many projects are named with what they need.
NEEDING = 20
# What is wrong with sites, which the state of a project and its reason say nothing of.
_OF_SITES = {
    "left_behind": "a site stays on an older certificate, and goes dark when that expires",
    "uncovered_alias": "a site has a name that its certificate does not cover",
    "unbound": "no site uses the certificate, though one could",
}
LEFT_BY = 5
_CLEANUP = "ansible-playbook certops.cloudfront.cleanup -e project_name="
_DOCTOR = "ansible-playbook certops.cloudfront.doctor -e project_name="


def lines(picture: FleetPicture, shown: int | None, headline: str) -> list[str]:
    """The first rows, all if ``shown`` is None, and below them what needs a person."""
    rows = picture.rows[:shown]
    table = _table([_HEADS, *(_cells(row, picture) for row in rows)]) if rows else []
    left = len(picture.rows) - len(rows)
    more = [f"and {left} more", ""] if left else [""] if table else []
    return [*table, *more, *screen.lines((), (), _items(picture), headline, picture.made_at)]


def _items(picture: FleetPicture) -> list[screen.Item]:
    needing = picture.needing
    found = [
        screen.Item(f"{row.name} | {', '.join(row.attention)} | {_why(row)}", f"{_DOCTOR}{row.name}")
        for row in needing[:NEEDING]
    ]
    more = [screen.Item(f"and {len(needing) - NEEDING} more")] if len(needing) > NEEDING else []
    return [*found, *more, *_leftovers(picture)]


def _leftovers(picture: FleetPicture) -> list[screen.Item]:
    """Certificates that no record has, in the place of a project: of a run that was killed, or of a lost store."""
    found = picture.leftovers
    items = [
        screen.Item(f"{name} | left over | not in its record and not used: {_names(found[name])}", f"{_CLEANUP}{name}")
        for name in sorted(found)[:LEFT_BY]
    ]
    more = len(found) - LEFT_BY
    return [*items, screen.Item(f"and left over certificates of {more} more")] if more > 0 else items


def _names(names: t.Sequence[str]) -> str:
    shown = ", ".join(names[:LEFT_BY])
    return shown if len(names) <= LEFT_BY else f"{shown} and {len(names) - LEFT_BY} more"


def _why(row: FleetRow) -> str:
    of_sites = [_OF_SITES[one] for one in row.attention if one in _OF_SITES]
    return "; ".join([*([row.reason] if len(of_sites) < len(row.attention) else []), *of_sites])


def _table(rows: t.Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADS) - 1)]
    room = max(_SHORTEST_NAMES, screen.WIDTH - sum(widths) - 2 * len(widths))
    return [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), _cut(row[-1], room)]).rstrip()
        for row in rows
    ]


def _cells(row: FleetRow, picture: FleetPicture) -> tuple[str, ...]:
    subscribed = sum(one.subscribed for one in row.addresses)
    return (
        _cut(row.name, LONGEST_NAME),
        row.state,
        _left(row, picture.made_at),
        row.renew_at[:10] or "-",
        "?" if picture.foreign is None else str(len(row.targets)),
        f"{subscribed}/{len(row.addresses)}" if row.addresses else "-",
        " ".join(row.domains) or "-",
    )


def _left(row: FleetRow, now: datetime) -> str:
    left = row.left(now)
    return "-" if left is None else until(left, "en").removeprefix("in ")


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
