# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts as SNS takes them."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report import sns_text


@pytest.mark.parametrize(
    ("given", "published"),
    [
        pytest.param("certops: done", "certops: done", id="plain"),
        pytest.param("x" * 101, "x" * 100, id="long"),
        pytest.param("two\nlines\r\n\tand a tab ", "two lines and a tab", id="lines"),
        pytest.param("项目 über", "?? ?ber", id="other letters"),
        pytest.param("a\x07b\x1bc", "a?b?c", id="control characters"),
        pytest.param("x" * 99 + " y", "x" * 99, id="no blank at the cut"),
        pytest.param("", "", id="empty"),
    ],
)
def test_a_subject_is_one_line_of_at_most_100_printable_ascii_characters(given: str, published: str) -> None:
    assert sns_text.subject(given) == published


def test_a_message_that_fits_is_left_alone() -> None:
    text = "证书" + "x" * (256 * 1024 - 6)
    assert sns_text.message(text) == text


def test_a_message_that_does_not_fit_is_cut_with_a_note_and_no_half_character() -> None:
    cut = sns_text.message("书" * 100_000)
    assert len(cut.encode()) <= 256 * 1024
    assert cut.endswith("(truncated: SNS accepts at most 256 KB)")
    assert set(cut.removesuffix(sns_text.CUT_NOTE)) == {"书"}
