# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""STS, one method per API call."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ..._core.values import waiting
from ..._core.values.partitions import AwsAccount
from .errors import calling

SERVICE = "sts"


@dataclass(frozen=True)
class Caller:
    """Who the credentials belong to, and what time it was there, if the answer said."""

    account: AwsAccount
    arn: str
    time: datetime | None


class Sts:
    """Speaks to STS through a boto3 client."""

    def __init__(self, client: t.Any) -> None:
        self._client = client

    def get_caller_identity(self) -> AwsAccount:
        """The account that the credentials belong to."""
        return self.caller().account

    def caller(self) -> Caller:
        """Whom the credentials belong to (GetCallerIdentity)."""
        with calling(SERVICE, "GetCallerIdentity"):
            answer = self._client.get_caller_identity()
        date = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date")
        account = AwsAccount(
            id=str(answer["Account"]), partition=str(answer["Arn"]).partition(":")[2].partition(":")[0]
        )
        return Caller(account=account, arn=str(answer["Arn"]), time=waiting.http_date(date))

    def assume_role(self, role_arn: str, session_name: str, external_id: str | None = None) -> dict[str, str]:
        """Temporary credentials of the role, as connection options."""
        external = {"ExternalId": external_id} if external_id else {}
        with calling(SERVICE, "AssumeRole", role_arn):
            found = self._client.assume_role(RoleArn=role_arn, RoleSessionName=session_name, **external)["Credentials"]
        return {
            "access_key": found["AccessKeyId"],
            "secret_key": found["SecretAccessKey"],
            "session_token": found["SessionToken"],
        }
