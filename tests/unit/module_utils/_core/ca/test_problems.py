# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What CAs complain about, and what users are told to do about it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.ca import problems as acme_problems
from ansible_collections.certops.cloudfront.plugins.module_utils._core.ca.problems import Problem

NOW = datetime(2027, 1, 6, 4, 42, tzinfo=timezone.utc)
URN = "urn:ietf:params:acme:error:"


def test_a_time_that_no_calendar_has_is_none() -> None:
    assert acme_problems.rate_limit("retry after 2027-13-32 25:00:00 UTC", None, NOW).until is None


def test_subproblems_are_told_for_each_name() -> None:
    problem = Problem.from_json(
        {
            "type": URN + "malformed",
            "detail": "some names were refused",
            "subproblems": [
                {
                    "type": URN + "rejectedIdentifier",
                    "detail": "on the list",
                    "identifier": {"type": "dns", "value": "a.example"},
                },
                {"type": URN + "caa", "detail": "forbidden", "identifier": {"type": "dns", "value": "b.example"}},
            ],
        }
    )
    assert problem.code == "malformed"
    assert [(entry["identifier"], entry["code"]) for entry in problem.as_details()] == [
        ("a.example", "rejectedIdentifier"),
        ("b.example", "caa"),
    ]
    assert "a.example: rejectedIdentifier: on the list" in problem.as_text()
    assert "remove it" in acme_problems.advice(problem, None, NOW)


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(None, id="no document"),
        pytest.param([], id="a list"),
        pytest.param({}, id="empty"),
        pytest.param({"type": None, "identifier": "x", "subproblems": "y"}, id="wrong types"),
    ],
)
def test_a_damaged_problem_is_still_a_problem(document: object) -> None:
    assert Problem.from_json(document).code == "unknown"


@pytest.mark.parametrize(
    ("detail", "limit", "until"),
    [
        pytest.param(
            "too many certificates (5) already issued for this exact set of identifiers in the last 168h0m0s, "
            "retry after 2027-01-07 10:00:00 UTC: see https://x",
            "exact set of names (Let's Encrypt: 5 in 7 days)",
            datetime(2027, 1, 7, 10, tzinfo=timezone.utc),
            id="duplicates",
        ),
        pytest.param(
            'too many certificates (50) already issued for "example.com" in the last 168h0m0s as a registered domain',
            "registered domain (Let's Encrypt: 50 in 7 days)",
            None,
            id="registered domain",
        ),
        pytest.param(
            "too many failed authorizations (5) for x", "failed validations", None, id="failed authorizations"
        ),
        pytest.param("too many new orders (300) from this account", "new orders of one account", None, id="orders"),
        pytest.param("too many new registrations (10) from this IP", "new accounts", None, id="accounts"),
        pytest.param("slow down", "a limit that the message names", None, id="unknown"),
    ],
)
def test_a_rate_limit_is_explained(detail: str, limit: str, until: datetime | None) -> None:
    found = acme_problems.rate_limit(detail, None, NOW)
    assert limit in found.as_text()
    assert found.until == until


def test_retry_after_tells_better_than_the_text_until_when_to_wait() -> None:
    found = acme_problems.rate_limit("retry after 2027-03-01 00:00:00 UTC", 3600, NOW)
    assert found.until == NOW + timedelta(hours=1)
    assert "2027-01-06T05:42:00Z" in found.as_text()


ADVICE = [
    # RFC 8555 section 6.7
    ("accountDoesNotExist", "registers it again"),
    ("alreadyRevoked", "nothing to do"),
    ("badCSR", "key_type"),
    ("badNonce", "run again"),
    ("badPublicKey", "acme_account"),
    ("badRevocationReason", "another reason"),
    ("badSignatureAlgorithm", "ES256"),
    ("caa", "CAA records"),
    ("compound", "each of the names"),
    ("connection", "name servers"),
    ("dns", "delegated"),
    ("externalAccountRequired", "acme_eab_kid"),
    ("incorrectResponse", "challenge name"),
    ("invalidContact", "acme_contacts"),
    ("malformed", "the CA's explanation"),
    ("orderNotReady", "run again"),
    ("rateLimited", "wait as long as the message says"),
    ("rejectedIdentifier", "remove it"),
    ("serverInternal", "run again later"),
    ("tls", "TLS"),
    ("unauthorized", "delegated"),
    ("unsupportedContact", "plain e-mail addresses"),
    ("unsupportedIdentifier", "another CA"),
    ("userActionRequired", "visit the URL"),
    # RFC 9773 section 5, draft-ietf-acme-profiles, Boulder
    ("alreadyReplaced", "another order has already replaced"),
    ("invalidProfile", "acme_profile"),
    ("conflict", "at the same time"),
    ("dnssec", "DNSSEC"),
]


@pytest.mark.parametrize(("code", "told"), [pytest.param(*row, id=row[0]) for row in ADVICE])
def test_every_type_comes_with_advice(code: str, told: str) -> None:
    assert told in acme_problems.advice(Problem.from_json({"type": URN + code, "detail": "x"}), None, NOW)


def test_unknown_types_come_without_advice() -> None:
    assert acme_problems.advice(Problem(code="teapot", detail="x"), None, NOW) == ""


def test_each_name_gets_its_own_advice() -> None:
    problems = (Problem("caa", "x", "a.example"), Problem("dns", "y", "b.example"), Problem("dns", "z", "c.example"))
    told = acme_problems.advice(Problem("compound", "several", subproblems=problems), None, NOW)
    assert told.count("CAA records") == 1
    assert told.count("delegated") == 1


def test_a_limit_on_one_of_the_names_is_a_limit() -> None:
    found = Problem(
        "malformed",
        "x",
        subproblems=(
            Problem(
                "rateLimited", "too many failed authorizations (5), retry after 2027-01-06 05:00:00 UTC", "a.example"
            ),
        ),
    )
    assert "failed validations of one name" in acme_problems.advice(found, None, NOW)
    assert acme_problems.retry_at(found, None, NOW) == datetime(2027, 1, 6, 5, tzinfo=timezone.utc)


@pytest.mark.parametrize("code", ["serverInternal", "malformed"])
def test_only_a_limit_says_until_when(code: str) -> None:
    assert acme_problems.retry_at(Problem(code, "x"), 60, NOW) is None


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        pytest.param(["rateLimited"], True, id="a limit"),
        pytest.param(["serverInternal"], True, id="its own problem"),
        pytest.param(["caa", "caa"], True, id="CAA names others"),
        pytest.param(["caa", "dns"], False, id="CAA for one name, DNS for another"),
        pytest.param(["unauthorized"], False, id="the wrong record"),
        pytest.param(["rejectedIdentifier"], False, id="a name that nobody should have"),
        pytest.param([], False, id="nothing known"),
    ],
)
def test_another_ca_is_of_use_only_for_what_is_about_the_ca(codes: list[str], expected: bool) -> None:
    assert acme_problems.another_ca_may_issue(codes) is expected


def test_a_refused_new_account_is_about_the_binding_and_never_about_zones() -> None:
    refused = Problem("unauthorized", "invalid eab credentials")
    told = acme_problems.advice(refused, None, NOW, "newAccount")
    assert "acme_eab_kid" in told
    assert "zone" not in told


@pytest.mark.parametrize(
    ("operation", "code", "told"),
    [
        pytest.param("newAccount", "unauthorized", "check acme_eab_kid and acme_eab_hmac_key", id="a binding"),
        pytest.param(
            "newAccount", "malformed", "check acme_eab_kid and acme_eab_hmac_key", id="a binding that is no key"
        ),
        pytest.param("newOrder", "unauthorized", "state=deactivated", id="an account at the order"),
        pytest.param("account", "unauthorized", "state=deactivated", id="an account"),
        pytest.param("revokeCert", "unauthorized", "the account that ordered the certificate", id="a revocation"),
        pytest.param("authorization", "unauthorized", "the zone is delegated", id="a validation"),
        pytest.param("newOrder", "rejectedIdentifier", "remove it", id="what depends on no question"),
    ],
)
def test_advice_depends_on_what_was_asked(operation: str, code: str, told: str) -> None:
    advice = acme_problems.advice(Problem(code, "x"), None, NOW, operation)
    assert told in advice
    assert ("delegated" in advice) == (operation == "authorization")


def test_advice_on_an_order_is_that_of_each_name() -> None:
    whole = Problem("unauthorized", "x", subproblems=(Problem("caa", "y", "example.com"),))
    assert "CAA" in acme_problems.advice(whole, None, NOW, "newOrder")
