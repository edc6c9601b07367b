# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose policies are simulated."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.doctor import (
    account,
)


@pytest.mark.parametrize(
    ("caller", "source"),
    [
        pytest.param("arn:aws:iam::123456789012:user/ops/me", "arn:aws:iam::123456789012:user/ops/me", id="user"),
        pytest.param(
            "arn:aws-cn:sts::123456789012:assumed-role/renewer/session",
            "arn:aws-cn:iam::123456789012:role/renewer",
            id="role",
        ),
        pytest.param("arn:aws:iam::123456789012:root", None, id="root"),
        pytest.param("arn:aws:sts::123456789012:federated-user/me", None, id="federated"),
    ],
)
def test_whose_policies_are_simulated(caller: str, source: str | None) -> None:
    assert account.policy_source(caller) == source
