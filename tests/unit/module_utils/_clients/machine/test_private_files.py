# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are private, and whole whenever the process is killed."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import signal
import socket
import stat
import typing as t
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import private_files
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.base import Stored
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.file_archive import FileArchive
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.file_store import FileStore
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import CertError, RemoteError

SPAWN = multiprocessing.get_context("fork")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o777], ids=["umask-000", "umask-022", "umask-777"])
def umask(request: pytest.FixtureRequest) -> t.Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_everything_made_is_private_whatever_the_umask(tmp_path: Path) -> None:
    root = tmp_path / "certops"
    FileArchive(root / "archive").put("webapp/pending/order.json", b"secret")
    FileStore(root / "store").write("webapp", {}, None)
    made = [root, *root.rglob("*")]
    assert {mode(path) for path in made if path.is_dir()} == {0o700}
    assert {mode(path) for path in made if path.is_file()} == {0o600}


def test_a_directory_that_was_there_keeps_its_permissions(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o770)
    FileStore(shared).write("webapp", {}, None)
    assert mode(shared) == 0o770


def test_a_writer_killed_before_the_rename_leaves_the_old_content_and_the_next_write_clears_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = FileArchive(tmp_path / "archive")
    archive.put("webapp/x", b"old")

    def die() -> None:
        monkeypatch.setattr(Path, "replace", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        archive.put("webapp/x", b"new")

    child = SPAWN.Process(target=die)
    child.start()
    child.join(20)
    assert child.exitcode == -signal.SIGKILL
    assert list((tmp_path / "archive" / "webapp").glob(".*.certops-tmp"))
    assert archive.get("webapp/x") == b"old"
    assert archive.list("") == ["webapp/x"]
    archive.put("webapp/y", b"y")
    assert sorted(path.name for path in (tmp_path / "archive" / "webapp").iterdir()) == [".lock", "x", "y"]


@pytest.mark.parametrize(
    "content",
    [pytest.param(b"", id="a former version"), pytest.param(b"swept another-boot\n", id="before a power failure")],
)
def test_what_may_have_been_left_before_is_looked_for_once(
    tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, swept = FileStore(tmp_path), []
    monkeypatch.setattr(private_files, "_remove_leftovers", swept.append)
    store.write("webapp", {}, None)
    (tmp_path / ".lock").write_bytes(content)
    swept.clear()
    for number in range(20):
        store.write(f"p{number}", {}, None)
    assert swept == [tmp_path]


def test_file_and_directory_are_synced_before_a_write_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(os.path.realpath(f"/proc/self/fd/{descriptor}"))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    FileStore(tmp_path / "store").write("webapp", {}, None)
    assert str(tmp_path / "store") in synced
    assert any(".webapp.json." in path for path in synced)
    assert synced.index(str(tmp_path / "store")) > next(
        index for index, path in enumerate(synced) if ".webapp.json." in path
    )


def test_a_full_disk_is_named_and_leaves_the_old_content_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = FileArchive(tmp_path)
    archive.put("webapp/x", b"old")

    def full(_descriptor: int) -> t.NoReturn:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        RemoteError, match=r"cannot write .*webapp/x: No space left on device; free some space"
    ) as caught:
        archive.put("webapp/x", b"new")
    assert caught.value.code == "ENOSPC"
    assert archive.get("webapp/x") == b"old"
    assert sorted(path.name for path in (tmp_path / "webapp").iterdir()) == [".lock", "x"]


def test_a_file_size_limit_is_named_and_leaves_the_old_content(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    version = store.write("webapp", {"small": 1}, None)
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, before[1]))
    try:
        with pytest.raises(RemoteError) as caught:
            store.write("webapp", {"large": "x" * 4096}, version)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert caught.value.code == "EFBIG"
    stored = store.read("webapp")
    assert stored is not None
    assert stored.document == {"small": 1}


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: t.Any, **_options: t.Any) -> t.NoReturn:
        raise PermissionError(13, "Permission denied")

    # Root may write anywhere, so the refusal is made up.
    monkeypatch.setattr(private_files.os, "open", refuse)
    with pytest.raises(RemoteError, match=r"cannot lock .*: Permission denied; give the user"):
        FileStore(tmp_path).write("webapp", {}, None)


def test_a_directory_that_may_be_made_is_no_problem(tmp_path: Path) -> None:
    assert private_files.directory_problem(tmp_path / "yet" / "to be made") is None


def test_a_path_through_a_file_is_a_problem_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert (
        private_files.directory_problem(tmp_path / "file" / "store") == f"{tmp_path}/file exists and is not a directory"
    )


@pytest.mark.parametrize(
    "right", [pytest.param(os.R_OK, id="read"), pytest.param(os.W_OK, id="write"), pytest.param(os.X_OK, id="search")]
)
def test_a_right_that_the_user_lacks_is_a_problem_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, right: int
) -> None:
    # Root has every right, so the lack is made up. What is in a directory that may not be searched does not seem to be
    # there.
    closed = tmp_path / "closed"
    closed.mkdir()
    monkeypatch.setattr(
        private_files.os,
        "access",
        lambda path, mode: (closed not in path.parents) and not (path == closed and mode & right),
    )
    assert (
        private_files.directory_problem(closed / "archive")
        == f"{closed} is not readable and writable for the user that runs this module"
    )


def test_a_path_through_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(RemoteError, match=str(tmp_path)):
        FileStore(tmp_path / "file" / "store").write("webapp", {}, None)
    with pytest.raises(RemoteError, match="cannot list"):
        FileStore(tmp_path / "file" / "store").names()


def something(path: Path, kind: str) -> None:
    """What can stand in a directory besides regular files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "FIFO":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(os.path.relpath(path))
    elif kind == "directory":
        path.mkdir()
    else:
        path.symlink_to({"device": "/dev/zero", "link": "/etc/hostname", "link to nothing": "/nowhere"}[kind])


@pytest.mark.parametrize("kind", ["FIFO", "socket", "directory", "device", "link", "link to nothing"])
def test_what_is_not_a_regular_file_is_reported_and_not_opened(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store, archive = FileStore(tmp_path / "store"), FileArchive(tmp_path / "archive")
    something(tmp_path / "store" / "webapp.json", kind)
    something(tmp_path / "archive" / "webapp" / "2027-01-06-0442.tar.gz", kind)
    store.write("shop", {}, None)
    found = dict(store.scan())
    assert isinstance(found["shop"], Stored)
    assert isinstance(found["webapp"], CertError)
    for call in (lambda: store.read("webapp"), lambda: archive.get("webapp/2027-01-06-0442.tar.gz")):
        with pytest.raises(CertError, match=r"not a regular file|symbolic link"):
            call()


def test_a_file_that_is_too_large_is_reported(tmp_path: Path) -> None:
    with (tmp_path / "webapp.json").open("wb") as stream:
        stream.truncate(private_files.MAX_BYTES + 1)
    with pytest.raises(CertError, match="more than 16 MB"):
        FileStore(tmp_path).read("webapp")


@pytest.mark.parametrize("name", [".lock", ".other.certops-tmp"])
@pytest.mark.parametrize("kind", ["FIFO", "directory"])
def test_what_stands_in_the_place_of_a_file_of_ours_is_not_removed(tmp_path: Path, name: str, kind: str) -> None:
    something(tmp_path / name, kind)
    with pytest.raises(CertError, match="not a regular file") if name == ".lock" else contextlib.nullcontext():
        FileStore(tmp_path).write("webapp", {}, None)
    assert (tmp_path / name).exists()


def test_hidden_files_of_others_stay(tmp_path: Path) -> None:
    others = {".webapp.json.swp", ".webapp.json.1234.tmp", ".tmp", ".nfs0001.tmp"}
    for name in others:
        (tmp_path / name).write_text("theirs")
    FileStore(tmp_path).write("webapp", {}, None)
    assert others <= {path.name for path in tmp_path.iterdir()}
