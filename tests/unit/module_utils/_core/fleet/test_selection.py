# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which projects a run takes, and in which order."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet import needs as needs_of, selection
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet.drift import Index
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet.needs import Candidate, FleetQuestion, Need
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet.room import Room
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet.selection import Choice
from unit.fakes.projects import NOW, certificate, definition, document, failing

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def judged(
    stored_document: dict[str, t.Any],
    run: str = "renew",
    index: Index | None = None,
    *,
    dead: bool = False,
    changed: tuple[str, ...] = (),
) -> Need:
    candidate = Candidate(
        name=stored_document["name"], host=stored_document["name"], document=stored_document, changed=changed
    )
    return needs_of.judge(candidate, FleetQuestion(run=run, now=NOW, is_dead=lambda _owner: dead, index=index))


def admitted(_document: t.Any) -> None:
    """No limit of a CA."""


def needs(*documents: dict[str, t.Any]) -> list[Need]:
    return in_turn((judged(each) for each in documents), Choice())


def in_turn(found: t.Iterable[Need], choice: Choice) -> list[Need]:
    return sorted(found, key=lambda need: choice.turn(need, NOW))


def cannot(candidate: Candidate, exc: Exception) -> None:
    raise AssertionError(candidate.name) from exc


def named(name: str, **changes: t.Any) -> dict[str, t.Any]:
    return {**document(**changes), "name": name}


def test_the_earliest_deadline_comes_first_and_what_rests_comes_last() -> None:
    found = needs(
        named("rests", certificate=certificate(1)),
        named("late", certificate=certificate(45)),
        named("new"),
        named("waits", certificate=certificate(45), renewal=failing(1, HOUR)),
        named("expired", certificate=certificate(70)),
        named("later", certificate=certificate(44)),
    )
    assert [need.name for need in found] == ["expired", "new", "late", "later", "waits", "rests"]


@pytest.mark.parametrize(
    ("priority", "order"),
    [
        pytest.param({}, ["old", "web", "shop", "broken"], id="by deadline, what failed lately last"),
        pytest.param({"tier": "public"}, ["web", "shop", "old", "broken"], id="those with the tag first, by deadline"),
        pytest.param(
            {"tier": "public", "team": "shop"}, ["shop", "old", "web", "broken"], id="those with all of the tags first"
        ),
        pytest.param({"tier": "none"}, ["old", "web", "shop", "broken"], id="a tag that nobody has"),
    ],
)
def test_priority_comes_before_the_deadline_and_failures_come_last(priority: dict[str, str], order: list[str]) -> None:
    public, shop = definition(tags={"tier": "public"}), definition(tags={"tier": "public", "team": "shop"})
    documents = (
        named("shop", certificate=certificate(2), definition=shop),
        named("broken", certificate=certificate(50), definition=shop, renewal=failing(3, HOUR)),
        named("old", certificate=certificate(20)),
        named("web", certificate=certificate(10), definition=public),
    )
    found = in_turn((judged(each, "reissue") for each in documents), Choice(priority_tags=priority))
    assert [need.name for need in found] == order


def test_at_most_as_many_as_wanted_are_selected_and_the_others_say_so() -> None:
    found = selection.cut(
        needs(*(named(f"p{number}", certificate=certificate(45 + number)) for number in range(4))),
        2,
        admitted,
        Room(None, ()),
        cannot,
    )
    assert [(need.name, need.selected) for need in found] == [("p3", True), ("p2", True), ("p1", False), ("p0", False)]
    assert found[2].reason.endswith("deferred: max_per_run (2) is used up by more urgent projects")
    summary = selection.summary(found, 1)
    assert (summary["total"], summary["due"], summary["selected"], summary["put_off"], summary["broken"]) == (
        5,
        4,
        2,
        2,
        1,
    )
    assert [row["name"] for row in summary["first_put_off"]] == ["p1", "p0"]
    assert all(need.selected for need in selection.cut(found, None, admitted, Room(None, ()), cannot))


@pytest.mark.parametrize(
    ("states", "tags", "chosen"),
    [
        pytest.param((), {}, ["shop", "blog", "site"], id="all"),
        pytest.param(("pending",), {}, ["shop"], id="by state"),
        pytest.param(("pending", "ok"), {}, ["shop", "blog", "site"], id="by states"),
        pytest.param((), {"team": "web"}, ["shop", "blog"], id="by tag"),
        pytest.param((), {"team": "web", "stage": "test"}, ["blog"], id="by all of the tags"),
        pytest.param((), {"size": 3}, ["site"], id="a number, which a tag holds as text"),
        pytest.param(("expired",), {}, [], id="none"),
    ],
)
def test_projects_are_chosen_by_state_and_tag(
    states: tuple[str, ...], tags: dict[str, t.Any], chosen: list[str]
) -> None:
    found = needs(
        named("shop", definition=definition(tags={"team": "web"})),
        named("blog", certificate=certificate(2), definition=definition(tags={"team": "web", "stage": "test"})),
        named("site", certificate=certificate(1), definition=definition(tags={"size": "3"})),
    )
    assert [need.name for need in found if Choice(states, tags).takes(need)] == chosen
    issued = {need.name for need in found if Choice(states, tags, "letsencrypt").takes(need)}
    assert issued == set(chosen) - {"shop"}


def test_a_summary_names_the_first_and_counts_the_rest() -> None:
    found = needs(
        *(named(f"p{number:03}", certificate=certificate(1 + number / 10)) for number in range(100)),
        named("x", renewal=failing(1, HOUR)),
    )
    summary = selection.summary(selection.cut(found, None, admitted, Room(None, ()), cannot), 0)
    assert summary["actions"] == {"none": 100, "wait": 1}
    assert summary["states"] == {"failing": 1, "ok": 100}
    assert len(summary["first_resting"]) == selection.NEXT
    assert summary["first_resting"][0]["name"] == "p099"
    assert [row["name"] for row in summary["first_waiting"]] == ["x"]
