# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a certificate is renewed: at each edge, for the lifetimes that CAs have and will have."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate import renewal
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.certificate import Certificate

START = datetime(2027, 1, 6, 4, 42, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def certificate(lifetime: timedelta) -> Certificate:
    return Certificate(
        serial="01",
        fingerprint_sha256="02",
        issuer="CN=Test",
        domains=("example.com",),
        key_type="ecdsa_p256",
        not_before=START,
        not_after=START + lifetime,
    )


@pytest.mark.parametrize(
    ("lifetime", "interval", "after"),
    [
        pytest.param(160 * HOUR, 30, 80 * HOUR, id="160 hours: half"),
        pytest.param(160 * HOUR, 3, 72 * HOUR, id="160 hours: interval of 3 days comes first"),
        pytest.param(160 * HOUR, 4, 80 * HOUR, id="160 hours: interval of 4 days comes later"),
        pytest.param(160 * HOUR, 1, 24 * HOUR, id="160 hours: interval of 1 day"),
        pytest.param(6 * DAY, 30, 3 * DAY, id="6 days: half"),
        pytest.param(6 * DAY, 3, 3 * DAY, id="6 days: interval as long as half"),
        pytest.param(6 * DAY, 2, 2 * DAY, id="6 days: interval of 2 days"),
        pytest.param(10 * DAY - SECOND, 30, (10 * DAY - SECOND) / 2, id="just below 10 days: half"),
        pytest.param(10 * DAY, 30, 10 * DAY * 2 / 3, id="10 days: two thirds"),
        pytest.param(45 * DAY, 30, 30 * DAY, id="45 days: two thirds are 30 days"),
        pytest.param(
            45 * DAY - SECOND,
            30,
            (45 * DAY - SECOND) * 2 / 3,
            id="45 days less a second: two thirds come just before 30 days",
        ),
        pytest.param(45 * DAY, 29, 29 * DAY, id="45 days: interval of 29 days"),
        pytest.param(45 * DAY, 80, 30 * DAY, id="45 days: interval of 80 days is clamped"),
        pytest.param(45 * DAY, 89, 30 * DAY, id="45 days: longest interval is clamped"),
        pytest.param(64 * DAY, 30, 30 * DAY, id="64 days: interval of 30 days"),
        pytest.param(64 * DAY, 42, 42 * DAY, id="64 days: interval of 42 days"),
        pytest.param(64 * DAY, 43, 64 * DAY * 2 / 3, id="64 days: interval of 43 days comes later"),
        pytest.param(64 * DAY, 89, 64 * DAY * 2 / 3, id="64 days: longest interval is clamped"),
        pytest.param(90 * DAY, 30, 30 * DAY, id="90 days: interval of 30 days"),
        pytest.param(90 * DAY, 60, 60 * DAY, id="90 days: interval as long as two thirds"),
        pytest.param(90 * DAY, 61, 60 * DAY, id="90 days: interval of 61 days is clamped"),
        pytest.param(90 * DAY, 80, 60 * DAY, id="90 days: the old default of 80 days is clamped"),
        pytest.param(90 * DAY, 1, DAY, id="90 days: interval of 1 day"),
        pytest.param(198 * DAY, 30, 30 * DAY, id="198 days: interval of 30 days"),
        pytest.param(198 * DAY, 89, 89 * DAY, id="198 days: longest interval"),
        pytest.param(398 * DAY, 89, 89 * DAY, id="398 days: longest interval"),
        pytest.param(398 * DAY, 1, DAY, id="398 days: interval of 1 day"),
        pytest.param(HOUR, 30, HOUR / 2, id="1 hour: half"),
    ],
)
def test_renewal_is_at_the_earlier_of_lifetime_and_interval(
    lifetime: timedelta, interval: int, after: timedelta
) -> None:
    assert renewal.decide(certificate(lifetime), interval, START).renew_at == START + after


LIFETIMES = [160 * HOUR, 6 * DAY, 45 * DAY, 64 * DAY, 90 * DAY, 198 * DAY, 398 * DAY]


@pytest.mark.parametrize("lifetime", [pytest.param(each, id=str(each)) for each in LIFETIMES])
@pytest.mark.parametrize("interval", [1, 30, 89])
@pytest.mark.parametrize(
    ("offset", "due"),
    [
        pytest.param(-SECOND, False, id="a second before"),
        pytest.param(timedelta(0), True, id="exactly then"),
        pytest.param(SECOND, True, id="a second after"),
    ],
)
def test_due_is_exact_to_the_second(lifetime: timedelta, interval: int, offset: timedelta, due: bool) -> None:
    renew_at = renewal.decide(certificate(lifetime), interval, START).renew_at
    assert renewal.decide(certificate(lifetime), interval, renew_at + offset).due is due


@pytest.mark.parametrize("lifetime", [pytest.param(each, id=str(each)) for each in LIFETIMES])
def test_no_interval_lets_a_certificate_run_into_its_last_third(lifetime: timedelta) -> None:
    for interval in range(1, 90):
        assert renewal.decide(certificate(lifetime), interval, START).renew_at <= START + lifetime * 2 / 3


@pytest.mark.parametrize(
    ("now", "due", "word"),
    [
        pytest.param(START - 30 * DAY, False, "not due", id="our clock is a month behind"),
        pytest.param(START - SECOND, False, "not due", id="our clock is a second behind"),
        pytest.param(START, False, "not due", id="just issued"),
        pytest.param(START + 45 * DAY - SECOND, True, "due since", id="a second before expiry"),
        pytest.param(START + 45 * DAY, True, "expired", id="at expiry"),
        pytest.param(START + 4000 * DAY, True, "expired", id="years after expiry"),
    ],
)
def test_the_reason_tells_what_the_clock_shows(now: datetime, due: bool, word: str) -> None:
    decision = renewal.decide(certificate(45 * DAY), 30, now)
    assert decision.due is due
    assert word in decision.reason


@pytest.mark.parametrize(
    ("lifetime", "interval", "cause"),
    [
        pytest.param(90 * DAY, 30, "the interval of 30 days", id="interval"),
        pytest.param(90 * DAY, 1, "the interval of 24 hours", id="interval of a day"),
        pytest.param(45 * DAY, 89, "two thirds of its lifetime of 45 days", id="two thirds"),
        pytest.param(160 * HOUR, 89, "half of its lifetime of 160 hours", id="half"),
    ],
)
def test_the_reason_names_the_rule(lifetime: timedelta, interval: int, cause: str) -> None:
    assert cause in renewal.decide(certificate(lifetime), interval, START).reason


@pytest.mark.parametrize(
    ("lifetime", "interval", "words"),
    [
        pytest.param(90 * DAY, 60, [], id="as long as two thirds"),
        pytest.param(90 * DAY, 61, ["at most 60"], id="longer than two thirds"),
        pytest.param(45 * DAY - SECOND, 30, [], id="the default fits certificates of 45 days less a second"),
        pytest.param(45 * DAY, 31, ["at most 30"], id="longer than two thirds of 45 days"),
        pytest.param(160 * HOUR, 30, ["at most 4"], id="longer than half of 160 hours"),
        pytest.param(90 * DAY, 1, ["34 hours"], id="every day is too often for the CA"),
        pytest.param(90 * DAY, 2, [], id="every other day is not"),
        pytest.param(20 * HOUR, 1, ["34 hours"], id="a day, with a certificate that lives shorter"),
    ],
)
def test_the_user_is_warned_once_for_each_surprise(lifetime: timedelta, interval: int, words: list[str]) -> None:
    warnings = renewal.decide(certificate(lifetime), interval, START).warnings
    assert len(warnings) == len(words)
    assert all(word in warning for word, warning in zip(words, warnings, strict=True))


@pytest.mark.parametrize("interval", [1, 2, 30, 88, 89])
def test_intervals_within_bounds_are_accepted(interval: int) -> None:
    assert renewal.interval_problems(interval) == []


@pytest.mark.parametrize("interval", [-1, 0, 90, 365])
def test_intervals_out_of_bounds_are_refused(interval: int) -> None:
    assert "1 to 89" in renewal.interval_problems(interval)[0]
