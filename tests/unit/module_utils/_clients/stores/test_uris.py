# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a URI of a store or an archive names."""

from __future__ import annotations

import typing as t
from io import BytesIO
from types import SimpleNamespace

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.machine import user
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores import open as stores
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import (
    ConfigError,
)


def no_session() -> t.NoReturn:
    raise AssertionError("a store in files needs no connection to AWS")


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
    with pytest.raises(ConfigError, match="set HOME, or set project_store to file:///directory, dynamodb"):
        stores.store(uri, no_session)
    with pytest.raises(ConfigError, match="set HOME, or set project_archive to file:///directory or s3:"):
        stores.archive(uri, no_session)


@pytest.mark.parametrize(
    ("uri", "problem"),
    [
        pytest.param("file://relative/dir", "not an absolute directory", id="relative"),
        pytest.param("file://$UNSET_FOR_SURE/dir", "not an absolute directory", id="unset variable"),
        pytest.param("/srv/certops", "is not a valid URI", id="path"),
        pytest.param("gopher://x/y", "not supported in this version", id="unknown scheme"),
        pytest.param("s3://Bucket_/x", "names no bucket", id="bad bucket"),
        pytest.param("s3://bucket/a/../b", "names no bucket and prefix", id="prefix with parent"),
        pytest.param("s3://bucket/a//b", "names no bucket and prefix", id="prefix with empty part"),
        pytest.param("s3://bucket/a?kms=x", "unknown or empty parameter", id="unknown parameter"),
        pytest.param("s3://bucket/a?kms_key_id=", "unknown or empty parameter", id="empty parameter"),
        pytest.param("s3://bucket/a?owner=me", "not the number of an account", id="bad owner"),
        pytest.param("file://$AWS_SECRET_ACCESS_KEY/dir", "not an absolute directory", id="another variable"),
        pytest.param("file://~root/dir", "not an absolute directory", id="another user"),
    ],
)
def test_a_uri_that_names_no_store_is_refused(uri: str, problem: str) -> None:
    for opened in (stores.store, stores.archive):
        with pytest.raises(ConfigError, match=problem):
            opened(uri, no_session)


def test_a_document_keeps_the_whole_path_of_a_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ops")
    assert stores.settled("file://~/certops/") == "file:///home/ops/certops"
    for unchanged in (None, "", "s3://bucket/prefix/?owner=123456789012", "gopher://x"):
        assert stores.settled(unchanged) == unchanged


def test_every_call_to_a_bucket_names_the_account_that_it_has_to_belong_to() -> None:
    calls: list[tuple[str, dict[str, t.Any]]] = []

    class Client:
        def __getattr__(self, name: str) -> t.Callable[..., t.Any]:
            def call(**given: t.Any) -> t.Any:
                calls.append((name, given))
                return {"Body": BytesIO(b"x"), "ETag": "e"}

            return call

        def get_paginator(self, _name: str) -> SimpleNamespace:
            return SimpleNamespace(paginate=lambda **given: calls.append(("list", given)) or [])

    session = t.cast("t.Any", SimpleNamespace(client=lambda _service: Client()))
    archive = stores.archive("s3://bucket/prefix?owner=123456789012", lambda: session)
    archive.put("a", b"x")
    archive.get("a")
    archive.delete("a")
    archive.list("")
    assert [given["ExpectedBucketOwner"] for _name, given in calls] == ["123456789012"] * 4
