# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of IAM and ACM as rows: owner, project, source, order, table."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.acm_cert import overview
from ansible_collections.certops.cloudfront.plugins.module_utils._core.acm_cert.overview import CertificateRow

NOW = datetime(2026, 11, 27, tzinfo=timezone.utc)
ROW = CertificateRow(
    store="acm",
    arn="arn:aws:acm:us-east-1:123456789012:certificate/1",
    domains=("example.com",),
    key_type="ecdsa_p256",
    not_before=NOW,
    not_after=NOW + timedelta(days=40, hours=1),
    kind="IMPORTED",
)
UPLOADED = replace(
    ROW, store="iam", arn="arn:aws:iam::123456789012:server-certificate/x", kind=None, path="/cloudfront/certops/shop/"
)


@pytest.mark.parametrize(
    ("row", "ours", "project", "source"),
    [
        (ROW, False, None, "imported"),
        (replace(ROW, tags={"certops:project": "webapp"}), False, "webapp", "imported"),
        (replace(ROW, tags={"managed-by": "certops.cloudfront"}, kind="AMAZON_ISSUED"), True, None, "acm"),
        (replace(ROW, kind="PRIVATE"), False, None, "private"),
        (UPLOADED, True, "shop", "uploaded"),
        (replace(UPLOADED, path="/cloudfront/"), False, None, "uploaded"),
    ],
)
def test_whose_a_certificate_is_and_where_it_came_from(
    row: CertificateRow, ours: bool, project: str | None, source: str
) -> None:
    assert (row.ours, row.project, row.source) == (ours, project, source)


def test_what_expires_first_is_in_front_and_requests_are_last() -> None:
    pending, soon = replace(ROW, not_after=None), replace(ROW, not_after=NOW)
    assert overview.ordered([pending, ROW, soon]) == [soon, ROW, pending]


def test_the_table_has_a_line_for_each_and_cuts_long_lists_of_names() -> None:
    many = replace(ROW, domains=tuple(f"n{number}.example.com" for number in range(9)), in_use=True)
    lines = overview.table([ROW, many, UPLOADED, replace(ROW, not_after=None)], NOW)
    assert [line.split()[0] for line in lines] == ["EXPIRES", "40", "40", "40", "pending"]
    assert "foreign  example.com" in lines[1]
    assert " some " in lines[2]
    assert lines[2].endswith("…")
    assert " iam " in lines[3]
    assert overview.table([], NOW) == []


def test_a_long_name_of_a_project_leaves_the_table_as_wide_as_a_terminal() -> None:
    long = replace(UPLOADED, path="/cloudfront/certops/a-project-with-a-very-long-name/", domains=("x" * 60,))
    heads, line = overview.table([long], NOW)
    assert "  a-project-with-…  xxx" in line
    assert len(line) <= 80
    assert heads.index("NAMES") == line.index("xxx")
