# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""STS, one method per API call."""

from __future__ import annotations

import typing as t

from .errors import calling

SERVICE = "sts"


class Sts:
    """Speaks to STS through a boto3 client."""

    def __init__(self, client: t.Any) -> None:
        self._client = client

    def get_caller_identity(self) -> str:
        """The number of the account that the credentials belong to."""
        with calling(SERVICE, "GetCallerIdentity"):
            return str(self._client.get_caller_identity()["Account"])

    def assume_role(self, role_arn: str, session_name: str) -> dict[str, str]:
        """Temporary credentials of the role, as connection options."""
        with calling(SERVICE, "AssumeRole", role_arn):
            found = self._client.assume_role(RoleArn=role_arn, RoleSessionName=session_name)["Credentials"]
        return {"access_key": found["AccessKeyId"], "secret_key": found["SecretAccessKey"], "session_token": found["SessionToken"]}
