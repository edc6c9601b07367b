# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The notes that all projects share: how they are divided, what is newer, and what is left of nonsense."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate import renewal_notes
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.renewal_info import (
    RenewalInfo,
    Window,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.renewal_notes import NotesIndex

NOW = datetime(2026, 11, 22, 5, 30, tzinfo=timezone.utc)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CA = "https://ca.example/directory"
INFO = RenewalInfo("aa.01", Window(NOW, NOW + DAY), NOW + HOUR, NOW + 6 * HOUR, "https://ca.example/why", None)
LATER = "2026-11-23T05:30:00Z"


@pytest.mark.parametrize(
    ("count", "parts"), [(0, 1), (1, 1), (399, 1), (400, 2), (799, 2), (800, 4), (10_000, 32), (10_000_000, 1024)]
)
def test_a_pass_over_all_writes_less_than_once_for_a_hundred_certificates(count: int, parts: int) -> None:
    assert renewal_notes.parts_for(count) == parts
    # the index is written, too, when the number of parts changes
    assert parts == 1 or count / 100 > parts + 1 or parts + 1 <= count / 100


def test_a_part_stays_below_what_an_item_may_have() -> None:
    index = NotesIndex(renewal_notes.parts_for(12_799))
    sizes: dict[str, int] = {}
    for number in range(12_799):
        name = index.part_of(f"AAAAAAAAAAAAAAAAAAAAAAAAAAA.{number:024x}")
        sizes[name] = sizes.get(name, 0) + 1
    assert set(sizes) == set(index.names)
    assert max(sizes.values()) * 800 < 400_000


def test_what_is_kept_is_what_was_known() -> None:
    for info in (INFO, RenewalInfo("aa.01"), RenewalInfo("aa.01", next_check_at=NOW, error="away")):
        assert renewal_notes.info("aa.01", renewal_notes.entry(info)) == info
    assert renewal_notes.info("aa.01", None) is None


@pytest.mark.parametrize(
    "kept",
    [
        {"window_start": 5},
        {"next_check_at": "tomorrow"},
        {"selected_at": 5},
        {"window_start": "9999-12-31T23:59:59-23:59", "window_end": "x"},
        {"error": ["no text"]},
        {"cert_id": "\n"},
        [],
        "x",
    ],
)
def test_an_entry_that_is_damaged_says_nothing(kept: t.Any) -> None:
    entries = renewal_notes.entries({"known": {"aa.01": kept, "aa.02": {"error": "away"}}})
    assert list(entries) == ["aa.02"]


def test_texts_of_others_are_cut_and_cleaned_and_what_is_not_ours_is_left_out() -> None:
    given = {"explanation_url": "x" * 5000, "error": "line\nbreak \x1b[2J", "later": [1]}
    entries = renewal_notes.entries({"known": {"aa.01": given, "bb\x1b": {}, "x" * 600: {}}})
    found = renewal_notes.info("aa.01", entries["aa.01"])
    assert found is not None
    assert (list(entries), list(entries["aa.01"])) == (["aa.01"], ["explanation_url", "error"])
    assert (len(found.explanation_url or ""), found.error) == (300, "line break \ufffd[2J")


@pytest.mark.parametrize(
    "document",
    [
        None,
        {},
        {"schema": 99, "parts": 4},
        {"schema": 1, "parts": "many", "without": []},
        {"schema": 1, "parts": 0},
        {"schema": 1, "parts": 10**9, "without": {CA: "soon", "x": None, "y": 5}},
    ],
)
def test_an_index_that_is_damaged_is_an_empty_one(document: t.Any) -> None:
    assert NotesIndex.from_dict(document) == NotesIndex()


@pytest.mark.parametrize("document", [None, {}, {"known": []}, {"known": {"aa.01": "x", "aa.02": None}}])
def test_a_part_that_is_damaged_has_no_entries(document: t.Any) -> None:
    assert renewal_notes.entries(document) == {}


def test_an_index_is_read_as_it_was_written() -> None:
    index = NotesIndex(4, {CA: LATER})
    assert NotesIndex.from_dict(index.as_dict()) == index


def test_what_is_to_be_asked_again_later_is_newer_and_what_nobody_asks_about_is_dropped() -> None:
    former = {
        "same": {"next_check_at": LATER, "error": "former"},
        "newer": {"next_check_at": LATER, "error": "of another job"},
        "old": {"next_check_at": "2026-10-01T00:00:00Z"},
        "damaged": {"next_check_at": 7},
    }
    found = {
        "same": {"next_check_at": LATER, "error": "ours"},
        "newer": {"next_check_at": "2026-11-22T11:30:00Z"},
        "new": {"next_check_at": LATER},
    }
    merged = renewal_notes.merged(former, found, NOW)
    assert merged == {"same": found["same"], "newer": former["newer"], "new": found["new"]}


def test_a_document_of_a_former_version_counts_until_the_ca_said_something_since() -> None:
    own = RenewalInfo("aa.01", next_check_at=NOW)
    assert renewal_notes.newer(own, None) is own
    assert renewal_notes.newer(own, RenewalInfo("aa.01", next_check_at=NOW - HOUR)) is own
    assert renewal_notes.newer(own, INFO) is INFO
    assert renewal_notes.newer(RenewalInfo("aa.01"), INFO) is INFO


def test_a_ca_that_has_renewal_information_again_is_no_longer_noted() -> None:
    index = NotesIndex(1, {CA: LATER, "https://old.example": "2026-10-01T00:00:00Z"})
    assert index.merged({"https://new.example": LATER}, NOW).without == {CA: LATER, "https://new.example": LATER}
    assert index.merged({CA: None}, NOW).without == {}


@pytest.mark.parametrize(("schema", "parts"), [(0, 1), (1, 4), (2, 1)])
def test_what_another_version_wrote_is_not_read(schema: int, parts: int) -> None:
    assert NotesIndex.from_dict({"schema": schema, "parts": 4, "without": {}}).parts == parts
    assert NotesIndex(4, {}).as_dict()["schema"] == 1


@pytest.mark.parametrize(("age", "is_kept"), [(timedelta(days=30), True), (timedelta(days=30, seconds=1), False)])
def test_what_nobody_asked_about_for_30_days_is_dropped(age: timedelta, is_kept: bool) -> None:
    entry = {"next_check_at": (NOW - age).isoformat()}
    assert bool(renewal_notes.merged({"aa.01": entry}, {}, NOW)) is is_kept
