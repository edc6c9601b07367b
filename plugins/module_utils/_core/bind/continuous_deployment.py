# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Continuous deployment: while a distribution has such a policy, CloudFront refuses another viewer certificate.

A listing does not show the policy, only whether there is a staging distribution at all. Users report the refusal, the
documentation does not say it: https://github.com/aws/aws-cli/issues/10446. So an update is tried all the same, and a
refusal is explained.
"""

from __future__ import annotations

import re

ELEMENT = "ContinuousDeploymentPolicyId"
ADVICE = (
    "detach the policy by an update of the distribution with an empty ContinuousDeploymentPolicyId, or promote the"
    " staging distribution; run again, and then attach the policy again"
)
_POLICY = re.compile(rf"<{ELEMENT}>\s*([A-Za-z0-9-]{{1,128}})\s*</{ELEMENT}>".encode())


def policy_of(xml: bytes) -> str:
    """The policy in a configuration, empty if it has none."""
    found = _POLICY.search(xml)
    return found[1].decode() if found else ""


def obstacle(policy: str) -> str:
    """Why a distribution with this policy does not take another certificate, and what to do."""
    return f"{told(policy)}; {ADVICE}"


def told(policy: str) -> str:
    """What the policy means for the certificate."""
    return f"it has the continuous deployment policy {policy}, with which CloudFront refuses another viewer certificate"


def explained(code: str, message: str) -> str:
    """The message of a refused update, with what to do if it is about continuous deployment."""
    is_refusal = code == "IllegalUpdate" and "continuous deployment" in message.lower()
    return f"{message}; {ADVICE}" if is_refusal else message
