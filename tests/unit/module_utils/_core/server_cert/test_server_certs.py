# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The quota of server certificates."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.server_cert.server_certs import (
    Quota,
)


@pytest.mark.parametrize(
    ("used", "allowed", "headroom", "refused"),
    [
        pytest.param(19, 20, 0, False, id="the last place"),
        pytest.param(20, 20, 0, True, id="full"),
        pytest.param(19, 20, 1, True, id="the last place is to stay free"),
        pytest.param(18, 20, 1, False, id="one stays free"),
    ],
)
def test_quota(used: int, allowed: int, headroom: int, refused: bool) -> None:
    refusal = Quota(used, allowed, headroom).refusal()
    assert (refusal is not None) == refused
    if refusal:
        assert f"{used} of {allowed}" in refusal
        assert "Service Quotas" in refusal
