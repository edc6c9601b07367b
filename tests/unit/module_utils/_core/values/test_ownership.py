# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the server certificates of projects are."""

from __future__ import annotations

from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import ownership


def test_no_path_of_a_project_is_the_beginning_of_another() -> None:
    assert ownership.path_of("web") == "/cloudfront/certops/web/"
    assert not ownership.path_of("webapp").startswith(ownership.path_of("web"))


def test_cloudfront_finds_what_is_below_its_path() -> None:
    assert ownership.path_of("web").startswith(ownership.CLOUDFRONT_PATH)
