# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run is going to cost, told before; tests/e2e/fleet/test_forecast.py holds the figures to what a run costs."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.distributions import Distribution
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet import forecast
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet.drift import Index, Listing
from ansible_collections.certops.cloudfront.plugins.module_utils._core.fleet.needs import Candidate, Need
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values.partitions import AwsAccount
from unit.fakes.projects import certificate, definition, document

BOUND = tuple(
    Distribution(f"E{number}", aliases=("example.com",), viewer={"IAMCertificateId": "ASCA1"}) for number in range(2)
)
FOUND = {"last_run": {"Matched_CloudFront": {"ID_LIST": ["E0", "E1", "E2"]}}}


def need(action: str = "renew", issue: bool = True, **changes: t.Any) -> Need:
    made = {**document(definition=definition(emails=["ops@example.com"]), certificate=certificate()), **changes}
    return Need(Candidate("webapp", "webapp", made), action, "because", "ok", "2027-01-06T04:42:00Z", issue=issue)


def listed(*distributions: Distribution) -> Index:
    return Index.of(Listing(AwsAccount("123456789012", "aws"), distributions=distributions))


@pytest.mark.parametrize(
    ("subject", "index", "expected"),
    [
        pytest.param(need("none"), None, {}, id="a project that rests"),
        pytest.param(need("wait"), None, {}, id="a project that waits"),
        pytest.param(
            need(), listed(*BOUND), {"acme": 13, "cloudfront": 7, "iam": 3, "route53": 4, "sns": 2}, id="a renewal"
        ),
        pytest.param(
            need(**FOUND),
            None,
            {"acme": 13, "cloudfront": 9, "iam": 3, "route53": 4, "sns": 2},
            id="distributions that the last run found",
        ),
        pytest.param(
            need(**FOUND),
            listed(*BOUND),
            {"acme": 13, "cloudfront": 7, "iam": 3, "route53": 4, "sns": 2},
            id="listings count before the last run",
        ),
        pytest.param(need("rebind", issue=False), listed(*BOUND), {"cloudfront": 6, "iam": 3, "sns": 2}, id="no order"),
        pytest.param(
            need(definition=definition(sns_topic="")),
            None,
            {"acme": 13, "cloudfront": 3, "iam": 3, "route53": 4},
            id="nobody to tell",
        ),
        pytest.param(
            need(last_run={"Matched_CloudFront": "No Matched CloudFront"}),
            None,
            {"acme": 13, "cloudfront": 3, "iam": 3, "route53": 4, "sns": 2},
            id="no distribution",
        ),
    ],
)
def test_the_calls_of_one_project(subject: Need, index: Index | None, expected: dict[str, int]) -> None:
    assert forecast.calls(subject, index) == expected


@pytest.mark.parametrize(
    ("issue", "more", "expected"),
    [
        (True, {}, {"acm": 7, "acme": 13, "route53": 4, "sns": 2}),
        (False, {}, {"acm": 2, "sns": 2}),
    ],
)
def test_the_calls_of_one_in_acm(issue: bool, more: dict[str, t.Any], expected: dict[str, int]) -> None:
    in_acm = definition(emails=["ops@example.com"], certificate_store="acm", acm_arn="new", **more)
    found = forecast.calls(need(issue=issue, definition=in_acm), None)
    assert "iam" not in found
    assert {service: count for service, count in found.items() if service != "cloudfront"} == expected


def test_each_listing_of_distributions_has_as_many_calls_as_pages() -> None:
    many = [Distribution(f"E{number}", aliases=(), viewer={}) for number in range(201)]
    assert forecast.calls(need(), listed(*many))["cloudfront"] == 3 * forecast.calls(need(), listed())["cloudfront"]


def test_a_run_lists_the_zones_once_for_all_of_its_orders() -> None:
    orders = [need() for _project in range(12)]
    assert forecast.limits([*orders, need("rebind", issue=False)], None, None)["calls"]["route53"] == 12 * 3 + 1
    assert "route53" not in forecast.limits([need("rebind", issue=False)], None, None)["calls"]


@pytest.mark.parametrize(
    ("issue", "store", "uploads"), [(True, "iam", 1), (False, "iam", 0), (True, "acm", 0), (False, "acm", 0)]
)
def test_only_a_new_certificate_in_iam_takes_room_there(issue: bool, store: str, uploads: int) -> None:
    subject = need(issue=issue, definition=definition(certificate_store=store))
    assert forecast.limits([subject], None, (3, 20))["iam"] == {
        "used": 3, "allowed": 20, "room": 17, "uploads": uploads, "kept": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("room", "uploads", "kept", "is_told"),
    [(None, 5, 5, False), (0, 0, 0, False), (0, 1, 0, True), (1, 1, 0, False), (4, 5, 5, True), (5, 5, 5, False)],
)
def test_what_finds_no_room_is_told_before(room: int | None, uploads: int, kept: int, is_told: bool) -> None:
    iam = {"used": 15, "allowed": 20, "room": room, "uploads": uploads, "kept": kept}
    assert bool(forecast.warnings({"iam": iam})) is is_told
