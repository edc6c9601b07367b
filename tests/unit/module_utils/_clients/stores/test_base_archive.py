# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every archive promises, held against each of them."""

from __future__ import annotations

import typing as t
from pathlib import Path

import boto3
import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores import open as stores
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.base import Archive
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.file_archive import FileArchive
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import CertError
from moto import mock_aws
from unit.fakes.archive import FakeArchive
from unit.fakes.aws_session import REGION, emulated_credentials, session

BUCKET = "certops-archive"
KEY = "webapp/2026-11-22-0530.tar.gz"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> t.Iterator[None]:
    emulated_credentials(monkeypatch)
    with mock_aws():
        boto3.client("s3", region_name=REGION).create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
        yield


ARCHIVES = {
    "file": lambda tmp_path: FileArchive(tmp_path / "new" / "archive"),
    "fake": lambda _tmp_path: FakeArchive(),
    "s3": lambda _tmp_path: stores.archive(f"s3://{BUCKET}/live/certops", session),
    "s3 without a prefix": lambda _tmp_path: stores.archive(f"s3://{BUCKET}", session),
}


@pytest.fixture(params=ARCHIVES)
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Archive:
    if request.param.startswith("s3"):
        request.getfixturevalue("aws")
    return ARCHIVES[request.param](tmp_path)


def test_an_empty_archive_has_no_objects(archive: Archive) -> None:
    assert archive.list("") == []
    assert archive.get(KEY) is None


def test_what_is_put_is_got_again_byte_by_byte(archive: Archive) -> None:
    content = bytes(range(256)) * 1000
    assert archive.put(KEY, content) == f"{archive.uri}/{KEY}"
    assert archive.get(KEY) == content


def test_put_replaces(archive: Archive) -> None:
    archive.put(KEY, b"first, and longer")
    archive.put(KEY, b"second")
    assert archive.get(KEY) == b"second"


def test_list_gives_the_keys_with_a_prefix_sorted_and_nothing_else(archive: Archive) -> None:
    for key in ("webapp/b.tar.gz", "webapp/pending/x.json", "webapp/a.tar.gz", "webapp2/a.tar.gz", "accounts/le.json"):
        archive.put(key, b"x")
    assert archive.list("webapp/") == ["webapp/a.tar.gz", "webapp/b.tar.gz", "webapp/pending/x.json"]
    assert archive.list("webapp/pending/") == ["webapp/pending/x.json"]
    assert len(archive.list("")) == 5


def test_delete_removes_one_object_and_an_absent_one_is_fine(archive: Archive) -> None:
    archive.put(KEY, b"x")
    archive.put("webapp/other", b"y")
    archive.delete(KEY)
    archive.delete(KEY)
    archive.delete("never/was")
    assert archive.list("") == ["webapp/other"]


def test_an_archived_object_is_found_by_the_uri_that_it_got(archive: Archive) -> None:
    if not isinstance(archive, FakeArchive):
        assert stores.archived(archive.put(KEY, b"x"), session) == b"x"


@pytest.mark.parametrize("key", ["../outside", "/outside", "webapp//x", ""])
def test_a_key_that_leaves_the_archive_is_refused(archive: Archive, key: str) -> None:
    if not isinstance(archive, FakeArchive):
        with pytest.raises(CertError, match="is not a valid key"):
            archive.put(key, b"x")


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize(
    ("query", "algorithm", "key_id"),
    [("", "AES256", None), ("?kms_key_id=alias/certops", "aws:kms", "alias/certops")],
    ids=["S3's keys", "a KMS key"],
)
def test_objects_in_s3_are_encrypted(query: str, algorithm: str, key_id: str | None) -> None:
    stores.archive(f"s3://{BUCKET}/live{query}", session).put(KEY, b"x")
    head = boto3.client("s3", region_name=REGION).head_object(Bucket=BUCKET, Key=f"live/{KEY}")
    assert (head["ServerSideEncryption"], head.get("SSEKMSKeyId")) == (algorithm, key_id)
