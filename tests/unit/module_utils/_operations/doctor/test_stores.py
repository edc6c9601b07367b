# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the doctor reads of stores and archives."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.s3 import BucketOwner
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores import uris
from ansible_collections.certops.cloudfront.plugins.module_utils._clients.stores.file_store import FileStore
from ansible_collections.certops.cloudfront.plugins.module_utils._operations import store_setup
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.doctor import stores
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.doctor.checks import (
    Subject,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.doctor.stores import (
    StoreChecks,
    StoreProbe,
)
from unit.fakes import projects
from unit.fakes.calls import refused_by_aws
from unit.fakes.clock import present_clock


def test_settings_that_may_not_be_read_are_untested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Denied:
        def examine(self) -> store_setup.Examined:
            raise refused_by_aws("AccessDenied")

    monkeypatch.setattr(StoreProbe, "setup", lambda *_arguments: Denied())
    location = uris.parse("dynamodb://certops", "store")
    place = StoreProbe("store", location, BucketOwner(None, lambda: "123456789012"))
    subject = Subject("webapp", {}, None, has_eab=False, now=projects.NOW)
    places = StoreChecks(subject, FileStore(tmp_path), t.cast("t.Any", None), place, place, present_clock())
    assert [found.code for found in places.settings(place)] == ["PLACE_UNTESTED"]


def test_modes_are_read_of_everything_below(tmp_path: Path) -> None:
    (tmp_path / "webapp").mkdir(mode=0o700)
    (tmp_path / "webapp" / "bundle").touch(mode=0o640)
    found = {Path(entry.path).name: entry.is_exposed for entry in stores.entries(tmp_path)}
    assert found["webapp"] is False
    assert found["bundle"] is True
    assert stores.entries(tmp_path / "absent") == []
