# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small parts of sentences."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report import words


@pytest.mark.parametrize(("number", "text"), [(0, "0 bundles"), (1, "1 bundle"), (2, "2 bundles")])
def test_one_is_singular(number: int, text: str) -> None:
    assert words.counted(number, "bundle") == text


@pytest.mark.parametrize(("count", "text"), [(0, ""), (1, "a"), (5, "a, b, c, d, e"), (6, "a, b, c, d, e and 1 more")])
def test_five_names_are_listed_and_the_others_counted(count: int, text: str) -> None:
    assert words.listed("abcdef"[:count]) == text


def test_what_was_done_and_what_would_be() -> None:
    assert (words.verb("bind", rehearsal=True), words.verb("bind", rehearsal=False)) == ("bind", "bound")
    assert words.variable("project_bind", ["a", "b"]) == "project_bind=a,b"
