# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificate distributions are to have."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.certops.cloudfront.plugins.module_utils._core.doctor import (
    distributions,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import ownership
from unit.fakes import projects

RECORD = projects.certificate()


def test_a_certificate_with_other_names_than_wanted_is_not_the_one_to_bind() -> None:
    assert distributions.target_of(["example.com", "*.example.com"], RECORD).id == "ASCA1"
    assert distributions.target_of(["example.com"], RECORD).id is None
    assert distributions.target_of(["example.com"], None).id is None


def test_the_paths_of_other_projects_are_below_ours() -> None:
    assert ownership.PROJECTS_PATH.startswith(ownership.CLOUDFRONT_PATH)
    assert Path(ownership.path_of("webapp")).parent == Path(ownership.PROJECTS_PATH)
