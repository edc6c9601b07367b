# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Places in IAM, which new certificates take and renewals share."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet import room, selection
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet.needs import Candidate, Need
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet.room import Room
from unit.fakes.projects import certificate, definition, document


def need(name: str, issue: bool = True, due: bool = True, **changes: t.Any) -> Need:
    made = {**document(**changes), "name": name}
    return Need(
        Candidate(name, name, made),
        "issue",
        "because",
        "ok",
        "2027-01-06T04:42:00Z",
        due=due,
        issue=issue,
        stays=room.stays(t.cast("t.Any", made)),
    )


def new(count: int, **changes: t.Any) -> list[Need]:
    return [need(f"n{number}", **changes) for number in range(count)]


def cannot(_candidate: Candidate, exc: Exception) -> None:
    raise exc


def cut(needs: list[Need], quota: tuple[int, int] | None) -> list[Need]:
    return selection.cut(needs, None, lambda _document: None, Room(quota, needs), cannot)


def selected(needs: list[Need], quota: tuple[int, int] | None) -> list[str]:
    return [one.name for one in cut(needs, quota) if one.selected]


@pytest.mark.parametrize(
    ("quota", "taken"),
    [
        pytest.param(None, 4, id="nobody counted"),
        pytest.param((20, 20), 0, id="no place"),
        pytest.param((21, 20), 0, id="more than allowed"),
        pytest.param((18, 20), 2, id="two places"),
        pytest.param((0, 20), 4, id="enough"),
    ],
)
def test_new_projects_take_the_places_that_there_are(quota: tuple[int, int] | None, taken: int) -> None:
    assert len(selected(new(4), quota)) == taken


def test_a_renewal_keeps_one_place_for_itself() -> None:
    renewed = need("old", certificate=certificate(60))
    assert selected([*new(4), renewed], (18, 20)) == ["n0", "old"]


def test_a_renewal_is_not_held_back_since_its_own_run_says_that_there_is_no_place() -> None:
    assert selected([need("old", certificate=certificate(60))], (20, 20)) == ["old"]


def test_a_renewal_that_keeps_its_predecessor_takes_a_place() -> None:
    kept = need("old", certificate=certificate(60), definition=definition(keep_previous=1))
    assert selected([kept, *new(2)], (18, 20)) == ["old", "n0"]


def test_places_that_a_project_wants_free_count_for_it_alone() -> None:
    careful = new(1, definition=definition(quota_headroom=2))
    assert selected(careful, (17, 20)) == ["n0"]
    assert selected(careful, (18, 20)) == []
    assert selected([*careful, need("bold")], (18, 20)) == ["bold"]


def test_a_project_that_wants_more_places_free_than_there_are_is_not_held_back_for_ever() -> None:
    assert selected(new(1, definition=definition(quota_headroom=20)), (20, 20)) == ["n0"]
    assert selected(new(1, definition=definition(quota_headroom=19)), (20, 20)) == []


def test_what_orders_nothing_needs_no_place() -> None:
    assert selected([need("bound", issue=False), *new(1)], (20, 20)) == ["bound"]


def test_those_without_room_are_counted_apart_and_say_why() -> None:
    found = cut(new(4), (18, 20))
    assert [one.has_room for one in found] == [True, True, False, False]
    assert found[2].reason == (
        "because; held back: IAM holds 18 of 20 server certificates, which leaves no room for this one"
    )
    summary = selection.summary(found, 0)
    assert (summary["selected"], summary["without_room"], summary["put_off"], summary["held"]) == (2, 2, 0, 0)
    assert [row["name"] for row in summary["first_without_room"]] == ["n2", "n3"]
