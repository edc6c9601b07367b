# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.file_store import FileStore
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.held_store import HeldStore
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConflictError


class CountingStore(FileStore):
    """A store that counts its readings."""

    reads = 0

    def read(self, name: str):  # type: ignore[no-untyped-def]
        self.reads += 1
        return super().read(name)


@pytest.fixture
def store(tmp_path: Path) -> CountingStore:
    return CountingStore(tmp_path)


def test_what_a_run_wrote_is_not_read_again(store: CountingStore) -> None:
    held = HeldStore(store)
    assert held.read("webapp") is None
    version = held.write("webapp", {"name": "webapp", "tags": ["a"]}, None)
    found = held.read("webapp")
    assert found is not None
    assert (found.document, found.version) == ({"name": "webapp", "tags": ["a"]}, version)
    held.write("webapp", {"name": "webapp"}, version)
    assert store.reads == 1
    stored = store.read("webapp")
    assert stored == held.read("webapp")


def test_what_another_run_wrote_is_not_overwritten_and_is_read_after_the_conflict(store: CountingStore) -> None:
    held = HeldStore(store)
    version = held.write("webapp", {"name": "webapp", "by": "this run"}, None)
    theirs = store.write("webapp", {"name": "webapp", "by": "another run"}, version)
    with pytest.raises(ConflictError):
        held.write("webapp", {"name": "webapp", "by": "this run again"}, version)
    found = held.read("webapp")
    assert found is not None
    assert (found.document["by"], found.version) == ("another run", theirs)


def test_a_deleted_document_is_gone(store: CountingStore) -> None:
    held = HeldStore(store)
    held.delete("webapp", held.write("webapp", {"name": "webapp"}, None))
    assert (held.read("webapp"), store.read("webapp")) == (None, None)
