# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The buckets of the SSL Plugin are read only where they belong to the account of the connection."""

from __future__ import annotations

import typing as t
from io import BytesIO
from types import SimpleNamespace

import botocore.exceptions
import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.stacks.plugin_bucket import PluginBucket
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RemoteError

ACCOUNT = "123456789012"


class Client:
    """S3 with the calls that it got; it answers them, or refuses each with a code."""

    def __init__(self, code: str | None = None) -> None:
        self.code = code
        self.calls: list[tuple[str, dict[str, t.Any]]] = []

    def _called(self, name: str, given: dict[str, t.Any]) -> None:
        self.calls.append((name, given))
        if self.code:
            raise botocore.exceptions.ClientError({"Error": {"Code": self.code, "Message": "no"}}, name)

    def _pages(self, **given: t.Any) -> list[dict[str, t.Any]]:
        self._called("ListObjectsV2", given)
        return [{"Contents": [{"Key": "WebApp/a", "Size": 3}]}, {}]

    def get_paginator(self, _name: str) -> t.Any:
        return SimpleNamespace(paginate=self._pages)

    def get_object(self, **given: t.Any) -> dict[str, t.Any]:
        self._called("GetObject", given)
        return {"Body": BytesIO(b"four")}


def test_every_call_names_the_account_that_the_bucket_has_to_belong_to_which_is_asked_for_once() -> None:
    client, asked = Client(), []

    def ask() -> str:
        asked.append("once")
        return ACCOUNT

    bucket = PluginBucket(client, ask)
    assert asked == []
    assert [(one.key, one.size) for one in bucket.list_objects("theirs")] == [("WebApp/a", 3)]
    assert bucket.get_object("theirs", "WebApp/a", 2) == b"fo"
    of = {"Bucket": "theirs", "ExpectedBucketOwner": ACCOUNT}
    assert client.calls == [("ListObjectsV2", of), ("GetObject", {**of, "Key": "WebApp/a"})]
    assert asked == ["once"]


@pytest.mark.parametrize("read", ["list_objects", "get_object"])
def test_a_refusal_says_that_the_bucket_may_be_of_another_account(read: str) -> None:
    bucket = PluginBucket(Client("AccessDenied"), lambda: ACCOUNT)
    arguments = ("theirs",) if read == "list_objects" else ("theirs", "a", 2)
    with pytest.raises(RemoteError, match=f"belongs to another account than {ACCOUNT}, nothing is read from it"):
        getattr(bucket, read)(*arguments)


def test_another_failure_says_nothing_of_accounts() -> None:
    with pytest.raises(RemoteError) as caught:
        PluginBucket(Client("SlowDown"), lambda: ACCOUNT).list_objects("theirs")
    assert "account" not in str(caught.value)
    assert caught.value.code == "SlowDown"
