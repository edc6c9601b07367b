# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of a fleet: one HTML file that needs nothing from outside, and no script to be read."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import timedelta

from ...values import times
from .line import COLUMNS, Line
from .markup import escaped, in_script, isolated, moment
from .rows import STATES, FleetPicture, FleetRow
from .script import JS
from .style import CSS
from .timeline import drawn
from .words import CHINESE, counted, other, until, word

# The list of what a person has to look at; the table below has all of them, in the same order.
MOST_NEEDING = 20
WITHIN = (1, 7, 14, 30, 60, 90)


def _hashed(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


POLICY = (
    f"default-src 'none'; style-src '{_hashed(CSS)}'; script-src '{_hashed(JS)}'; img-src data:; base-uri 'none';"
    " form-action 'none'"
)


def page(picture: FleetPicture, language: str) -> str:
    """The page in this language; its bytes depend on the picture alone."""
    body = [
        _header(picture, language),
        _needing(picture, language),
        f"<section><h2>{word('Expiries of the next 90 days', language)}</h2>{drawn(picture, language)}</section>",
        _table(picture, language),
        _foreign(picture, language),
        _footer(picture, language),
    ]
    return "".join([_head(picture, language), *body, _words(), "</body></html>\n"])


def _head(picture: FleetPicture, language: str) -> str:
    needing = counted(len(picture.needing), "needs a person", "need a person", language)
    title = f"{needing} · {counted(len(picture.rows), 'project', 'projects', language)} · {picture.title}"
    return (
        f'<!DOCTYPE html>\n<html lang="{language}" data-hours="{picture.interval_hours:g}"><head>'
        '<meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{escaped(title)}</title><style>{CSS}</style><script>{JS}</script></head>\n<body>"
    )


def _header(picture: FleetPicture, language: str) -> str:
    counts = "".join(
        f'<li><a href="#state={state}">{picture.counts[state]} <span data-w>{word(state, language)}</span></a>'
        for state in STATES
        if picture.counts[state]
    )
    made = f'<time id="made" datetime="{times.to_text(picture.made_at)}">{picture.made_at:%Y-%m-%d %H:%M} UTC</time>'
    stale = word("This report is too old: check that its schedule runs.", language)
    projects = word("project" if len(picture.rows) == 1 else "projects", language)
    notes = "".join(f"<p class=n>{isolated(text)}" for text in picture.warnings)
    return (
        f"<header><h1>{isolated(picture.title)}</h1><p class=m><span data-w>{word('made', language)}</span> {made} ·"
        f" <span data-w>{word('store', language)}</span> {isolated(picture.store)}"
        f' <button id="lang" class=x type=button hidden>{"English" if language == "zh" else "中文"}</button></p>'
        f'<p id="stale" class=n hidden data-w>{stale}</p>{notes}'
        f"<ul class=c><li>{len(picture.rows)} <span data-w>{projects}</span>{counts}</ul>"
        f"{_next(picture, language)}</header><main>"
    )


def _next(picture: FleetPicture, language: str) -> str:
    """Which certificate is renewed next, and which expires first."""
    now = picture.made_at
    coming = [(row.renew_at, row) for row in picture.rows if row.renew_at and times.from_text(row.renew_at) >= now]
    ending = [(one.not_after, row) for row in picture.rows if (one := row.certificate) and row.state != "expired"]
    parts = [
        f'<span data-w>{word(title, language)}</span>: <a href="#p-{escaped(row.name)}">{isolated(row.name)}</a>'
        f" {_until(times.from_text(moment) - now, language)}"
        for title, found in (("next renewal", coming), ("first expiry", ending))
        for moment, row in [min(found, key=lambda one: (times.from_text(one[0]), one[1].name), default=("", None))]
        if row is not None
    ]
    return f"<p>{' · '.join(parts)}" if parts else ""


def _needing(picture: FleetPicture, language: str) -> str:
    if not picture.needing:
        nothing = word("Nothing needs a person.", language)
        return f"<section><h2>{word('Need a person', language)}</h2><p data-w>{nothing}</section>"
    items = "".join(_need(row, picture, language) for row in picture.needing[:MOST_NEEDING])
    more = len(picture.needing) - MOST_NEEDING
    rest = f'<p><a href="#t">+{more}</a>' if more > 0 else ""
    return f"<section><h2>{word('Need a person', language)}</h2><ul class=l>{items}</ul>{rest}</section>"


def _need(row: FleetRow, picture: FleetPicture, language: str) -> str:
    why = ", ".join(f"<b data-w>{word(reason, language)}</b>" for reason in row.attention)
    left = row.left(picture.made_at)
    ends = "" if left is None or row.state == "expired" else f" ({_until(left, language)})"
    said = row.last_run.get("Error") or row.reason
    name = escaped(row.name)
    return f'<li><a href="#p-{name}">{isolated(row.name)}</a>: {why}{ends}: {isolated(said)}'


def _until(length: timedelta, language: str) -> str:
    """When something is, with the same in the other language for the script."""
    return f'<span data-z="{until(length, other(language))}">{until(length, language)}</span>'


def _table(picture: FleetPicture, language: str) -> str:
    line = Line(picture.made_at, language)
    rows = "".join(line.of(row) for row in picture.rows)
    heads = "".join(f"<th scope=col>{word(column, language)}" for column in COLUMNS)
    return (
        f"<section><h2>{word('Projects', language)}</h2>{_controls(language)}"
        f'<table id="t"><thead><tr>{heads}<tbody>\n{rows}</table>'
        f'<p class=x><button id="more" type=button hidden>{word("Show all", language)}</button></p></section>'
    )


def _controls(language: str) -> str:
    """What the script shows and uses; without it the whole table is there."""
    states = "".join(f'<option value="{state}">{word(state, language)}' for state in STATES)
    within = "".join(f'<option value="{days}">{days} d' for days in WITHIN)
    anything = f'<option value="">{word("any", language)}'
    return (
        f'<form id="f" role="search" hidden>'
        f'<label>{word("Search", language)}<input name="q" type="search" autocomplete="off"></label>'
        f'<label>{word("State", language)}<select name="state">{anything}{states}</select></label>'
        f'<label>CA<select name="ca">{anything}</select></label>'
        f'<label>{word("Expires within", language)}<select name="days">{anything}{within}</select></label>'
        f"<button id=clear type=button>{word('Reset', language)}</button>"
        f'<button id="csv" type="button">{word("CSV of these", language)}</button>'
        f'<span class=m><span data-w>{word("shown", language)}</span> <output id="n"></output></span></form>'
    )


def _foreign(picture: FleetPicture, language: str) -> str:
    if picture.foreign is None:
        return ""
    title = f"<section><h2>{word('Certificates of no project', language)}</h2>"
    room = picture.room
    places = f"<span data-w>{word('Places for server certificates in IAM', language)}</span>"
    used = f"{places}: {room[0]} / {room[1]}" if room else ""
    if not picture.foreign:
        return f"{title}<p data-w>{word('Every server certificate belongs to a project.', language)}<p>{used}</section>"
    rows = "".join(
        f"<tr><th scope=row>{isolated(one.name)}<td>{isolated(one.id)}<td>{moment(one.not_after)}"
        f"<td>{isolated(', '.join(one.users))}<td>{isolated(one.project)}"
        for one in picture.foreign
    )
    heads = "".join(
        f"<th scope=col>{word(column, language)}" for column in ("Name", "ID", "Expires", "Used by", "At the path of")
    )
    return f"{title}<table class=w><thead><tr>{heads}<tbody>{rows}</table><p>{used}</section>"


def _footer(picture: FleetPicture, language: str) -> str:
    return (
        f"</main><footer><p>certops.cloudfront {escaped(picture.version)} · <span data-w>"
        f"{word('Times are in UTC.', language)}</span></footer>"
    )


def _words() -> str:
    table = in_script(json.dumps(CHINESE, ensure_ascii=False))
    return f'<script type="application/json" id="words">{table}</script>'
