# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every store promises, held against each of them."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConflictError
from ansible_collections.certops.cloudfront.plugins.module_utils._stores.base import Store
from ansible_collections.certops.cloudfront.plugins.module_utils._stores.file_store import FileStore
from unit.fakes.stores import FakeStore

DOCUMENT: dict[str, t.Any] = {"schema": 1, "name": "webapp", "domains": ["bücher.example"], "nested": {"none": None, "yes": True, "count": 3}}


@pytest.fixture(params=["file", "fake"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return FileStore(tmp_path / "new" / "store") if request.param == "file" else FakeStore()


def test_an_empty_store_has_no_names_and_no_documents(store: Store) -> None:
    assert store.names() == []
    assert store.read("webapp") is None


def test_what_is_written_is_read_again_with_the_version_that_the_write_returned(store: Store) -> None:
    version = store.write("webapp", DOCUMENT, None)
    stored = store.read("webapp")
    assert stored is not None
    assert (stored.document, stored.version) == (DOCUMENT, version)


def test_names_are_sorted(store: Store) -> None:
    for name in ("shop", "Blog", "api-2"):
        store.write(name, DOCUMENT, None)
    assert store.names() == ["Blog", "api-2", "shop"]


def test_a_second_create_is_a_conflict_and_leaves_the_first(store: Store) -> None:
    store.write("webapp", DOCUMENT, None)
    with pytest.raises(ConflictError):
        store.write("webapp", {"other": 1}, None)
    stored = store.read("webapp")
    assert stored is not None
    assert stored.document == DOCUMENT


def test_a_write_over_an_outdated_version_is_a_conflict(store: Store) -> None:
    first = store.write("webapp", DOCUMENT, None)
    second = store.write("webapp", {**DOCUMENT, "count": 2}, first)
    with pytest.raises(ConflictError):
        store.write("webapp", {**DOCUMENT, "count": 3}, first)
    assert store.write("webapp", {**DOCUMENT, "count": 3}, second) not in (first, second)


def test_a_write_over_a_document_that_is_gone_is_a_conflict(store: Store) -> None:
    version = store.write("webapp", DOCUMENT, None)
    store.delete("webapp", version)
    with pytest.raises(ConflictError):
        store.write("webapp", DOCUMENT, version)
    assert store.read("webapp") is None


def test_delete_removes_the_document_and_its_name(store: Store) -> None:
    version = store.write("webapp", DOCUMENT, None)
    store.delete("webapp", version)
    assert store.read("webapp") is None
    assert store.names() == []


def test_delete_of_an_outdated_version_is_a_conflict_and_keeps_the_document(store: Store) -> None:
    first = store.write("webapp", DOCUMENT, None)
    store.write("webapp", {**DOCUMENT, "count": 2}, first)
    with pytest.raises(ConflictError):
        store.delete("webapp", first)
    assert store.read("webapp") is not None
