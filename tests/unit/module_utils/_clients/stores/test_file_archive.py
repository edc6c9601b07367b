# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keys stay inside the archive."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.file_archive import FileArchive
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import (
    CertError,
)


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("../outside", id="parent"),
        pytest.param("webapp/../../outside", id="parent inside"),
        pytest.param("/etc/outside", id="absolute"),
        pytest.param("webapp//x", id="empty part"),
        pytest.param("", id="empty"),
        pytest.param(".hidden", id="hidden"),
        pytest.param("webapp/x\0y", id="null byte"),
    ],
)
def test_a_key_that_leaves_the_archive_is_refused(tmp_path: Path, key: str) -> None:
    archive = FileArchive(tmp_path / "archive")
    for operation in (lambda: archive.put(key, b"x"), lambda: archive.get(key), lambda: archive.delete(key)):
        with pytest.raises(CertError, match="is not a valid key"):
            operation()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_symbolic_link_out_of_the_archive_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "key").write_bytes(b"theirs")
    archive = FileArchive(tmp_path / "archive")
    archive.put("webapp/x", b"x")
    (tmp_path / "archive" / "link").symlink_to(outside)
    (tmp_path / "archive" / "webapp" / "file").symlink_to(outside / "key")
    for key in ("link/key", "webapp/file"):
        with pytest.raises(CertError, match="symbolic link"):
            archive.put(key, b"ours")
        with pytest.raises(CertError, match="symbolic link"):
            archive.get(key)
    assert (outside / "key").read_bytes() == b"theirs"
    assert "link/key" not in archive.list("")
