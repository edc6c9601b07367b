# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.adoption.wanted import WantedProjects


@pytest.mark.parametrize(
    ("patterns", "is_wanted"),
    [((), True), (("WebApp",), True), (("Web*",), True), (("WebApp-CertBot",), True), (("webapp",), False)],
)
def test_a_project_is_asked_for_by_any_of_its_names(patterns: tuple[str, ...], is_wanted: bool) -> None:
    wanted = WantedProjects(patterns)
    assert wanted.wants("WebApp", "WebApp-CertBot", None) == is_wanted
    assert (wanted.problem() is None) == is_wanted


def test_each_pattern_that_matches_nothing_is_reported_with_what_exists() -> None:
    wanted = WantedProjects(("b", "c*", "d"))
    assert [wanted.wants(name) for name in ("b", "a")] == [True, False]
    assert wanted.problem() == "adopt_projects: nothing is called 'c*', 'd'; there are a, b"


def test_what_is_ours_already_may_be_asked_for_and_is_not_reported_as_existing() -> None:
    wanted = WantedProjects(("shop",))
    assert wanted.knows("shop", "other")
    assert wanted.problem() is None


def test_no_more_than_twenty_names_are_reported() -> None:
    wanted = WantedProjects(("x",))
    for number in range(100):
        wanted.wants(f"p{number:03}")
    problem = wanted.problem() or ""
    assert "p000, p001" in problem
    assert problem.endswith("p019 and 80 more")


def test_where_nothing_exists_that_is_said() -> None:
    assert "nothing was found" in (WantedProjects(("x",)).problem() or "")
