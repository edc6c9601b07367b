# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking CAs about the certificates of a fleet: who is asked, what is kept, and what happens when a CA is away."""

from __future__ import annotations

import threading
import typing as t
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate import renewal_info
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.certificate import Certificate
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.renewal_info import Answer, Window
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet.needs import Candidate
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import document as project_document
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run import run_plan
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RemoteError
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.fleet import renewal_inquiry
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.renewal_notes import AREA, RenewalNotes
from unit.fakes.clock import FakeClock
from unit.fakes.projects import NOW, certificate, definition, document, lock
from unit.fakes.store import FakeStore

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CA, OTHER = "https://ca.example/directory", "https://other.example/directory"
WINDOW = Window(NOW + 10 * DAY, NOW + 11 * DAY)


def away(status: int | None = None, retry_after: float | None = None) -> RemoteError:
    return RemoteError(
        "acme:renewalInfo got no answer",
        service="acme",
        operation="renewalInfo",
        code="x",
        http_status=status,
        retry_after=retry_after,
    )


@dataclass
class FakeCas:
    """All CAs of the world; ``failing`` lets them fail, in the directory or for each certificate."""

    answer: Answer = field(default_factory=lambda: Answer(WINDOW))
    has_renewal_info: bool = True
    failing: dict[str, RemoteError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    clock: FakeClock | None = None
    seconds: float = 0.0

    def connect(self, directory: str, ca_bundle: str | None) -> FakeCa:
        return FakeCa(self, directory, ca_bundle)


@dataclass
class FakeCa:
    cas: FakeCas
    directory: str
    ca_bundle: str | None

    def resource(self) -> str | None:
        self._note(f"{self.directory} {self.ca_bundle}")
        if "directory" in self.cas.failing:
            raise self.cas.failing["directory"]
        return self.directory if self.cas.has_renewal_info else None

    def get(self, resource: str, cert_id: str) -> Answer:
        self._note(cert_id)
        if self.cas.clock is not None:
            self.cas.clock.sleep(self.cas.seconds)
        if resource in self.cas.failing:
            raise self.cas.failing[resource]
        return self.cas.answer

    def _note(self, what: str) -> None:
        with self.cas.lock:
            self.cas.asked.append(what)


@dataclass
class World:
    cas: FakeCas = field(default_factory=FakeCas)
    store: FakeStore = field(default_factory=FakeStore)
    clock: FakeClock = field(default_factory=lambda: FakeClock(NOW))
    names: list[str] = field(default_factory=list)

    def add(self, name: str = "webapp", **given: t.Any) -> None:
        issued = {**certificate(authority_key_id="aa", directory=CA), **given.pop("certificate", {})}
        stored = {**document(certificate=issued, **given), "name": name}
        self.store.write(name, stored, None)
        self.names.append(name)

    def known(self, name: str = "webapp") -> dict[str, t.Any]:
        """What the next run knows of the project's renewal."""
        return dict(self.read(name, RenewalNotes(self.store)).document["renewal"])

    def read(self, name: str, notes: RenewalNotes) -> Candidate:
        stored = self.store.read(name)
        assert stored
        return Candidate(name, name, notes.view(project_document.loaded(name, stored.document), self.clock.now()))

    def ask(self, keep: bool = True, dice: float = 0.5) -> tuple[list[Candidate], renewal_inquiry.Inquiry]:
        inquiry = renewal_inquiry.Inquiry(self.clock, lambda: dice, self.cas.connect, keep)
        notes = RenewalNotes(self.store)
        candidates = [self.read(name, notes) for name in self.names]
        return renewal_inquiry.refreshed(candidates, {None: notes}, inquiry, lambda _owner: False), inquiry

    @property
    def notes(self) -> FakeStore:
        """The documents beside the projects."""
        return self.store.areas[AREA]


@pytest.fixture
def world() -> World:
    return World()


def test_the_answer_is_kept_with_the_time_that_follows(world: World) -> None:
    world.add()
    ((found,), inquiry) = world.ask()
    kept = world.known()
    assert kept["ari"]["selected_at"] == times.to_text(NOW + 10 * DAY + 12 * HOUR)
    assert kept["renew_at"] == kept["ari"]["selected_at"]
    assert "renewal information" in kept["reason"]
    assert found.document["renewal"] == kept
    assert inquiry.summary == {"answered": 1, "failed": 0, "unavailable": 0, "skipped": 0, "conflicts": 0}
    assert inquiry.warnings == []


def test_the_ca_is_asked_when_it_said_and_the_time_stays(world: World) -> None:
    world.add()
    world.ask(dice=0.1)
    selected = world.known()["ari"]["selected_at"]
    world.clock.time += 5 * HOUR
    world.ask(dice=0.9)
    assert len(world.cas.asked) == 2
    world.clock.time += HOUR
    world.ask(dice=0.9)
    assert len(world.cas.asked) == 4
    assert world.known()["ari"]["selected_at"] == selected


def test_a_window_in_the_past_makes_the_project_due(world: World) -> None:
    world.add()
    world.cas.answer = Answer(Window(NOW - 2 * DAY, NOW - DAY), "https://ca.example/incident")
    ((found,), _inquiry) = world.ask()
    plan = run_plan.plan(found.document, "renew", NOW)
    assert plan.action == "renew"
    assert "https://ca.example/incident" in plan.reason


def test_check_mode_keeps_nothing(world: World) -> None:
    world.add()
    ((found,), _inquiry) = world.ask(keep=False)
    assert found.document["renewal"]["ari"]
    assert world.known()["ari"] == {}


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"definition": definition(acme_renewal_info=False)}, id="not wanted"),
        pytest.param(
            {"certificate": {"authority_key_id": ""}}, id="a certificate of before the key identifier was kept"
        ),
        pytest.param({"certificate": certificate(age_days=65, authority_key_id="aa")}, id="expired"),
        pytest.param({"lock": lock()}, id="a run is at work"),
    ],
)
def test_who_is_not_asked_about(world: World, given: dict[str, t.Any]) -> None:
    world.add(**given)
    before = world.known()
    world.ask()
    assert world.cas.asked == []
    assert world.known() == before


def test_a_project_without_certificate_is_nobodys_question(world: World) -> None:
    world.store.write("new", {**document(), "name": "new"}, None)
    world.names.append("new")
    world.ask()
    assert world.cas.asked == []


def test_many_certificates_cost_one_directory_and_a_question_each(world: World) -> None:
    for number in range(50):
        world.add(f"p{number}", certificate={"serial": f"{number:02x}"})
    (_found, inquiry) = world.ask()
    assert inquiry.summary["answered"] == 50
    assert len(world.cas.asked) == len(set(world.cas.asked)) == 51


def test_a_directory_that_is_away_is_asked_once_and_a_warning(world: World) -> None:
    for number in range(50):
        world.add(f"p{number}", certificate={"serial": f"{number:02x}"})
    world.cas.failing["directory"] = away()
    (_found, inquiry) = world.ask()
    assert len(world.cas.asked) == 1
    assert (inquiry.summary["failed"], inquiry.summary["skipped"]) == (1, 49)
    (warning,) = inquiry.warnings
    assert CA in warning


def test_renewal_information_that_is_away_is_asked_for_a_few_times(world: World) -> None:
    for number in range(100):
        world.add(f"p{number}", certificate={"serial": f"{number:02x}"})
    world.cas.failing[CA] = away(503)
    (_found, inquiry) = world.ask()
    assert inquiry.summary["failed"] <= renewal_inquiry.FAILURES_OF_A_CA + renewal_inquiry.WORKERS
    assert len(inquiry.warnings) == 1


def test_a_ca_that_is_away_leaves_the_others_alone(world: World) -> None:
    world.add("one")
    world.add("two", certificate={"directory": OTHER})
    world.cas.failing[CA] = away(500)
    (_found, inquiry) = world.ask()
    assert (inquiry.summary["answered"], inquiry.summary["failed"]) == (1, 1)
    assert world.known("two")["ari"]["window_start"]


def test_what_was_known_stays_when_the_ca_is_away_and_is_asked_again_in_six_hours(world: World) -> None:
    world.add()
    world.ask()
    before = world.known()
    world.clock.time += 6 * HOUR
    world.cas.failing[CA] = away(500)
    world.ask()
    after = world.known()
    assert after["renew_at"] == before["renew_at"]
    assert after["ari"]["error"]
    assert times.from_text(after["ari"]["next_check_at"]) == world.clock.time + 6 * HOUR


def test_a_certificate_that_the_ca_does_not_know_says_nothing_of_the_others(world: World) -> None:
    for number in range(20):
        world.add(f"p{number}", certificate={"serial": f"{number:02x}"})
    world.cas.failing[CA] = away(404, retry_after=60)
    (_found, inquiry) = world.ask()
    assert inquiry.summary["failed"] == 20


def test_a_ca_without_renewal_information_is_not_asked_about_certificates(world: World) -> None:
    world.add()
    world.cas.has_renewal_info = False
    (_found, inquiry) = world.ask()
    assert inquiry.summary["unavailable"] == 1
    assert inquiry.warnings == []
    assert times.from_text(world.known()["ari"]["next_check_at"]) == NOW + DAY
    assert "renewal information" not in world.known()["reason"]


def test_a_ca_without_renewal_information_is_noted_once_and_looked_at_again_after_a_day(world: World) -> None:
    for number in range(50):
        world.add(f"p{number}", certificate={"serial": f"{number:02x}"})
    world.cas.has_renewal_info = False
    world.ask()
    index = world.notes.documents["index"].document
    assert (index["without"], index["known"]) == ({CA: times.to_text(NOW + DAY)}, {})
    world.clock.time += DAY - HOUR
    world.ask()
    assert (world.notes.writes, len(world.cas.asked)) == (1, 1)
    world.clock.time += HOUR
    world.cas.has_renewal_info = True
    (_found, inquiry) = world.ask()
    assert inquiry.summary["answered"] == 50
    assert world.notes.documents["index"].document["without"] == {}


def test_no_project_document_is_written(world: World) -> None:
    for number in range(5):
        world.add(f"p{number}", certificate={"serial": f"{number:02x}"})
    before = dict(world.store.documents)
    world.ask()
    assert world.store.documents == before
    assert world.notes.writes == 1


def test_answers_of_another_job_at_the_same_time_are_kept_with_ours(world: World) -> None:
    world.add("one")
    world.add("two", certificate={"serial": "02"})
    both, world.names = world.names, ["one"]
    world.ask()
    world.names = both
    other = World(cas=world.cas, store=world.store, clock=world.clock, names=["one"])
    world.clock.time += 6 * HOUR
    world.notes.before_write = lambda: other.ask() and None
    world.names = ["two"]
    (_found, inquiry) = world.ask()
    assert inquiry.summary["conflicts"] == 0
    asked_again = times.to_text(world.clock.time + 6 * HOUR)
    assert [world.known(name)["ari"]["next_check_at"] for name in both] == [asked_again] * 2


def test_answers_that_other_jobs_keep_from_being_written_are_counted(world: World) -> None:
    world.add()

    def intrude() -> None:
        index = world.notes.read("index")
        world.notes.write("index", {"schema": 1, "intruder": world.notes.writes}, index.version if index else None)
        world.notes.before_write = intrude

    RenewalNotes(world.store)
    world.notes.before_write = intrude
    (_found, inquiry) = world.ask()
    assert inquiry.summary["conflicts"] == 1
    assert inquiry.warnings == []


def test_a_store_that_takes_no_answers_is_a_warning(world: World) -> None:
    world.add()
    RenewalNotes(world.store)

    def refuse() -> None:
        raise RemoteError("no space", service="file", operation="write")

    world.notes.before_write = refuse
    ((found,), inquiry) = world.ask()
    assert found.document["renewal"]["ari"]["window_start"]
    (warning,) = inquiry.warnings
    assert "no space" in warning


@pytest.mark.parametrize("where", ["connect", "resource", "get"])
@pytest.mark.parametrize("error", [RuntimeError("boom\nboom"), OverflowError("too far"), RecursionError("too deep")])
def test_whatever_happens_with_one_ca_is_its_failure_in_one_line(
    world: World, error: Exception, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.add("one")
    world.add("two", certificate={"directory": OTHER})

    def failing(ca: t.Any, *given: t.Any) -> t.Any:
        directory = given[0] if where == "connect" else ca.directory
        if directory == CA:
            raise error
        return real(ca, *given)

    owner = FakeCas if where == "connect" else FakeCa
    real = getattr(owner, where)
    monkeypatch.setattr(owner, where, failing)
    (_found, inquiry) = world.ask()
    assert (inquiry.summary["answered"], inquiry.summary["failed"]) == (1, 1)
    (warning,) = inquiry.warnings
    assert type(error).__name__ in warning
    assert "\n" not in warning
    assert world.known("two")["ari"]["window_start"]


def test_a_round_has_an_end(world: World) -> None:
    for number in range(40):
        world.add(f"p{number}", certificate={"serial": f"{number:02x}"})
    world.cas.seconds = renewal_inquiry.LONGEST_ROUND_SECONDS / 20
    world.cas.clock = world.clock
    (_found, inquiry) = world.ask()
    assert inquiry.summary["skipped"] > 0
    assert inquiry.summary["answered"] + inquiry.summary["skipped"] == 40


@pytest.mark.parametrize(
    ("recorded", "given", "asked"),
    [
        pytest.param(
            {"directory": None, "acme_directory": "letsencrypt"},
            {},
            "https://acme-v02.api.letsencrypt.org/directory None",
            id="by the wanted name",
        ),
        pytest.param(
            {"directory": CA}, {"acme_directory": CA, "acme_ca_bundle": "/ca.pem"}, f"{CA} /ca.pem", id="a private CA"
        ),
        pytest.param(
            {"directory": OTHER},
            {"acme_directory": CA, "acme_ca_bundle": "/ca.pem"},
            f"{OTHER} None",
            id="another CA than the wanted one",
        ),
        pytest.param(
            {"directory": OTHER},
            {"acme_directory": CA, "acme_fallbacks": [{"acme_directory": OTHER, "acme_ca_bundle": "/other.pem"}]},
            f"{OTHER} /other.pem",
            id="a fallback",
        ),
    ],
)
def test_the_ca_that_issued_is_asked(
    world: World, recorded: dict[str, t.Any], given: dict[str, t.Any], asked: str
) -> None:
    world.add(certificate=recorded, definition=definition(**given))
    world.ask()
    assert world.cas.asked[0] == asked


def test_the_name_of_the_certificate_is_what_is_asked_about(world: World) -> None:
    world.add()
    world.ask()
    assert world.cas.asked[1] == renewal_info.certificate_id(Certificate.from_dict(certificate(authority_key_id="aa")))
