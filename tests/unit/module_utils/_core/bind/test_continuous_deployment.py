# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies that keep the viewer certificate."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind import continuous_deployment


@pytest.mark.parametrize(
    ("xml", "policy"),
    [
        pytest.param(b"<a><ContinuousDeploymentPolicyId>p-1</ContinuousDeploymentPolicyId></a>", "p-1", id="one"),
        pytest.param(b"<ContinuousDeploymentPolicyId>\n p-1 </ContinuousDeploymentPolicyId>", "p-1", id="with blanks"),
        pytest.param(b"<ContinuousDeploymentPolicyId></ContinuousDeploymentPolicyId>", "", id="an empty one"),
        pytest.param(b"<ContinuousDeploymentPolicyId/>", "", id="an empty element"),
        pytest.param(b"<ContinuousDeploymentPolicyId>\x1b[1m</ContinuousDeploymentPolicyId>", "", id="no ID"),
        pytest.param(b"<Comment>none</Comment>", "", id="no element"),
    ],
)
def test_a_configuration_tells_its_policy(xml: bytes, policy: str) -> None:
    assert continuous_deployment.policy_of(xml) == policy


@pytest.mark.parametrize(
    ("code", "message", "is_explained"),
    [
        ("IllegalUpdate", "One or more fields updated are not supported for continuous deployment.", True),
        ("IllegalUpdate", "You cannot update the value of CallerReference.", False),
        ("AccessDenied", "not authorized for continuous deployment", False),
    ],
)
def test_a_refusal_for_it_is_explained(code: str, message: str, is_explained: bool) -> None:
    told = continuous_deployment.explained(code, message)
    assert told.startswith(message)
    assert ("detach the policy" in told) is is_explained
