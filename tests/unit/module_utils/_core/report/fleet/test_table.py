# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows for spreadsheets."""

from __future__ import annotations

import csv
import io

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.fleet import table
from unit.fakes import report


def read(*rows: report.FleetRow) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.csv(report.picture(*rows)), newline="")))


def test_a_spreadsheet_has_a_line_for_each_project() -> None:
    found = read(report.row(), report.row("shop", "pending", certificates=()))
    assert [(line["project"], line["state"], line["days_left"]) for line in found] == [
        ("webapp", "ok", "40"),
        ("shop", "pending", ""),
    ]
    assert found[0]["domains"] == "example.com *.example.com"
    assert found[0]["certificate_id"] == "ASCA1"


@pytest.mark.parametrize("text", report.HOSTILE)
def test_hostile_text_stays_in_its_field(text: str) -> None:
    (line,) = read(report.hostile(text))
    assert set(line) == set(table.COLUMNS)
    assert line["reason"] in (text, f"'{text}")
    assert line["failures"] == "0"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_field_is_a_formula(text: str) -> None:
    (line,) = read(report.row(reason=text))
    assert line["reason"] == f"'{text}"
