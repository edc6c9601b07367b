# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet in a terminal of 80 columns."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report import screen
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.fleet import overview
from unit.fakes import report

HEADLINE = "2 projects: 1 failing, 1 ok; 1 needs a person."


def lines(*rows: t.Any, shown: int | None = None, **given: t.Any) -> list[str]:
    return overview.lines(report.picture(*rows, foreign=(), **given), shown, HEADLINE)


def test_there_is_one_row_a_project_and_last_what_needs_a_person_with_the_command() -> None:
    failing = report.row("shop", "failing", attention=("failing",), reason="the hosted zone is gone", targets=())
    assert lines(failing, report.row(addresses=(), certificates=())) == [
        "PROJECT  STATE    LEFT  RENEWS      SITES  MAIL  NAMES",
        "shop     failing  40 d  2026-12-02  0      1/2   example.com *.examp…",
        "webapp   ok       -     2026-12-02  1      -     example.com *.examp…",
        "",
        "NEEDS A PERSON",
        "shop | failing | the hosted zone is gone",
        "  > ansible-playbook certops.cloudfront.doctor -e project_name=shop",
        "",
        HEADLINE,
    ]


def test_no_row_is_wider_than_the_terminal() -> None:
    long = report.row("x" * 63, "unfinished", domains=tuple(f"{number}.example.com" for number in range(100)))
    assert max(map(len, lines(long))) <= screen.WIDTH


def test_the_rows_that_are_left_out_are_counted() -> None:
    found = lines(*(report.row(f"p{number}") for number in range(5)), shown=2)
    assert found[1:4] == [found[1], found[2], "and 3 more"]


def test_hundreds_that_need_a_person_fill_no_screen() -> None:
    rows = [report.row(f"p{number}", "failing", attention=("failing",)) for number in range(300)]
    assert len(lines(*rows, shown=10)) < 70
    assert "and 280 more" in lines(*rows, shown=10)


def test_where_aws_was_not_asked_the_sites_are_not_known() -> None:
    assert "  ?      1/2" in overview.lines(report.picture(report.row()), None, HEADLINE)[1]


def test_an_empty_store_is_one_sentence() -> None:
    assert lines() == [HEADLINE]


@pytest.mark.parametrize("text", report.HOSTILE)
def test_hostile_texts_stay_in_their_row(text: str) -> None:
    found = lines(report.hostile(text))
    assert len(found[:2]) == 2
    assert all(line.isprintable() for line in found)


def test_what_is_wrong_with_sites_is_told_beside_what_is_wrong_with_the_project() -> None:
    rows = [
        report.row("a", "ok", attention=("left_behind", "unbound"), reason="the certificate is valid"),
        report.row("b", "failing", attention=("failing", "uncovered_alias"), reason="the zone is gone"),
    ]
    said = " ".join(overview.lines(report.picture(*rows), None, HEADLINE)).replace("   ", " ")
    assert "the certificate is valid" not in said
    assert "no site uses the certificate, though one could" in said
    assert "a | left_behind, unbound | a site stays on an older certificate" in said
    assert "the zone is gone; a site has a name that its" in said
