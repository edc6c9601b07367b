# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which steps a run takes, and what each of them says to the project document."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run import steps
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run.run_plan import RunPlan
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.plan import Outcome
from unit.fakes.projects import definition, document, reported_certificate

URI = "file:///archive/webapp/2026-10-08-0443.tar.gz"
BUNDLE = {"uri": URI, "directory": "https://ca/directory", "issued_at": "2026-10-08T04:43:00Z", "domains": ["x"]}
LOCK: t.Any = {"run": "converge", "run_id": "r", "fence": 1}
ARN = "arn:aws:acm:us-east-1:123456789012:certificate/1"
IN_ACM: t.Any = {
    **reported_certificate(1),
    "store": "acm",
    "id": None,
    "arn": ARN,
    "copies": [{"region": "us-east-1", "arn": ARN}],
    "archive_uri": URI,
}
RENEWAL = {"renew_at": "2026-11-07T03:44:10Z", "reason": "the interval"}


@pytest.mark.parametrize(
    ("run", "source", "store", "parts"),
    [
        ("converge", "acme", "iam", ["steps/preflight", "steps/issue", "steps/upload", "runs/converge"]),
        ("reissue", "acme", "acm", ["steps/preflight", "steps/issue", "steps/import", "runs/converge"]),
        ("converge", "acm", "acm", ["steps/preflight", "steps/request_in_place", "runs/request"]),
        ("converge", "acm", "iam", ["steps/preflight", "steps/request", "runs/request"]),
        ("cleanup", "acme", "iam", ["runs/cleanup"]),
        ("rollback", "acme", "iam", ["runs/rollback"]),
    ],
)
def test_a_run_has_its_parts_in_their_order(run: str, source: str, store: str, parts: list[str]) -> None:
    wanted = {**definition(), "source": source, "certificate_store": store}
    found = document(definition=wanted, lock=t.cast("t.Any", {"run": run}))
    plan = RunPlan(action="issue", reason="", issue=run in ("converge", "reissue"))
    assert steps.parts(plan, found, steps.first(plan, found, is_checked=False)) == parts


def test_a_project_that_is_not_held_is_left() -> None:
    assert steps.parts(RunPlan(action="locked", reason=""), document(), []) == ["runs/leave"]
    assert steps.parts(RunPlan(action="none", reason=""), None, []) == ["runs/leave"]


@pytest.mark.parametrize(
    ("run", "given", "expected"),
    [
        ("converge", {}, ["subscribe", "notify"]),
        ("converge", {"sns_topic": "", "publish": "ssm:/web"}, ["publish"]),
        ("reissue", {"sns_topic": ""}, []),
        ("rollback", {"publish": "ssm:/web"}, ["publish", "subscribe", "notify"]),
    ],
)
def test_what_follows_the_binding_of_a_project_that_replaced_nothing(
    run: str, given: dict[str, t.Any], expected: list[str]
) -> None:
    known: t.Any = document(definition={**definition(), **given})
    assert steps.after_binding(known, run, [], {"iam": [], "acm": []}) == expected


@pytest.mark.parametrize(
    ("adoption", "topic", "expected"),
    [
        (
            {"also_notified": "arn:aws:sns:us-east-1:123456789012:old"},
            "certops-web",
            ["subscribe", "notify", "notify_former"],
        ),
        ({"also_notified": None}, "certops-web", ["subscribe", "notify"]),
        ({}, "certops-web", ["subscribe", "notify"]),
        ({"also_notified": "arn:aws:sns:us-east-1:123456789012:old"}, "", []),
    ],
)
def test_the_topic_of_an_old_tool_is_notified_as_well(adoption: t.Any, topic: str, expected: list[str]) -> None:
    assert steps.notices(document(definition={**definition(), "sns_topic": topic}, adoption=adoption)) == expected


def test_what_was_replaced_is_retired_where_it_is_but_not_by_a_rollback() -> None:
    known: t.Any = document(definition={**definition(), "sns_topic": ""}, to_withdraw=["ssm:/web"])
    superseded = {"iam": ["webapp-1"], "acm": [ARN]}
    retired = ["withdraw", "revoke", "delete_superseded", "delete_superseded_acm"]
    assert steps.after_binding(known, "converge", [{}], superseded) == retired
    assert steps.after_binding(known, "rollback", [{}], superseded) == []


@pytest.mark.parametrize(
    ("complete", "is_recorded", "expected"),
    [
        (True, True, []),
        (True, False, ["notify", "notify_former"]),
        (False, True, ["publish", "withdraw", "delete_superseded", "delete_superseded_acm"]),
        (
            False,
            False,
            ["publish", "withdraw", "delete_superseded", "delete_superseded_acm", "notify", "notify_former"],
        ),
    ],
)
def test_nothing_is_taken_away_before_everything_has_the_certificate(
    complete: bool, is_recorded: bool, expected: list[str]
) -> None:
    assert steps.postponed({"complete": complete}, is_recorded) == expected


@pytest.mark.parametrize(
    ("plan", "is_checked", "wanted"),
    [
        pytest.param(RunPlan("none", ""), False, ["upload"], id="nothing to do"),
        pytest.param(RunPlan("renew", "", issue=True), False, ["preflight", "issue", "upload"], id="a renewal"),
        pytest.param(
            RunPlan("resume", "", issue=True, resumed=True), False, ["issue", "upload"], id="an order that was begun"
        ),
        pytest.param(
            RunPlan("issue", "", issue=True),
            True,
            ["issue", "upload"],
            id="a new project, checked before it was written",
        ),
        pytest.param(RunPlan("rebind", ""), False, ["upload"], id="a distribution that was changed by others"),
    ],
)
def test_a_run_checks_and_orders_as_far_as_needed(plan: RunPlan, is_checked: bool, wanted: list[str]) -> None:
    assert steps.first(plan, document(lock=LOCK), is_checked) == wanted


@pytest.mark.parametrize(
    ("run", "certificate", "store", "wanted"),
    [
        pytest.param("converge", None, "acm", ["import"], id="a new certificate for ACM"),
        pytest.param("converge", IN_ACM, "acm", ["import"], id="one in ACM"),
        pytest.param("converge", IN_ACM, "iam", ["upload"], id="one that moves to IAM"),
        pytest.param("converge", reported_certificate(1), "acm", ["import"], id="one that moves to ACM"),
        pytest.param("cleanup", IN_ACM, "acm", [], id="a run that stores nothing"),
    ],
)
def test_a_certificate_is_stored_where_the_definition_says(
    run: str, certificate: t.Any, store: str, wanted: list[str]
) -> None:
    found = document(lock={**LOCK, "run": run}, certificate=certificate, definition=definition(certificate_store=store))
    assert steps.first(RunPlan("none", ""), found, False) == wanted


@pytest.mark.parametrize(("back", "wanted"), [(IN_ACM, ["import"]), (reported_certificate(1), []), (None, [])])
def test_a_rollback_in_acm_gets_back_from_the_archive_what_is_gone(back: t.Any, wanted: list[str]) -> None:
    found = document(lock={**LOCK, "run": "rollback"}, definition=definition(certificate_store="acm"))
    assert steps.first(RunPlan("rollback", "", certificate=back), found, False) == wanted


@pytest.mark.parametrize(
    ("before", "after", "resumed", "wanted"),
    [
        pytest.param(None, document(), False, True, id="a new project"),
        pytest.param(document(), document(), False, False, id="the stored definition"),
        pytest.param(document(), document(definition=definition(keep_previous=1)), False, True, id="another one"),
        pytest.param(
            document(), document(definition=definition(keep_previous=1)), True, False, id="a run that goes on"
        ),
        pytest.param(None, None, False, False, id="no project"),
    ],
)
def test_a_definition_is_checked_before_it_replaces_one_that_works(
    before: t.Any, after: t.Any, resumed: bool, wanted: bool
) -> None:
    assert steps.is_to_be_checked(RunPlan("none", "", resumed=resumed), before, after) == wanted


def upload(changed: bool, bundle: t.Any, renewal: t.Any = None) -> t.Any:
    outcome = Outcome(changed=changed, result={"server_certificate": reported_certificate(1)})
    return steps.uploaded({"bundle": bundle, "renewal": renewal}, outcome)


def test_an_upload_says_which_ca_issued_and_when() -> None:
    report = upload(True, BUNDLE, RENEWAL)
    assert (report.phase, report.renewal) == ("stored", RENEWAL)
    origin = {"archive_uri": URI, "directory": "https://ca/directory", "issued_at": "2026-10-08T04:43:00Z"}
    assert report.certificate == {**reported_certificate(1), "store": "iam", **origin}


def test_an_upload_of_what_was_issued_is_news_even_if_a_killed_run_made_it() -> None:
    assert upload(False, BUNDLE, RENEWAL) is not None


def test_an_upload_that_found_its_certificate_in_place_says_nothing() -> None:
    assert upload(False, URI) is None


def test_an_upload_again_says_where_the_bundle_is() -> None:
    assert upload(True, URI).certificate == {**reported_certificate(1), "store": "iam", "archive_uri": URI}


def test_an_upload_that_is_only_predicted_is_not_taken_for_a_certificate() -> None:
    outcome = Outcome(changed=True, result={"server_certificate": {**reported_certificate(1), "serial": None}})
    report = steps.uploaded({"bundle": BUNDLE, "renewal": RENEWAL}, outcome)
    assert report is not None
    assert (report.certificate, (report.predicted or {})["archive_uri"]) == (None, URI)


@pytest.mark.parametrize(
    ("deleted", "kept", "candidates", "is_news"),
    [
        pytest.param(["old"], [], ["old"], True, id="one was deleted"),
        pytest.param([], [{"name": "old"}], ["old"], False, id="one was kept"),
        pytest.param([], [], ["old"], True, id="one was gone before"),
        pytest.param([], [{"name": "current"}], None, False, id="nothing below the path to delete"),
        pytest.param(["orphan"], [{"name": "current"}], None, True, id="an orphan was deleted"),
    ],
)
def test_a_clean_up_says_what_is_gone(deleted: list[str], kept: list[t.Any], candidates: t.Any, is_news: bool) -> None:
    report = steps.cleaned({"candidates": candidates}, Outcome(True, {"deleted": deleted, "kept": kept}))
    assert (report is not None) == is_news
