# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the operator of a fleet is told after a run, and when nothing is."""

from __future__ import annotations

import json
import typing as t
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report import digest, sns_text
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.notice import Notice
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times

NOW = datetime(2026, 11, 22, 6, 30, tzinfo=timezone.utc)


def row(name: str, status: str, days: float | None = None, reason: str = "why", **more: t.Any) -> dict[str, t.Any]:
    deadline = None if days is None else times.to_text(NOW + timedelta(days=days, minutes=1))
    return {
        "name": name,
        "host": name,
        "status": status,
        "changed": status == "changed",
        "action": "renew",
        "reason": reason,
        "deadline": deadline,
        **more,
    }


def composed(
    *rows: dict[str, t.Any],
    attention: t.Sequence[dict[str, t.Any]] = (),
    thresholds: t.Sequence[int] = digest.THRESHOLDS,
) -> Notice | None:
    data = {"playbook": "renew", "finished_at": times.to_text(NOW), "counts": {"failed": 1}, "projects": list(rows)}
    return digest.compose(data, attention, thresholds, NOW)


def data_of(notice: Notice) -> dict[str, t.Any]:
    return dict(json.loads(notice.message.partition("Data / 数据:\n")[2]))


@pytest.mark.parametrize(
    ("rows", "attention"),
    [
        pytest.param([], [], id="nothing ran"),
        pytest.param([row("a", "unchanged"), row("b", "locked", 3), row("c", "absent")], [], id="nothing changed"),
        pytest.param([], [row("a", "wait", 20)], id="one waits with time left"),
        pytest.param([], [row("a", "wait", 0, action="issue")], id="one without a certificate waits"),
    ],
)
def test_nothing_is_told_if_nothing_happened_and_nobody_is_needed(
    rows: list[dict[str, t.Any]], attention: list[dict[str, t.Any]]
) -> None:
    assert composed(*rows, attention=attention) is None


@pytest.mark.parametrize(
    ("rows", "attention", "subject"),
    [
        pytest.param([row("a", "changed", 30)], [], "certops report: 1 changed (renew)", id="done"),
        pytest.param([row("a", "deleted")], [], "certops report: 1 changed (renew)", id="deleted"),
        pytest.param(
            [row("a", "failed", 30), row("b", "changed", 2)],
            [],
            "certops FAILED: 1 failed, 1 changed (renew)",
            id="time left",
        ),
        pytest.param([row("a", "failed")], [], "certops FAILED: 1 failed (renew)", id="nothing known"),
        pytest.param(
            [row("a", "failed", 0, action="issue")], [], "certops FAILED: 1 failed (renew)", id="a first certificate"
        ),
        pytest.param([row("a", "failed", 14)], [], "certops FAILED: 1 failed (renew)", id="at the first threshold"),
        pytest.param(
            [row("a", "failed", 13.5)],
            [],
            "certops WARNING: 1 failed, first expiry in 13 days (renew)",
            id="below 14 days",
        ),
        pytest.param(
            [row("a", "failed", 6)], [], "certops URGENT: 1 failed, first expiry in 6 days (renew)", id="below 7 days"
        ),
        pytest.param(
            [row("a", "failed", 2), row("b", "failed", 9)],
            [],
            "certops CRITICAL: 2 failed, first expiry in 2 days (renew)",
            id="below 3 days",
        ),
        pytest.param(
            [row("a", "failed", -2)], [], "certops EMERGENCY: 1 failed, first expiry in -2 days (renew)", id="expired"
        ),
        pytest.param(
            [],
            [row("a", "wait", 5)],
            "certops URGENT: 1 waiting, first expiry in 5 days (renew)",
            id="one waits and expires soon",
        ),
        pytest.param(
            [row("a", "failed", 5)],
            [row("a", "wait", 5)],
            "certops URGENT: 1 failed, first expiry in 5 days (renew)",
            id="told once",
        ),
    ],
)
def test_the_subject_grows_with_the_days_that_are_left(
    rows: list[dict[str, t.Any]], attention: list[dict[str, t.Any]], subject: str
) -> None:
    notice = composed(*rows, attention=attention)
    assert notice is not None
    assert notice.subject == subject
    expected = {"report:": "info", "FAILED:": "warning"}.get(subject.split()[1], "critical")
    assert (notice.event, notice.severity) == ("run", expected)


def test_a_site_that_was_left_behind_is_in_the_subject() -> None:
    left = {
        "what": "distribution E2 (www.example.org) stays on webapp-1 until 2026-12-06, when it goes dark",
        "do": "x",
    }
    notice = composed(row("a", "changed", 60, todo=[left]))
    assert notice is not None
    assert notice.subject == "certops report: 1 changed, 1 needs a person (renew)"
    assert notice.severity == "warning"
    assert "- a: distribution E2 (www.example.org) stays on webapp-1" in notice.message
    assert composed(row("a", "unchanged", 60, todo=[left])) is None


def test_the_operator_may_have_other_thresholds() -> None:
    notice = composed(row("a", "failed", 25), thresholds=[30])
    assert notice is not None
    assert notice.subject.startswith("certops WARNING")
    assert digest.threshold_problems([0, 30]) == [
        "digest_thresholds: 0 is not a valid number of days; use whole numbers of 1 or more"
    ]


def test_the_message_is_in_english_and_chinese_and_data() -> None:
    late = row("c", "wait", 1, wait_until="2026-11-22T07:30:00Z")
    notice = composed(
        row("a", "changed", 60), row("b", "failed", 6, reason="the CA is away"), row("d", "unchanged"), attention=[late]
    )
    assert notice is not None
    for text in (
        "Failed / 失败: 1",
        "- b [6 days left / 剩余 6 天]: the CA is away",
        "Changed / 已变更: 1",
        "等待至 2026-11-22T07:30:00Z",
    ):
        assert text in notice.message
    found = data_of(notice)
    assert [(one["name"], one["status"], one["days_left"]) for one in found["projects"]] == [
        ("b", "failed", 6),
        ("c", "waiting", 1),
        ("a", "changed", 60),
    ]
    assert found["omitted"] == 0


def test_a_digest_of_thousands_fits_sns_and_says_how_many_are_left_out() -> None:
    notice = composed(*(row(f"p{number:05}", "failed", 5, reason="证" * 500) for number in range(3000)))
    assert notice is not None
    assert len(notice.message.encode()) <= sns_text.MAX_MESSAGE_BYTES
    found = data_of(notice)
    assert found["omitted"] + len(found["projects"]) == 3000
    assert found["omitted"] > 0
    assert "Failed / 失败: 3000" in notice.message


def test_secrets_and_letters_that_sns_does_not_take_are_kept_out() -> None:
    secret = "aws_secret_access_key=wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"
    notice = composed(row("a", "failed", reason=f"it said {secret}"), attention=[row("b", "wait", 1, reason=secret)])
    assert notice is not None
    assert "wJalr" not in notice.message
    assert notice.subject.isascii()
    assert len(notice.subject) <= sns_text.MAX_SUBJECT_CHARACTERS


def test_a_certificate_of_160_hours_is_not_urgent_all_its_life() -> None:
    waits = row("a", "wait", 4, lifetime_hours=160)
    assert composed(attention=[waits]) is None
    notice = composed(attention=[row("a", "wait", 1.5, lifetime_hours=160)])
    assert notice is not None
    assert notice.subject == "certops WARNING: 1 waiting, first expiry in 1 days (renew)"


@pytest.mark.parametrize(("count", "more"), [(200, []), (201, ["- and 1 more / 另有 1 个"])])
def test_of_each_kind_two_hundred_are_shown_and_the_others_counted(count: int, more: list[str]) -> None:
    todo = [{"what": "left", "do": "x"}]
    for rows in (
        [row(f"p{number}", "failed") for number in range(count)],
        [row("ran", "changed", 60, todo=todo * count)],
    ):
        notice = composed(*rows)
        assert notice is not None
        lines = notice.message.splitlines()
        assert [line for line in lines if line.startswith("- and ")] == more
        assert sum(line.startswith(("- p", "- ran: left")) for line in lines) == 200
