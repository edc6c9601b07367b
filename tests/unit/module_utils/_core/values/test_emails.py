# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is an e-mail address."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import emails


@pytest.mark.parametrize(
    "address",
    ["a@example.com", "first.last+tag@sub.example.photography", "o'neil@example.co", "x@xn--bcher-kva.example"],
)
def test_addresses(address: str) -> None:
    assert emails.is_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@",
        "@example.com",
        "a@example",
        "a b@example.com",
        ".a@example.com",
        "a.@example.com",
        "a..b@example.com",
        "a@-x.com",
        "a@x.123",
        "x" * 65 + "@example.com",
    ],
)
def test_texts_that_are_no_addresses(address: str) -> None:
    assert not emails.is_address(address)
