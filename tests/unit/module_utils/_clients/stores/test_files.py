# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only files promise: permissions, durability, no way out of the directory, and a clear word when the disk
refuses."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import signal
import stat
import typing as t
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import private_files, user
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores import open as stores
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.file_archive import FileArchive
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.file_store import FileStore
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import (
    CertError,
    ConfigError,
    ConflictError,
    RemoteError,
)

SPAWN = multiprocessing.get_context("fork")


def no_session() -> t.NoReturn:
    raise AssertionError("a store in files needs no connection to AWS")


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
        with pytest.raises(CertError, match="is no key"):
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


@pytest.mark.parametrize("name", ["../webapp", "a/b", ".webapp", ""])
def test_a_project_name_that_leaves_the_store_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CertError):
        FileStore(tmp_path).write(name, {}, None)
    assert list(tmp_path.iterdir()) == []


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
    assert list((tmp_path / "archive" / "webapp").glob("*.tmp")) or list(
        (tmp_path / "archive" / "webapp").glob(".*.tmp")
    )
    assert archive.get("webapp/x") == b"old"
    assert archive.list("") == ["webapp/x"]
    archive.put("webapp/y", b"y")
    assert sorted(path.name for path in (tmp_path / "archive" / "webapp").iterdir()) == [".lock", "x", "y"]


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
    with pytest.raises(RemoteError, match=r"cannot lock .*: Permission denied; let the user"):
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


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        pytest.param("file:///srv/certops", "file:///srv/certops", id="absolute"),
        pytest.param("file:///srv//certops/../x/", "file:///srv/x", id="normalised"),
        pytest.param("file://~/certops", "file:///home/ops/certops", id="tilde"),
        pytest.param("file://$HOME/certops", "file:///home/ops/certops", id="variable"),
        pytest.param("file://${HOME}/certops", "file:///home/ops/certops", id="braces"),
        pytest.param(None, "file:///home/ops/.local/share/certops/{kind}", id="default"),
    ],
)
def test_a_file_uri_names_its_directory(uri: str | None, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ops")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert stores.store(uri, no_session).uri == expected.format(kind="store")
    assert stores.archive(uri, no_session).uri == expected.format(kind="archive")


@pytest.mark.parametrize("uri", [None, "file://~/certops", "file://$HOME/certops"])
def test_without_a_home_directory_the_refusal_says_what_to_set(
    uri: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(user, "home", lambda: None)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    with pytest.raises(ConfigError, match="set HOME, or give project_store as file:///directory, dynamodb"):
        stores.store(uri, no_session)
    with pytest.raises(ConfigError, match="set HOME, or give project_archive as file:///directory or s3:"):
        stores.archive(uri, no_session)


@pytest.mark.parametrize(
    ("uri", "problem"),
    [
        pytest.param("file://relative/dir", "no absolute directory", id="relative"),
        pytest.param("file://$UNSET_FOR_SURE/dir", "no absolute directory", id="unset variable"),
        pytest.param("/srv/certops", "is no URI", id="path"),
        pytest.param("gopher://x/y", "not supported in this version", id="unknown scheme"),
        pytest.param("s3://Bucket_/x", "names no bucket", id="bad bucket"),
        pytest.param("s3://bucket/a/../b", "names no bucket and prefix", id="prefix with parent"),
        pytest.param("s3://bucket/a//b", "names no bucket and prefix", id="prefix with empty part"),
        pytest.param("s3://bucket/a?kms=x", "unknown or empty parameter", id="unknown parameter"),
        pytest.param("s3://bucket/a?kms_key_id=", "unknown or empty parameter", id="empty parameter"),
    ],
)
def test_a_uri_that_names_no_store_is_refused(uri: str, problem: str) -> None:
    for opened in (stores.store, stores.archive):
        with pytest.raises(ConfigError, match=problem):
            opened(uri, no_session)


def test_an_archived_object_is_found_by_the_uri_that_it_got(tmp_path: Path) -> None:
    uri = stores.archive(f"file://{tmp_path}", no_session).put("webapp/pending/x.json", b"x")
    assert stores.archived(uri, no_session) == b"x"
    assert stores.archived(uri + "x", no_session) is None


def test_a_table_is_a_store_but_no_archive() -> None:
    assert stores.uri_problem("dynamodb://certops", "store") is None
    assert "not supported" in str(stores.uri_problem("dynamodb://certops", "archive"))
    assert "names no table" in str(stores.uri_problem("dynamodb://a/b", "store"))
