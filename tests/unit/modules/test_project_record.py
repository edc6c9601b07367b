# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""project_record and project_info over a store."""

from __future__ import annotations

import typing as t
from datetime import timedelta
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.base import Stored
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.file_store import FileStore
from ansible_collections.certops.cloudfront.plugins.module_utils._core.server_cert.server_certs import StoredCertificate
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.params import Params
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import (
    ConfigError,
    ConflictError,
    RefusedError,
    RemoteError,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._operations import step_record
from ansible_collections.certops.cloudfront.plugins.modules import project_info, project_record
from unit.fakes import modules
from unit.fakes.clock import FakeClock
from unit.fakes.projects import NOW, certificate, definition, document, reported_certificate
from unit.fakes.store import FakeStore

DEFAULTS = {name: spec.get("default") for name, spec in project_record.ARGUMENT_SPEC.items()}
WANTED = {"domains": "example.com, *.example.com"}


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture(autouse=True)
def no_region(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)


def record(store: FakeStore, check_mode: bool = False, **params: t.Any) -> Outcome:
    given = {**DEFAULTS, "name": "webapp", **params}
    return modules.run(project_record, given, FakeClock(NOW), check_mode, project_record.Clients(store))


def info(store: t.Any, names: list[str] | None = None) -> Outcome:
    return modules.run(
        project_info, {"store": None, "names": names}, FakeClock(NOW), clients=project_info.Clients(store)
    )


def take(store: FakeStore, **params: t.Any) -> str:
    taken = record(store, state="locked", **params)
    assert taken.result["locked"]
    return str(taken.result["run_id"])


class TestGoingBack:
    def test_a_rollback_asks_iam_for_what_the_project_has_there(self, store: FakeStore) -> None:
        store.write("webapp", document(certificate=certificate(number=2), superseded=[certificate(number=1)]), None)
        asked: list[str] = []
        there = StoredCertificate(
            name="webapp-1", path="/cloudfront/certops/webapp/", id=certificate(number=1)["id"], arn=None
        )

        def listed(path: str) -> list[StoredCertificate]:
            asked.append(path)
            return [there]

        clients = project_record.Clients(store, server_certificates=listed)
        given = {**DEFAULTS, "name": "webapp", "state": "locked", "run": "rollback"}
        taken = modules.run(project_record, given, FakeClock(NOW), clients=clients)
        assert asked == ["/cloudfront/certops/webapp/"]
        assert taken.result["plan"]["certificate"]["id"] == there.id

    def test_other_runs_do_not(self, store: FakeStore) -> None:
        clients = project_record.Clients(store, server_certificates=lambda _path: pytest.fail("IAM is asked"))
        given = {**DEFAULTS, "name": "webapp", "state": "locked", "definition": WANTED}
        assert modules.run(project_record, given, FakeClock(NOW), clients=clients).result["locked"]

    def test_a_restore_without_a_bundle_is_refused_before_the_project_is_held(self, store: FakeStore) -> None:
        record(store, definition=WANTED)
        with pytest.raises(RefusedError, match="has no recorded certificate; set project_restore_bundle"):
            record(store, state="locked", run="restore")
        assert store.documents["webapp"].document["lock"] is None
        taken = record(store, state="locked", run="restore", restore_bundle="s3://ours/webapp/2026-01-01-0000.tar.gz")
        assert taken.result["bundle"] == "s3://ours/webapp/2026-01-01-0000.tar.gz"


class TestRecord:
    def test_a_definition_is_stored_and_a_second_time_changes_nothing(self, store: FakeStore) -> None:
        made = record(store, definition=WANTED)
        assert made.changed
        assert made.before == {}
        assert store.documents["webapp"].document == document()
        again = record(store, definition=WANTED)
        assert not again.changed
        assert store.writes == 1

    def test_a_changed_definition_shows_in_the_diff_with_no_lock(self, store: FakeStore) -> None:
        record(store, definition=WANTED)
        changed = record(store, definition={**WANTED, "renewal_interval_days": 7})
        assert changed.changed
        assert (
            changed.before["definition"]["renewal_interval_days"],
            changed.after["definition"]["renewal_interval_days"],
        ) == (30, 7)
        assert "lock" not in changed.after

    def test_bad_input_is_refused_as_a_whole_and_nothing_is_written(self, store: FakeStore) -> None:
        with pytest.raises(ConfigError) as caught:
            record(store, name="no name", definition={"domains": [], "renewal_interval_days": 90, "archive": "ftp://x"})
        assert len(caught.value.problems) == 4
        assert store.documents == {}

    def test_a_bad_store_is_said_together_with_all_that_is_wrong_with_the_definition(self) -> None:
        options = {**DEFAULTS, "name": "webapp", "store": "nowhere", "definition": {"domains": []}}
        with pytest.raises(ConfigError) as caught:
            project_record.parse(Params(options, NOW, check_mode=False))
        assert [problem.partition(" ")[0] for problem in caught.value.problems] == ["store", "domains:"]

    def test_the_role_gets_the_store_as_it_was_given(self, store: FakeStore) -> None:
        given = {
            **DEFAULTS,
            "name": "webapp",
            "definition": WANTED,
            "store": "s3://bucket/live?kms_key_id=alias/certops",
        }
        made = modules.run(project_record, given, FakeClock(NOW), clients=project_record.Clients(store))
        assert made.result["role_vars"]["project_store"] == given["store"]

    def test_the_region_tells_that_acm_cannot_be_used_in_china(self, store: FakeStore) -> None:
        with pytest.raises(ConfigError, match="China"):
            record(store, definition={**WANTED, "certificate_store": "acm"}, region="cn-north-1")

    def test_taking_and_releasing_is_no_change(self, store: FakeStore) -> None:
        record(store, definition=WANTED)
        taken = record(store, state="locked")
        assert (taken.changed, taken.result["locked"], taken.result["holder"]) == (False, True, None)
        assert taken.result["plan"]["action"] == "issue"
        released = record(store, state="recorded", run_id=taken.result["run_id"], release=True)
        assert (released.changed, released.result["project"]["lock"]) == (False, None)

    def test_each_run_gets_a_name_of_its_own(self, store: FakeStore) -> None:
        record(store, definition=WANTED)
        first = take(store)
        assert first.startswith("20261122T053000Z-")
        assert record(store, state="locked").result["run_id"] != first

    def test_a_held_project_is_no_failure_and_names_the_holder(self, store: FakeStore) -> None:
        run_id = take(store, definition=WANTED)
        other = record(store, state="locked", run_id="other", definition={"domains": "example.org"})
        assert (other.failure, other.changed, other.result["locked"], other.result["plan"]["action"]) == (
            None,
            False,
            False,
            "locked",
        )
        assert other.result["holder"]["run_id"] == run_id
        assert store.documents["webapp"].document["definition"] == definition()

    def test_a_whole_run(self, store: FakeStore) -> None:
        run_id = take(store, definition=WANTED)
        steps: list[dict[str, t.Any]] = [
            {
                "phase": "stored",
                "certificate": reported_certificate(1),
                "renewal": {"renew_at": "2026-12-22T05:30:00Z", "reason": "r"},
            },
            {"phase": "verified", "bind_result": {"records": {}}},
            {"phase": "done", "subscribed": ["ops@example.com"], "release": True},
        ]
        outcomes = [record(store, state="recorded", run_id=run_id, **step) for step in steps]
        assert [outcome.changed for outcome in outcomes] == [True, False, True]
        assert ["notice" in outcome.result for outcome in outcomes] == [False, True, True]
        assert outcomes[-1].result["project"]["last_run"]["Status"] == "Succeeded"
        assert outcomes[-1].result["summary"]["status"] == "changed"
        assert record(store, state="locked").result["plan"]["action"] == "none"

    def test_half_a_certificate_is_refused(self, store: FakeStore) -> None:
        run_id = take(store, definition=WANTED)
        with pytest.raises(ConfigError, match="fingerprint_sha256, not_after missing"):
            record(
                store,
                state="recorded",
                run_id=run_id,
                certificate={**reported_certificate(1), "fingerprint_sha256": None, "not_after": None},
            )

    def test_absent_forgets_the_project_and_a_second_time_changes_nothing(self, store: FakeStore) -> None:
        record(store, definition=WANTED)
        assert record(store, state="absent").changed
        assert store.documents == {}
        assert not record(store, state="absent").changed

    def test_absent_is_refused_while_a_run_holds_the_project(self, store: FakeStore) -> None:
        run_id = take(store, definition=WANTED)
        with pytest.raises(RefusedError):
            record(store, state="absent", run_id="other")
        assert record(store, state="absent", run_id=run_id).changed

    @pytest.mark.parametrize(("state", "error"), [("locked", ConfigError), ("recorded", RefusedError)])
    def test_a_project_that_is_not_there_is_an_error(
        self, store: FakeStore, state: str, error: type[Exception]
    ) -> None:
        with pytest.raises(error, match="project webapp is not in the store"):
            record(store, state=state, run_id="x")

    def test_a_write_in_between_is_read_and_decided_again(self, store: FakeStore) -> None:
        record(store, definition=WANTED)

        def intrude() -> None:
            record(store, definition={**WANTED, "emails": "new@example.com"})

        store.before_write = intrude
        take(store)
        assert store.documents["webapp"].document["definition"]["emails"] == ["new@example.com"]
        assert store.documents["webapp"].document["lock"] is not None

    def test_two_runs_that_ask_at_once_do_not_both_get_the_project(self, store: FakeStore) -> None:
        record(store, definition=WANTED)
        first: list[Outcome] = []
        store.before_write = lambda: first.append(record(store, state="locked", run_id="first"))
        second = record(store, state="locked", run_id="second")
        assert (first[0].result["locked"], second.result["locked"]) == (True, False)

    def test_a_store_that_never_lets_a_write_through_is_a_conflict_in_the_end(
        self, store: FakeStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_arguments: t.Any) -> t.NoReturn:
            raise ConflictError("changed")

        monkeypatch.setattr(store, "write", refuse)
        with pytest.raises(ConflictError):
            record(store, definition=WANTED)

    def test_an_order_is_in_the_journal_of_the_run_that_holds_the_project_and_holds_it_anew(
        self, store: FakeStore
    ) -> None:
        record(store, definition=WANTED)
        run_id = take(store)
        later = NOW + timedelta(minutes=50)
        step_record.RunJournal(store, "webapp", run_id).ordering("https://ca/order/1", later)
        document = store.documents["webapp"].document
        assert (document["journal"]["phase"], document["journal"]["order_url"]) == ("ordering", "https://ca/order/1")
        assert document["lock"]["expires_at"] == times.to_text(later + timedelta(hours=1))

    @pytest.mark.parametrize("whose", ["another run", "nobody", "a project that is gone"])
    def test_a_run_that_lost_the_project_records_no_order(self, store: FakeStore, whose: str) -> None:
        record(store, definition=WANTED)
        run_id = take(store)
        if whose == "another run":
            store.documents["webapp"].document["lock"]["run_id"] = "other"
        else:
            record(store, state="recorded", run_id=run_id, release=True)
        if whose == "a project that is gone":
            record(store, state="absent")
        before = dict(store.documents)
        with pytest.raises(RefusedError, match="project webapp"):
            step_record.RunJournal(store, "webapp", run_id).ordering("https://ca/order/1", NOW)
        assert store.documents == before


class TestCheckMode:
    def test_a_new_project_goes_through_a_whole_run_and_nothing_is_written(self, store: FakeStore) -> None:
        taken = record(store, check_mode=True, state="locked", definition=WANTED)
        assert (taken.changed, taken.result["locked"], taken.result["plan"]["action"]) == (True, True, "issue")
        run_id = taken.result["run_id"]
        predicted = {
            **reported_certificate(1),
            "serial": None,
            "fingerprint_sha256": None,
            "not_before": None,
            "not_after": None,
        }
        stored = record(store, check_mode=True, state="recorded", run_id=run_id, phase="stored", certificate=predicted)
        done = record(store, check_mode=True, state="recorded", run_id=run_id, phase="done", release=True)
        assert stored.result["project"]["name"] == done.result["project"]["name"] == "webapp"
        assert (stored.before["certificate"], stored.after["certificate"]["key_type"], done.changed) == (
            None,
            "ecdsa_p256",
            False,
        )
        assert "definition" not in stored.after, "that of the project is not known here, and no step changes it"
        assert store.documents == {}

    def test_a_replacement_is_shown_as_it_then_goes_on_record(self, store: FakeStore) -> None:
        run_id = take(store, definition=WANTED)
        record(store, state="recorded", run_id=run_id, phase="stored", certificate=reported_certificate(1))
        predicted = {
            **reported_certificate(2),
            "serial": None,
            "fingerprint_sha256": None,
            "not_before": None,
            "not_after": None,
        }
        stored = record(store, check_mode=True, state="recorded", run_id=run_id, phase="stored", certificate=predicted)
        assert (stored.before["superseded"], stored.after["superseded"]) == ([], ["webapp-1"])
        deleted = record(
            store,
            check_mode=True,
            state="recorded",
            run_id=run_id,
            phase="cleaned",
            cleanup_result={"deleted": ["webapp-1"], "kept": []},
        )
        assert (deleted.before["superseded"], deleted.after["superseded"]) == (["webapp-1"], [])

    @pytest.mark.parametrize(
        "params",
        [
            pytest.param({"definition": {**WANTED, "verify": "tls"}}, id="present"),
            pytest.param({"state": "locked", "run_id": "x"}, id="locked"),
            pytest.param({"state": "absent"}, id="absent"),
        ],
    )
    def test_it_says_what_then_happens_and_writes_nothing(self, store: FakeStore, params: dict[str, t.Any]) -> None:
        record(store, definition=WANTED)
        before = store.documents["webapp"]
        predicted = record(store, check_mode=True, **{"run_id": "x", **params})
        assert store.documents["webapp"] == before
        happened = record(store, **{"run_id": "x", **params})
        assert (predicted.changed, predicted.before, predicted.after) == (
            happened.changed,
            happened.before,
            happened.after,
        )
        assert predicted.result == happened.result

    def test_a_held_project_is_said_to_be_held(self, store: FakeStore) -> None:
        take(store, definition=WANTED)
        assert not record(store, check_mode=True, state="locked").result["locked"]


class TestInfo:
    def test_an_empty_store_has_no_projects(self, store: FakeStore) -> None:
        assert info(store).result == {"projects": [], "broken": []}

    def test_projects_come_sorted_with_their_state_and_role_variables(self, store: FakeStore) -> None:
        for name in ("shop", "blog"):
            record(store, name=name, definition=WANTED)
        found = info(store).result["projects"]
        assert [project["name"] for project in found] == ["blog", "shop"]
        assert [project["state"] for project in found] == ["pending", "pending"]
        assert found[0]["role_vars"]["project_domains"] == ["example.com", "*.example.com"]
        assert found[0]["role_vars"]["project_store"] == store.uri

    def test_the_role_variables_of_both_modules_are_the_same(self, store: FakeStore) -> None:
        made = record(store, definition=WANTED)
        assert info(store).result["projects"][0]["role_vars"] == made.result["role_vars"]

    def test_some_projects_by_name(self, store: FakeStore) -> None:
        for name in ("shop", "blog", "docs"):
            record(store, name=name, definition=WANTED)
        assert [project["name"] for project in info(store, ["shop", "blog", "shop"]).result["projects"]] == [
            "blog",
            "shop",
        ]

    def test_all_unknown_names_are_said_at_once(self, store: FakeStore) -> None:
        record(store, definition=WANTED)
        with pytest.raises(ConfigError) as caught:
            info(store, ["webapp", "nope", "neither"])
        assert len(caught.value.problems) == 2

    def test_a_broken_document_does_not_hide_the_others(self, tmp_path: Path) -> None:
        store = FileStore(tmp_path)
        store.write("webapp", document(certificate=certificate()), None)
        store.write("later", {**document(), "schema": 99, "name": "later"}, None)
        (tmp_path / "cut.json").write_bytes(b'{"schema')
        found = info(store).result
        assert [project["name"] for project in found["projects"]] == ["webapp"]
        assert [entry["name"] for entry in found["broken"]] == ["cut", "later"]
        assert "cut.json" in found["broken"][0]["error"]
        assert "upgrade the collection" in found["broken"][1]["error"]

    def test_a_store_that_is_away_is_an_error_not_an_empty_list(
        self, store: FakeStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        record(store, definition=WANTED)

        def away(_name: str) -> t.NoReturn:
            raise RemoteError("cannot read", service="dynamodb", operation="GetItem")

        monkeypatch.setattr(store, "read", away)
        with pytest.raises(RemoteError):
            info(store, names=["webapp"])

    def test_reading_writes_nothing(self, store: FakeStore) -> None:
        store.documents["webapp"] = Stored(document(certificate=certificate(age_days=40)), "v")
        before = dict(store.documents)
        assert info(store).result["projects"][0]["due"]
        assert store.documents == before

    def test_a_lock_that_expires_makes_the_project_due_again(self, store: FakeStore) -> None:
        take(store, definition=WANTED, lock_ttl=60)
        assert info(store).result["projects"][0]["state"] == "locked"
        later = modules.run(
            project_info,
            {"store": None, "names": None},
            FakeClock(NOW + timedelta(seconds=60)),
            clients=project_info.Clients(store),
        )
        assert later.result["projects"][0]["due"]


def test_a_time_that_is_none_is_refused(store: FakeStore) -> None:
    record(store, definition=WANTED)
    run_id = take(store)
    with pytest.raises(ConfigError, match="retry_at"):
        record(store, state="recorded", run_id=run_id, failure="x", retry_at="tomorrow")


def test_a_file_that_cannot_be_read_is_the_trouble_of_one_project(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    store.write("webapp", document(), None)
    (tmp_path / "odd.json").mkdir()
    found = info(store).result
    assert ([each["name"] for each in found["projects"]], [each["name"] for each in found["broken"]]) == (
        ["webapp"],
        ["odd"],
    )


class TestTheArchive:
    """Where keys go is decided by who runs a playbook, not by what is in the store."""

    def test_a_stored_definition_with_another_archive_is_refused_before_the_lock_is_taken(
        self, store: FakeStore
    ) -> None:
        store.documents["webapp"] = Stored(document(definition=definition(archive="s3://theirs/keys")), "v")
        with pytest.raises(RefusedError, match="s3://theirs/keys, but project_archive is s3://ours/keys"):
            record(store, state="locked", run="rollback", archive="s3://ours/keys")
        assert store.documents["webapp"].version == "v"
        assert record(store, state="locked", run="cleanup", archive="s3://theirs/keys/").result["locked"]

    def test_another_key_for_the_archive_is_refused_and_another_account_is_told_by_s3(self, store: FakeStore) -> None:
        theirs = "s3://ours/keys?kms_key_id=alias/theirs"
        store.documents["webapp"] = Stored(document(definition=definition(archive=theirs)), "v")
        with pytest.raises(RefusedError, match=r"kms_key_id=alias/theirs, but project_archive is s3://ours/keys"):
            record(store, state="locked", run="rollback", archive="s3://ours/keys")
        given = f"{theirs}&owner=210987654321"
        assert record(store, state="locked", run="cleanup", archive=given).result["locked"]

    @pytest.mark.parametrize(
        "uri",
        [
            "file:///theirs/webapp/a.tar.gz",
            "s3://theirs/archive/webapp/a.tar.gz?owner=210987654321",
            "file:///ours/../theirs/a.tar.gz",
            "file:///ours-not/webapp/a.tar.gz",
        ],
    )
    def test_a_bundle_of_another_archive_is_not_read(self, store: FakeStore, uri: str) -> None:
        known: t.Any = {**certificate(), "archive_uri": uri}
        ours = definition(archive="file:///ours")
        store.documents["webapp"] = Stored(document(definition=ours, certificate=known), "v")
        found = record(store, state="locked", run="converge", archive="file:///ours", check_mode=True)
        assert found.result["bundle"] is None
        assert f"the bundle {uri} that the document of project webapp names is not in project_archive" in str(
            found.warnings
        )
        by_definition = record(store, state="locked", check_mode=True, definition={**WANTED, "archive": "file:///ours"})
        assert by_definition.result["bundle"] is None
        assert record(store, state="locked", check_mode=True).result["bundle"] == uri
        restored = {"run": "restore", "archive": "file:///ours", "restore_bundle": uri}
        assert record(store, state="locked", check_mode=True, **restored).result["bundle"] == uri

    def test_a_bundle_of_the_archive_is_read(self, store: FakeStore) -> None:
        known: t.Any = {**certificate(), "archive_uri": "file:///ours/webapp/a.tar.gz"}
        store.documents["webapp"] = Stored(
            document(definition=definition(archive="file:///ours"), certificate=known), "v"
        )
        found = record(store, state="locked", run="converge", archive="file:///ours/", check_mode=True)
        assert (found.result["bundle"], found.warnings) == ("file:///ours/webapp/a.tar.gz", ())

    def test_a_directory_is_stored_with_its_whole_path(self, store: FakeStore, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOME", "/home/ops")
        wanted = {**WANTED, "archive": "file://~/keys"}
        assert record(store, definition=wanted).changed
        assert store.documents["webapp"].document["definition"]["archive"] == "file:///home/ops/keys"
        assert not record(store, definition=wanted).changed

    @pytest.mark.parametrize(
        "options", [{"run_id": "a\nb"}, {"run_id": "x" * 201}, {"lock_ttl": -1}, {"lock_ttl": 10**9}]
    )
    def test_what_could_not_be_read_again_is_not_written(self, store: FakeStore, options: dict[str, t.Any]) -> None:
        with pytest.raises(ConfigError, match=next(iter(options))):
            record(store, state="locked", definition=WANTED, **options)
        assert not store.documents
