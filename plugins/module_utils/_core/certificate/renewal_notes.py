# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the CAs said of the certificates of a store, in a few documents that all projects share: the index, and above
some hundred certificates so many parts, by the certificates' names.

Nothing here is trusted to be whole: what cannot be read is not known, and then the CA is asked again.
"""

from __future__ import annotations

import hashlib
import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..values import schema, times, urls
from .renewal_info import KEPT, RenewalInfo

INDEX = "index"
SCHEMA = 1
# An item of DynamoDB has at most 400 KB, and an entry 200 to 800 bytes. A pass over all certificates writes each part
# once, so that there is less than one write for so many certificates.
SMALLEST_PART = 200
MOST_PARTS = 1024
# No CA is asked less often than once a day: what nobody asked about for so long belongs to nobody.
LONGEST_KEPT = timedelta(days=30)
_DAMAGED = (AttributeError, KeyError, OverflowError, TypeError, ValueError)
_ENTRY = schema.record({}, KEPT)
Entry = t.Mapping[str, t.Any]
Entries = dict[str, Entry]


@dataclass(frozen=True)
class NotesIndex:
    """The first document: in how many parts the entries are (1: it has them itself), and which CAs have no renewal
    information, with the time to look there again."""

    parts: int = 1
    without: t.Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, document: t.Mapping[str, t.Any] | None) -> NotesIndex:
        """The index of a document as it was read."""
        if not document or document.get("schema") != SCHEMA:
            return cls()
        parts, without = document.get("parts"), document.get("without")
        return cls(
            parts=parts if isinstance(parts, int) and 0 < parts <= MOST_PARTS else 1,
            without={url: until for url, until in without.items() if not urls.https_problem(url) and _moment(until)}
            if isinstance(without, dict)
            else {},
        )

    def part_of(self, cert_id: str) -> str:
        """The name of the document that has the entry of this certificate."""
        if self.parts == 1:
            return INDEX
        return self.name(int.from_bytes(hashlib.sha256(cert_id.encode()).digest()[:4], "big") % self.parts)

    def name(self, number: int) -> str:
        """The name of a part; parts of another partition have other names."""
        return f"{self.parts}-{number:04}"

    @property
    def names(self) -> list[str]:
        """The names of all parts."""
        return [INDEX] if self.parts == 1 else [self.name(number) for number in range(self.parts)]

    def merged(self, without: t.Mapping[str, str | None], now: datetime) -> NotesIndex:
        """With what this pass found of CAs: until when one has no renewal information, or None if it has."""
        found = {**self.without, **without}
        return NotesIndex(self.parts, {url: until for url, until in found.items() if until and not _is_old(until, now)})

    def as_dict(self) -> dict[str, t.Any]:
        """The document without entries."""
        return {"schema": SCHEMA, "parts": self.parts, "without": dict(self.without)}


def parts_for(count: int) -> int:
    """In how many parts so many entries stand: a power of two, so that a fleet that grows is seldom partitioned
    anew."""
    found = 1
    while found < MOST_PARTS and count >= 2 * found * SMALLEST_PART:
        found *= 2
    return found


def entries(document: t.Mapping[str, t.Any] | None) -> Entries:
    """The entries of a document as it was read, by the names of their certificates."""
    known = (document or {}).get("known")
    found = known.items() if isinstance(known, dict) else ()
    return {cert_id: kept for cert_id, kept in map(_checked, found) if kept is not None}


def _checked(found: tuple[t.Any, t.Any]) -> tuple[str, Entry | None]:
    """An entry with its texts cleaned; None for one that is damaged."""
    problems: list[str] = []
    cert_id, kept = KEPT["cert_id"](found[0], "its name", problems), _ENTRY(found[1], "it", problems)
    return cert_id, None if problems else {key: value for key, value in kept.items() if key in KEPT}


def entry(info: RenewalInfo) -> Entry:
    """What is kept of one certificate."""
    return {key: value for key, value in info.as_dict().items() if value is not None and key != "cert_id"}


def info(cert_id: str, kept: Entry | None) -> RenewalInfo | None:
    """The inverse of ``entry``; None for what says nothing."""
    if kept is None:
        return None
    return RenewalInfo.from_dict({**RenewalInfo(cert_id).as_dict(), **kept, "cert_id": cert_id})


def merged(former: t.Mapping[str, Entry], found: t.Mapping[str, Entry], now: datetime) -> Entries:
    """Both; of one certificate what is newer, which is to be asked again later. What is long out of date is dropped."""
    both = dict(former)
    for cert_id, kept in found.items():
        if cert_id not in both or _next(both[cert_id]) <= _next(kept):
            both[cert_id] = kept
    return {cert_id: kept for cert_id, kept in both.items() if not _is_old(kept.get("next_check_at"), now)}


def newer(own: RenewalInfo, shared: RenewalInfo | None) -> RenewalInfo:
    """Of what the document of a project and what the shared one say of its certificate, what was said last."""
    if shared is None or shared.next_check_at is None:
        return own
    return shared if own.next_check_at is None or own.next_check_at < shared.next_check_at else own


def _next(kept: Entry) -> str:
    """When to ask again; such texts are ordered as their times are."""
    found = kept.get("next_check_at")
    return found if isinstance(found, str) else ""


def _is_old(text: t.Any, now: datetime) -> bool:
    moment = _moment(text)
    return moment is None or moment < now - LONGEST_KEPT


def _moment(text: t.Any) -> datetime | None:
    try:
        return times.from_text(text)
    except _DAMAGED:
        return None
