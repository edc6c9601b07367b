# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times as documents and names have them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import times

MOMENT = datetime(2027, 1, 6, 4, 42, 9, 999_999, tzinfo=timezone.utc)


def test_a_time_is_written_in_utc_to_the_second() -> None:
    assert times.to_text(MOMENT.astimezone(timezone(timedelta(hours=8)))) == "2027-01-06T04:42:09Z"
    assert times.to_name(MOMENT.astimezone(timezone(timedelta(hours=8)))) == "2027-01-06-0442"


def test_a_time_without_a_zone_is_never_written() -> None:
    with pytest.raises(ValueError, match="naive"):
        times.to_text(MOMENT.replace(tzinfo=None))


@pytest.mark.parametrize(
    "text",
    [
        "2027-01-06T04:42:09Z",
        "2027-01-06t04:42:09z",
        "2027-01-06 04:42:09Z",
        "2027-01-06T12:42:09+08:00",
        "2027-01-06T04:42:09.1Z",
        "2027-01-06T04:42:09.999999999Z",
    ],
)
def test_what_was_written_is_read_back(text: str) -> None:
    assert times.to_text(times.from_text(text)) == "2027-01-06T04:42:09Z"


@pytest.mark.parametrize(
    ("fraction", "expected"), [("", 0), (".1", 100_000), (".123456", 123_456), (".1234567", 123_456)]
)
def test_a_fraction_may_have_any_number_of_digits(fraction: str, expected: int) -> None:
    assert times.from_text(f"2027-01-06T04:42:09{fraction}Z") == MOMENT.replace(microsecond=expected)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not a time in RFC 3339"),
        ("yesterday", "not a time in RFC 3339"),
        ("2027-13-06T04:42:09Z", "not a time in RFC 3339"),
        ("20270106T044209Z", "not a time in RFC 3339"),
        ("2027-W01-3T04:42:09Z", "not a time in RFC 3339"),
        ("2027-01-06", "not a time in RFC 3339"),
        ("2027-01-06T04:42:09.Z", "not a time in RFC 3339"),
        ("2027-01-06T04:42:09Z\n", "not a time in RFC 3339"),
        ("2027-01-06T04:42:09", "has no time zone"),
        ("0001-01-01T00:00:00+14:00", "outside the range of UTC dates"),
        ("9999-12-31T23:59:59-00:01", "outside the range of UTC dates"),
    ],
)
def test_what_is_not_a_time_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        times.from_text(text)
