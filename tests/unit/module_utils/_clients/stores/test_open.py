# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is opened for a URI."""

from __future__ import annotations

import typing as t
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.listing_cache import SharedSts
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores import open as stores
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.partitions import AwsAccount


def no_session() -> t.NoReturn:
    raise AssertionError("a store in files needs no connection to AWS")


def test_an_archived_object_is_found_by_the_uri_that_it_got(tmp_path: Path) -> None:
    uri = stores.archive(f"file://{tmp_path}", no_session).put("webapp/pending/x.json", b"x")
    assert stores.archived(uri, no_session) == b"x"
    assert stores.archived(uri + "x", no_session) is None


def test_a_table_is_a_store_but_no_archive() -> None:
    assert stores.uri_problem("dynamodb://certops", "store") is None
    assert "not supported" in str(stores.uri_problem("dynamodb://certops", "archive"))
    assert "names no table" in str(stores.uri_problem("dynamodb://a/b", "store"))


class Bucket:
    """S3 with the calls that it got."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, t.Any]]] = []

    def get_object(self, **given: t.Any) -> dict[str, t.Any]:
        self.calls.append(("get", given))
        return {"Body": BytesIO(b"x"), "ETag": "e"}


@pytest.mark.parametrize(
    ("uri", "place", "owner"),
    [
        ("s3://bucket/archive/a.tar.gz", None, "123456789012"),
        ("s3://bucket/archive/a.tar.gz?owner=210987654321", None, "210987654321"),
        ("s3://bucket/archive/a.tar.gz", "s3://bucket/archive?owner=210987654321", "210987654321"),
        ("s3://bucket/archive/a.tar.gz", "s3://bucket/other?owner=210987654321", "123456789012"),
    ],
)
def test_an_archived_object_is_read_from_the_bucket_of_the_account_that_is_named_or_of_the_credentials(
    uri: str, place: str | None, owner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = Bucket()
    asked: list[str] = []

    def account_of(_session: t.Any) -> AwsAccount:
        asked.append("once")
        return AwsAccount("123456789012", "aws")

    monkeypatch.setattr(SharedSts, "account_of", account_of)
    session = t.cast("t.Any", SimpleNamespace(client=lambda _service: bucket))
    assert stores.archived(uri, lambda: session, place) == b"x"
    assert bucket.calls == [("get", {"Bucket": "bucket", "Key": "archive/a.tar.gz", "ExpectedBucketOwner": owner})]
    assert len(asked) == (owner == "123456789012")


def test_the_uri_of_an_object_has_the_account_that_the_archive_names() -> None:
    session = t.cast("t.Any", SimpleNamespace(client=lambda _service: Bucket()))
    archive = stores.archive("s3://bucket/archive?owner=210987654321", lambda: session)
    assert archive.uri_of("webapp/a") == "s3://bucket/archive/webapp/a?owner=210987654321"
    assert stores.archive("s3://bucket/archive", lambda: session).uri_of("a") == "s3://bucket/archive/a"
