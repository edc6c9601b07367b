# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of the SSL Plugin in one region, one method per API call; it is only read."""

from __future__ import annotations

import typing as t

from ..errors import calling

SERVICE = "dynamodb"
KEY = "ProjectName"


class PluginTable:
    """Speaks to DynamoDB through a boto3 client."""

    def __init__(self, client: t.Any) -> None:
        self._client = client

    def scan(self, table: str) -> dict[str, t.Mapping[str, t.Any]]:
        """Every item, by the name of its project."""
        with calling(SERVICE, "Scan", table):
            pages = self._client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
            return {item[KEY]["S"]: item for page in pages for item in page["Items"] if "S" in item.get(KEY, {})}

    def get_item(self, table: str, project: str) -> t.Mapping[str, t.Any] | None:
        """The item of a project as it is now, or None."""
        with calling(SERVICE, "GetItem", f"{project} in {table}"):
            answer = self._client.get_item(TableName=table, Key={KEY: {"S": project}}, ConsistentRead=True)
            return t.cast("t.Mapping[str, t.Any] | None", answer.get("Item"))
