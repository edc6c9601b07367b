# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes on renewal beside the projects: few writes, nothing lost by jobs side by side, and damage costs questions
only."""

from __future__ import annotations

import copy
import typing as t
from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.base import (
    DamagedDocumentError,
    Stored,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.renewal_info import (
    RenewalInfo,
    Window,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RemoteError
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.renewal_notes import AREA, RenewalNotes
from unit.fakes.projects import NOW, certificate, document
from unit.fakes.store import FakeStore

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CERT_ID = "qg.AQ"
LATER = "2026-11-23T05:30:00Z"
PROJECT = document(certificate=certificate(authority_key_id="aa"))


def info(cert_id: str = CERT_ID, hours: int = 6) -> RenewalInfo:
    return RenewalInfo(cert_id, Window(NOW + 5 * DAY, NOW + 6 * DAY), NOW + 5 * DAY + HOUR, NOW + hours * HOUR)


def infos(count: int, hours: int = 6) -> dict[str, RenewalInfo]:
    return {f"id.{number}": info(f"id.{number}", hours) for number in range(count)}


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def notes(store: FakeStore) -> FakeStore:
    RenewalNotes(store)
    return store.areas[AREA]


def known(store: FakeStore) -> t.Any:
    return RenewalNotes(store).view(PROJECT, NOW)["renewal"]


def test_the_view_of_a_project_has_what_its_ca_said_and_the_time_that_follows(store: FakeStore) -> None:
    RenewalNotes(store).keep({CERT_ID: info()}, {}, NOW)
    assert known(store)["ari"] == info().as_dict()
    assert known(store)["renew_at"] == times.to_text(NOW + 5 * DAY + HOUR)
    assert store.documents == {}


def test_a_document_of_a_former_version_is_read_and_continued(store: FakeStore) -> None:
    own = {**PROJECT, "renewal": {**PROJECT["renewal"], "ari": info(hours=1).as_dict()}}
    assert RenewalNotes(store).view(own, NOW) is own
    RenewalNotes(store).keep({CERT_ID: info(hours=7)}, {}, NOW)
    assert RenewalNotes(store).view(own, NOW)["renewal"]["ari"] == info(hours=7).as_dict()


def test_what_is_known_of_another_certificate_says_nothing(store: FakeStore) -> None:
    RenewalNotes(store).keep({"qg.Ag": info("qg.Ag")}, {}, NOW)
    assert RenewalNotes(store).view(PROJECT, NOW) is PROJECT


@pytest.mark.parametrize("count", [1, 100, 399, 400, 1000, 10_000])
def test_a_pass_over_all_is_one_write_for_a_hundred_projects_at_most(
    store: FakeStore, notes: FakeStore, count: int
) -> None:
    RenewalNotes(store).keep(infos(count), {}, NOW)
    assert notes.writes <= max(1, count / 100)
    before = notes.writes
    RenewalNotes(store).keep(infos(count, hours=12), {}, NOW + 6 * HOUR)
    assert notes.writes - before <= max(1, count / 100)


def test_what_did_not_change_is_not_written(store: FakeStore, notes: FakeStore) -> None:
    for _pass in range(3):
        RenewalNotes(store).keep(infos(1000), {"https://ca.example": LATER}, NOW)
    # four parts and the index
    assert notes.writes == 5
    RenewalNotes(store).keep({}, {"https://ca.example": LATER}, NOW)
    assert notes.writes == 5


def test_a_fleet_that_grows_and_shrinks_keeps_what_is_known_and_leaves_no_parts(
    store: FakeStore, notes: FakeStore
) -> None:
    RenewalNotes(store).keep({CERT_ID: info()}, {}, NOW)
    RenewalNotes(store).keep(infos(900), {}, NOW)
    assert len(notes.documents) == 5
    assert notes.documents["index"].document["known"] == {}
    assert known(store)["ari"] == info().as_dict()
    later = NOW + 40 * DAY
    asked = {f"id.{number}": info(f"id.{number}", hours=24 * 45) for number in range(100)}
    # What nobody asks about any longer goes when its part is written, and then fewer parts do.
    for _pass in range(2):
        RenewalNotes(store).keep(asked, {}, later)
    assert list(notes.documents) == ["index"]
    assert set(notes.documents["index"].document["known"]) == set(asked)


def test_jobs_side_by_side_lose_nothing(store: FakeStore, notes: FakeStore) -> None:
    RenewalNotes(store).keep(infos(10), {}, NOW)
    first, second = RenewalNotes(store), RenewalNotes(store)
    notes.before_write = lambda: second.keep({CERT_ID: info()}, {"https://b.example": LATER}, NOW) and None
    assert first.keep({"id.3": info("id.3", 12)}, {"https://a.example": LATER}, NOW) == 0
    index = notes.documents["index"].document
    assert set(index["without"]) == {"https://a.example", "https://b.example"}
    assert index["known"]["id.3"]["next_check_at"] == times.to_text(NOW + 12 * HOUR)
    assert known(store)["ari"] == info().as_dict()


def test_of_two_jobs_that_divide_the_notes_one_gives_way(store: FakeStore, notes: FakeStore) -> None:
    RenewalNotes(store).keep(infos(10), {}, NOW)
    first, second = RenewalNotes(store), RenewalNotes(store)
    first.view(PROJECT, NOW)
    second.keep(infos(900), {}, NOW)
    assert first.keep({CERT_ID: info()}, {}, NOW) == 1
    assert notes.documents["index"].document["parts"] == 4
    RenewalNotes(store).keep({CERT_ID: info()}, {}, NOW)
    assert known(store)["ari"] == info().as_dict()


def test_a_run_that_is_killed_while_it_divides_the_notes_leaves_what_was_there(
    store: FakeStore, notes: FakeStore
) -> None:
    RenewalNotes(store).keep({CERT_ID: info()}, {}, NOW)

    def killed() -> None:
        if notes.writes == 3:
            raise KeyboardInterrupt
        notes.before_write = killed

    notes.before_write = killed
    with pytest.raises(KeyboardInterrupt):
        RenewalNotes(store).keep(infos(900), {}, NOW)
    assert known(store)["ari"] == info().as_dict()
    RenewalNotes(store).keep(infos(900), {}, NOW)
    assert notes.documents["index"].document["parts"] == 4
    assert known(store)["ari"] == info().as_dict()


def test_notes_that_are_lost_cost_questions(store: FakeStore, notes: FakeStore) -> None:
    RenewalNotes(store).keep({**infos(900), CERT_ID: info()}, {}, NOW)
    for name in list(notes.documents):
        saved = copy.deepcopy(notes.documents)
        del notes.documents[name]
        assert known(store)["ari"] in ({}, info().as_dict())
        RenewalNotes(store).keep({CERT_ID: info(hours=9)}, {}, NOW)
        assert known(store)["ari"] == info(hours=9).as_dict()
        notes.documents = saved


@pytest.mark.parametrize(
    "document",
    [
        {"schema": 1, "known": 5},
        {"schema": 1, "parts": 7, "known": []},
        {"x": 1},
        {"schema": 1, "known": {CERT_ID: {"window_start": []}}},
    ],
)
def test_notes_that_are_damaged_cost_questions(store: FakeStore, notes: FakeStore, document: dict[str, t.Any]) -> None:
    notes.documents["index"] = Stored(document, "v")
    assert RenewalNotes(store).view(PROJECT, NOW) is PROJECT
    RenewalNotes(store).keep({CERT_ID: info()}, {}, NOW)
    assert known(store)["ari"] == info().as_dict()


@pytest.mark.parametrize(
    "error", [DamagedDocumentError("no JSON", "v"), RemoteError("away", service="s3", operation="x")]
)
def test_notes_that_cannot_be_read_are_told_and_stop_nothing(
    store: FakeStore, notes: FakeStore, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(_name: str) -> t.Any:
        raise error

    notes.documents["index"] = Stored({}, "v")
    monkeypatch.setattr(notes, "read", read)
    found = RenewalNotes(store)
    assert found.view(PROJECT, NOW) is PROJECT
    assert found.problems == [str(error)]
    lost = found.keep({CERT_ID: info()}, {}, NOW)
    assert lost == (0 if isinstance(error, DamagedDocumentError) else 1)
