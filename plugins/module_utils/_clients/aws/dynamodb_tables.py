# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""DynamoDB tables, one method per API call; their items are the business of dynamodb.py."""

from __future__ import annotations

import typing as t

from ..._core.store_setup import KEY, ON_DEMAND, Table
from ..._core.values.ownership import OUR_TAGS
from ..._errors import RemoteError
from .errors import calling

SERVICE = "dynamodb"
NOT_FOUND = "ResourceNotFoundException"
ACTIVE = "ACTIVE"
# A table is new, or another change of it is under way: the same call succeeds in a while.
NOT_YET = ("ContinuousBackupsUnavailableException", "ResourceInUseException")


class DynamoDbTables:
    """Speaks to DynamoDB through a boto3 client."""

    def __init__(self, client: t.Any) -> None:
        self._client = client

    def describe_table(self, name: str) -> Table | None:
        """The table as far as this call tells: neither its tags nor its recovery."""
        try:
            with calling(SERVICE, "DescribeTable", name):
                return _table(self._client.describe_table(TableName=name)["Table"])
        except RemoteError as exc:
            if exc.code != NOT_FOUND:
                raise
            return None

    def describe_continuous_backups(self, name: str) -> bool:
        """Whether the table can be brought back to any point in time."""
        with calling(SERVICE, "DescribeContinuousBackups", name):
            answer = self._client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
            return bool(answer.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED")

    def list_tags_of_resource(self, arn: str) -> dict[str, str]:
        """The tags of the table."""
        with calling(SERVICE, "ListTagsOfResource", arn):
            pages = self._client.get_paginator("list_tags_of_resource").paginate(ResourceArn=arn)
            return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}

    def create_table(self, name: str) -> None:
        """A table for a store is being made, on demand and protected."""
        key, kind, of_type = KEY
        with calling(SERVICE, "CreateTable", name):
            self._client.create_table(
                TableName=name,
                KeySchema=[{"AttributeName": key, "KeyType": kind}],
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": of_type}],
                BillingMode=ON_DEMAND,
                DeletionProtectionEnabled=True,
                Tags=[{"Key": tag, "Value": value} for tag, value in OUR_TAGS.items()],
            )

    def update_continuous_backups(self, name: str) -> None:
        """The table can be brought back to any point in time from now on."""
        with calling(SERVICE, "UpdateContinuousBackups", name):
            self._client.update_continuous_backups(
                TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
            )

    def update_table(self, name: str) -> None:
        """The table cannot be deleted before its protection is taken off."""
        with calling(SERVICE, "UpdateTable", name):
            self._client.update_table(TableName=name, DeletionProtectionEnabled=True)


def _table(answer: t.Mapping[str, t.Any]) -> Table:
    types = {entry["AttributeName"]: entry["AttributeType"] for entry in answer["AttributeDefinitions"]}
    return Table(
        name=answer["TableName"],
        arn=answer["TableArn"],
        keys=tuple((key["AttributeName"], key["KeyType"], types[key["AttributeName"]]) for key in answer["KeySchema"]),
        status=answer["TableStatus"],
        billing_mode=answer.get("BillingModeSummary", {}).get("BillingMode", "PROVISIONED"),
        recovery=False,
        protection=bool(answer.get("DeletionProtectionEnabled", False)),
        tags={},
    )
