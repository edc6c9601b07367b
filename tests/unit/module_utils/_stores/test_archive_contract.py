# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every archive promises, held against each of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._stores.base import Archive
from ansible_collections.certops.cloudfront.plugins.module_utils._stores.file_archive import FileArchive
from unit.fakes.stores import FakeArchive

KEY = "webapp/2026-11-22-0530.tar.gz"


@pytest.fixture(params=["file", "fake"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Archive:
    return FileArchive(tmp_path / "new" / "archive") if request.param == "file" else FakeArchive()


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
