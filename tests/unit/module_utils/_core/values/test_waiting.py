# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Retry-After in both of its forms; whatever else stands there does not count."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import waiting

NOW = datetime(2027, 1, 6, 4, 42, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        pytest.param("3", 3.0, id="seconds"),
        pytest.param(" 120 ", 120.0, id="seconds with blanks"),
        pytest.param("0", 0.0, id="at once"),
        pytest.param("Wed, 06 Jan 2027 04:43:00 GMT", 60.0, id="HTTP date"),
        pytest.param("Wed, 06 Jan 2027 05:43:00 +0100", 60.0, id="date with an offset"),
        pytest.param("Wed Jan  6 04:43:00 2027", 60.0, id="obsolete date without a zone"),
        pytest.param("Wed, 06 Jan 2027 04:00:00 GMT", 0.0, id="date that has passed"),
        pytest.param("9" * 400, waiting.LONGEST_RETRY_AFTER, id="more than a calendar has"),
        pytest.param("Fri, 31 Dec 9999 23:59:59 GMT", waiting.LONGEST_RETRY_AFTER, id="the end of the calendar"),
        pytest.param("Sun, 06 Nov 1994 08:49:37 -99999999999999999999", None, id="an absurd zone"),
        pytest.param("Sun, 06 Nov 1994 08:49:37 -9959", None, id="a zone that is not on this earth"),
        pytest.param("Sun, 06 Nov 99999999999999999999 08:49:37 GMT", None, id="an absurd year"),
        pytest.param("Fri, 31 Dec 9999 23:59:59 -2359", waiting.LONGEST_RETRY_AFTER, id="beyond the calendar in UTC"),
        pytest.param("Mon, 01 Jan 0001 00:00:00 +2359", 0.0, id="before the calendar in UTC"),
        pytest.param(None, None, id="none"),
        pytest.param("", None, id="empty"),
        pytest.param("-5", None, id="negative"),
        pytest.param("1.5", None, id="fraction"),
        pytest.param("soon", None, id="words"),
        pytest.param("٣", None, id="digits of another script"),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert waiting.retry_after(header, NOW) == seconds
