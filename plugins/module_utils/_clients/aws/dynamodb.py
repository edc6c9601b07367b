# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""DynamoDB items of one table, one method per API call; every write is conditional."""

from __future__ import annotations

import typing as t

from .errors import calling

SERVICE = "dynamodb"
CONDITION_FAILED = "ConditionalCheckFailedException"


class DynamoDb:
    """Speaks to DynamoDB through a boto3 client. Items have the string key ``name``, and ours are string attributes."""

    def __init__(self, client: t.Any, table: str) -> None:
        self._client = client
        self._table = table

    def get_item(self, name: str) -> dict[str, str] | None:
        """The item as it is after every write before this call, or None."""
        answer = self._call("GetItem", self._client.get_item, Key={"name": {"S": name}}, ConsistentRead=True)
        return _texts(answer["Item"]) if "Item" in answer else None

    def put_item(self, item: t.Mapping[str, str], expected: str | None) -> None:
        """Write the item if its ``version`` is ``expected`` (None: if there is no item)."""
        self._call(
            "PutItem",
            self._client.put_item,
            Item={key: {"S": value} for key, value in item.items()},
            **_condition(expected),
        )

    def delete_item(self, name: str, expected: str) -> None:
        """Delete the item if its ``version`` is ``expected``."""
        self._call("DeleteItem", self._client.delete_item, Key={"name": {"S": name}}, **_condition(expected))

    def scan_names(self) -> list[str]:
        """The keys of all items."""
        return [
            item["name"]["S"] for item in self._scan(ProjectionExpression="#n", ExpressionAttributeNames={"#n": "name"})
        ]

    def scan_items(self) -> list[dict[str, str]]:
        """All items whole."""
        return [_texts(item) for item in self._scan()]

    def _scan(self, **wanted: t.Any) -> t.Iterator[t.Mapping[str, t.Any]]:
        with calling(SERVICE, "Scan", self._table):
            for page in self._client.get_paginator("scan").paginate(
                TableName=self._table, ConsistentRead=True, **wanted
            ):
                yield from page["Items"]

    def _call(
        self, operation: str, method: t.Callable[..., t.Mapping[str, t.Any]], **wanted: t.Any
    ) -> t.Mapping[str, t.Any]:
        with calling(SERVICE, operation, self._table):
            return method(TableName=self._table, **wanted)


def _texts(item: t.Mapping[str, t.Mapping[str, t.Any]]) -> dict[str, str]:
    """The string attributes; others may have been added by other programs, for example an expiry time."""
    return {key: value["S"] for key, value in item.items() if "S" in value}


def _condition(expected: str | None) -> dict[str, t.Any]:
    if expected is None:
        return {"ConditionExpression": "attribute_not_exists(#n)", "ExpressionAttributeNames": {"#n": "name"}}
    return {
        "ConditionExpression": "#v = :expected",
        "ExpressionAttributeNames": {"#v": "version"},
        "ExpressionAttributeValues": {":expected": {"S": expected}},
    }
