# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks side by side."""

from __future__ import annotations

from ansible_collections.certops.cloudfront.plugins.module_utils._core.doctor.findings import Finding
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import CertError
from ansible_collections.certops.cloudfront.plugins.module_utils._operations.doctor.checks import (
    Check,
    Fact,
    findings,
)


def test_a_fact_is_read_once_whether_it_can_be_read_or_not() -> None:
    reads: list[int] = []

    def read() -> int:
        reads.append(1)
        if len(reads) > 1:
            raise CertError("away")
        return 5

    good, bad = Fact(read), Fact(read)
    assert (good.get(), good.get(), bad.get_or(7), bad.get_or(8)) == (5, 5, 7, 8)
    assert len(reads) == 2


def test_a_check_that_cannot_be_made_stops_no_other() -> None:
    def away() -> list[Finding]:
        raise CertError("away")

    found = findings([Check("one", "STORE_FAILED", away), Check("two", "ARCHIVE_FAILED", away)])
    assert [entry.code for entry in found] == ["ARCHIVE_FAILED", "STORE_FAILED"]
