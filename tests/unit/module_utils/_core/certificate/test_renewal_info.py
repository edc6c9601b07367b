# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renewal information: names of certificates, windows, what is kept between runs, when to ask again."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate import renewal_info
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.certificate import Certificate
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.renewal_info import (
    Answer,
    RenewalInfo,
    Window,
)

NOW = datetime(2027, 1, 6, 4, 42, tzinfo=timezone.utc)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WINDOW = Window(NOW + DAY, NOW + 2 * DAY)
LATER = Window(NOW + 3 * DAY, NOW + 4 * DAY)
URL = "https://ca.example/incident"


def certificate(serial: str = "8765432", key_id: str = "69885b6b87464041e1b37b847ba0ae2cde01c8d4") -> Certificate:
    return Certificate(serial, "02", "CN=Test", ("example.com",), "ecdsa_p256", NOW - DAY, NOW + 44 * DAY, key_id)


INFO = RenewalInfo(renewal_info.certificate_id(certificate()) or "")
KNOWN = replace(INFO, window=WINDOW, selected_at=NOW + 30 * HOUR, next_check_at=NOW, explanation_url=URL)


@pytest.mark.parametrize(
    ("serial", "cert_id"),
    [
        pytest.param(
            "87654321",
            "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE",
            id="the example of RFC 9773: a zero keeps the serial positive",
        ),
        pytest.param("8765432", "aYhba4dGQEHhs3uEe6CuLN4ByNQ.CHZUMg", id="seven digits"),
        pytest.param("7f", "aYhba4dGQEHhs3uEe6CuLN4ByNQ.fw", id="no zero needed"),
        pytest.param("80", "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIA", id="a zero needed"),
        pytest.param("0", "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AA", id="zero"),
    ],
)
def test_the_name_of_a_certificate(serial: str, cert_id: str) -> None:
    assert renewal_info.certificate_id(certificate(serial)) == cert_id


def test_a_certificate_without_the_key_identifier_of_its_issuer_has_no_name() -> None:
    assert renewal_info.certificate_id(certificate(key_id="")) is None
    assert renewal_info.known(KNOWN.as_dict(), certificate(key_id="")) is None


def test_what_is_known_is_kept_as_a_document() -> None:
    for info in (INFO, KNOWN, replace(KNOWN, error="away")):
        assert RenewalInfo.from_dict(info.as_dict()) == info
        assert renewal_info.known(info.as_dict(), certificate()) == info


@pytest.mark.parametrize("fields", [None, {}, replace(KNOWN, cert_id="another.one").as_dict()])
def test_what_was_known_of_another_certificate_says_nothing(fields: dict[str, t.Any] | None) -> None:
    assert renewal_info.known(fields, certificate()) == INFO


@pytest.mark.parametrize(
    ("document", "answer"),
    [
        pytest.param(
            {"suggestedWindow": {"start": "2027-01-07T04:42:00Z", "end": "2027-01-08T04:42:00Z"}},
            Answer(WINDOW),
            id="window",
        ),
        pytest.param(
            {
                "suggestedWindow": {"start": "2027-01-07T05:42:00.987+01:00", "end": "2027-01-08T04:42:00.1Z"},
                "explanationURL": URL,
                "more": 1,
            },
            Answer(WINDOW, URL),
            id="another time zone, fractions, an explanation, more fields",
        ),
        pytest.param(
            {"suggestedWindow": {"start": "2027-01-07T04:42:00Z", "end": "2027-01-08T04:42:00Z"}, "explanationURL": 7},
            Answer(WINDOW),
            id="no URL",
        ),
    ],
)
def test_answers_are_read(document: dict[str, t.Any], answer: Answer) -> None:
    assert renewal_info.parse(document, None) == answer


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(None, id="nothing"),
        pytest.param([], id="a list"),
        pytest.param({}, id="empty"),
        pytest.param({"suggestedWindow": None}, id="no window"),
        pytest.param({"suggestedWindow": {"start": "2027-01-07T04:42:00Z"}}, id="no end"),
        pytest.param({"suggestedWindow": {"start": "tomorrow", "end": "2027-01-08T04:42:00Z"}}, id="no time"),
        pytest.param({"suggestedWindow": {"start": 1, "end": 2}}, id="numbers"),
        pytest.param(
            {"suggestedWindow": {"start": "2027-01-07T04:42:00", "end": "2027-01-08T04:42:00"}}, id="no time zone"
        ),
        pytest.param(
            {"suggestedWindow": {"start": "0001-01-01T00:00:00+14:00", "end": "2027-01-07T04:42:00Z"}},
            id="before the calendar",
        ),
        pytest.param(
            {"suggestedWindow": {"start": "2027-01-07T04:42:00Z", "end": "9999-12-31T23:59:59-12:00"}},
            id="after the calendar",
        ),
        pytest.param(
            {"suggestedWindow": {"start": "2027-01-08T04:42:00Z", "end": "2027-01-07T04:42:00Z"}},
            id="ends before it starts",
        ),
        pytest.param(
            {"suggestedWindow": {"start": "2027-01-08T04:42:00Z", "end": "2027-01-08T04:42:00Z"}},
            id="ends as it starts",
        ),
    ],
)
def test_what_is_no_answer_is_refused(document: t.Any) -> None:
    with pytest.raises(ValueError, match="suggestedWindow"):
        renewal_info.parse(document, None)


@pytest.mark.parametrize(
    ("dice", "after"),
    [
        pytest.param(0.0, timedelta(0), id="at the start"),
        pytest.param(0.5, 12 * HOUR, id="in the middle"),
        pytest.param(0.9999999, DAY - SECOND, id="before the end"),
    ],
)
def test_the_time_lies_in_the_window(dice: float, after: timedelta) -> None:
    assert renewal_info.answered(INFO, Answer(WINDOW), NOW, dice).selected_at == WINDOW.start + after


def test_the_time_stays_while_the_window_does() -> None:
    first = renewal_info.answered(INFO, Answer(WINDOW), NOW, 0.25)
    kept = RenewalInfo.from_dict(first.as_dict())
    assert renewal_info.answered(kept, Answer(WINDOW), NOW + HOUR, 0.75).selected_at == first.selected_at
    assert renewal_info.answered(kept, Answer(LATER), NOW + HOUR, 0.75).selected_at == LATER.at(0.75)


def test_an_answer_replaces_error_and_explanation() -> None:
    found = renewal_info.answered(replace(KNOWN, error="away"), Answer(WINDOW), NOW, 0)
    assert (found.error, found.explanation_url, found.selected_at) == (None, None, KNOWN.selected_at)


@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [
        pytest.param(None, 6 * HOUR, id="the CA does not say"),
        pytest.param(0, MINUTE, id="at once is a minute"),
        pytest.param(59, MINUTE, id="less than a minute"),
        pytest.param(61, 61 * SECOND, id="more than a minute"),
        pytest.param(21600, 6 * HOUR, id="as Let's Encrypt"),
        pytest.param(86400, DAY, id="a day"),
        pytest.param(1e12, DAY, id="more than a day"),
    ],
)
def test_when_to_ask_again(retry_after: float | None, wait: timedelta) -> None:
    assert renewal_info.answered(INFO, Answer(WINDOW, retry_after=retry_after), NOW, 0).next_check_at == NOW + wait
    assert renewal_info.unanswered(INFO, "away", NOW, retry_after).next_check_at == NOW + wait


def test_an_error_keeps_what_is_known_and_is_cut_to_a_line() -> None:
    found = renewal_info.unanswered(KNOWN, "x" * 1000, NOW)
    assert (found.window, found.selected_at, found.explanation_url) == (KNOWN.window, KNOWN.selected_at, URL)
    assert len(found.error or "") == renewal_info.LONGEST_TEXT


def test_a_ca_without_renewal_information_is_asked_again_after_a_day() -> None:
    assert renewal_info.unavailable(KNOWN, NOW) == replace(INFO, next_check_at=NOW + DAY)


@pytest.mark.parametrize(
    ("info", "now", "ask"),
    [
        pytest.param(None, NOW, False, id="no name"),
        pytest.param(INFO, NOW, True, id="never asked"),
        pytest.param(KNOWN, NOW - SECOND, False, id="a second early"),
        pytest.param(KNOWN, NOW, True, id="then"),
        pytest.param(KNOWN, NOW + DAY, True, id="late"),
        pytest.param(KNOWN, NOW + 44 * DAY, False, id="expired"),
        pytest.param(INFO, NOW + 44 * DAY, False, id="expired and never asked"),
    ],
)
def test_who_is_asked_about(info: RenewalInfo | None, now: datetime, ask: bool) -> None:
    assert renewal_info.is_to_be_asked(info, certificate(), now) is ask


@pytest.mark.parametrize(
    ("code", "status", "again"),
    [
        pytest.param("alreadyReplaced", 409, True, id="RFC 9773"),
        pytest.param("conflict", 409, True, id="Boulder before March 2025"),
        pytest.param("unauthorized", 403, True, id="another account, in Boulder"),
        pytest.param("malformed", 404, True, id="unknown certificate, in Boulder"),
        pytest.param("malformed", 400, True, id="no name in common, in Boulder"),
        pytest.param("serverInternal", 500, True, id="a CA that stumbles over it"),
        pytest.param("unknown", 400, True, id="no problem document"),
        pytest.param("rateLimited", 429, False, id="rate limit"),
        pytest.param("rejectedIdentifier", 400, False, id="a name that is forbidden"),
        pytest.param("accountDoesNotExist", 400, False, id="the account is gone"),
        pytest.param("badNonce", 400, False, id="nonce"),
        pytest.param("invalidProfile", 400, False, id="profile"),
        pytest.param("ConnectionError", None, False, id="no answer"),
    ],
)
def test_which_refusals_are_worth_an_order_without_replacement(code: str, status: int | None, again: bool) -> None:
    assert renewal_info.may_refuse_replacement(code, status) is again
