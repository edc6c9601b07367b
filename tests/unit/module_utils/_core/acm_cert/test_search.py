# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificates a search takes."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.acm_cert import search
from ansible_collections.certops.cloudfront.plugins.module_utils._core.acm_cert.search import CertificateFilter

NOW = datetime(2026, 11, 27, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("chosen", "domains", "days", "expected"),
    [
        (CertificateFilter(), ["a.example.com"], 1, True),
        (CertificateFilter("www.example.com"), ["*.example.com"], 1, True),
        (CertificateFilter("www.example.com", "exact"), ["*.example.com"], 1, False),
        (CertificateFilter("www.example.com", "exact"), ["WWW.example.com"], 1, True),
        (CertificateFilter("example.com"), ["*.example.com"], 1, False),
        (CertificateFilter("a.b.example.com"), ["*.example.com"], 1, False),
        (CertificateFilter(expires_within_days=30), ["example.com"], 30, True),
        (CertificateFilter(expires_within_days=30), ["example.com"], 31, False),
        (CertificateFilter(expires_within_days=0), ["example.com"], -1, True),
        (CertificateFilter(expires_within_days=30), ["example.com"], None, False),
    ],
)
def test_names_and_days(chosen: CertificateFilter, domains: list[str], days: int | None, expected: bool) -> None:
    not_after = NOW + timedelta(days=days) if days is not None else None
    assert chosen.takes(domains, not_after, NOW) is expected


@pytest.mark.parametrize(
    ("chosen", "in_use", "ours", "expected"),
    [
        (CertificateFilter(), True, True, True),
        (CertificateFilter(unused=True), True, False, False),
        (CertificateFilter(unused=True), False, False, True),
        (CertificateFilter(foreign=True), True, True, False),
        (CertificateFilter(foreign=True), True, False, True),
    ],
)
def test_use_and_owner(chosen: CertificateFilter, in_use: bool, ours: bool, expected: bool) -> None:
    assert chosen.takes_use(in_use, ours) is expected


def test_what_cannot_be_searched_for() -> None:
    assert len(search.problems("no name", -1)) == 2
    assert search.problems("*.example.com", 0) == []
    assert search.days_left(NOW - timedelta(hours=1), NOW) == -1
