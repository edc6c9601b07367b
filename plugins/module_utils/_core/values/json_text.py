# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON of others: whatever it is, it is either a value of bounded depth or a ValueError."""

from __future__ import annotations

import json
import math
import typing as t

# An order, a certificate's manifest and a project's document are less than ten deep.
DEEPEST = 32


def parsed(content: str | bytes) -> t.Any:
    """The value; ValueError if the text is not JSON, or is nested too deeply. The error never quotes the text, which
    may be a key."""
    try:
        value = json.loads(content, parse_constant=_no_number, parse_float=_number)
    except RecursionError:
        raise _too_deep() from None
    except ValueError as exc:
        where = f" in line {exc.lineno}, column {exc.colno}" if isinstance(exc, json.JSONDecodeError) else ""
        raise ValueError(f"it is not JSON{where}") from None
    if _is_deeper(value, DEEPEST):
        raise _too_deep()
    return value


def _number(text: str) -> float:
    """The number; ValueError for one that is too large to be written again."""
    found = float(text)
    return found if math.isfinite(found) else _no_number(text)


def _no_number(text: str) -> t.NoReturn:
    """RFC 8259 section 6 has neither NaN nor Infinity."""
    raise ValueError(f"{text[:20]} is not a number of JSON")


def _is_deeper(value: t.Any, depth: int) -> bool:
    """Whether lists and mappings stand in each other more than ``depth`` deep; one level after the other, since a
    recursion has an end of its own."""
    level = [value]
    for _step in range(depth):
        level = [
            child
            for each in level
            if isinstance(each, (dict, list))
            for child in (each.values() if isinstance(each, dict) else each)
        ]
    return any(isinstance(each, (dict, list)) for each in level)


def _too_deep() -> ValueError:
    return ValueError(f"it is nested more than {DEEPEST} deep")
