# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One project on the page: its line in the table, and what opens below it."""

from __future__ import annotations

import json
import typing as t
from datetime import datetime

from .markup import escaped, isolated, link, minute, moment
from .rows import FleetRow, PastRun, ShownCertificate, ShownTarget
from .words import other, until, word

# Of a list, a line of the table shows so many; what opens below it has all of them.
IN_LINE = 3
# The data have all that the document has.
MOST_RUNS = 5
COLUMNS = ("Project", "State", "Names", "Time left", "Renews", "CA and key", "Served by", "Last run")


class Line:
    """Makes the lines of a table in one language, at one moment."""

    def __init__(self, now: datetime, language: str) -> None:
        self._now = now
        self._language = language

    def of(self, row: FleetRow) -> str:
        """The line of a project, with all that is known of it in what opens below its name."""
        cells = (
            self._word(row.state),
            _few(row.domains),
            self._left(row),
            moment(row.renew_at, row.renew_at[:10]),
            _joined(row.ca, row.key_type),
            _few([one.id for one in row.targets]),
            isolated(row.status if len(row.status) <= 40 else row.status[:40] + " …"),  # noqa: PLR2004 - a short line
        )
        return (
            f'<tr id="p-{escaped(row.name)}" class={row.state}><th scope=row><details><summary>{isolated(row.name)}'
            f"</summary>{self._details(row)}</details><td>" + "<td>".join(cells) + "\n"
        )

    def _word(self, english: str) -> str:
        return word(english, self._language)

    def _left(self, row: FleetRow) -> str:
        left, share = row.left(self._now), row.share_left(self._now)
        if left is None or row.certificate is None or share is None:
            return ""
        shown = [f"{until(left, language)} ({share:.0%})" for language in (self._language, other(self._language))]
        return moment(row.certificate.not_after, *shown)

    def _details(self, row: FleetRow) -> str:
        parts: list[tuple[str, t.Iterable[str]]] = [
            ("Why", [isolated(row.reason)]),
            ("Need a person", [", ".join(self._word(one) for one in row.attention)]),
            ("Names", [isolated(", ".join(row.domains))]),
            ("Tags", [isolated(", ".join(f"{key}={value}" for key, value in row.tags.items()))]),
            ("Certificate", [self._certificate(one) for one in row.certificates if one.current]),
            ("Superseded", [self._certificate(one) for one in row.certificates if not one.current]),
            ("CA and key", [_joined(row.ca, row.key_type)]),
            ("Store", [isolated(row.store)]),
            ("Archive", [isolated(row.certificate.archive_uri) if row.certificate else ""]),
            ("Served by", [_target(one) for one in row.targets]),
            ("Addresses", [self._address(one.address, one.subscribed) for one in row.addresses]),
            ("Renews", [minute(row.renew_at)]),
            ("Window of the CA", self._window(row)),
            ("Next attempt", [minute(row.next_attempt_at)]),
            ("Failures in a row", [str(row.failures or "")]),
            ("Progress of the run", [isolated(row.journal)]),
            ("Held by", [isolated(row.lock)]),
            ("Last run", [f"{escaped(key)}: {_value(value)}" for key, value in row.last_run.items()]),
            ("History", [_past(one) for one in row.history[:MOST_RUNS]]),
        ]
        return f"<dl>{''.join(self._part(title, values) for title, values in parts)}</dl>"

    def _part(self, title: str, values: t.Iterable[str]) -> str:
        shown = "".join(f"<dd>{value}" for value in values if value)
        return f"<dt>{self._word(title)}{shown}" if shown else ""

    def _certificate(self, one: ShownCertificate) -> str:
        fields = (
            ("ID", isolated(", ".join(one.copies) or one.id)),
            ("issued", minute(one.issued_at)),
            ("expires", minute(one.not_after)),
            ("revoked", minute(one.revoked_at)),
            ("issuer", isolated(one.issuer)),
        )
        shown = ", ".join(f"{self._word(title)} {value}" for title, value in fields if value)
        return f"{isolated(one.name)}: {shown}, SHA-256 {isolated(one.fingerprint_sha256)}"

    def _address(self, address: str, subscribed: bool) -> str:
        return f"{isolated(address)} ({self._word('subscribed' if subscribed else 'not subscribed')})"

    def _window(self, row: FleetRow) -> list[str]:
        if row.window is None:
            return []
        span = f"{minute(row.window.start)} to {minute(row.window.end)}" if row.window.start else ""
        url = row.window.explanation_url
        return [span, link(url) if url else "", isolated(row.window.error)]


def _joined(*values: str) -> str:
    return " · ".join(isolated(one) for one in values if one)


def _target(one: ShownTarget) -> str:
    return isolated(f"{one.id}: {', '.join(one.aliases)}" if one.aliases else one.id)


def _few(values: t.Sequence[str]) -> str:
    more = f" +{len(values) - IN_LINE}" if len(values) > IN_LINE else ""
    return isolated(", ".join(values[:IN_LINE]) + more)


def _value(value: t.Any) -> str:
    """A value of the record of the last run: text as it is, anything else as JSON."""
    return isolated(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _past(one: PastRun) -> str:
    parts = [escaped(one.run), isolated(one.status), isolated("; ".join(one.changes)), isolated(one.job)]
    return f"{minute(one.finished_at)} {', '.join(part for part in parts if part)}"
