# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of the environment belongs to the sandbox."""

from __future__ import annotations

# Not secret, but as long as real ones: Ansible masks every occurrence of a short secret in its output.
# Each partition has accounts, and so credentials, of its own.
ACCESS_KEY, CHINA_ACCESS_KEY = "AKIASANDBOXSANDBOX00", "AKIASANDBOXSANDBOXCN"
SECRET_KEY = "sandbox/does/not/check/secrets/0000000000"


def access_key(region: str) -> str:
    """The access key that is for this region's partition."""
    return CHINA_ACCESS_KEY if region.startswith("cn-") else ACCESS_KEY


# What in the caller's environment would point elsewhere.
FOREIGN = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CA_BUNDLE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "BOTO_CONFIG",
)
