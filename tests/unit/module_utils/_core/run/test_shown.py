# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a diff shows of a project."""

from __future__ import annotations

from ansible_collections.certops.cloudfront.plugins.module_utils._core.run import shown
from ansible_collections.certops.cloudfront.plugins.module_utils._core.run.step_report import StepReport
from unit.fakes.projects import certificate, document, lock


def test_locks_and_what_is_known_of_distributions_are_not_shown() -> None:
    found = document(certificate=certificate())
    assert shown.visible(found) == shown.visible({**found, "lock": lock(), "fence": 7})
    assert "deployed" not in shown.visible(found)["certificate"]


def test_nothing_is_shown_of_a_project_that_is_not_there() -> None:
    assert shown.visible(None) == {}


def test_a_superseded_certificate_is_shown_by_its_name() -> None:
    assert shown.visible(document(superseded=[certificate(number=3)]))["superseded"] == ["webapp-3"]


def test_a_rehearsal_shows_the_former_certificate_as_superseded_only_if_it_would_be_deleted() -> None:
    found = document(certificate=certificate(number=1))
    before, _after = shown.rehearsed(found, found, StepReport(cleanup_result={"deleted": ["webapp-1"]}))
    assert before["superseded"] == ["webapp-1"]
    for report in (StepReport(cleanup_result={"deleted": ["webapp-9"]}), StepReport()):
        before, _after = shown.rehearsed(found, found, report)
        assert before["superseded"] == []
    nothing, _after = shown.rehearsed(None, found, StepReport(cleanup_result={"deleted": ["webapp-1"]}))
    assert nothing["superseded"] == []
