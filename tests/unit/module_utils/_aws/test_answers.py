# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a proxy answers in place of DynamoDB and S3 is read by botocore as an answer without content: never as "there is none" or "written"."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._aws.dynamodb import DynamoDb
from ansible_collections.certops.cloudfront.plugins.module_utils._aws.s3 import S3
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RemoteError
from botocore.exceptions import ClientError


class Empty:
    """A boto3 client whose every answer, and every page, has nothing but its metadata."""

    def __getattr__(self, name: str) -> Callable[..., dict[str, t.Any]]:
        return lambda **_params: {"ResponseMetadata": {"HTTPStatusCode": 200}}

    def get_paginator(self, _operation: str) -> Empty:
        return self

    def paginate(self, **_params: t.Any) -> list[dict[str, t.Any]]:
        return [{"ResponseMetadata": {"HTTPStatusCode": 200}}]


class Missing:
    """A boto3 client that is told 404, with a request ID or without."""

    def __init__(self, **metadata: str) -> None:
        self._metadata = {"HTTPStatusCode": 404, **metadata}

    def get_object(self, **_params: t.Any) -> t.NoReturn:
        raise ClientError({"Error": {"Code": "404", "Message": "Not Found"}, "ResponseMetadata": self._metadata}, "GetObject")


TABLE, BUCKET = DynamoDb(Empty(), "certops"), S3(Empty(), "keys")


@pytest.mark.parametrize(
    ("call", "named"),
    [
        pytest.param(lambda: TABLE.get_item("webapp"), "dynamodb:GetItem on certops", id="GetItem"),
        pytest.param(lambda: TABLE.put_item({"name": "webapp"}, None), "dynamodb:PutItem on certops", id="PutItem"),
        pytest.param(lambda: TABLE.delete_item("webapp", "1"), "dynamodb:DeleteItem on certops", id="DeleteItem"),
        pytest.param(TABLE.scan_names, "dynamodb:Scan on certops", id="Scan for names"),
        pytest.param(TABLE.scan_items, "dynamodb:Scan on certops", id="Scan"),
        pytest.param(lambda: BUCKET.get_object("a"), "s3:GetObject on s3://keys/a", id="GetObject"),
        pytest.param(lambda: BUCKET.put_object("a", b""), "s3:PutObject on s3://keys/a", id="PutObject"),
        pytest.param(lambda: BUCKET.list_objects("a/"), "s3:ListObjectsV2 on s3://keys/a/", id="ListObjectsV2"),
    ],
)
def test_an_answer_without_what_every_genuine_one_has_is_an_error_that_names_the_call(call: Callable[[], object], named: str) -> None:
    with pytest.raises(RemoteError, match="got no usable answer") as refused:
        call()
    assert str(refused.value).startswith(named)


def test_an_object_is_absent_only_if_it_is_aws_that_says_so() -> None:
    assert S3(Missing(RequestId="R1"), "keys").get_object("a") is None
    with pytest.raises(RemoteError, match="s3:GetObject on s3://keys/a was answered with 404"):
        S3(Missing(), "keys").get_object("a")
