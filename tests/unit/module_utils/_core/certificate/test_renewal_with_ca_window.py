# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a certificate is renewed if the CA suggests a time: the earliest of ARI, the share of the lifetime and the
interval decides."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate import renewal
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.certificate import Certificate
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.renewal_info import (
    RenewalInfo,
    Window,
)

START = datetime(2027, 1, 6, 4, 42, tzinfo=timezone.utc)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
EXPLAINED = "https://ca.example/incident"
ARI, SHARE, INTERVAL, EXPIRED = "renewal information", "of its lifetime", "the interval of", "expired"


def certificate(lifetime: timedelta) -> Certificate:
    return Certificate("01", "02", "CN=Test", ("example.com",), "ecdsa_p256", START, START + lifetime, "aa")


def suggested(selected: timedelta, width: timedelta = DAY, url: str | None = None) -> RenewalInfo:
    at = START + selected
    return RenewalInfo("qg.AQ", Window(at - width / 2, at + width / 2), at, START + 100 * DAY, url)


Given = tuple[timedelta, int, timedelta | None]
Expected = tuple[timedelta, bool, str]


def row(name: str, given: Given, now: timedelta, expected: Expected) -> object:
    """Lifetime, interval and selected time of ARI (or None), and now; when renewal is due, whether that is now, and by
    which rule. From the start on."""
    return pytest.param(given, now, expected, id=name)


H160, D10 = 160 * HOUR, 10 * DAY
D45, D64, D90, D100, D200 = 45 * DAY, 64 * DAY, 90 * DAY, 100 * DAY, 200 * DAY
T64, T100, T200 = D64 * 2 / 3, D100 * 2 / 3, D200 * 2 / 3


@pytest.mark.parametrize(
    ("given", "now", "expected"),
    [
        # 160 hours: half of the lifetime
        row("160 h, no ARI", (H160, 30, None), HOUR, (80 * HOUR, False, SHARE)),
        row("160 h, no ARI, at half", (H160, 30, None), 80 * HOUR, (80 * HOUR, True, SHARE)),
        row("160 h, ARI before half", (H160, 30, 79 * HOUR), HOUR, (79 * HOUR, False, ARI)),
        row(
            "160 h, ARI before half, a second before",
            (H160, 30, 79 * HOUR),
            79 * HOUR - SECOND,
            (79 * HOUR, False, ARI),
        ),
        row("160 h, ARI before half, then", (H160, 30, 79 * HOUR), 79 * HOUR, (79 * HOUR, True, ARI)),
        row("160 h, ARI after half", (H160, 30, 81 * HOUR), HOUR, (80 * HOUR, False, SHARE)),
        row("160 h, ARI after half, between", (H160, 30, 81 * HOUR), 80 * HOUR + SECOND, (80 * HOUR, True, SHARE)),
        row("160 h, ARI past", (H160, 30, -DAY), HOUR, (-DAY, True, ARI)),
        row("160 h, interval before ARI", (H160, 3, 79 * HOUR), HOUR, (72 * HOUR, False, INTERVAL)),
        row("160 h, ARI before interval", (H160, 3, 71 * HOUR), HOUR, (71 * HOUR, False, ARI)),
        row("160 h, interval of a day before ARI", (H160, 1, 79 * HOUR), 25 * HOUR, (DAY, True, INTERVAL)),
        row("160 h, expired", (H160, 30, 79 * HOUR), H160, (79 * HOUR, True, EXPIRED)),
        row("160 h, expired, ARI later", (H160, 30, 200 * HOUR), 170 * HOUR, (80 * HOUR, True, EXPIRED)),
        # the edge between half and two thirds
        row(
            "just below 10 days, ARI between half and two thirds",
            (D10 - SECOND, 30, 6 * DAY),
            HOUR,
            ((D10 - SECOND) / 2, False, SHARE),
        ),
        row("10 days, ARI between half and two thirds", (D10, 30, 6 * DAY), HOUR, (6 * DAY, False, ARI)),
        # 45 days: two thirds are 30 days, as long as the usual interval
        row("45 d, no ARI", (D45, 30, None), DAY, (30 * DAY, False, SHARE)),
        row("45 d, no ARI, a second before", (D45, 30, None), 30 * DAY - SECOND, (30 * DAY, False, SHARE)),
        row("45 d, no ARI, then", (D45, 30, None), 30 * DAY, (30 * DAY, True, SHARE)),
        row("45 d, ARI before", (D45, 30, 29 * DAY), DAY, (29 * DAY, False, ARI)),
        row("45 d, ARI before, then", (D45, 30, 29 * DAY), 29 * DAY, (29 * DAY, True, ARI)),
        row("45 d, ARI half an hour after", (D45, 30, 30 * DAY + HOUR / 2), DAY, (30 * DAY, False, SHARE)),
        row("45 d, ARI after, two thirds have passed", (D45, 30, 31 * DAY), 30 * DAY + SECOND, (30 * DAY, True, SHARE)),
        row("45 d, ARI at the same second", (D45, 30, 30 * DAY), DAY, (30 * DAY, False, SHARE)),
        row("45 d, incident on the second day", (D45, 30, DAY), 2 * DAY, (DAY, True, ARI)),
        row("45 d, interval before ARI", (D45, 20, 29 * DAY), DAY, (20 * DAY, False, INTERVAL)),
        row("45 d, long interval is clamped, ARI after", (D45, 89, 31 * DAY), DAY, (30 * DAY, False, SHARE)),
        row("45 d, long interval is clamped, ARI before", (D45, 89, 28 * DAY), DAY, (28 * DAY, False, ARI)),
        row("45 d, expired", (D45, 30, None), D45, (30 * DAY, True, EXPIRED)),
        row("45 d, a second before expiry", (D45, 30, 29 * DAY), D45 - SECOND, (29 * DAY, True, ARI)),
        # 64 days
        row("64 d, no ARI, interval first", (D64, 30, None), DAY, (30 * DAY, False, INTERVAL)),
        row("64 d, ARI long after the interval", (D64, 30, 42 * DAY), DAY, (30 * DAY, False, INTERVAL)),
        row(
            "64 d, ARI long after the interval, which has passed",
            (D64, 30, 42 * DAY),
            31 * DAY,
            (30 * DAY, True, INTERVAL),
        ),
        row("64 d, longest interval, no ARI", (D64, 89, None), DAY, (T64, False, SHARE)),
        row("64 d, longest interval, ARI before", (D64, 89, 42 * DAY), DAY, (42 * DAY, False, ARI)),
        row("64 d, longest interval, ARI before, then", (D64, 89, 42 * DAY), 42 * DAY, (42 * DAY, True, ARI)),
        row("64 d, longest interval, ARI after", (D64, 89, 43 * DAY), DAY, (T64, False, SHARE)),
        row("64 d, interval between ARI and two thirds", (D64, 42, 41 * DAY), DAY, (41 * DAY, False, ARI)),
        row("64 d, past window", (D64, 30, -HOUR), DAY, (-HOUR, True, ARI)),
        row("64 d, expired", (D64, 30, 42 * DAY), 65 * DAY, (30 * DAY, True, EXPIRED)),
        # 90 days
        row("90 d, no ARI, interval first", (D90, 30, None), DAY, (30 * DAY, False, INTERVAL)),
        row(
            "90 d, ARI never decides with the usual interval",
            (D90, 30, 60 * DAY),
            29 * DAY,
            (30 * DAY, False, INTERVAL),
        ),
        row("90 d, interval as long as two thirds, ARI before", (D90, 60, 59 * DAY), DAY, (59 * DAY, False, ARI)),
        row("90 d, interval as long as two thirds, ARI after", (D90, 60, 61 * DAY), DAY, (60 * DAY, False, SHARE)),
        row("90 d, interval longer than two thirds, ARI between", (D90, 80, 70 * DAY), DAY, (60 * DAY, False, SHARE)),
        row(
            "90 d, interval longer than two thirds, two thirds have passed",
            (D90, 80, 70 * DAY),
            60 * DAY,
            (60 * DAY, True, SHARE),
        ),
        row("90 d, every day", (D90, 1, 59 * DAY), DAY, (DAY, True, INTERVAL)),
        row("90 d, incident", (D90, 30, 3 * DAY), 4 * DAY, (3 * DAY, True, ARI)),
        row("90 d, incident announced for tomorrow", (D90, 30, 5 * DAY), 4 * DAY, (5 * DAY, False, ARI)),
        row("90 d, expired", (D90, 89, None), D90 + DAY, (60 * DAY, True, EXPIRED)),
        # 100 days, the longest from March 2027 on
        row("100 d, no ARI, longest interval", (D100, 89, None), DAY, (T100, False, SHARE)),
        row("100 d, ARI before two thirds", (D100, 89, 66 * DAY), DAY, (66 * DAY, False, ARI)),
        row("100 d, ARI after two thirds", (D100, 89, 67 * DAY), DAY, (T100, False, SHARE)),
        row("100 d, interval before both", (D100, 30, 66 * DAY), DAY, (30 * DAY, False, INTERVAL)),
        row("100 d, past window", (D100, 89, -2 * DAY), HOUR, (-2 * DAY, True, ARI)),
        # 200 days, the longest until then
        row("200 d, no ARI, longest interval", (D200, 89, None), DAY, (89 * DAY, False, INTERVAL)),
        row("200 d, ARI long after the longest interval", (D200, 89, 133 * DAY), 88 * DAY, (89 * DAY, False, INTERVAL)),
        row("200 d, ARI before the interval", (D200, 89, 88 * DAY), DAY, (88 * DAY, False, ARI)),
        row("200 d, incident", (D200, 89, 10 * DAY), 10 * DAY, (10 * DAY, True, ARI)),
        row("200 d, expired", (D200, 30, 133 * DAY), 201 * DAY, (30 * DAY, True, EXPIRED)),
        # clocks that differ
        row("our clock is an hour behind the CA's, no ARI", (D45, 30, None), -HOUR, (30 * DAY, False, SHARE)),
        row("our clock is an hour behind the CA's, ARI future", (D45, 30, 29 * DAY), -HOUR, (29 * DAY, False, ARI)),
        row("our clock is an hour behind the CA's, past window", (D45, 30, -DAY), -HOUR, (-DAY, True, ARI)),
        row("our clock is a month behind", (D45, 30, 29 * DAY), -30 * DAY, (29 * DAY, False, ARI)),
        row("our clock is an hour ahead, ARI in an hour", (D45, 30, 29 * DAY), 29 * DAY + HOUR, (29 * DAY, True, ARI)),
        row("160 h, our clock is an hour behind, at half", (H160, 30, 81 * HOUR), 79 * HOUR, (80 * HOUR, False, SHARE)),
        row("our clock is years ahead", (D90, 30, 29 * DAY), 4000 * DAY, (29 * DAY, True, EXPIRED)),
    ],
)
def test_the_earliest_of_ari_lifetime_and_interval_decides(given: Given, now: timedelta, expected: Expected) -> None:
    lifetime, interval, ari = given
    renew_at, due, rule = expected
    decision = renewal.decide(certificate(lifetime), interval, START + now, suggested(ari) if ari is not None else None)
    assert (decision.renew_at - START, decision.due) == (renew_at, due)
    assert rule in decision.reason


def test_a_certificate_that_the_ca_was_not_asked_about_is_judged_as_without_ari() -> None:
    known = renewal.decide(certificate(D64), 89, START, RenewalInfo("qg.AQ", error="the CA is away"))
    assert known == renewal.decide(certificate(D64), 89, START)


@pytest.mark.parametrize("now", [DAY, 2 * DAY])
def test_the_reason_tells_where_the_ca_explains_itself(now: timedelta) -> None:
    assert renewal.decide(certificate(D45), 30, START + now, suggested(2 * DAY, url=EXPLAINED)).reason.endswith(
        f"; the CA explains it at {EXPLAINED}"
    )


def test_an_explanation_that_does_not_decide_is_not_told() -> None:
    assert EXPLAINED not in renewal.decide(certificate(D45), 30, START, suggested(40 * DAY, url=EXPLAINED)).reason


@pytest.mark.parametrize(
    ("lifetime", "interval", "info", "slowest"),
    [
        pytest.param(D90, 30, None, 5 * DAY, id="90 days: a sixth of the last third"),
        pytest.param(D45, 30, None, 60 * HOUR, id="45 days"),
        pytest.param(H160, 30, None, 80 * HOUR / 6, id="160 hours: a sixth of the last half"),
        pytest.param(D90, 89, suggested(60 * DAY, 43.2 * HOUR), 21.6 * HOUR, id="90 days: half of the window"),
        pytest.param(
            D45,
            30,
            suggested(30 * DAY, 21.6 * HOUR),
            10.8 * HOUR,
            id="45 days: half of the window, so daily is too slow",
        ),
        pytest.param(H160, 30, suggested(80 * HOUR, 3.2 * HOUR), 1.6 * HOUR, id="160 hours: half of the window"),
        pytest.param(D90, 30, suggested(60 * DAY, 43.2 * HOUR), 5 * DAY, id="the interval comes before the window"),
        pytest.param(D45, 30, suggested(31 * DAY, HOUR), 60 * HOUR, id="two thirds come before the window"),
        pytest.param(
            D45, 30, suggested(-DAY, HOUR), 60 * HOUR, id="a window of before the certificate says nothing of the next"
        ),
    ],
)
def test_how_far_apart_runs_may_be(
    lifetime: timedelta, interval: int, info: RenewalInfo | None, slowest: timedelta
) -> None:
    assert renewal.slowest_schedule("webapp", certificate(lifetime), interval, info).slowest == slowest


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        pytest.param(1, [], id="each hour"),
        pytest.param(13, [], id="just fast enough for the shortest"),
        pytest.param(
            14, ["every 14 hours", "shop", "160 hours", "at least every 13 hours"], id="too slow for the shortest"
        ),
        pytest.param(24, ["every 24 hours", "shop"], id="daily"),
        pytest.param(0.5, [], id="half an hour"),
    ],
)
def test_a_schedule_that_is_too_slow_for_the_shortest_certificate_is_told(hours: float, words: list[str]) -> None:
    paces = [
        renewal.slowest_schedule("webapp", certificate(D90), 30, None),
        renewal.slowest_schedule("shop", certificate(H160), 30, None),
    ]
    warning = renewal.schedule_warning(hours, paces)
    assert bool(warning) is bool(words)
    assert all(word in (warning or "") for word in words)


def test_without_certificates_every_schedule_is_fast_enough() -> None:
    assert renewal.schedule_warning(1000, []) is None


@pytest.mark.parametrize(("lifetime", "words"), [(9 * HOUR, "every 45 minutes"), (12 * HOUR, "every hour,")])
def test_the_pace_is_told_in_units_that_can_be_scheduled(lifetime: timedelta, words: str) -> None:
    assert words in (
        renewal.schedule_warning(24, [renewal.slowest_schedule("webapp", certificate(lifetime), 30, None)]) or ""
    )
