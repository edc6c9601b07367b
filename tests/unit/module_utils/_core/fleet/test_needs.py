# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each of many projects needs, at every edge of time and record; which are taken, and in what order."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.renewal_info import (
    RenewalInfo,
    Window,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet import needs as needs_of
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet.drift import Index
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet.needs import Candidate, FleetQuestion, Need
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.partitions import AwsAccount
from unit.fakes.projects import NOW, certificate, definition, document, failing, lock, unfinished

ACCEPTED = ("domains", "key_type", "acme_directory", "acme_profile", "certificate_store", "source")
GONE_BACK = {"at": times.to_text(NOW), **{key: definition()[key] for key in ACCEPTED}}
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


def aged(lifetime: timedelta, age: timedelta, interval: int = 89) -> dict[str, t.Any]:
    """A project whose certificate is so old, of such a lifetime."""
    begin = NOW - age
    fields = {"not_before": times.to_text(begin), "not_after": times.to_text(begin + lifetime)}
    return document(certificate=certificate(**fields), definition=definition(renewal_interval_days=interval))


SHORT, DAYS_45, DAYS_64, DAYS_90 = timedelta(hours=160), timedelta(days=45), timedelta(days=64), timedelta(days=90)


@pytest.mark.parametrize(
    ("lifetime", "age", "interval", "action"),
    [
        pytest.param(SHORT, SHORT / 2 - MINUTE, 89, "none", id="160 hours: a minute before half of it"),
        pytest.param(SHORT, SHORT / 2, 89, "renew", id="160 hours: at half of it"),
        pytest.param(DAYS_45, DAYS_45 * 2 / 3 - MINUTE, 89, "none", id="45 days: a minute before two thirds"),
        pytest.param(DAYS_45, DAYS_45 * 2 / 3, 89, "renew", id="45 days: at two thirds"),
        pytest.param(DAYS_64, DAYS_64 * 2 / 3 - MINUTE, 89, "none", id="64 days: a minute before two thirds"),
        pytest.param(DAYS_64, DAYS_64 * 2 / 3 + MINUTE, 89, "renew", id="64 days: after two thirds"),
        pytest.param(DAYS_90, DAYS_90 * 2 / 3 - MINUTE, 89, "none", id="90 days: a minute before two thirds"),
        pytest.param(DAYS_90, DAYS_90 * 2 / 3, 89, "renew", id="90 days: at two thirds"),
        pytest.param(DAYS_90, timedelta(days=30) - MINUTE, 30, "none", id="a minute before the interval"),
        pytest.param(DAYS_90, timedelta(days=30), 30, "renew", id="at the interval"),
        pytest.param(DAYS_90, timedelta(days=1), 1, "renew", id="the shortest interval"),
        pytest.param(SHORT, timedelta(hours=79), 30, "none", id="an interval longer than the lifetime"),
        pytest.param(DAYS_45, DAYS_45 + MINUTE, 89, "renew", id="expired"),
        pytest.param(DAYS_90, timedelta(0), 89, "none", id="just issued"),
        pytest.param(DAYS_90, -HOUR, 89, "none", id="a clock that is an hour behind the CA's"),
        pytest.param(DAYS_90, timedelta(days=-2), 1, "none", id="a clock that is two days behind"),
        pytest.param(DAYS_90, timedelta(days=89, hours=23), 89, "renew", id="an hour before the end"),
    ],
)
def test_what_the_age_of_a_certificate_asks_for(
    lifetime: timedelta, age: timedelta, interval: int, action: str
) -> None:
    need = judged(aged(lifetime, age, interval))
    assert (need.action, need.due, need.issue) == (action, action == "renew", action == "renew")
    assert need.deadline == times.to_text(NOW - age + lifetime)
    assert (need.wait_until is None) == need.due


@pytest.mark.parametrize(
    ("selected", "action"),
    [
        pytest.param(-MINUTE, "renew", id="a minute ago"),
        pytest.param(timedelta(0), "renew", id="now"),
        pytest.param(MINUTE, "none", id="in a minute"),
        pytest.param(timedelta(days=60), "none", id="after the interval, which comes first"),
    ],
)
def test_the_time_that_was_selected_of_what_the_ca_suggests(selected: timedelta, action: str) -> None:
    known = certificate(authority_key_id="aa")
    window = Window(NOW + selected - HOUR, NOW + selected + HOUR)
    info = RenewalInfo("qg.AQ", window, NOW + selected, NOW + HOUR).as_dict()
    need = judged(document(certificate=known, renewal={**document()["renewal"], "ari": info}))
    assert need.action == action
    if selected == MINUTE:
        assert need.wait_until == times.to_text(NOW + MINUTE)


@pytest.mark.parametrize(
    ("changes", "action", "state"),
    [
        pytest.param({}, "issue", "pending", id="no certificate"),
        pytest.param({"certificate": certificate()}, "none", "ok", id="all well"),
        pytest.param({"certificate": certificate(domains=["other.example.com"])}, "reissue", "due", id="other names"),
        pytest.param({"certificate": certificate(key_type="rsa_2048")}, "reissue", "due", id="another key type"),
        pytest.param({"certificate": certificate(acme_profile="shortlived")}, "reissue", "due", id="another profile"),
        pytest.param({"certificate": certificate(deployed=None)}, "resume", "unfinished", id="issued and not deployed"),
        pytest.param(
            {"certificate": certificate(), "definition": definition(bind=["aliases"])},
            "rebind",
            "unfinished",
            id="another choice of distributions",
        ),
        pytest.param(
            {"journal": unfinished("issue", "ordering")}, "resume", "unfinished", id="a first order unfinished"
        ),
        pytest.param(
            {"certificate": certificate(40), "journal": unfinished("renew", "issued", run="renew")},
            "resume",
            "unfinished",
            id="a renewal unfinished",
        ),
        pytest.param(
            {"certificate": certificate(), "journal": unfinished("renew", "done")},
            "none",
            "ok",
            id="a finished journal",
        ),
        pytest.param({"renewal": failing(3, HOUR)}, "wait", "failing", id="back-off without a certificate"),
        pytest.param(
            {"certificate": certificate(40), "renewal": failing(3, MINUTE)},
            "wait",
            "failing",
            id="back-off of a due one",
        ),
        pytest.param(
            {"certificate": certificate(40), "renewal": failing(3, timedelta(0))},
            "renew",
            "failing",
            id="at the end of the back-off",
        ),
        pytest.param(
            {"certificate": certificate(1), "renewal": failing(3, HOUR)},
            "none",
            "failing",
            id="failed before, and nothing due",
        ),
        pytest.param(
            {"certificate": certificate(70), "renewal": failing(9, HOUR)}, "wait", "expired", id="expired, and waiting"
        ),
        pytest.param({"certificate": certificate(70)}, "renew", "expired", id="expired"),
        pytest.param({"certificate": certificate(40), "lock": lock()}, "wait", "locked", id="locked by another run"),
        pytest.param(
            {"certificate": certificate(40), "lock": lock(expires=-MINUTE)}, "renew", "due", id="a lease that lapsed"
        ),
    ],
)
def test_what_the_record_asks_for(changes: dict[str, t.Any], action: str, state: str) -> None:
    need = judged(document(**changes))
    assert (need.action, need.state) == (action, state)
    assert need.due == (action not in ("wait", "none"))


def test_a_lock_of_a_dead_owner_does_not_hold_a_project_up() -> None:
    assert judged(document(certificate=certificate(40), lock=lock()), dead=True).action == "renew"


def test_what_waits_says_until_when_and_why() -> None:
    locked = judged(document(certificate=certificate(40), lock=lock(expires=HOUR)))
    assert locked.wait_until == times.to_text(NOW + HOUR)
    assert "holds the project until" in locked.reason
    backing_off = judged(document(certificate=certificate(40), renewal=failing(2, 3 * HOUR)))
    assert backing_off.wait_until == times.to_text(NOW + 3 * HOUR)
    assert backing_off.reason.startswith("failed attempts so far: 2")


@pytest.mark.parametrize(
    ("run", "changes", "action"),
    [
        pytest.param(
            "converge",
            {"certificate": certificate(40), "renewal": failing(3, HOUR)},
            "renew",
            id="who asks is not held up",
        ),
        pytest.param("reissue", {"certificate": certificate(1)}, "reissue", id="a reissue was requested"),
        pytest.param(
            "reissue",
            {"certificate": certificate(1), "lock": lock()},
            "wait",
            id="even a reissue waits for another run",
        ),
        pytest.param("converge", {"certificate": certificate(1)}, "none", id="nothing to converge"),
    ],
)
def test_what_is_asked_for_by_hand(run: str, changes: dict[str, t.Any], action: str) -> None:
    assert judged(document(**changes), run=run).action == action


def test_a_reissue_tells_the_state_that_the_project_was_in() -> None:
    assert judged(document(certificate=certificate(1)), run="reissue").state == "ok"


def test_a_changed_definition_that_asks_for_no_certificate_is_an_update() -> None:
    need = judged(document(certificate=certificate()), run="converge", changed=("emails", "tags"))
    assert (need.action, need.due, need.issue) == ("update", True, False)
    assert need.reason == "emails, tags changed in the definition"


def test_until_a_new_certificate_is_on_its_distributions_the_one_before_sets_the_deadline() -> None:
    old = certificate(60, number=2)
    assert judged(document(certificate=certificate(0, deployed=None), superseded=[old])).deadline == old["not_after"]


@pytest.mark.parametrize(
    ("brought", "recorded", "is_new"),
    [
        pytest.param(None, {}, False, id="no files"),
        pytest.param("1" * 64, {}, False, id="the recorded one"),
        pytest.param("2" * 64, {}, True, id="another one"),
        pytest.param("2" * 64, {"rolled_back": GONE_BACK}, False, id="it went back"),
    ],
)
def test_files_of_another_certificate_are_new_unless_the_project_went_back(
    brought: str | None, recorded: dict[str, t.Any], is_new: bool
) -> None:
    stored = document(certificate=certificate(**recorded))
    candidate = Candidate(name="webapp", host="webapp", document=t.cast("t.Any", stored), brought=brought)
    assert candidate.has_new_files is is_new
    need = needs_of.judge(candidate, FleetQuestion(run="renew", now=NOW, is_dead=lambda _owner: False))
    assert (need.reason == "its files are of another certificate than the recorded one") is is_new
    assert not Candidate(name="webapp", host="webapp", document=t.cast("t.Any", document()), brought="1").has_new_files


def test_what_moves_is_rebound_and_what_belongs_elsewhere_says_so() -> None:
    stored: t.Any = document(certificate=certificate())
    other = AwsAccount("222222222222", "aws")
    question = FleetQuestion(run="renew", now=NOW, is_dead=lambda _owner: False, caller=other)
    staying = needs_of.judge(Candidate("webapp", "webapp", stored), question)
    moving = needs_of.judge(Candidate("webapp", "webapp", stored, moves=True), question)
    assert "belongs to AWS account 123456789012" in staying.elsewhere
    assert (moving.elsewhere, moving.action) == ("", "rebind")
    assert moving.reason.startswith("it moves from account 123456789012")
    own = FleetQuestion(run="renew", now=NOW, is_dead=lambda _owner: False, caller=AwsAccount("123456789012", "aws"))
    assert needs_of.judge(Candidate("webapp", "webapp", stored, moves=True), own).action == "none"


@pytest.mark.parametrize(
    ("changes", "hours"),
    [
        ({}, 64 * 24.0),
        ({"not_after": None}, None),
        ({"not_before": None}, None),
    ],
)
def test_a_lifetime_is_known_where_both_ends_are(changes: dict[str, t.Any], hours: float | None) -> None:
    former = certificate(number=2, **changes)
    stored = document(certificate=certificate(deployed=None), superseded=[former])
    assert judged(stored).lifetime_hours == hours


def test_without_a_certificate_there_is_no_lifetime() -> None:
    assert judged(document()).lifetime_hours is None
