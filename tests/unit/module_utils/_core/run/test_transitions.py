# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A project document over a run: taken, reported on, failed, finished, deleted."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import (
    document as project_document,
    journal,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run import (
    recording,
    run_plan,
    shown,
    transitions,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run.step_report import StepReport
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run.transitions import Request
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.partitions import AwsAccount
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError, RefusedError
from unit.fakes.projects import (
    NOW,
    OTHER_RUN_ID,
    RUN_ID,
    certificate,
    claim,
    definition,
    document,
    failing,
    lock,
    reported_certificate,
    unfinished,
)

Document = dict[str, t.Any]
HERE = AwsAccount("123456789012", "aws")
LATER = NOW + timedelta(minutes=10)
UPDATED = {"records": {"Matched_CloudFront": {"ID_LIST": ["E1"]}, "Update_CloudFront_Status": [{"E1": "Success"}]}}
NOT_UPDATED = {
    "records": {
        "Matched_CloudFront": {"ID_LIST": ["E1", "E2"]},
        "Update_CloudFront_Status": [{"E1": "Success"}, {"E2": "Failed"}],
    }
}
NOT_SEARCHED = {"records": {"Matched_CloudFront": {"Error": ["AccessDenied"]}, "Update_CloudFront_Status": []}}
DELETED = {
    "deleted": ["webapp-1"],
    "kept": [],
    "records": {"Delete_Previous_IAM_SSL_Cert": {"webapp-1": "Successfully deleted IAM SSL Cert."}},
}
NOT_DELETED = {
    "deleted": [],
    "kept": [{"name": "webapp-1"}],
    "records": {"Delete_Previous_IAM_SSL_Cert": {"webapp-1": "Delete_IAM_Cert_Error: AccessDenied"}},
}


def request(
    rehearsal: bool = False,
    release: bool = False,
    defined: t.Mapping[str, t.Any] | None = None,
    by: t.Any = None,
    **report: t.Any,
) -> Request:
    return Request(
        name="webapp",
        claim=by or claim(now=LATER),
        definition=defined,
        report=StepReport(**report),
        release=release,
        rehearsal=rehearsal,
    )


def take(found: Document | None, run: str = "converge", defined: t.Mapping[str, t.Any] | None = None) -> Document:
    taken = transitions.locked(request(defined=defined, by=claim(run)), found)
    assert taken.locked
    assert taken.document is not None
    return taken.document


def record(
    found: Document | None, run: str = "converge", release: bool = False, **report: t.Any
) -> transitions.Transition:
    return transitions.recorded(request(release=release, by=claim(run, now=LATER), **report), found)


def recorded(found: Document | None, run: str = "converge", release: bool = False, **report: t.Any) -> Document:
    after = record(found, run, release, **report).document
    assert after is not None
    return after


def issue_and_finish(found: Document | None, number: int, run: str = "converge") -> Document:
    found = take(found, run, definition())
    found = recorded(
        found,
        run,
        phase="stored",
        certificate=reported_certificate(number),
        renewal={"renew_at": "2026-12-22T05:30:00Z", "reason": "r"},
    )
    found = recorded(found, run, phase="verified", bind_result=UPDATED)
    return recorded(found, run, True, phase="done", subscribed=("ops@example.com",))


class TestTaking:
    @pytest.mark.parametrize(
        ("run", "stored", "reason"),
        [
            pytest.param("converge", {"certificate": certificate(age_days=80)}, None, id="a renewal"),
            pytest.param("reissue", {"certificate": certificate()}, "keyCompromise", id="a reissue"),
            pytest.param(
                "renew",
                {
                    "certificate": certificate(),
                    "journal": unfinished("reissue", run="reissue"),
                },
                "keyCompromise",
                id="a reissue that resumes",
            ),
        ],
    )
    def test_only_what_replaces_a_certificate_for_an_incident_revokes_it(
        self, run: str, stored: dict[str, t.Any], reason: str | None
    ) -> None:
        found = request(revoke_reason="keyCompromise", by=claim(run))
        taken = transitions.locked(found, document(**stored))
        assert taken.document["journal"].get("revoke") == reason

    def test_a_new_project_belongs_to_the_account_of_its_run(self) -> None:
        taken = transitions.locked(replace(request(defined=definition(), by=claim()), caller=lambda: HERE), None)
        assert taken.document is not None
        assert taken.document["account"] == {"id": "123456789012", "partition": "aws"}

    def test_a_document_from_before_accounts_gets_its_own_without_a_change(self) -> None:
        before = document(certificate=certificate())
        taken = transitions.locked(replace(request(by=claim()), caller=lambda: HERE), before)
        assert taken.document is not None
        assert taken.document["account"] == vars(HERE)
        assert (taken.summary["changed"], taken.warnings) == (False, ())

    @pytest.mark.parametrize("run", run_plan.RUNS)
    @pytest.mark.parametrize(
        "caller", [AwsAccount("999999999999", "aws"), AwsAccount("123456789012", "aws-cn")], ids=str
    )
    def test_a_run_in_another_account_or_partition_is_refused(self, run: str, caller: AwsAccount) -> None:
        asked = replace(request(by=claim(run)), caller=lambda: caller)
        with pytest.raises(RefusedError, match="belongs to AWS account 123456789012") as caught:
            transitions.locked(asked, document(certificate=certificate(), superseded=[certificate(number=2)]))
        assert caught.value.details == {"account": vars(HERE), "caller": vars(caller)}

    @pytest.mark.parametrize("decide", [transitions.present, transitions.absent])
    def test_a_document_of_another_account_is_not_written_or_deleted_by_hand(
        self, decide: t.Callable[..., t.Any]
    ) -> None:
        elsewhere = document(account={"id": "999999999999", "partition": "aws"})
        asked = replace(request(defined=definition(), by=claim()), caller=lambda: HERE)
        with pytest.raises(RefusedError, match="belongs to AWS account 999999999999"):
            decide(asked, elsewhere)
        decide(replace(asked, account_change=True), elsewhere)
        decide(replace(asked, caller=None), elsewhere)
        decide(asked, document(account=vars(HERE)))

    def test_a_project_that_is_said_to_move_changes_its_account(self) -> None:
        other = AwsAccount("999999999999", "aws")
        asked = replace(request(by=claim()), caller=lambda: other, account_change=True)
        taken = transitions.locked(asked, document(certificate=certificate()))
        assert taken.document is not None
        assert taken.document["account"] == vars(other)
        assert "moves from account 123456789012 (aws) to 999999999999 (aws)" in taken.warnings[0]

    def test_leave_to_move_that_is_not_needed_is_to_be_taken_back(self) -> None:
        asked = replace(request(by=claim()), caller=lambda: HERE, account_change=True)
        taken = transitions.locked(asked, document(certificate=certificate()))
        assert taken.warnings == (
            "project_account_change is set, but project webapp is in account 123456789012 (aws) already; remove it",
        )

    def test_who_is_locked_out_is_not_asked_for_an_account(self) -> None:
        asked = replace(request(by=claim()), caller=lambda: pytest.fail("nobody has to know"))
        assert not transitions.locked(asked, document(lock=lock(OTHER_RUN_ID))).locked

    def test_a_new_project_is_made_with_its_definition_and_a_lock(self) -> None:
        taken = transitions.locked(request(defined=definition(), by=claim()), None)
        assert taken.document is not None
        assert taken.document["definition"] == definition()
        assert taken.document["lock"] == {**lock(), "acquired_at": times.to_text(NOW), "changed": True}
        assert taken.plan.action == "issue"
        assert taken.document["journal"]["phase"] == "planned"
        assert taken.document["last_run"]["Status"] == "Processing"

    def test_a_project_that_is_not_there_needs_a_definition(self) -> None:
        with pytest.raises(ConfigError, match="project webapp is not in the store"):
            transitions.locked(request(), None)

    def test_deleting_a_project_that_is_not_there_has_nothing_to_do(self) -> None:
        taken = transitions.locked(request(by=claim("delete")), None)
        assert (taken.document, taken.locked, taken.plan.action, taken.summary["changed"]) == (
            None,
            False,
            "none",
            False,
        )

    def test_a_definition_replaces_the_stored_one_and_warns_of_names_that_go_away(self) -> None:
        taken = transitions.locked(
            request(defined=definition(domains=["example.com"])), document(certificate=certificate())
        )
        assert taken.document is not None
        assert taken.document["definition"]["domains"] == ["example.com"]
        assert "*.example.com" in taken.warnings[0]
        assert taken.plan.action == "reissue"

    def test_without_a_definition_the_stored_one_holds(self) -> None:
        stored = document(definition=definition(renewal_interval_days=7))
        assert take(stored)["definition"] == stored["definition"]

    def test_a_pass_with_nothing_to_do_leaves_all_but_the_lock_as_it_was(self) -> None:
        before = issue_and_finish(None, 1)
        after = recorded(take(before), release=True, phase="done", subscribed=("ops@example.com",))
        assert {**after, "fence": 0} == {**before, "fence": 0}
        assert after["fence"] == before["fence"] + 1

    @pytest.mark.parametrize("addresses", [("b@example.com", "a@example.com"), ("a@example.com", "b@example.com")])
    def test_subscribed_addresses_stand_in_one_order(self, addresses: tuple[str, ...]) -> None:
        assert recorded(take(issue_and_finish(None, 1)), release=True, phase="done", subscribed=addresses)[
            "subscribed"
        ] == sorted(addresses)

    def test_a_continued_journal_keeps_action_start_and_issued_since(self) -> None:
        killed = unfinished("reissue", "ordering", "reissue", order_url="https://ca/order/1")
        taken = take(document(certificate=certificate(), journal={**killed, "run_id": "dead"}), "renew")
        assert taken["journal"] == {**killed, "run_id": RUN_ID, "fence": taken["lock"]["fence"]}

    def test_a_change_that_was_taken_back_closes_its_journal_and_ends_the_failing(self) -> None:
        failed = unfinished("reissue", defined=definition(domains=["example.org"]))
        taken = take(document(certificate=certificate(), journal=failed, renewal=failing(3, timedelta(hours=1))))
        assert not journal.is_unfinished(taken["journal"])
        assert taken["last_run"]["Status"] == "Succeeded"
        assert (taken["renewal"]["failures"], taken["renewal"]["next_attempt_at"]) == (0, None)

    def test_a_waiting_run_keeps_the_unfinished_journal(self) -> None:
        waiting = document(journal=unfinished("issue"), renewal=failing(2, timedelta(hours=1)))
        assert take(waiting, "renew")["journal"] == waiting["journal"]

    @pytest.mark.parametrize("run", ["cleanup", "delete"])
    def test_runs_that_neither_issue_nor_bind_leave_journal_and_last_run_alone(self, run: str) -> None:
        before = document(journal={**unfinished("issue"), "run_id": "dead"})
        after = take(before, run)
        assert (after["journal"], after["last_run"]) == (before["journal"], before["last_run"])


class TestLock:
    @pytest.mark.parametrize(
        ("held", "by", "locked"),
        [
            pytest.param(None, claim(), True, id="free"),
            pytest.param(lock(OTHER_RUN_ID), claim(), False, id="held by another run"),
            pytest.param(lock(), claim(), True, id="the same run comes again"),
            pytest.param(lock(OTHER_RUN_ID, expires=timedelta(seconds=1)), claim(), False, id="a second before expiry"),
            pytest.param(lock(OTHER_RUN_ID, expires=timedelta(0)), claim(), True, id="expired this second"),
            pytest.param(lock(OTHER_RUN_ID), claim(dead=True), True, id="its owner has ended"),
        ],
    )
    def test_who_gets_it(self, held: Document | None, by: t.Any, locked: bool) -> None:
        assert transitions.locked(request(by=by), document(lock=held)).locked is locked

    def test_who_does_not_get_it_changes_nothing_and_is_told_who_holds_it(self) -> None:
        before = document(lock=lock(OTHER_RUN_ID))
        refused = transitions.locked(request(defined=definition(domains=["new.example.com"])), before)
        assert refused.document == before
        assert refused.holder == {
            "owner": before["lock"]["owner"],
            "expires_at": before["lock"]["expires_at"],
            "run_id": OTHER_RUN_ID,
        }
        assert refused.plan.action == "locked"
        assert "node1" in refused.plan.reason
        assert before["lock"]["expires_at"] in refused.plan.reason

    def test_the_fencing_number_grows_with_each_holder_but_not_when_one_comes_again(self) -> None:
        first = take(document())
        again = take(first)
        released = recording.released(again)
        second = transitions.locked(request(by=claim(run_id=OTHER_RUN_ID)), released).document
        assert second is not None
        assert [found["lock"]["fence"] for found in (first, again, second)] == [1, 1, 2]

    def test_each_report_starts_the_time_of_the_lock_anew(self) -> None:
        taken = take(document())
        assert taken["lock"]["expires_at"] == times.to_text(NOW + timedelta(hours=1))
        assert recorded(taken, phase="ordering")["lock"]["expires_at"] == times.to_text(LATER + timedelta(hours=1))

    def test_a_run_that_lost_the_lock_may_not_record(self) -> None:
        taken_over = transitions.locked(request(by=claim(run_id=OTHER_RUN_ID, dead=True)), take(document())).document
        with pytest.raises(RefusedError, match="run run-a no longer holds project webapp"):
            record(taken_over, phase="stored")

    @pytest.mark.parametrize(
        "found", [document(), document(lock=lock(OTHER_RUN_ID))], ids=["nobody holds it", "another holds it"]
    )
    def test_a_run_without_the_lock_may_not_record(self, found: Document) -> None:
        with pytest.raises(RefusedError):
            record(found, phase="done")

    def test_an_expired_lock_that_nobody_took_still_counts(self) -> None:
        assert recorded(document(lock=lock(expires=-timedelta(hours=1))), release=True)["lock"] is None

    def test_a_rehearsal_needs_no_lock_and_no_document(self) -> None:
        for found in (None, document()):
            assert transitions.recorded(request(rehearsal=True, phase="done", release=True), found).document is not None


class TestRecording:
    def test_a_first_run_from_start_to_end(self) -> None:
        done = issue_and_finish(None, 1)
        assert done["certificate"] == {
            **reported_certificate(1),
            "acme_directory": "letsencrypt",
            "acme_profile": None,
            "deployed": {"at": times.to_text(LATER), "bind": ["previous"], "distributions": []},
        }
        assert done["superseded"] == []
        assert done["subscribed"] == ["ops@example.com"]
        assert done["renewal"]["renew_at"] == "2026-12-22T05:30:00Z"
        assert (done["journal"]["phase"], done["lock"]) == ("done", None)
        assert done["last_run"] == {
            "Status": "Succeeded",
            "started_at": times.to_text(NOW),
            "finished_at": times.to_text(LATER),
            "Previous_IAM_SSL_Info": "No Previous IAM SSL Information",
            "Matched_CloudFront": {"ID_LIST": ["E1"]},
            "Update_CloudFront_Status": [{"E1": "Success"}],
            "Delete_Previous_IAM_SSL_Cert": {},
        }

    def test_a_second_certificate_supersedes_the_first_until_that_is_deleted(self) -> None:
        first = issue_and_finish(None, 1)
        second = recorded(take(first, "reissue"), "reissue", phase="stored", certificate=reported_certificate(2))
        assert [entry["id"] for entry in second["superseded"]] == ["ASCA1"]
        assert second["last_run"]["Previous_IAM_SSL_Info"] == {"IAM_SSL_ID": ["ASCA1"], "IAM_SSL_NAME": ["webapp-1"]}
        assert not project_document.is_deployed(second)
        cleaned = recorded(second, "reissue", phase="cleaned", cleanup_result=DELETED)
        assert cleaned["superseded"] == []
        assert cleaned["last_run"]["Delete_Previous_IAM_SSL_Cert"] == DELETED["records"]["Delete_Previous_IAM_SSL_Cert"]

    @pytest.mark.parametrize("deleted", [["webapp-1"], []], ids=["deleted now", "deleted by a run that was killed"])
    def test_what_the_clean_up_did_not_keep_is_superseded_no_more(self, deleted: list[str]) -> None:
        found = document(superseded=[certificate(number=1), certificate(number=2)], lock=lock(run="cleanup"))
        result = {"deleted": deleted, "kept": [{"name": "webapp-2", "reason": "used"}]}
        assert [entry["id"] for entry in recorded(found, "cleanup", cleanup_result=result)["superseded"]] == ["ASCA2"]

    def test_a_clean_up_that_failed_removes_nothing(self) -> None:
        found = document(superseded=[certificate(number=1)], lock=lock())
        assert len(recorded(found, cleanup_result={"failed": True, "msg": "boom"})["superseded"]) == 1

    def test_recording_the_same_certificate_again_supersedes_nothing(self) -> None:
        done = issue_and_finish(None, 1)
        again = recorded(take(done), phase="stored", certificate=reported_certificate(1))
        assert again["superseded"] == []
        assert project_document.is_deployed(again)

    def test_a_certificate_that_was_uploaded_again_has_to_be_bound_again(self) -> None:
        again = recorded(
            take(issue_and_finish(None, 1)), phase="stored", certificate=reported_certificate(1, id="ASCANEW")
        )
        assert not project_document.is_deployed(again)
        assert journal.is_unfinished(again["journal"])

    def test_a_certificate_that_is_recorded_again_is_no_longer_superseded(self) -> None:
        found = document(certificate=certificate(number=2), superseded=[certificate(number=1)], lock=lock())
        back = recorded(found, certificate=reported_certificate(1))
        assert (back["certificate"]["id"], [entry["id"] for entry in back["superseded"]]) == ("ASCA1", ["ASCA2"])

    def test_a_certificate_that_never_left_the_archive_is_not_superseded(self) -> None:
        found = document(certificate=certificate(id=None, arn=None), lock=lock())
        assert recorded(found, certificate=reported_certificate(2))["superseded"] == []

    def test_phases_never_go_back(self) -> None:
        found = document(
            certificate=certificate(deployed=None),
            journal=unfinished("issue", "bound", fingerprint_sha256="1" * 64),
            lock=lock(),
        )
        assert recorded(found, phase="stored")["journal"]["phase"] == "bound"

    def test_a_kill_after_storing_is_resumed_without_issuing(self) -> None:
        killed = recorded(take(None, defined=definition()), phase="stored", certificate=reported_certificate(1))
        resumed = transitions.locked(request(by=claim("renew", OTHER_RUN_ID, dead=True)), killed)
        assert (resumed.locked, resumed.plan.action, resumed.plan.issue) == (True, "resume", False)
        assert resumed.plan.previous == ("ASCA1",)
        assert resumed.document is not None
        assert resumed.document["last_run"]["Previous_IAM_SSL_Info"] == "No Previous IAM SSL Information"

    def test_a_kill_of_a_reissue_after_storing_does_not_issue_again(self) -> None:
        killed = recorded(
            take(issue_and_finish(None, 1), "reissue"), "reissue", phase="stored", certificate=reported_certificate(2)
        )
        resumed = transitions.locked(request(by=claim("reissue", OTHER_RUN_ID, dead=True)), killed)
        assert (resumed.plan.action, resumed.plan.issue) == ("resume", False)
        assert set(resumed.plan.previous) == {"ASCA1", "ASCA2"}

    def test_a_distribution_that_drifted_gets_a_journal_late_and_the_record_of_a_run(self) -> None:
        done = issue_and_finish(None, 1)
        bound = recorded(take(done), phase="verified", bind_result=UPDATED)
        assert (bound["journal"]["action"], bound["journal"]["phase"]) == ("rebind", "verified")
        finished = record(bound, release=True, phase="done")
        assert finished.document is not None
        assert (finished.document["last_run"]["Status"], finished.summary["changed"]) == ("Succeeded", True)

    def test_the_time_of_renewal_is_news_but_another_sentence_for_it_is_not(self) -> None:
        done = issue_and_finish(None, 1)
        same = recorded(take(done), renewal={"renew_at": "2026-12-22T05:30:00Z", "reason": "other words"})
        assert same["renewal"] == done["renewal"]
        moved = recorded(take(done), renewal={"renew_at": "2026-12-01T00:00:00Z", "reason": "ARI"})
        assert (moved["renewal"]["renew_at"], moved["renewal"]["reason"]) == ("2026-12-01T00:00:00Z", "ARI")

    def test_a_definition_changed_meanwhile_is_not_taken_for_what_the_run_made(self) -> None:
        taken = take(None, defined=definition())
        changed = transitions.present(
            request(defined=definition(acme_profile="shortlived", bind=["aliases"])), taken
        ).document
        done = recorded(
            recorded(changed, phase="stored", certificate=reported_certificate(1)), release=True, phase="done"
        )
        assert (done["certificate"]["acme_profile"], done["certificate"]["deployed"]["bind"]) == (None, ["previous"])
        assert run_plan.plan(done, "renew", LATER).action == "reissue"


class TestFailure:
    def test_a_failure_leaves_the_phase_and_the_certificate_and_counts(self) -> None:
        taken = take(issue_and_finish(None, 1), "reissue")
        failed = recorded(taken, "reissue", True, failure="the CA is away")
        assert (failed["journal"]["phase"], failed["certificate"]) == ("planned", taken["certificate"])
        assert (failed["last_run"]["Status"], failed["last_run"]["finished_at"]) == (
            "the CA is away",
            times.to_text(LATER),
        )
        assert (failed["renewal"]["failures"], failed["lock"]) == (1, None)

    @pytest.mark.parametrize(
        ("failures", "hours"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 24), (7, 24), (1000, 24)]
    )
    def test_scheduled_runs_wait_twice_as_long_after_each_failure_up_to_a_day(self, failures: int, hours: int) -> None:
        assert recording.retry_delay(failures) == timedelta(hours=hours)
        found = document(lock=lock(), renewal=failing(failures - 1, timedelta(0)))
        assert recorded(found, failure="x")["renewal"]["next_attempt_at"] == times.to_text(
            LATER + timedelta(hours=hours)
        )

    @pytest.mark.parametrize(
        ("retry_at", "expected"),
        [
            pytest.param(timedelta(minutes=20), timedelta(minutes=20), id="sooner than the back-off"),
            pytest.param(timedelta(days=5), timedelta(days=5), id="later than any back-off"),
            pytest.param(timedelta(days=366), timedelta(days=7), id="later than any limit lasts"),
            pytest.param(timedelta(minutes=-1), timedelta(hours=4), id="a time that has passed"),
        ],
    )
    def test_the_time_that_the_ca_names_is_the_next_attempt(self, retry_at: timedelta, expected: timedelta) -> None:
        found = document(lock=lock(), renewal=failing(2, timedelta(0)))
        failed = recorded(found, failure="x", retry_at=times.to_text(LATER + retry_at))
        assert failed["renewal"]["next_attempt_at"] == times.to_text(LATER + expected)

    def test_the_end_of_a_run_forgets_the_failures(self) -> None:
        failed = recorded(take(None, defined=definition()), release=True, failure="x")
        done = issue_and_finish(failed, 1)
        assert (done["renewal"]["failures"], done["renewal"]["next_attempt_at"], done["last_run"]["Status"]) == (
            0,
            None,
            "Succeeded",
        )

    def test_a_failing_project_with_nothing_to_do_is_well_after_a_pass(self) -> None:
        failed = recorded(take(issue_and_finish(None, 1)), release=True, failure="IAM is away")
        assert failed["last_run"]["Status"] == "IAM is away"
        well = recorded(take(failed), release=True, phase="done")
        assert (well["renewal"]["failures"], well["last_run"]["Status"]) == (0, "Succeeded")

    @pytest.mark.parametrize("run", ["cleanup", "delete"])
    def test_a_failed_clean_up_or_delete_does_not_hold_up_renewals(self, run: str) -> None:
        before = issue_and_finish(None, 1)
        after = recorded(take(before, run), run, True, failure="in use")
        assert (after["renewal"], after["last_run"]) == (before["renewal"], before["last_run"])

    def test_a_failed_bind_is_replace_failed_and_says_why_nothing_was_deleted(self) -> None:
        stored = recorded(
            take(issue_and_finish(None, 1), "reissue"), "reissue", phase="stored", certificate=reported_certificate(2)
        )
        failed = recorded(stored, "reissue", True, failure="1 of 2 failed", bind_result=NOT_UPDATED)
        assert failed["last_run"]["Status"] == "Replace failed"
        assert failed["last_run"]["Delete_Previous_IAM_SSL_Cert"].startswith(
            "Due to a failed CloudFront certificate renewal"
        )
        assert failed["journal"]["phase"] == "stored"
        assert run_plan.plan(failed, "renew", LATER).action == "resume"

    def test_a_failed_search_is_replace_failed(self) -> None:
        assert (
            recorded(take(None, defined=definition()), failure="x", bind_result=NOT_SEARCHED)["last_run"]["Status"]
            == "Replace failed"
        )

    def test_a_failed_deletion_is_delete_iam_failed(self) -> None:
        bound = recorded(take(document(certificate=certificate(age_days=31))), phase="verified", bind_result=UPDATED)
        assert (
            recorded(bound, release=True, failure="x", cleanup_result=NOT_DELETED)["last_run"]["Status"]
            == "Delete IAM failed"
        )
        assert (
            recorded(bound, release=True, phase="done", cleanup_result=NOT_DELETED)["last_run"]["Status"]
            == "Delete IAM failed"
        )

    def test_the_worst_wins(self) -> None:
        bound = recorded(
            take(document(certificate=certificate(age_days=31))), phase="verified", bind_result=NOT_UPDATED
        )
        assert recorded(bound, phase="done", cleanup_result=NOT_DELETED)["last_run"]["Status"] == "Replace failed"

    def test_a_later_clean_up_heals_the_status(self) -> None:
        bound = recorded(take(document(certificate=certificate(age_days=31))), phase="verified", bind_result=UPDATED)
        done = recorded(bound, release=True, phase="done", cleanup_result=NOT_DELETED)
        assert (
            recorded(take(done, "cleanup"), "cleanup", True, cleanup_result=DELETED)["last_run"]["Status"]
            == "Succeeded"
        )

    def test_a_key_in_the_reason_is_not_recorded_nor_mailed(self) -> None:
        key = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIExampleExampleExample\n-----END EC PRIVATE KEY-----"
        failed = record(take(None, defined=definition()), failure=f"cannot use {key} here")
        assert failed.mail is not None
        for told in (str(failed.document), failed.mail.message, str(failed.summary)):
            assert "MHcCAQ" not in told
            assert "cannot use [hidden] here" in told


class TestTelling:
    @pytest.mark.parametrize("phase", ["verified", "cleaned", "done"])
    def test_people_are_told_when_a_certificate_is_in_place(self, phase: str) -> None:
        stored = recorded(take(None, defined=definition()), phase="stored", certificate=reported_certificate(1))
        mail = record(stored, phase=phase, bind_result=UPDATED).mail
        assert mail is not None
        assert "webapp-1 (ASCA1)" in mail.message
        assert '"ID_LIST"' in mail.message

    def test_people_are_told_of_a_failure(self) -> None:
        mail = record(take(None, defined=definition()), failure="the CA is away").mail
        assert mail is not None
        assert "the CA is away" in mail.message

    def test_nobody_is_told_of_a_pass_with_nothing_to_do(self) -> None:
        assert record(take(issue_and_finish(None, 1)), release=True, phase="done").mail is None

    def test_the_summary_of_a_failed_run_says_so(self) -> None:
        assert record(take(None, defined=definition()), failure="the CA is away").summary["status"] == "failed"

    def test_the_summary_of_a_run_remembers_that_its_start_changed_the_definition(self) -> None:
        done = issue_and_finish(None, 1)
        taken = take(done, defined=definition(emails=["a@example.com"]))
        assert record(taken, release=True, phase="done").summary["changed"]
        assert not record(take(done), release=True, phase="done").summary["changed"]


class TestPresentAndAbsent:
    def test_present_makes_a_document_without_a_lock(self) -> None:
        made = transitions.present(request(defined=definition()), None)
        assert made.document == document()
        assert made.plan.action == "issue"

    def test_present_twice_is_the_same_document(self) -> None:
        assert transitions.present(request(defined=definition()), document()).document == document()

    def test_absent_without_a_document_is_fine(self) -> None:
        assert transitions.absent(request(), None).summary["changed"] is False

    @pytest.mark.parametrize(
        "held", [None, lock(), lock(OTHER_RUN_ID, expires=-timedelta(1))], ids=["free", "held by this run", "expired"]
    )
    def test_absent_removes_the_document(self, held: Document | None) -> None:
        gone = transitions.absent(request(), document(lock=held))
        assert (gone.document, gone.summary["status"]) == (None, "deleted")

    def test_absent_is_refused_while_another_run_holds_the_project(self) -> None:
        with pytest.raises(RefusedError, match="holds it until"):
            transitions.absent(request(), document(lock=lock(OTHER_RUN_ID)))


def test_locks_and_counters_are_no_change_to_see() -> None:
    before = issue_and_finish(None, 1)
    after = {
        **before,
        "lock": lock(),
        "fence": 9,
        "journal": unfinished("renew"),
        "renewal": {**before["renewal"], "failures": 2},
    }
    assert shown.visible(before) == shown.visible(after)


class TestADeletionThatDidNotEnd:
    """From its first deletion on, the certificates of the record may be gone."""

    def begun(self) -> Document:
        return recorded(take(issue_and_finish(None, 1), "delete"), "delete", phase="planned")

    def failed(self) -> Document:
        return recorded(self.begun(), "delete", release=True, failure=None)

    def test_a_scheduled_run_leaves_the_project_alone_and_says_why(self) -> None:
        for found in (self.failed(), {**self.failed(), "superseded": []}):
            plan = run_plan.plan(found, "renew", LATER + timedelta(days=400))
            assert (plan.action, plan.issue) == ("none", False)
            assert "run delete again" in plan.reason

    def test_the_next_deletion_goes_on(self) -> None:
        plan = run_plan.plan(self.failed(), "delete", LATER)
        assert (plan.resumed, plan.issue) == (True, False)

    def test_who_wants_the_project_after_all_gets_it_back(self) -> None:
        taken = take(self.failed(), "converge", definition())
        assert not journal.is_unfinished(taken["journal"])
        assert run_plan.plan(taken, "renew", LATER).reason != run_plan.plan(self.failed(), "renew", LATER).reason

    def test_one_that_was_refused_before_anything_was_deleted_changes_nothing(self) -> None:
        before = issue_and_finish(None, 1)
        after = recorded(take(before, "delete"), "delete", release=True)
        assert (after["journal"], after["certificate"]) == (before["journal"], before["certificate"])


class TestHistory:
    def test_a_run_that_did_something_is_remembered(self) -> None:
        begun = transitions.locked(Request("webapp", claim()), document()).document
        assert begun is not None
        stored = StepReport(certificate=reported_certificate(1), phase="stored")
        kept = transitions.recorded(Request("webapp", claim(), report=stored), begun).document
        ended = Request("webapp", claim(now=LATER), report=StepReport(phase="done"), release=True, job="https://awx/1")
        done = transitions.recorded(ended, kept)
        assert done.document is not None
        (entry,) = done.document["history"]
        assert (entry["run"], entry["status"], entry["job"]) == ("converge", "succeeded", "https://awx/1")
        assert entry["finished_at"] == times.to_text(LATER)
        assert done.summary["changes"] == entry["changes"]
        assert entry["changes"][0].startswith("certificate webapp-1")

    def test_a_run_that_had_nothing_to_do_is_not(self) -> None:
        begun = transitions.locked(Request("webapp", claim("renew")), document(certificate=certificate())).document
        ended = Request("webapp", claim("renew"), report=StepReport(phase="done"), release=True)
        done = transitions.recorded(ended, begun)
        assert done.document is not None
        assert done.document["history"] == []
        assert done.summary["changes"] == []

    def test_a_failure_is_remembered_with_its_reason(self) -> None:
        begun = transitions.locked(Request("webapp", claim("renew")), document()).document
        failed = Request("webapp", claim(now=LATER), report=StepReport(failure="the CA is away"), release=True)
        done = transitions.recorded(failed, begun).document
        assert done is not None
        (entry,) = done["history"]
        assert (entry["run"], entry["status"], entry["error"]) == ("renew", "failed", "the CA is away")


def test_a_parameter_that_a_definition_no_longer_has_is_to_be_withdrawn_until_it_is() -> None:
    known = document(definition=definition(publish="ssm:/one"))

    def begun(found: t.Any, publish: str | None) -> t.Any:
        return transitions.locked(Request("webapp", claim(), definition(publish=publish)), found).document

    renamed = begun(known, "ssm:/two")
    assert renamed["to_withdraw"] == ["ssm:/one"]
    assert begun(known, "ssm:/one")["to_withdraw"] == []
    removed = begun({**renamed, "lock": None}, None)
    assert removed["to_withdraw"] == ["ssm:/one", "ssm:/two"]
    # one that is wanted again stays
    assert begun({**removed, "lock": None}, "ssm:/one")["to_withdraw"] == ["ssm:/two"]
    report = StepReport(withdrawn=("ssm:/one",))
    done = transitions.recorded(Request("webapp", claim(), report=report), removed).document
    assert done is not None
    assert done["to_withdraw"] == ["ssm:/two"]
