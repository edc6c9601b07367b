# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When an expiry is near: by days, and for short lives by their share."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.report import expiry

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SHORT = 160 * HOUR


@pytest.mark.parametrize(
    ("left", "lifetime", "level"),
    [
        (30 * DAY, 90 * DAY, 0),
        (14 * DAY, 90 * DAY, 0),
        (13.9 * DAY, 90 * DAY, 1),
        (6.9 * DAY, 90 * DAY, 2),
        (0.9 * DAY, 90 * DAY, 4),
        (-1 * DAY, 90 * DAY, 4),
        (13 * DAY, 47 * DAY, 0),
        (11 * DAY, 47 * DAY, 1),
        (159 * HOUR, SHORT, 0),
        (54 * HOUR, SHORT, 0),
        (39 * HOUR, SHORT, 1),
        (2 * HOUR, SHORT, 4),
        (10 * DAY, None, 1),
    ],
)
def test_the_level_of_a_time_left_depends_on_the_lifetime(
    left: timedelta, lifetime: timedelta | None, level: int
) -> None:
    assert expiry.level(left, lifetime) == level


@pytest.mark.parametrize("lifetime", [6 * HOUR, SHORT, 10 * DAY, 45 * DAY, 90 * DAY, 398 * DAY])
def test_a_certificate_that_is_not_due_never_expires_soon(lifetime: timedelta) -> None:
    assert expiry.level(lifetime / 3, lifetime) == 0


def test_thresholds_of_ones_own_shrink_alike() -> None:
    assert expiry.spans(28 * DAY, [20, 10]) == (10 * DAY, 5 * DAY)
    assert expiry.spans(64 * DAY, [10, 40]) == (40 * DAY, 10 * DAY)
    assert expiry.spans(SHORT, []) == ()


def test_the_share_left_is_between_nothing_and_all() -> None:
    assert expiry.share_left(45 * DAY, 90 * DAY) == pytest.approx(0.5)
    assert expiry.share_left(-DAY, 90 * DAY) == 0
    assert expiry.share_left(100 * DAY, 90 * DAY) == 1
    assert expiry.share_left(DAY, timedelta(0)) is None
