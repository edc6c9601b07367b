# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What JSON of others may look like, declared once: each part of it is judged, and every problem is named.

A shape is called with the value, the path that leads to it and the list of problems; it adds to the list, and returns
the value as it may be used: words for people are cleaned, everything else is as it was or refused.
"""

from __future__ import annotations

import re
import typing as t

from . import texts, times

Shape = t.Callable[[t.Any, str, list[str]], t.Any]
MOST_PROBLEMS = 10
LONGEST_NAME = 256
MOST_ITEMS = 1000
DEEPEST_PLAIN = 6
# JavaScript's and jq's; no number of ours is larger.
LARGEST = 2**53
# There is no certificate from before.
_EARLIEST = "1970"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def problems(shape: Shape, value: t.Any, path: str = "") -> list[str]:
    """Why the value has not this shape; empty if it has."""
    found: list[str] = []
    shape(value, path, found)
    return found


def summary(found: t.Sequence[str]) -> str:
    """The problems as one text, however many there are."""
    more = f"; and {len(found) - MOST_PROBLEMS} more" if len(found) > MOST_PROBLEMS else ""
    return "; ".join(found[:MOST_PROBLEMS]) + more


def leaf(what: str, is_good: t.Callable[[t.Any], object]) -> Shape:
    """A value that satisfies ``is_good``; ``what`` says in an error what it should be."""

    def judge(value: t.Any, path: str, found: list[str]) -> t.Any:
        if not is_good(value):
            found.append(f"{path} is {texts.quoted(value)}, not {what}")
        return value

    return judge


def text(pattern: str, what: str, longest: int = LONGEST_NAME) -> Shape:
    """Text in one line of at most so many characters that matches the whole pattern."""
    compiled = re.compile(pattern, re.ASCII)
    return leaf(
        what,
        lambda value: (
            isinstance(value, str)
            and len(value) <= longest
            and value.isprintable()
            and compiled.fullmatch(value) is not None
        ),
    )


def line(longest: int = LONGEST_NAME) -> Shape:
    """Any text in one line."""
    return text(".*", f"text in one line of at most {longest} characters", longest)


_KEY = line()


def words(longest: int = texts.LONGEST_MESSAGE) -> Shape:
    """Text for people, which is cleaned and cut rather than refused."""

    def judge(value: t.Any, path: str, found: list[str]) -> t.Any:
        if isinstance(value, str):
            return texts.cleaned(value, longest)
        found.append(f"{path} is {texts.quoted(value)}, not text")
        return value

    return judge


def whole(smallest: int, largest: int = LARGEST) -> Shape:
    """A whole number in this range."""
    return leaf(
        f"a whole number from {smallest} to {largest}",
        lambda value: isinstance(value, int) and not isinstance(value, bool) and smallest <= value <= largest,
    )


def one_of(*choices: t.Any) -> Shape:
    """One of these values."""
    named = ", ".join(map(str, choices))
    return leaf(f"one of {named}", lambda value: isinstance(value, str) and value in choices)


flag = leaf("true or false", lambda value: isinstance(value, bool))
moment = leaf("a time such as 2027-01-06T04:42:00Z", lambda value: isinstance(value, str) and _is_moment(value))
hexadecimal = text(r"[0-9A-Fa-f]{1,256}", "hexadecimal digits")


def maybe(shape: Shape) -> Shape:
    """This, or null."""
    return lambda value, path, found: None if value is None else shape(value, path, found)


def items(shape: Shape, most: int = MOST_ITEMS) -> Shape:
    """A list of at most so many of these."""

    def judge(value: t.Any, path: str, found: list[str]) -> t.Any:
        if not isinstance(value, list):
            found.append(f"{path} is {texts.quoted(value)}, not a list")
            return value
        if len(value) > most:
            found.append(f"{path} has {len(value)} entries; at most {most} are allowed")
            return value
        return [shape(each, f"{path}[{place}]", found) for place, each in enumerate(value)]

    return judge


def mapping(key: Shape, shape: Shape, most: int = MOST_ITEMS) -> Shape:
    """A mapping of at most so many keys of one form to values of one shape."""

    def judge(value: t.Any, path: str, found: list[str]) -> t.Any:
        if not _is_mapping(value, path, found, most):
            return value
        for name in value:
            key(name, f"a key of {path}", found)
        return {name: shape(each, f"{path}.{_shown(name)}", found) for name, each in value.items()}

    return judge


def record(
    required: t.Mapping[str, Shape], optional: t.Mapping[str, Shape] | None = None, others: Shape | None = None
) -> Shape:
    """A mapping with these keys; what else is in it, for example of a later version, has the shape ``others``."""
    known, rest = {**(optional or {}), **required}, plain() if others is None else others
    shapes = dict(known)

    def judge(value: t.Any, path: str, found: list[str]) -> t.Any:
        if not _is_mapping(value, path, found, MOST_ITEMS):
            return value
        found += [f"{_joined(path, name)} is missing" for name in required if name not in value]
        read = {}
        for name, each in value.items():
            shape = shapes.get(name)
            if shape is None:
                shape = rest
                _KEY(name, f"a key of {path or 'it'}", found)
            read[name] = shape(each, _joined(path, name), found)
        return read

    return judge


def either(words_shape: Shape, other: Shape) -> Shape:
    """The first for text, the second for anything else."""
    return lambda value, path, found: (words_shape if isinstance(value, str) else other)(value, path, found)


def plain(depth: int = DEEPEST_PLAIN) -> Shape:
    """Any JSON that is small enough to be shown and written again."""
    inner = plain(depth - 1) if depth else words()
    of_mapping, of_items = mapping(_KEY, inner), items(inner)

    def judge(value: t.Any, path: str, found: list[str]) -> t.Any:
        if isinstance(value, str):
            return texts.cleaned(value, texts.LONGEST_MESSAGE)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, (int, float)):
            if not -LARGEST <= value <= LARGEST:
                found.append(f"{path} is {texts.quoted(value)}, which is not a number that is written here")
            return value
        if depth == 0:
            found.append(f"{path} is nested more than {DEEPEST_PLAIN} deep")
            return value
        return (of_mapping if isinstance(value, dict) else of_items)(value, path, found)

    return judge


def _is_mapping(value: t.Any, path: str, found: list[str], most: int) -> bool:
    if not isinstance(value, dict):
        found.append(f"{path or 'it'} is {texts.quoted(value)}, not a mapping")
        return False
    if len(value) > most:
        found.append(f"{path or 'it'} has {len(value)} keys; at most {most} are allowed")
        return False
    return True


def _joined(path: str, name: t.Any) -> str:
    return f"{path}.{_shown(name)}" if path else _shown(name)


def _shown(name: t.Any) -> str:
    """A key as a path shows it, which is perhaps not one of ours."""
    return texts.cleaned(name, 40)


def _is_moment(value: str) -> bool:
    if not _MOMENT.fullmatch(value) or value < _EARLIEST:
        return False
    try:
        times.from_text(value)
    except ValueError:
        return False
    return True
