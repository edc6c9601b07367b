# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Surveys: each question is about a variable of the role, and a controller takes it."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.controller import surveys
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import definition
from sandbox.controller import surveys as rules
from unit.fakes.controller_options import role_specs


@pytest.mark.parametrize("key", surveys.QUESTIONS)
def test_a_controller_takes_every_survey(key: str) -> None:
    found = surveys.survey(key, role_specs())
    assert rules.problem(found) is None
    # What it keeps is what it was given; otherwise each run would change it.
    assert found == surveys.survey(key, role_specs())


def test_the_defaults_shown_are_answers_that_a_controller_and_the_role_take() -> None:
    spec = surveys.survey("create", role_specs())["spec"]
    shown = {one["variable"]: one["default"] for one in spec if one["default"] != ""}
    answers = {name: text.splitlines() if name == "project_bind" else text for name, text in shown.items()}
    assert [
        one for question in spec if question["variable"] in shown for one in rules.answer_problems(question, answers)
    ] == []
    given = {name.removeprefix("project_"): value for name, value in answers.items()}
    parsed = definition.parse("webapp", {"domains": "example.com", **given})
    assert parsed.problems == ()
    assert parsed.values == definition.parse("webapp", {"domains": "example.com"}).values


def test_a_question_is_explained_in_the_words_of_the_role_without_markup() -> None:
    spec = {one["variable"]: one for one in surveys.survey("create", role_specs())["spec"]}
    assert spec["project_domains"]["question_description"].startswith("Up to 100 names, as a list or")
    assert not any("(main" in one["question_description"] for one in spec.values())
    text = "Any of V(previous), for O(main:project_bind), see M(a.b.c#module)."
    assert surveys.plain([text, "more"]) == "Any of previous, for project_bind, see module."


def test_a_renewal_may_be_of_one_certificate() -> None:
    (asked,) = surveys.survey("renew", role_specs())["spec"]
    assert (asked["variable"], asked["required"], asked["default"]) == ("select_certificate", False, "")
    assert asked["question_description"].startswith("Its ARN, ID or name")


def test_the_limits_are_those_of_the_role() -> None:
    spec = {one["variable"]: one for one in surveys.survey("create", role_specs())["spec"]}
    assert (spec["project_renewal_interval_days"]["min"], spec["project_renewal_interval_days"]["max"]) == (1, 89)
    assert spec["project_key_type"]["choices"][0] == "ecdsa_p256"
