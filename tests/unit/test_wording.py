# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What users and contributors read is the English of the word list in CONTRIBUTING.md: its worst patterns do not come
back."""

from __future__ import annotations

import ast
import re
import typing as t
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Pattern, and what to write instead.
AVOIDED = {
    r"(?<!\b[Tt]here )\b(?:is|are) no (?!longer\b)(?:valid )?[a-z]+": "is not a valid …, does not exist, has no …",
    r"\b[Aa]ny ?more\b(?! (?:than|of)\b)": "no longer",
    r"\b(?:go|goes|went) on\b": "continues, resumes",
    r"\bsee to\b": "fix",
    r"\b(?:[Ww]hoever|[Ss]omebody|[Aa]nybody)\b": "what acts: the run, the CA, the module",
    r"[;,:] give (?!(?:the )?\w+ \w+ \w+ (?:read|write) )": "use, set, list",
    r"^short_description: (?:Keep|Say|Make|Who)\b": "Manage, Report, Create, Gather information about",
}
# Text that stands in the way of a pattern, and the reason why it may.
EXCEPTIONS = {
    "give the user that runs this module read and write access": "to give access is what has to be done",
}


def _texts(path: Path) -> t.Iterator[tuple[int, str]]:
    """Line and text of all that somebody reads: of a module each text and docstring, of YAML each line."""
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.lineno, node.value
    else:
        yield from enumerate(path.read_text(encoding="utf-8").splitlines(), 1)


def _files() -> list[Path]:
    found = sorted((ROOT / "plugins").rglob("*.py"))
    for folder in ("roles", "playbooks"):
        found += sorted((ROOT / folder).rglob("*.yml"))
    return found


def odd_words(text: str) -> list[str]:
    """What of the text is on the list of words to avoid, with what to write instead."""
    for allowed in EXCEPTIONS:
        text = text.replace(allowed, "")
    return [
        f"{match[0]!r}: {instead}"
        for pattern, instead in AVOIDED.items()
        for match in re.finditer(pattern, text, re.MULTILINE)
    ]


def test_nothing_that_is_read_has_words_to_avoid() -> None:
    assert [
        f"{path.relative_to(ROOT)}:{line}: {odd}"
        for path in _files()
        for line, text in _texts(path)
        for odd in odd_words(text)
    ] == []


@pytest.mark.parametrize("allowed", EXCEPTIONS)
def test_each_exception_is_still_needed(allowed: str) -> None:
    assert any(allowed in text for path in _files() for dummy, text in _texts(path))


@pytest.mark.parametrize(
    "text",
    [
        "'x!' is no project name",
        "it is not in IAM any more",
        "the run goes on",
        "see to what failed",
        "somebody else changed it",
        "it is empty; give a list",
        "\nshort_description: Keep a topic",
    ],
)
def test_words_to_avoid_are_found(text: str) -> None:
    assert odd_words(text)


@pytest.mark.parametrize(
    "text",
    ["it is no longer in IAM", "there is no room for it", "no more than five", "the run continues; set a number"],
)
def test_other_words_are_not(text: str) -> None:
    assert odd_words(text) == []
