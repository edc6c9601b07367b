# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Import, adopt, re-import or refuse: what is decided of one region."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.acm_cert import import_plan, reimport
from ansible_collections.certops.cloudfront.plugins.module_utils._core.acm_cert.certificates import (
    AcmCertificate,
    AcmSummary,
    Usages,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.acm_cert.import_plan import (
    ObservedRegion,
    WantedImport,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.certificate.certificate import Certificate
from ansible_collections.certops.cloudfront.plugins.module_utils._errors import RefusedError

NOW = datetime(2026, 11, 27, tzinfo=timezone.utc)
ARN = "arn:aws:acm:us-east-1:123456789012:certificate/old"
OURS = {"managed-by": "certops.cloudfront", "certops:project": "webapp"}
NEW = Certificate("1", "ff", "CN=CA", ("example.com", "www.example.com"), "ecdsa_p256", NOW, NOW + timedelta(days=90))
OLD = AcmCertificate(ARN, ("example.com",), "ecdsa_p256", "ISSUED", "IMPORTED", not_after=NOW + timedelta(days=30))
WANTED = WantedImport(NEW, Usages(), OURS, "new", cloudfront=True)


def steps(observed: ObservedRegion, wanted: WantedImport = WANTED) -> list[tuple[str, str]]:
    return [(step.action, step.target) for step in import_plan.plan(observed, wanted, NOW).steps]


def same(**observed: t.Any) -> list[tuple[str, str]]:
    return steps(ObservedRegion("us-east-1", OLD, **observed), replace(WANTED, import_as="same"))


@pytest.mark.parametrize(
    ("observed", "expected"),
    [
        (ObservedRegion("us-east-1"), [("import", "us-east-1")]),
        (ObservedRegion("us-east-1", OLD), [("import", "us-east-1")]),
        (ObservedRegion("us-east-1", same={"a": OURS}), []),
        (ObservedRegion("us-east-1", same={"a": {}, "b": OURS}), []),
        (ObservedRegion("us-east-1", same={"a": {}}), [("tag", "a")]),
        (ObservedRegion("us-east-1", same={"a": {}, "b": {}}, given_arn="b"), [("tag", "b")]),
        (ObservedRegion("us-east-1", same={"a": {**OURS, "certops:project": "x"}}), [("import", "us-east-1")]),
        (ObservedRegion("us-east-1", same={"a": {"managed-by": "terraform"}}), [("import", "us-east-1")]),
    ],
)
def test_what_has_the_content_is_adopted_unless_something_else_manages_it(
    observed: ObservedRegion, expected: list[tuple[str, str]]
) -> None:
    assert steps(observed) == expected


def test_the_arn_is_kept_when_that_was_asked_for() -> None:
    assert same(given_tags=OURS) == [("reimport", ARN)]
    assert same() == [("reimport", ARN), ("tag", ARN)]
    assert steps(ObservedRegion("us-east-1"), replace(WANTED, import_as="same")) == [("import", "us-east-1")]


def test_the_arn_of_something_else_is_never_taken() -> None:
    with pytest.raises(RefusedError, match="something else manages it"):
        same(given_tags={"managed-by": "terraform"})


RULES: dict[str, tuple[AcmCertificate, Usages, str]] = {
    "not imported": (replace(OLD, type="AMAZON_ISSUED"), Usages(), "was not imported"),
    "managed": (replace(OLD, managed_by="CLOUDFRONT"), Usages(), "managed by CLOUDFRONT"),
    "key type": (replace(OLD, key_type="rsa_2048"), Usages(), "its key is rsa_2048"),
    "key usage": (replace(OLD, usages=Usages(frozenset({"KEY_AGREEMENT"}))), Usages(), "KEY_AGREEMENT"),
    "extended key usage": (replace(OLD, usages=Usages(extended=frozenset({"1.2.3"}))), Usages(), "1.2.3"),
    "too late": (replace(OLD, not_after=NOW + timedelta(hours=47)), Usages(), "24 hours"),
    "expired": (replace(OLD, not_after=NOW - timedelta(days=1)), Usages(), "24 hours"),
}


@pytest.mark.parametrize("case", RULES)
def test_why_an_arn_cannot_be_kept(case: str) -> None:
    old, usages, why = RULES[case]
    assert why in "; ".join(reimport.refusals(old, NEW, usages, NOW, serves_cloudfront=True))


@pytest.mark.parametrize(
    "old",
    [
        OLD,
        replace(OLD, not_after=NOW + timedelta(hours=49)),
        replace(OLD, usages=Usages(frozenset({"KEY_ENCIPHERMENT"}), frozenset({"1.3.6.1.5.5.7.3.2"}))),
    ],
)
def test_what_keeps_its_arn(old: AcmCertificate) -> None:
    assert reimport.refusals(old, NEW, Usages(), NOW, serves_cloudfront=True) == []


def test_the_day_of_cloudfront_is_no_matter_of_load_balancers() -> None:
    old = replace(OLD, not_after=NOW + timedelta(hours=1))
    assert reimport.refusals(old, NEW, Usages(), NOW, serves_cloudfront=False) == []


def test_all_reasons_are_said_at_once() -> None:
    old = replace(OLD, key_type="rsa_2048", not_after=NOW, managed_by="CLOUDFRONT")
    assert len(reimport.refusals(old, NEW, Usages(), NOW, serves_cloudfront=True)) == 3


LISTED = AcmSummary(ARN, NEW.domains, "ecdsa_p256", "ISSUED", "IMPORTED", not_after=NEW.not_after)


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        (LISTED, True),
        (replace(LISTED, domains=("common name", *reversed(NEW.domains))), True),
        (replace(LISTED, domains=("example.com",)), False),
        (replace(LISTED, domains=("example.com",), has_more_domains=True), True),
        (replace(LISTED, type="AMAZON_ISSUED"), False),
        (replace(LISTED, status="EXPIRED"), False),
        (replace(LISTED, key_type="rsa_2048"), False),
        (replace(LISTED, not_after=NOW), False),
    ],
)
def test_only_what_may_have_the_content_is_read(summary: AcmSummary, expected: bool) -> None:
    assert import_plan.may_be_same(summary, NEW) is expected


@pytest.mark.parametrize(
    ("domains", "more", "given", "expected"),
    [
        (NEW.domains, False, {}, True),
        (NEW.domains, True, {}, True),
        (NEW.domains[:1], True, {}, True),
        (NEW.domains[:1], False, {}, False),
        ((*NEW.domains, "example.org"), False, {}, True),
        ((*NEW.domains, "example.org"), True, {}, False),
        (NEW.domains, False, {"type": "AMAZON_ISSUED"}, False),
        (NEW.domains, False, {"status": "EXPIRED"}, False),
        (NEW.domains, False, {"key_type": "rsa_2048"}, False),
        (NEW.domains, False, {"not_after": NOW}, False),
    ],
)
def test_names_that_may_be_those_of_the_content(
    domains: tuple[str, ...], more: bool, given: dict[str, t.Any], expected: bool
) -> None:
    summary = AcmSummary(ARN, domains, "ecdsa_p256", "ISSUED", "IMPORTED", not_after=NEW.not_after)
    assert import_plan.may_be_same(replace(summary, has_more_domains=more, **given), NEW) is expected
