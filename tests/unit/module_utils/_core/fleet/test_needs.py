# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each of many projects needs, at every edge of time and record; which are taken, and in what order."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.distributions import Distribution
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.renewal_info import (
    RenewalInfo,
    Window,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet import needs as needs_of, selection
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet.drift import Index, Listing
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet.needs import Candidate, FleetQuestion, Need
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet.selection import Choice
from ansible_collections.certops.cloudfront.plugins.module_utils._core.server_cert.server_certs import StoredCertificate
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from unit.fakes.projects import NOW, certificate, definition, document, failing, lock, unfinished

ACCOUNT = "123456789012"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def stored(number: int, project: str = "webapp") -> StoredCertificate:
    return StoredCertificate(name=f"{project}-{number}", path=f"/cloudfront/certops/{project}/", id=f"ASCA{number}")


def uses(distribution: str, number: int, *aliases: str) -> Distribution:
    return Distribution(id=distribution, aliases=aliases, viewer={"IAMCertificateId": f"ASCA{number}"})


def listing(*entries: StoredCertificate | Distribution, account: str = ACCOUNT) -> Index:
    certificates = tuple(one for one in entries if isinstance(one, StoredCertificate))
    return Index.of(Listing(account, certificates, tuple(one for one in entries if isinstance(one, Distribution))))


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
        pytest.param("reissue", {"certificate": certificate(1)}, "reissue", id="a reissue was asked for"),
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


class TestDrift:
    def test_a_certificate_that_is_gone_is_brought_back(self) -> None:
        need = judged(document(certificate=certificate()), index=listing())
        assert (need.action, need.due, need.state) == ("rebind", True, "unfinished")
        assert "webapp-1 is not in IAM any more" in need.reason

    def test_an_account_that_was_not_listed_says_nothing(self) -> None:
        assert judged(document(certificate=certificate()), index=listing(account="999999999999")).action == "none"

    @pytest.mark.parametrize(
        ("distribution", "action"),
        [
            pytest.param(uses("E1", 2, "example.com"), "rebind", id="on a superseded certificate"),
            pytest.param(uses("E1", 1, "example.com"), "cleanup", id="on the certificate of the project"),
            pytest.param(uses("E1", 2, "example.net"), "none", id="with an alias that is not covered"),
            pytest.param(uses("E1", 9, "example.com"), "cleanup", id="on somebody else's certificate"),
        ],
    )
    def test_a_distribution_that_went_back_is_bound_again(self, distribution: Distribution, action: str) -> None:
        known = document(certificate=certificate(), superseded=[certificate(30, number=2)])
        assert judged(known, index=listing(stored(1), stored(2), distribution)).action == action

    def test_what_breaks_first_is_the_deadline(self) -> None:
        old = certificate(60, number=2)
        need = judged(
            document(certificate=certificate(), superseded=[old]),
            index=listing(stored(1), stored(2), uses("E1", 2, "example.com")),
        )
        assert need.deadline == old["not_after"]

    @pytest.mark.parametrize(
        ("run", "action"),
        [
            pytest.param("renew", "none", id="not by a schedule"),
            pytest.param("converge", "rebind", id="when it is converged"),
        ],
    )
    def test_a_distribution_that_the_definition_means_is_taken_over(self, run: str, action: str) -> None:
        bind = ["previous", "aliases"]
        deployed = {"at": times.to_text(NOW), "bind": bind, "distributions": []}
        known = document(certificate=certificate(deployed=deployed), definition=definition(bind=bind))
        for aliases in (("example.com",), ("www.example.com",), ("*.example.com",)):
            assert judged(known, run=run, index=listing(stored(1), uses("E1", 9, *aliases))).action == action
        assert judged(known, run=run, index=listing(stored(1), uses("E1", 9, "www.a.example.com"))).action == "none"

    def test_a_distribution_that_is_named_is_taken_over(self) -> None:
        deployed = {"at": times.to_text(NOW), "bind": ["ids"], "distributions": ["E1AAAAAAAAAAAA"]}
        known = document(
            certificate=certificate(deployed=deployed),
            definition=definition(bind=["ids"], distributions=["E1AAAAAAAAAAAA"]),
        )
        assert (
            judged(known, run="converge", index=listing(stored(1), uses("E1AAAAAAAAAAAA", 9, "example.com"))).action
            == "rebind"
        )

    @pytest.mark.parametrize(
        ("run", "due"),
        [
            pytest.param("renew", False, id="left to the playbook cleanup"),
            pytest.param("converge", True, id="converged"),
        ],
    )
    def test_a_superseded_certificate_that_nobody_uses_is_to_be_cleaned(self, run: str, due: bool) -> None:
        need = judged(
            document(certificate=certificate(), superseded=[certificate(30, number=2)]),
            run=run,
            index=listing(stored(1), stored(2)),
        )
        assert (need.action, need.due, need.drift.unused) == ("cleanup", due, ("webapp-2",))

    def test_as_many_as_are_to_be_kept_are_no_leftovers(self) -> None:
        older = [certificate(50, number=3), certificate(30, number=2)]
        known = document(certificate=certificate(), superseded=older, definition=definition(keep_previous=1))
        assert judged(known, index=listing(stored(1), stored(2), stored(3))).drift.unused == ("webapp-3",)

    def test_fewer_than_are_to_be_kept_are_no_leftovers(self) -> None:
        older = [certificate(50, number=3), certificate(30, number=2)]
        known = document(certificate=certificate(), superseded=older, definition=definition(keep_previous=3))
        assert judged(known, index=listing(stored(1), stored(2), stored(3))).drift.unused == ()

    def test_what_no_record_knows_is_an_orphan_unless_a_run_is_under_way(self) -> None:
        index = listing(stored(1), stored(7), stored(8, "shop"))
        assert judged(document(certificate=certificate()), index=index).drift.orphans == ("webapp-7",)
        assert (
            judged(
                document(certificate=certificate(), journal=unfinished("renew", "issued")), index=index
            ).drift.orphans
            == ()
        )
        need = judged(document(certificate=certificate()), run="converge", index=index)
        assert (need.action, need.due) == ("cleanup", False)


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


def test_until_a_new_certificate_is_on_its_distributions_the_one_before_sets_the_deadline() -> None:
    old = certificate(60, number=2)
    assert judged(document(certificate=certificate(0, deployed=None), superseded=[old])).deadline == old["not_after"]


def test_at_most_as_many_as_wanted_are_selected_and_the_others_say_so() -> None:
    found = selection.cut(
        needs(*(named(f"p{number}", certificate=certificate(45 + number)) for number in range(4))), 2, admitted, cannot
    )
    assert [(need.name, need.selected) for need in found] == [("p3", True), ("p2", True), ("p1", False), ("p0", False)]
    assert found[2].reason.endswith("put off, since 2 projects that come first fill this run")
    summary = selection.summary(found, 1)
    assert (summary["total"], summary["due"], summary["selected"], summary["put_off"], summary["broken"]) == (
        5,
        4,
        2,
        2,
        1,
    )
    assert [row["name"] for row in summary["first_put_off"]] == ["p1", "p0"]
    assert all(need.selected for need in selection.cut(found, None, admitted, cannot))


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
    summary = selection.summary(selection.cut(found, None, admitted, cannot), 0)
    assert summary["actions"] == {"none": 100, "wait": 1}
    assert summary["states"] == {"failing": 1, "ok": 100}
    assert len(summary["first_resting"]) == selection.NEXT
    assert summary["first_resting"][0]["name"] == "p099"
    assert [row["name"] for row in summary["first_waiting"]] == ["x"]
