# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of an adoption: what the source was like before stays in it, however often a step is repeated."""

from __future__ import annotations

import typing as t
from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption import record
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.partitions import AwsAccount
from unit.fakes.adoption import NOW, certificate, project, scheduler
from unit.fakes.projects import document

OURS, OTHERS = AwsAccount("123456789012", "aws"), AwsAccount("222222222222", "aws")
LATER = NOW + timedelta(hours=1)


def begun(**given: t.Any) -> t.Any:
    return {**record.begun(project(certificate(1, ["E1"])), NOW), **given}


@pytest.mark.parametrize(
    ("caller", "recorded", "is_refused"),
    [
        pytest.param(None, OURS, False, id="nobody knows who calls"),
        pytest.param(OURS, OURS, False, id="its own account"),
        pytest.param(OURS, None, False, id="nobody knows whose it is"),
        pytest.param(OTHERS, OURS, True, id="another account"),
        pytest.param(AwsAccount(OURS.id, "aws-cn"), OURS, True, id="another partition"),
    ],
)
def test_a_project_of_another_account_is_refused(
    caller: AwsAccount | None, recorded: AwsAccount | None, is_refused: bool
) -> None:
    account = {"id": recorded.id, "partition": recorded.partition} if recorded else None
    problem = record.account_problem(t.cast("t.Any", document(account=account)), caller)
    assert bool(problem) == is_refused
    if problem:
        assert f"belongs to AWS account {recorded}, but the credentials are those of {caller}" in problem


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (("ssl_plugin", "WebApp", "cn-north-1"), True),
        (("iam", "WebApp", "cn-north-1"), False),
        (("ssl_plugin", "Other", "cn-north-1"), False),
        (("ssl_plugin", "WebApp", "cn-northwest-1"), False),
        (("ssl_plugin", "WebApp", None), False),
    ],
)
def test_a_record_is_of_one_source_name_and_region(asked: tuple[str, str, str | None], expected: bool) -> None:
    assert record.is_of(begun(), *asked) is expected


def test_what_the_scheduler_was_like_is_noted_once() -> None:
    noted = record.stopping(begun(), scheduler())
    assert noted["former"] == {
        "kind": "eventbridge",
        "region": "cn-north-1",
        "function": "certbot",
        "concurrency": 2,
        "rules": [{"name": "timer", "state": "ENABLED"}],
        "stack": "WebApp-CertBot",
        "path": None,
        "host": None,
    }
    stopped = scheduler(concurrency=0, rules=[{"name": "timer", "state": "DISABLED", "schedule": None}])
    assert record.stopping(noted, stopped) == noted


@pytest.mark.parametrize(
    ("phase", "after"),
    [("copying", "stopped"), ("copied", "stopped"), ("moving", "moving"), ("done", "done"), ("returned", "returned")],
)
def test_stopping_is_a_phase_unless_more_is_done_already(phase: str, after: str) -> None:
    found = record.stopped(begun(phase=phase), LATER)
    assert (found["phase"], found["stopped_at"]) == (after, times.to_text(LATER))
    again = record.running({**found, "former": {}})
    assert (again["stopped_at"], again["former"]) == (None, None)


def test_where_a_certificate_came_from_is_where_it_was_first() -> None:
    move: t.Any = {"name": "c1", "id": "ASCA1", "before": "/cloudfront/old/", "after": "/cloudfront/certops/WebApp/"}
    moving = record.moving(begun(), [move])
    assert (moving["phase"], moving["paths"]) == ("moving", {"ASCA1": {"name": "c1", "path": "/cloudfront/old/"}})
    other: t.Any = {**move, "id": "ASCA2"}
    again = record.moving(moving, [{**move, "before": "/cloudfront/certops/WebApp/"}, other])
    assert again["paths"] == {
        "ASCA1": {"name": "c1", "path": "/cloudfront/old/"},
        "ASCA2": {"name": "c1", "path": "/cloudfront/old/"},
    }


def test_the_end_is_noted_once() -> None:
    assert not record.is_done(None)
    assert not record.is_done(begun())
    done = record.done(begun(), NOW)
    assert record.is_done(done)
    assert done["finished_at"] == times.to_text(NOW)
    assert record.done(done, LATER) == done
