# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificates of ACM are deleted, and why the others are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.acm_cert import deletion
from ansible_collections.certops.cloudfront.plugins.module_utils._core.acm_cert.certificates import AcmCertificate
from ansible_collections.certops.cloudfront.plugins.module_utils._core.acm_cert.deletion import AcmFound, AcmRules
from ansible_collections.certops.cloudfront.plugins.module_utils._core.acm_cert.users import AcmUser

NOW = datetime(2026, 11, 27, tzinfo=timezone.utc)
OURS = {"managed-by": "certops.cloudfront", "certops:project": "webapp"}
CERTIFICATE = AcmCertificate(
    "arn:aws:acm:us-east-1:123456789012:certificate/1", ("example.com",), "ecdsa_p256", "ISSUED", "IMPORTED"
)
FOUND = AcmFound(CERTIFICATE, OURS)


def aged(days: int, region: str = "us-east-1") -> AcmFound:
    arn = f"arn:aws:acm:{region}:123456789012:certificate/{days}"
    return replace(FOUND, certificate=replace(CERTIFICATE, arn=arn, imported_at=NOW - timedelta(days=days)))


@pytest.mark.parametrize(
    ("found", "rules", "why"),
    [
        (replace(FOUND, tags={}), AcmRules("webapp"), "it is not ours"),
        (replace(FOUND, tags={**OURS, "certops:project": "shop"}), AcmRules("webapp"), "not of project webapp"),
        (FOUND, AcmRules("webapp", keep=frozenset({CERTIFICATE.arn})), "keep list"),
        (replace(FOUND, users=(AcmUser("elb", "x", "rebind"),)), AcmRules("webapp"), "used by elb x"),
        (replace(FOUND, users=(AcmUser("novelty", "x", "unknown"),)), AcmRules("webapp"), "used by novelty x"),
        (
            replace(FOUND, certificate=replace(CERTIFICATE, status="PENDING_VALIDATION")),
            AcmRules("webapp"),
            "not yet issued",
        ),
        (FOUND, AcmRules("webapp", keep_previous=1), "number 1 of 1"),
    ],
)
def test_why_a_certificate_is_kept(found: AcmFound, rules: AcmRules, why: str) -> None:
    (verdict,) = deletion.decide([found], rules)
    assert not verdict.delete
    assert why in verdict.reason


def test_what_is_ours_and_unused_is_deleted() -> None:
    assert [verdict.delete for verdict in deletion.decide([FOUND], AcmRules("webapp"))] == [True]


def test_the_newest_of_each_region_are_kept() -> None:
    found = [aged(9), aged(3), aged(5, "eu-west-1"), aged(4, "eu-west-1")]
    verdicts = deletion.decide(found, AcmRules("webapp", keep_previous=1))
    kept = {verdict.found.certificate.arn.rpartition("/")[2] for verdict in verdicts if not verdict.delete}
    assert kept == {"3", "4"}
