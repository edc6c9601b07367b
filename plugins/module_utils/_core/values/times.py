# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times as text and back: RFC 3339 UTC in documents, YYYY-MM-DD-HHMM in names."""

from __future__ import annotations

import re
from datetime import datetime, timezone

from . import texts

_RFC3339 = re.compile(r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,30}))?([Zz]|[+-]\d\d:\d\d)?", re.ASCII)


def to_text(moment: datetime) -> str:
    """``2027-01-06T04:42:00Z``: RFC 3339 in UTC, to the second. ``moment`` must be aware."""
    if moment.tzinfo is None:
        raise ValueError("a naive datetime is not allowed here")
    return moment.astimezone(timezone.utc).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def from_text(text: str) -> datetime:
    """The aware UTC time of an RFC 3339 text; raises ValueError for anything else. CAs write as many digits of a second
    as they like: Python before 3.11 reads three or six, and later ones read what is not RFC 3339."""
    found = _RFC3339.fullmatch(text)
    if found is None:
        raise ValueError(f"{texts.quoted(text)} is not a time in RFC 3339")
    day, clock, fraction, zone = found.groups()
    if not zone:
        raise ValueError(f"{texts.quoted(text)} has no time zone")
    zone = "+00:00" if zone in "Zz" else zone
    try:
        return datetime.fromisoformat(f"{day}T{clock}.{(fraction or '')[:6]:0<6}{zone}").astimezone(timezone.utc)
    except ValueError:
        raise ValueError(f"{texts.quoted(text)} is not a time in RFC 3339") from None
    except OverflowError:
        raise ValueError(f"{texts.quoted(text)} is outside the range of UTC dates") from None


def to_name(moment: datetime) -> str:
    """``2027-01-06-0442``: the UTC minute as it stands in certificate and archive names."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%d-%H%M")
