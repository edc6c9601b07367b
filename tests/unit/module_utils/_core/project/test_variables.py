# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A variable that the role would ignore is refused with the name that was meant."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible_collections.certops.cloudfront.plugins.module_utils._core.project import variables

ROOT = Path(__file__).resolve().parents[5]


def test_the_known_names_are_those_of_the_role() -> None:
    specs = yaml.safe_load((ROOT / "roles/project/meta/argument_specs.yml").read_text())["argument_specs"]
    options = {name for spec in specs.values() for name in spec["options"]}
    assert {f"project_{name}" for name in variables.KNOWN} == options


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("project_emials", "project_emails"),
        ("emials", "project_emails"),
        ("project_domain", "project_domains"),
        ("project_key_typ", "project_key_type"),
        ("project_renewal_interval", "project_renewal_interval_days"),
    ],
)
def test_a_slip_of_the_fingers_is_refused_with_what_was_meant(name: str, meant: str) -> None:
    (told,) = variables.problems([name, "project_name"], strict=False)
    assert told.endswith(f"did you mean {meant}?")


@pytest.mark.parametrize("name", ["project_root", "project_id", "project_version"])
def test_a_variable_of_somebody_else_is_refused_only_where_all_are_ours(name: str) -> None:
    assert variables.problems([name], strict=False) == []
    (told,) = variables.problems([name], strict=True)
    assert f"{name} is not a variable of this collection" in told


def test_what_the_role_knows_and_sets_is_accepted() -> None:
    known = [f"project_{name}" for name in (*variables.KNOWN, "result", "findings", "published")]
    assert variables.problems(known, strict=True) == []


def test_a_hostile_name_is_harmless() -> None:
    (told,) = variables.problems(["project_\x1b[31m" + "x" * 5000], strict=True)
    assert told.isprintable()
    assert len(told) < 400
