# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which request is ours, when another one is made, and what stands in the way of one or of a renewal."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.acm_cert import limits, renewals, requests
from ansible_collections.certops.cloudfront.plugins.module_utils._core.acm_cert.certificates import (
    AcmCertificate,
    AcmRenewal,
    AcmSummary,
    Validation,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.acm_cert.requests import WantedRequest

NOW = datetime(2026, 11, 27, tzinfo=timezone.utc)
ARN = "arn:aws:acm:us-east-1:123456789012:certificate/1"
WANTED = WantedRequest(("example.com", "*.example.com"), "ecdsa_p256", {"certops:project": "webapp"})
LISTED = AcmSummary(
    ARN, ("*.example.com", "example.com"), "ecdsa_p256", "ISSUED", "AMAZON_ISSUED", created_at=NOW - timedelta(hours=2)
)


@pytest.mark.parametrize(
    "other",
    [
        replace(WANTED, domains=("example.com",)),
        replace(WANTED, domains=("*.example.com", "example.com")),
        replace(WANTED, key_type="rsa_2048"),
        replace(WANTED, tags={}),
        replace(WANTED, is_exportable=True),
    ],
)
def test_every_difference_in_a_request_makes_another_token(other: WantedRequest) -> None:
    assert requests.token(other) != requests.token(WANTED)


def test_a_token_fits_the_api_and_differs_for_a_request_in_place_of_a_dead_one() -> None:
    assert re.fullmatch(r"\w{1,32}", requests.token(WANTED))
    assert requests.token(WANTED) == requests.token(replace(WANTED))
    assert requests.token(WANTED, [ARN]) != requests.token(WANTED)


def test_a_name_that_is_too_long_for_a_common_name_does_not_stand_first() -> None:
    long = "a" * 60 + ".example.com"
    assert WantedRequest((long, "example.com"), "rsa_2048").ordered == ("example.com", long)
    assert limits.request_problems([long])
    assert not limits.request_problems([long, "example.com"])


@pytest.mark.parametrize(
    "other",
    [
        replace(LISTED, type="IMPORTED"),
        replace(LISTED, type="PRIVATE"),
        replace(LISTED, managed_by="CLOUDFRONT"),
        replace(LISTED, key_origin="ACME"),
        replace(LISTED, key_type="rsa_2048"),
        replace(LISTED, is_exportable=True),
        replace(LISTED, domains=("example.com",)),
    ],
)
def test_what_differs_is_another_certificate(other: AcmSummary) -> None:
    assert requests.may_be_ours(LISTED, WANTED)
    assert not requests.may_be_ours(other, WANTED)


def test_an_issued_certificate_comes_before_a_pending_one_and_foreign_ones_do_not_count() -> None:
    pending = replace(LISTED, arn="pending", status="PENDING_VALIDATION", created_at=NOW)
    foreign = replace(LISTED, arn="foreign")
    dead = replace(LISTED, arn="dead", status="VALIDATION_TIMED_OUT")
    known = requests.known([pending, foreign, LISTED, dead], {"foreign": {"certops:project": "shop"}}, WANTED)
    assert [one.arn for one in known.alive] == [ARN, "pending"]
    assert [one.arn for one in known.dead] == ["dead"]


@pytest.mark.parametrize(("hours", "is_refused"), [(1, True), (23, True), (24, False)])
def test_what_acm_refused_is_left_alone_for_a_day(hours: int, is_refused: bool) -> None:
    failed = replace(LISTED, status="FAILED", created_at=NOW - timedelta(hours=hours))
    assert (requests.known([failed], {}, WANTED).refused(NOW) is not None) is is_refused


def test_a_wildcard_and_its_base_have_one_record_which_counts_without_its_underscore() -> None:
    validations = [
        Validation(name, "PENDING_VALIDATION", "DNS", "_1.example.com", "_2.acm-validations.aws")
        for name in ("*.example.com", "example.com")
    ]
    (record,) = requests.records(validations)
    assert record.domain == "example.com"
    assert record.is_in(["_2.acm-validations.aws."])
    assert record.is_in(["2.ACM-validations.aws"])
    assert not record.is_in(["3.acm-validations.aws"])


def test_the_cost_is_that_of_each_name() -> None:
    assert requests.cost(["example.com", "www.example.com", "*.example.com"]) == 93


ISSUED = AcmCertificate(
    ARN,
    ("example.com",),
    "ecdsa_p256",
    "ISSUED",
    "AMAZON_ISSUED",
    not_after=NOW + timedelta(days=90),
    validations=(Validation("example.com", "SUCCESS", "DNS", "_1.example.com", "_2.acm-validations.aws"),),
    renewal_eligibility="ELIGIBLE",
)
SHOWN = {"_1.example.com": ("_2.acm-validations.aws",)}


@pytest.mark.parametrize(
    ("certificate", "shown", "why"),
    [
        (ISSUED, {"_1.example.com": ()}, "record _1.example.com is missing"),
        (ISSUED, {"_1.example.com": ("elsewhere",)}, "record _1.example.com is missing"),
        (replace(ISSUED, renewal=AcmRenewal("FAILED", "CAA_ERROR")), SHOWN, "failed (CAA_ERROR)"),
        (
            replace(
                ISSUED,
                renewal=AcmRenewal(
                    "PENDING_VALIDATION", validations=(Validation("example.com", "PENDING_VALIDATION"),)
                ),
            ),
            SHOWN,
            "waits for the validation of example.com",
        ),
        (replace(ISSUED, not_after=NOW + timedelta(days=29)), SHOWN, "not renewed yet"),
        (replace(ISSUED, renewal_eligibility="INELIGIBLE"), SHOWN, "renews only what a service uses"),
    ],
)
def test_what_stands_in_the_way_of_a_renewal(
    certificate: AcmCertificate, shown: dict[str, tuple[str, ...]], why: str
) -> None:
    (problem,) = renewals.problems(certificate, shown, NOW)
    assert why in problem


@pytest.mark.parametrize(
    ("certificate", "shown"),
    [
        (ISSUED, SHOWN),
        (ISSUED, {"_1.example.com": None}),
        (ISSUED, {}),
        (replace(ISSUED, type="IMPORTED", renewal_eligibility="INELIGIBLE"), {}),
        (replace(ISSUED, status="PENDING_VALIDATION"), {}),
    ],
)
def test_nothing_stands_in_the_way(certificate: AcmCertificate, shown: dict[str, tuple[str, ...] | None]) -> None:
    assert renewals.problems(certificate, shown, NOW) == ()


@pytest.mark.parametrize("other", [{"type": "PRIVATE"}, {"managed_by": "CLOUDFRONT"}, {"key_origin": "ACME"}])
def test_what_no_distribution_can_serve_is_not_taken_even_by_its_arn(other: dict[str, str]) -> None:
    wanted = WantedRequest(("example.com",), "ecdsa_p256")
    assert requests.fits(ISSUED, wanted)
    assert not requests.fits(replace(ISSUED, **other), wanted)


@pytest.mark.parametrize(
    ("status", "created_at", "expected"),
    [
        ("PENDING_VALIDATION", NOW, NOW + timedelta(hours=72)),
        ("PENDING_VALIDATION", None, None),
        ("ISSUED", NOW, None),
    ],
)
def test_a_request_that_nobody_validates_is_dead_after_72_hours(
    status: str, created_at: datetime | None, expected: datetime | None
) -> None:
    certificate = AcmCertificate(ARN, ("example.com",), "ecdsa_p256", status, "AMAZON_ISSUED", created_at=created_at)
    assert requests.expires_at(certificate) == expected
