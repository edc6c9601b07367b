# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is opened for a URI."""

from __future__ import annotations

import typing as t
from pathlib import Path

from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores import open as stores


def no_session() -> t.NoReturn:
    raise AssertionError("a store in files needs no connection to AWS")


def test_an_archived_object_is_found_by_the_uri_that_it_got(tmp_path: Path) -> None:
    uri = stores.archive(f"file://{tmp_path}", no_session).put("webapp/pending/x.json", b"x")
    assert stores.archived(uri, no_session) == b"x"
    assert stores.archived(uri + "x", no_session) is None


def test_a_table_is_a_store_but_no_archive() -> None:
    assert stores.uri_problem("dynamodb://certops", "store") is None
    assert "not supported" in str(stores.uri_problem("dynamodb://certops", "archive"))
    assert "names no table" in str(stores.uri_problem("dynamodb://a/b", "store"))
