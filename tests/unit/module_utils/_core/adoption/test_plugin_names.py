# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from ansible_collections.certops.cloudfront.plugins.module_utils._core.adoption import plugin_names


def test_the_bundles_of_a_project_are_told_by_their_names_in_china_time() -> None:
    objects = [
        ("WebApp/", 0),
        ("WebApp/2026-11-28-0215.tar.gz", 9000),
        ("WebApp/2026-10-28-0215.tar.gz", 8000),
        ("WebApp/2026-13-41-9999.tar.gz", 1),
        ("WebApp/notes.txt", 1),
        ("WebApp2/2026-11-28-0215.tar.gz", 1),
    ]
    found = plugin_names.bundles("bucket", "WebApp/", objects)
    assert [(one["uri"], one["issued_at"]) for one in found] == [
        ("s3://bucket/WebApp/2026-13-41-9999.tar.gz", None),
        ("s3://bucket/WebApp/2026-10-28-0215.tar.gz", "2026-10-27T18:15:00Z"),
        ("s3://bucket/WebApp/2026-11-28-0215.tar.gz", "2026-11-27T18:15:00Z"),
    ]
    assert [one["size"] for one in plugin_names.bundles("b", "", [("2026-11-28-0215.tar.gz", 7)])] == [7]
