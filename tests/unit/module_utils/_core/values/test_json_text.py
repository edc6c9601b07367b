# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON of others; tests/unit/test_parsers.py tries it with everything that is none."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import json_text


def test_json_is_read() -> None:
    assert json_text.parsed('{"a": [1, 1.5, null]}') == {"a": [1, 1.5, None]}


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}', "1e999", "-1e400"])
def test_numbers_that_json_does_not_have_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not JSON"):
        json_text.parsed(text)


def test_what_is_nested_too_deeply_is_refused() -> None:
    with pytest.raises(ValueError, match="nested"):
        json_text.parsed("[" * 40 + "]" * 40)
