# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of others: one line, bounded, harmless for a terminal."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import texts
from unit.growth import assert_linear


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param("no CAA for example.com", "no CAA for example.com", id="plain"),
        pytest.param("bücher.example 书", "bücher.example 书", id="other letters"),
        pytest.param("a\x1b[31mred\x1b[0m", "a\ufffd[31mred\ufffd[0m", id="escape sequence"),
        pytest.param("one\nFAILED! two\r\nthree\tfour", "one FAILED! two  three four", id="lines and tabs"),
        pytest.param("one\u2028two\u2029three", "one two three", id="separators of lines and paragraphs"),
        pytest.param("gnp.\u202eexe", "gnp.\ufffdexe", id="right to left"),
        pytest.param("a\u200bb\ufeff", "a\ufffdb\ufffd", id="of no width"),
        pytest.param("a\ud800b", "a\ufffdb", id="half a character"),
        pytest.param("\x00\x07\x7f\x9b", "\ufffd" * 4, id="control characters"),
        pytest.param(None, "None", id="not a text"),
    ],
)
def test_a_text_of_others_is_one_harmless_line(given: t.Any, kept: str) -> None:
    assert texts.cleaned(given) == kept


@pytest.mark.parametrize("length", [0, 1, 1999, 2000, 2001, 4_000_000])
def test_a_text_of_others_has_at_most_2000_characters(length: int) -> None:
    kept = texts.cleaned("\n" * length)
    assert len(kept) == min(length, 2000)
    assert kept.endswith(texts.CUT) == (length > 2000)
    assert texts.cleaned(kept) == kept


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param("web app", "'web app'", id="text"),
        pytest.param(7, "7", id="number"),
        pytest.param("two\nlines", "'two\\nlines'", id="two lines"),
        pytest.param("\u202e", "'\\u202e'", id="right to left"),
        pytest.param("-----BEGIN PRIVATE KEY-----\nMHcC", "(PEM text, not shown)", id="key"),
        pytest.param("x" * 300 + "-----BEGIN PRIVATE KEY-----\nMHcC", "(PEM text, not shown)", id="key further behind"),
        pytest.param(["-----BEGIN PRIVATE KEY-----\nMHcC"], "(PEM text, not shown)", id="key in a list"),
    ],
)
def test_a_quoted_value_is_one_line_and_never_a_key(value: t.Any, shown: str) -> None:
    assert texts.quoted(value) == shown


def test_a_value_whose_parts_name_one_another_is_not_written_out() -> None:
    value: list[t.Any] = ["x"]
    for _level in range(40):
        value = [value] * 9
    assert texts.quoted(value) == texts.quoted({"a": value}).replace("dict", "list")
    assert texts.quoted(value) == "(a value of the type list, not shown)"


def test_a_quoted_value_has_at_most_200_characters() -> None:
    assert len(texts.quoted("x" * 1_000_000)) == len(texts.quoted(["x"] * 100_000)) == 200


def test_cleaning_takes_linear_time() -> None:
    assert_linear(lambda size: "\x1b" * size, lambda text: texts.cleaned(text, len(text)))


def test_a_number_of_too_many_digits_is_not_written_out() -> None:
    assert texts.cleaned(10**5000) == texts.quoted(10**5000) == "(a value of the type int, not shown)"
    nested: t.Any = []
    for _level in range(100_000):
        nested = [nested]
    assert texts.cleaned(nested) == "(a value of the type list, not shown)"


def test_a_result_keeps_its_line_ends_and_nothing_else_that_a_terminal_obeys() -> None:
    given = {"k\x1b": ["a\n\tb\r", ("c\x07\u202ed", 5, None)]}
    assert texts.harmless(given) == {"k\ufffd": ["a\n\tb\r", ["c\ufffd\ufffdd", 5, None]]}
