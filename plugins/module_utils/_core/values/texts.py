# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of others (a CA, AWS, DNS, file names, options) as they may stand in a message, a log or a mail."""

from __future__ import annotations

import typing as t
import unicodedata

LONGEST_TEXT = 2000
LONGEST_QUOTE = 200
# What a service may say of many names at once, and what a person still scrolls through.
LONGEST_MESSAGE = 8000
# A value of more parts is not quoted.
MOST_PARTS = 200_000
CUT = " … (cut)"
PEM = "-----BEGIN"
# Control and format characters (escape sequences, marks that turn the direction), halves of characters, and separators
# of lines and paragraphs. https://www.unicode.org/reports/tr44/#General_Category_Values
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_LINE_ENDS = frozenset("\t\n\r")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def cleaned(text: t.Any, longest: int = LONGEST_TEXT) -> str:
    """The text in one line, at most ``longest`` characters of it, without what a terminal or a log obeys."""
    found = plain(text)
    kept = found[: longest - len(CUT)] if len(found) > longest else found
    if not kept.isprintable():
        kept = "".join(map(_safe, kept))
    return kept + CUT if len(found) > longest else kept


def plain(value: t.Any) -> str:
    """Text of whatever YAML made of it; nesting without end and numbers of thousands of digits have none."""
    try:
        return str(value)
    except (RecursionError, ValueError):
        return _not_shown(value)


def plain_texts(values: t.Mapping[t.Any, t.Any]) -> dict[str, str]:
    """Keys and values as texts, as of tags."""
    return {plain(key): plain(value) for key, value in values.items()}


def harmless(value: t.Any) -> t.Any:
    """A result with nothing in any text or key of it that a terminal or a log obeys; line ends stay, since PEM has
    them."""
    if isinstance(value, str):
        return value if value.isprintable() else "".join(each if each in _LINE_ENDS else _safe(each) for each in value)
    if isinstance(value, dict):
        return {harmless(key): harmless(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [harmless(each) for each in value]
    return value


def quoted(value: t.Any) -> str:
    """A value as an error quotes it: in quotation marks if it is text, in one line, at most 200 characters, and nothing
    of PEM, which may be a key in the wrong place."""
    try:
        shown = repr(value) if _is_short(value) else None
    except (RecursionError, ValueError):
        shown = None
    if shown is None:
        return _not_shown(value)
    return "(PEM text, not shown)" if PEM in shown else cleaned(shown, LONGEST_QUOTE)


def _not_shown(value: t.Any) -> str:
    """What stands for a value that is nested too deeply, or a number of too many digits."""
    return f"(a value of the type {type(value).__name__}, not shown)"


def _is_short(value: t.Any) -> bool:
    """Whether the value has few parts; a list in YAML may name another one many times, and that one another one."""
    parts, seen = [value], 0
    while parts and seen <= MOST_PARTS:
        part = parts.pop()
        seen += 1
        if isinstance(part, dict):
            parts += [*part, *part.values()]
        elif isinstance(part, (list, tuple, set, frozenset)):
            parts += part
    return seen <= MOST_PARTS


def _safe(character: str) -> str:
    if unicodedata.category(character) not in _UNSAFE:
        return character
    return " " if character.isspace() else _REPLACEMENT
