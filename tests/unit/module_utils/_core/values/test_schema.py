# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shapes of JSON: what has one, what has not, and what is said of it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import schema

PERSON = schema.record({"name": schema.line(20), "age": schema.whole(0, 150)}, {"note": schema.words(30)})


@pytest.mark.parametrize(
    ("shape", "good", "bad"),
    [
        pytest.param(schema.whole(1, 3), (1, 3), (0, 4, "1", True, 1.0, None), id="whole number"),
        pytest.param(schema.flag, (True, False), (0, "true", None), id="flag"),
        pytest.param(schema.one_of("a", "b"), ("a",), ("c", None, []), id="choice"),
        pytest.param(schema.hexadecimal, ("0aF",), ("", "0x1", "g", "\u0660", 1), id="hexadecimal"),
        pytest.param(schema.line(3), ("", "abc"), ("abcd", "a\n", "\x1b", None), id="line"),
        pytest.param(schema.text("[a-z]+", "a word", 3), ("abc",), ("abcd", "a\n", "é"), id="text"),
        pytest.param(schema.maybe(schema.flag), (None, True), (0,), id="maybe"),
        pytest.param(schema.items(schema.flag, 2), ([], [True, False]), ([1], [True] * 3, "x", {}, None), id="list"),
        pytest.param(
            schema.mapping(schema.hexadecimal, schema.flag, 1),
            ({}, {"a": True}),
            ({"a": 1}, {"x": True}, {"a": True, "b": True}, []),
            id="mapping",
        ),
        pytest.param(
            schema.either(schema.line(3), schema.items(schema.flag)), ("x", [True]), ("long", [1], 1), id="two"
        ),
        pytest.param(
            schema.moment,
            ("2027-01-06T04:42:00Z", "2027-01-06T04:42:00.5+02:00", "9999-12-31T23:59:59Z"),
            ("2027-01-06", "20270106T044200Z", "0001-01-01T00:00:00+14:00", "2027-13-06T04:42:00Z",
             "1969-01-01T00:00:00Z", "2027-01-06T04:42:00", 1, None),
            id="time",
        ),
        pytest.param(
            schema.plain(2),
            (None, 1, 1.5, {"a": [True]}),
            (float("nan"), float("inf"), 10**400, [[[1]]], {"\n": 1}, {"x": {"x": {"x": 1}}}),
            id="anything",
        ),
    ],
)  # fmt: skip
def test_a_shape_takes_what_it_says(shape: schema.Shape, good: t.Sequence[t.Any], bad: t.Sequence[t.Any]) -> None:
    for value in good:
        assert schema.problems(shape, value, "it") == [], value
    for value in bad:
        assert schema.problems(shape, value, "it"), value


def test_every_problem_is_named_by_its_path() -> None:
    found = schema.problems(schema.items(PERSON), [{"name": "a"}, {"name": "b\n", "age": -1}, 5], "people")
    assert found == [
        "people[0].age is missing",
        "people[1].name is 'b\\n', not text in one line of at most 20 characters",
        "people[1].age is -1, not a whole number from 0 to 150",
        "people[2] is 5, not a mapping",
    ]


def test_words_are_cleaned_and_cut_and_the_rest_is_as_it_was() -> None:
    given = {"name": "a", "age": 1, "note": "line\nbreak \x1b[2J" + "x" * 50, "later": ["\x07"]}
    assert PERSON(given, "", []) == {
        "name": "a",
        "age": 1,
        "note": "line break �[2Jxxxxxxx … (cut)",
        "later": ["�"],
    }


def test_many_problems_are_counted() -> None:
    said = schema.summary([str(number) for number in range(12)])
    assert said == "0; 1; 2; 3; 4; 5; 6; 7; 8; 9; and 2 more"


def test_a_key_that_is_not_ours_is_cut_where_it_is_shown() -> None:
    for length, shown in ((40, "k" * 40), (41, "k" * 32 + " … (cut)")):
        (problem,) = schema.problems(schema.mapping(schema.line(), schema.flag, 5), {"k" * length: 1}, "it")
        assert problem == f"it.{shown} is 1, not true or false"


def test_no_time_is_from_before_the_epoch() -> None:
    assert schema.problems(schema.moment, "1970-01-01T00:00:00Z", "it") == []
    assert schema.problems(schema.moment, "1969-12-31T23:59:59Z", "it")
