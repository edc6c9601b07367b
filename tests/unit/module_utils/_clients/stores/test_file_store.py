# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents in files: no lost update, nothing outside the store."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.file_store import FileStore
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import (
    CertError,
    ConflictError,
)

SPAWN = multiprocessing.get_context("fork")


@pytest.mark.parametrize("name", ["../webapp", "a/b", ".webapp", ""])
def test_a_project_name_that_leaves_the_store_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CertError):
        FileStore(tmp_path).write(name, {}, None)
    assert list(tmp_path.iterdir()) == []


def increment(root: Path, times: int) -> None:
    store = FileStore(root)
    for dummy in range(times):
        while True:
            stored = store.read("counter")
            assert stored is not None
            try:
                store.write("counter", {"count": stored.document["count"] + 1}, stored.version)
                break
            except ConflictError:
                continue


def test_concurrent_writers_lose_no_update(tmp_path: Path) -> None:
    FileStore(tmp_path).write("counter", {"count": 0}, None)
    writers = [SPAWN.Process(target=increment, args=(tmp_path, 25)) for dummy in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [writer.exitcode for writer in writers] == [0, 0, 0, 0]
    assert json.loads((tmp_path / "counter.json").read_text()) == {"count": 100}


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b'{"schema": 1, "na', id="cut off"),
        pytest.param(b"[]", id="list"),
        pytest.param(b"\xff\xfe", id="not text"),
    ],
)
def test_a_corrupt_document_is_named_with_its_path_and_is_not_overwritten(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "webapp.json").write_bytes(content)
    store = FileStore(tmp_path)
    with pytest.raises(CertError, match=r"webapp\.json"):
        store.read("webapp")
    with pytest.raises(ConflictError):
        store.write("webapp", {}, None)
    assert (tmp_path / "webapp.json").read_bytes() == content


def test_files_that_are_no_documents_are_no_projects(tmp_path: Path) -> None:
    FileStore(tmp_path).write("webapp", {}, None)
    (tmp_path / "README").write_text("x")
    (tmp_path / ".shop.json.x.tmp").write_text("x")
    assert FileStore(tmp_path).names() == ["webapp"]
