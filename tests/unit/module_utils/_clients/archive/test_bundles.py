# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bundles as directories and as .tar.gz: what is read, what is refused, and that nothing is quoted."""

from __future__ import annotations

import gzip
import io
import json
import os
import tarfile
import tracemalloc
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.archive import bundles as _bundles
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate import bundle as bundles
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.bundle import Bundle, Manifest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.certificate import Certificate
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import ConfigError

NOW = datetime(2027, 1, 6, 4, 42, tzinfo=timezone.utc)
SECRET = "MIGHAgEAMBMGByqGSM49"


def bundle() -> Bundle:
    texts = ("LEAF\n", "CHAIN\n", "LEAF\nCHAIN\n", f"KEY {SECRET}\n")
    certificate = Certificate("1f", "ab", "CN=x", ("example.com",), "ecdsa_p256", NOW, NOW + timedelta(days=45))
    manifest = Manifest(
        "webapp", certificate, NOW, "https://ca.example", None, "https://ca.example/o", bundles.checksums(*texts)
    )
    return Bundle(*texts, manifest)


def tar_gz(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for member, content in members:
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def packed_zeros(megabytes: int) -> bytes:
    return gzip.compress(b"\0" * 1_000_000 * megabytes, 9)


def long_names(count: int) -> bytes:
    """Headers each of which says how the next one is called: tarfile reads them by recursion."""
    header = tarfile.TarInfo("././@LongLink")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 1
    block = header.tobuf(tarfile.GNU_FORMAT) + b"x".ljust(512, b"\0")
    return gzip.compress(block * count, 9)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(packed_zeros(200), id="bomb"),
        pytest.param(packed_zeros(9), id="a bit too much"),
        pytest.param(tar_gz((tarfile.TarInfo("cert.pem"), b"x" * (4 * 1024 * 1024 + 1))), id="a file too large"),
        pytest.param(tar_gz(*[(tarfile.TarInfo("cert.pem"), b"x")] * 21), id="too many members"),
        pytest.param(tar_gz((tarfile.TarInfo("a\x1b[31mb"), b"x")), id="a name for a terminal"),
        pytest.param(long_names(6000), id="headers in each other"),
        pytest.param(b"\x1f\x8b" + b"\0" * 50, id="half a header"),
    ],
)
def test_an_archive_without_bounds_is_refused_in_little_memory(content: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(ConfigError) as caught:
            _bundles.unpack(content, "b.tar.gz")
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()
    assert caught.value.message.isprintable()


@pytest.mark.parametrize("name", ["cert.pem", "privkey.pem", "manifest.json"])
def test_a_file_of_a_bundle_that_is_a_fifo_does_not_keep_a_run(tmp_path: Path, name: str) -> None:
    _bundles.keep_in(str(tmp_path), bundle())
    (tmp_path / name).unlink()
    os.mkfifo(tmp_path / name)
    with pytest.raises(ConfigError, match="it is a FIFO"):
        _bundles.read(str(tmp_path))
    assert not _bundles.is_kept_in(str(tmp_path), bundle())


def test_a_directory_of_links_is_a_bundle_as_certbot_has_it(tmp_path: Path) -> None:
    _bundles.keep_in(str(tmp_path / "archive"), bundle())
    (tmp_path / "live").mkdir()
    for path in (tmp_path / "archive").iterdir():
        (tmp_path / "live" / path.name).symlink_to(path)
    assert _bundles.read(str(tmp_path / "live")) == bundle()


def test_a_packed_bundle_is_read_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "b.tar.gz"
    path.write_bytes(_bundles.pack(bundle()))
    assert _bundles.read(str(path)) == bundle()
    assert _bundles.read(f"file://{path}") == bundle()
    assert _bundles.pack(bundle()) == _bundles.pack(bundle())


def test_a_kept_bundle_is_read_as_it_was(tmp_path: Path) -> None:
    _bundles.keep_in(str(tmp_path / "dest"), bundle())
    assert _bundles.read(str(tmp_path / "dest")) == bundle()


def test_a_directory_of_another_tool_has_no_manifest_and_is_read(tmp_path: Path) -> None:
    for name, text in (("cert.pem", "LEAF\n"), ("privkey.pem", "KEY\n"), ("README", "x")):
        (tmp_path / name).write_text(text)
    assert _bundles.read(str(tmp_path)) == Bundle("LEAF\n", "", "LEAF\n", "KEY\n", None)


def test_the_key_is_not_in_the_representation() -> None:
    assert SECRET not in repr(bundle())


def tar_of(**files: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(name.replace("_", "."))
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "word"),
    [
        pytest.param(b"", "not a readable", id="empty"),
        pytest.param(f"not a tar {SECRET}".encode(), "not a readable", id="text"),
        pytest.param(_bundles.pack(bundle())[:-60], "not a readable", id="cut off"),
        pytest.param(tar_of(cert_pem="LEAF"), "privkey.pem missing", id="no key"),
        pytest.param(tar_of(privkey_pem=SECRET), "cert.pem missing", id="no certificate"),
        pytest.param(tar_of(cert_pem="LEAF", privkey_pem=SECRET, evil_sh="x"), "does not belong", id="another file"),
        pytest.param(
            tar_of(cert_pem="LEAF", privkey_pem=SECRET, manifest_json="{"), "manifest.json is damaged", id="no JSON"
        ),
        pytest.param(
            tar_of(cert_pem="LEAF", privkey_pem=SECRET, manifest_json='{"schema": 9}'), "schema 9", id="later schema"
        ),
        pytest.param(
            tar_of(**{**bundle().texts(), "cert.pem": "OTHER"}),
            "cert.pem does not match the checksum",
            id="checksum differs",
        ),
    ],
)
def test_what_is_no_bundle_is_refused_without_quoting_it(content: bytes, word: str) -> None:
    with pytest.raises(ConfigError, match=word) as caught:
        _bundles.unpack(content, "file:///x.tar.gz")
    assert SECRET not in caught.value.message
    assert "file:///x.tar.gz" in caught.value.message


@pytest.mark.parametrize("reference", ["/does/not/exist", "https://example.com/b.tar.gz"])
def test_what_cannot_be_read_is_refused(reference: str) -> None:
    with pytest.raises(ConfigError, match=reference):
        _bundles.read(reference)


def test_binary_rubbish_in_a_key_file_is_not_quoted(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("LEAF")
    (tmp_path / "privkey.pem").write_bytes(SECRET.encode() + b"\xff")
    with pytest.raises(ConfigError) as caught:
        _bundles.read(str(tmp_path))
    assert SECRET not in caught.value.message


@pytest.mark.parametrize(
    ("taken", "key"),
    [
        pytest.param([], "webapp/2027-01-06-0442.tar.gz", id="free"),
        pytest.param(["webapp/2027-01-06-0442.tar.gz"], "webapp/2027-01-06-0442-2.tar.gz", id="taken"),
        pytest.param(
            ["webapp/2027-01-06-0442.tar.gz", "webapp/2027-01-06-0442-2.tar.gz"],
            "webapp/2027-01-06-0442-3.tar.gz",
            id="taken twice",
        ),
    ],
)
def test_archive_keys_are_never_used_twice(taken: list[str], key: str) -> None:
    assert bundles.archive_key("webapp", NOW, taken) == key


def test_archived_bundles_are_told_newest_first() -> None:
    keys = [
        "webapp/2027-01-06-0442.tar.gz",
        "webapp/2027-01-06-0442-10.tar.gz",
        "webapp/2027-01-06-0442-2.tar.gz",
        "webapp/2027-02-01-0000.tar.gz",
        "webapp/pending/2027-03-01-0000.json",
        "webapp/other.tar.gz",
        "webapp2/2027-04-01-0000.tar.gz",
        "accounts/a.json",
    ]
    assert bundles.bundle_keys(keys, "webapp") == [
        "webapp/2027-02-01-0000.tar.gz",
        "webapp/2027-01-06-0442-10.tar.gz",
        "webapp/2027-01-06-0442-2.tar.gz",
        "webapp/2027-01-06-0442.tar.gz",
    ]


def test_a_manifest_survives_its_document() -> None:
    manifest = bundle().manifest
    assert manifest is not None
    assert Manifest.from_dict(json.loads(json.dumps(manifest.as_dict()))) == manifest


def test_a_bundle_that_does_not_exist_names_those_that_do(tmp_path: Path) -> None:
    for name in ("2026-10-07-0440", "2026-11-06-0442"):
        (tmp_path / f"{name}.tar.gz").write_bytes(b"")
    with pytest.raises(ConfigError, match=r"there are 2026-11-06-0442, 2026-10-07-0440\Z"):
        _bundles.read(str(tmp_path / "2026-01-01-0000.tar.gz"))
    with pytest.raises(ConfigError, match="aws s3 ls s3://certops/webapp/ lists those that do"):
        _bundles.read("s3://certops/webapp/2026-01-01-0000.tar.gz", lambda _uri: None)
