# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a reading says of each project, for a person to check before it is taken over."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption import report
from unit.fakes.adoption import certificate, project, scheduler

RULE = "stops: rule timer (rate(30 days))"
FUNCTION = "stops: function certbot, by a reserved concurrency of 0"
NEXT = "the old tool would run next at 2026-12-01T00:00:00Z"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param({}, [RULE, FUNCTION, NEXT], id="the plugin"),
        pytest.param({"next_run_at": None}, [RULE, FUNCTION], id="nobody knows when"),
        pytest.param({"function": None, "rules": []}, [NEXT], id="nothing to stop"),
        pytest.param(
            {"rules": [{"name": "created", "state": "ENABLED", "schedule": None}], "function": None},
            ["stops: rule created (at a stack update)", NEXT],
            id="an event",
        ),
        pytest.param(
            {"path": "/etc/x", "function": None, "rules": []},
            ["stops: renewal in /etc/x", NEXT],
            id="a file",
        ),
        pytest.param(
            {"path": "/etc/x", "by_hand": "the crontab", "function": None, "rules": []},
            ["stop by hand: the crontab", NEXT],
            id="by hand",
        ),
        pytest.param({"stopped": True}, ["stopped already"], id="stopped"),
    ],
)
def test_what_stops_is_said_before(given: dict[str, t.Any], said: list[str]) -> None:
    with_it = report.lines({**project(certificate(1, ["E1"])), "scheduler": scheduler(**given)})
    without = report.lines({**project(certificate(1, ["E1"])), "scheduler": None})
    told = [line.strip(" -") for line in with_it if line not in without]
    assert [line for line in told if not line.startswith("delete after")] == said


def test_what_is_deleted_later_is_said() -> None:
    found = {**project(certificate(1), certificate(2, ["E1"])), "scheduler": scheduler()}
    text = "\n".join(report.lines(t.cast("t.Any", found)))
    assert "deleted later: c1, once a renewal of ours is verified" in text
    assert "aws cloudformation delete-stack --stack-name WebApp-CertBot --region cn-north-1" in text
    for other in ({"stack": None}, {"kind": "certbot"}):
        told = "\n".join(report.lines(t.cast("t.Any", {**found, "scheduler": scheduler(**other)})))
        assert "delete-stack" not in told
    assert "deleted later" not in "\n".join(report.lines(project(certificate(2, ["E1"]))))
