# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection to the AWS that moto emulates."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.session import Session

REGION = "eu-central-1"


def emulated_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Credentials for moto, and nothing of the user's own."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing-testing-testing")
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)


def session() -> Session:
    """A connection such as a module makes of its options."""
    return Session(
        {
            "region": REGION,
            "access_key": "testing-testing-testing",
            "secret_key": "testing-testing-testing",
            "validate_certs": True,
        }
    )
