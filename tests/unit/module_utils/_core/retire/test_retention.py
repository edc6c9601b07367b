# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bundles of an archive are kept."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.bundle import KEEP_ALL
from ansible_collections.certops.cloudfront.plugins.module_utils._core.retire.retention import ArchivedBundle, decide

BUNDLES = [ArchivedBundle(f"k{number}", f"file:///a/k{number}", str(number)) for number in range(5)]


def deleted(bundles: list[ArchivedBundle], keep: int, *in_use: str) -> list[str]:
    verdicts = decide(bundles, in_use, keep)
    assert all(verdict.reason for verdict in verdicts)
    return [verdict.bundle.key for verdict in verdicts if verdict.delete]


@pytest.mark.parametrize(
    ("keep", "in_use", "gone"),
    [
        pytest.param(KEEP_ALL, [], [], id="all are kept"),
        pytest.param(0, [], ["k1", "k2", "k3", "k4"], id="none but the newest"),
        pytest.param(1, [], ["k2", "k3", "k4"], id="one beside the newest"),
        pytest.param(1, ["file:///a/k4", "2"], ["k3"], id="those in use do not count"),
        pytest.param(9, [], [], id="fewer than to keep"),
    ],
)
def test_what_is_deleted(keep: int, in_use: list[str], gone: list[str]) -> None:
    assert deleted(BUNDLES, keep, *in_use) == gone


def test_one_that_cannot_be_read_may_be_in_use() -> None:
    damaged = ArchivedBundle("k2", "file:///a/k2", None)
    assert deleted([*BUNDLES[:2], damaged, *BUNDLES[3:]], 0) == ["k1", "k3", "k4"]


def test_an_empty_archive_has_nothing_to_delete() -> None:
    assert decide([], [], 0) == ()
