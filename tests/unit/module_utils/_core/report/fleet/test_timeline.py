# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the certificates of a fleet expire."""

from __future__ import annotations

import re
from datetime import timedelta

from ansible_collections.certops.cloudfront.plugins.module_utils._core.report.fleet import timeline
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times
from unit.fakes import report
from unit.fakes.projects import NOW


def drawn(*days: int) -> str:
    """The timeline of certificates that expire in so many days."""
    ends = [times.to_text(NOW + timedelta(days=day, hours=1)) for day in days]
    return timeline.drawn(
        report.picture(*(report.row(certificates=(report.shown(not_after=end),)) for end in ends)), "en"
    )


def test_each_day_with_an_expiry_has_a_bar_and_each_week_a_row() -> None:
    found = drawn(0, 3, 3, 6, 7, 89)
    assert re.findall(r'class="(soon|then)" x="(\d+)"', found) == [
        ("soon", "0"),
        ("soon", "30"),
        ("soon", "60"),
        ("then", "70"),
        ("then", "890"),
    ]
    assert re.findall(r"<td>(\d+)", found) == ["4", "1", "1"]


def test_what_expires_after_the_last_bar_is_a_row_of_its_own_and_only_then() -> None:
    assert re.findall(r"later<td>(\d+)", drawn(5, 90, 400)) == ["2"]
    assert "later" not in drawn(5, 89)


def test_the_axis_has_the_dates_of_its_ends_and_its_thirds() -> None:
    axis = drawn(1).partition("<p class=y>")[2].partition("<details>")[0]
    assert re.findall(r"<span>([^<]+)</span>", axis) == [
        (NOW + timedelta(days=day)).date().isoformat() for day in (0, 30, 60, 90)
    ]
