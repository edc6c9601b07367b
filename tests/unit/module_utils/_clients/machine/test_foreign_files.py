# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine.foreign_files import ForeignDirectory
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RemoteError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    found = tmp_path / "etc"
    (found / "archive").mkdir(parents=True)
    (found / "archive/key1.pem").write_text("key", encoding="ascii")
    (tmp_path / "secret").write_text("secret", encoding="ascii")
    return found


def test_links_are_followed_as_long_as_they_stay_inside(root: Path) -> None:
    (root / "live").mkdir()
    (root / "live/key.pem").symlink_to("../archive/key1.pem")
    (root / "absolute").symlink_to(root / "archive")
    (root / "self").symlink_to(root)
    directory = ForeignDirectory(str(root))
    for path in ("archive/key1.pem", "live/key.pem", "absolute/key1.pem", "self/self/live/key.pem"):
        found = directory.read(path)
        assert found is not None
        assert found.text == "key"
    assert directory.read("archive/none") is None
    assert directory.names("archive") == ["key1.pem"]
    assert directory.names("none") == []


@pytest.mark.parametrize("target", ["../../secret", "/etc/passwd", "trap"])
def test_a_link_out_of_the_directory_is_refused(root: Path, target: str) -> None:
    (root / "archive/trap").symlink_to(target)
    with pytest.raises(RemoteError):
        ForeignDirectory(str(root)).read("archive/trap")


@pytest.mark.parametrize("path", ["../secret", "archive/../../secret"])
def test_a_path_out_of_the_directory_is_refused(root: Path, path: str) -> None:
    with pytest.raises(RemoteError):
        ForeignDirectory(str(root)).read(path)


def test_a_pipe_a_directory_and_a_huge_file_are_refused_without_blocking(root: Path) -> None:
    os.mkfifo(root / "pipe")
    (root / "huge").write_bytes(b"x" * (2 << 20))
    for path in ("pipe", "huge", "archive"):
        with pytest.raises(RemoteError, match=path):
            ForeignDirectory(str(root)).read(path)


def test_a_file_that_others_may_read_says_so(root: Path) -> None:
    file = root / "archive/key1.pem"
    found = []
    for mode in (0o600, 0o640):
        file.chmod(mode)
        read = ForeignDirectory(str(root)).read("archive/key1.pem")
        assert read is not None
        found.append(read.is_shared)
    assert found == [False, True]
