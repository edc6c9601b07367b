# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts as they stand in the markup of a page: data is never markup."""

from __future__ import annotations

import typing as t

_IN_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_TEXT = str.maketrans(_IN_TEXT)
# Attributes are always in double quotation marks.
_ATTRIBUTE = str.maketrans({**_IN_TEXT, '"': "&quot;", "'": "&#39;"})
_IN_SCRIPT = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})
_LINKS = ("https://", "http://")


def escaped(text: t.Any) -> str:
    """The text as content of an element or of a quoted attribute."""
    return str(text).translate(_ATTRIBUTE)


def isolated(text: t.Any) -> str:
    """The text of a document as content of an element, with a direction of its own, so that it does not turn round what
    stands beside it."""
    found = str(text)
    return found.translate(_TEXT) if found.isascii() else f"<bdi>{found.translate(_TEXT)}</bdi>"


def in_script(json_text: str) -> str:
    """JSON as content of a script element."""
    return json_text.translate(_IN_SCRIPT)


def moment(text: str, shown: str = "", other: str = "") -> str:
    """A time that the script shows in local time, too; ``shown`` stands in its place, and ``other`` in the other
    language."""
    swapped = f' data-z="{escaped(other)}"' if other else ""
    return f'<time datetime="{escaped(text)}"{swapped}>{escaped(shown or minute(text))}</time>' if text else ""


def minute(text: str) -> str:
    """``2027-01-06 04:42`` of an RFC 3339 text."""
    return escaped(text[:16].replace("T", " "))


def link(url: str) -> str:
    """A link to a page of the web; anything else than http and https is shown as text."""
    if not url.startswith(_LINKS):
        return isolated(url)
    return f'<a href="{escaped(url)}" rel="noopener noreferrer nofollow">{escaped(url)}</a>'
