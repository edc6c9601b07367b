# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Phases of a run, which only go forward."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import journal
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project.journal import PHASES
from unit.fakes.projects import NOW, definition, unfinished


@pytest.mark.parametrize("now", PHASES)
@pytest.mark.parametrize("reported", PHASES)
def test_a_phase_never_goes_back(now: str, reported: str) -> None:
    found = journal.advanced(unfinished("issue", phase=now), reported)["phase"]
    assert PHASES.index(found) == max(PHASES.index(now), PHASES.index(reported))


@pytest.mark.parametrize("phase", PHASES)
def test_a_run_is_unfinished_until_it_is_done(phase: str) -> None:
    found = unfinished("delete", phase=phase, run="delete")
    assert journal.is_unfinished(found) is (phase != "done")
    assert journal.is_deletion(found) is (phase != "done")
    assert journal.is_deployed(found["phase"]) is (phase in ("verified", "cleaned", "done"))
    assert not journal.is_unfinished_run(found, "converge")


def test_without_a_journal_nothing_is_unfinished() -> None:
    assert not journal.is_unfinished(None)
    assert not journal.is_deletion(None)


@pytest.mark.parametrize(
    ("changes", "differences"),
    [
        pytest.param({}, [], id="the same"),
        pytest.param({"domains": ["*.example.com", "example.com"]}, [], id="names in another order"),
        pytest.param({"distributions": ["E2ABCDEFGHIJKL"], "bind": ["ids"]}, [], id="other distributions"),
        pytest.param({"domains": ["example.org"]}, ["domain names"], id="other names"),
        pytest.param({"key_type": "rsa_2048"}, ["key type"], id="another key type"),
        pytest.param({"acme_directory": "google", "acme_profile": "x"}, ["ACME directory", "profile"], id="another CA"),
    ],
)
def test_what_makes_another_certificate(changes: dict[str, object], differences: list[str]) -> None:
    one, other = journal.wanted(definition()), journal.wanted(definition(**changes))
    assert journal.differences(one, other) == differences
    assert journal.same_certificate(one, other) is (not differences)


def test_only_a_reissue_does_not_count_what_is_there() -> None:
    assert journal.begin("converge", "issue", definition(), NOW)["issued_since"] is None
    assert journal.begin("reissue", "reissue", definition(), NOW)["issued_since"] == "2026-11-22T05:30:00Z"
