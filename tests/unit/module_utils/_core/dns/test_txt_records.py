# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Challenge records: our values come and go, everyone else's stay."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns import txt_records
from ansible_collections.certops.cloudfront.plugins.module_utils._core.dns.txt_records import (
    ChallengeRecord,
    Change,
    TxtSet,
)
from unit.growth import assert_linear

NAME = "_acme-challenge.example.com"
OTHER = "_acme-challenge.example.org"


def record(*values: str, name: str = NAME) -> ChallengeRecord:
    return ChallengeRecord(zone_id="Z1", name=name, values=values)


def create(ttl: int, *values: str, name: str = NAME) -> Change:
    return Change("CREATE", TxtSet(name, ttl, values))


def delete(ttl: int, *values: str, name: str = NAME) -> Change:
    return Change("DELETE", TxtSet(name, ttl, values))


@pytest.mark.parametrize(
    ("ours", "found", "changes"),
    [
        pytest.param(record("a"), {}, (create(60, '"a"'),), id="nothing read: create"),
        pytest.param(record("a", "b"), {}, (create(60, '"a"', '"b"'),), id="apex and wildcard share one name"),
        pytest.param(record("a"), {NAME: None}, (create(60, '"a"'),), id="read and absent: create"),
        pytest.param(
            record("a"),
            {NAME: TxtSet(NAME, 300, ('"x"',))},
            (delete(300, '"x"'), create(300, '"x"', '"a"')),
            id="a foreign value keeps its place and its TTL",
        ),
        pytest.param(
            record("a"),
            {NAME: TxtSet(NAME, 60, ('"x" "y"',))},
            (delete(60, '"x" "y"'), create(60, '"x" "y"', '"a"')),
            id="a foreign value of two strings stays as it is",
        ),
        pytest.param(
            record("a"),
            {NAME: TxtSet(NAME, 60, ('"a"',))},
            (delete(60, '"a"'), create(60, '"a"')),
            id="already there: written again, to know the sync",
        ),
        pytest.param(
            record("a"),
            {OTHER: TxtSet(OTHER, 60, ('"x"',))},
            (create(60, '"a"'),),
            id="what another name has does not matter",
        ),
    ],
)
def test_additions(ours: ChallengeRecord, found: dict[str, TxtSet | None], changes: tuple[Change, ...]) -> None:
    assert txt_records.additions([ours], found) == [changes]


@pytest.mark.parametrize(
    ("ours", "found", "changes"),
    [
        pytest.param(record("a"), {}, [(delete(60, '"a"'),)], id="nothing read: delete what we wrote"),
        pytest.param(record("a"), {NAME: None}, [], id="read and absent: nothing"),
        pytest.param(record("a"), {NAME: TxtSet(NAME, 300, ('"x"',))}, [], id="only foreign values: nothing"),
        pytest.param(
            record("a"), {NAME: TxtSet(NAME, 300, ('"a"',))}, [(delete(300, '"a"'),)], id="only ours, with another TTL"
        ),
        pytest.param(
            record("a", "b"),
            {NAME: TxtSet(NAME, 300, ('"x"', '"a"', '"b"'))},
            [(delete(300, '"x"', '"a"', '"b"'), create(300, '"x"'))],
            id="the foreign value stays with its TTL",
        ),
        pytest.param(
            record("a", "b"),
            {NAME: TxtSet(NAME, 60, ('"b"',))},
            [(delete(60, '"b"'),)],
            id="one of ours is gone already",
        ),
    ],
)
def test_removals(ours: ChallengeRecord, found: dict[str, TxtSet | None], changes: list[tuple[Change, ...]]) -> None:
    assert txt_records.removals([ours], found) == changes


def test_one_batch_takes_a_hundred_names() -> None:
    groups = txt_records.additions(
        [record("v" * 43, name=f"_acme-challenge.h{number}.example.com") for number in range(100)], {}
    )
    assert [len(batch) for batch in txt_records.batches(groups)] == [100]


def test_batches_keep_to_the_number_of_records() -> None:
    groups = txt_records.additions([record("v", name=f"n{number}") for number in range(1001)], {})
    assert [len(batch) for batch in txt_records.batches(groups)] == [1000, 1]


def test_batches_keep_to_the_number_of_characters() -> None:
    groups = txt_records.additions([record("v" * 15812, name=f"n{number}") for number in range(3)], {})
    assert [len(batch) for batch in txt_records.batches(groups)] == [2, 1]


def test_the_changes_of_one_name_stay_in_one_batch() -> None:
    found = {f"n{number}": TxtSet(f"n{number}", 60, ('"x"',)) for number in range(400)}
    groups = txt_records.additions([record("v", name=name) for name in found], found)
    for batch in txt_records.batches(groups):
        assert [change.action for change in batch] == ["DELETE", "CREATE"] * (len(batch) // 2)


def test_no_changes_are_no_batch() -> None:
    assert txt_records.batches([]) == []


@pytest.mark.parametrize(
    ("message", "names"),
    [
        pytest.param(
            f"[Tried to create resource record set [name='{NAME}.', type='TXT'] but it already exists]",
            [NAME],
            id="one name",
        ),
        pytest.param(
            f"[Tried to create [name='{NAME}.', type='TXT'], Tried to create [name='{OTHER}.', type='TXT']]",
            [NAME, OTHER],
            id="two names",
        ),
        pytest.param("something else", [NAME, OTHER], id="a message without names: all"),
        pytest.param("[name='www.example.net.']", [NAME, OTHER], id="a message about other names: all"),
    ],
)
def test_a_refusal_says_which_names_to_read(message: str, names: list[str]) -> None:
    assert txt_records.refused_names(message, [NAME, OTHER]) == names


def test_only_what_was_not_found_is_known_to_be_absent() -> None:
    message = (
        f"[Tried to delete resource record set [name='{NAME}.', type='TXT'] but the values provided do not match the"
        f" current values, Tried to delete resource record set [name='{OTHER}.', type='TXT'] but it was not found]"
    )
    assert txt_records.absent_names(message, [NAME, OTHER]) == [OTHER]
    assert txt_records.refused_names(message, [NAME, OTHER]) == [NAME, OTHER]


@pytest.mark.parametrize(
    "unit",
    [
        "name='x'",
        "[name='",
        "name='x'] but it was not found",
        "]",
        "'",
    ],
)
def test_a_complaint_is_read_in_linear_time(unit: str) -> None:
    def read(message: str) -> None:
        txt_records.absent_names(message, [NAME])
        txt_records.refused_names(message, [NAME])

    assert_linear(lambda size: unit * (size // len(unit)), read)


@pytest.mark.parametrize("unit", ['"', '\\"', "\\", '"a" ', "a"])
def test_a_value_is_read_in_linear_time(unit: str) -> None:
    assert_linear(lambda size: '"' + unit * (size // len(unit)), txt_records.unquoted)


def test_the_strings_of_a_value_are_joined() -> None:
    assert txt_records.unquoted('"one" "two" "thr\\"ee"') == 'onetwothr\\"ee'


@pytest.mark.parametrize("domain", ["example.com", "*.example.com"])
def test_apex_and_wildcard_are_validated_under_one_name(domain: str) -> None:
    assert txt_records.challenge_name(domain) == NAME


def test_a_record_survives_its_document() -> None:
    assert ChallengeRecord.from_dict(record("a", "b").as_dict()) == record("a", "b")
