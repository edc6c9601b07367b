# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate to bind, and what is wrong with it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind import (
    target as binding_target,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.target import Target

NOW = datetime(2026, 11, 22, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        pytest.param({"domains": ["a.test"], "path": "/other/"}, "only certificates under /cloudfront/", id="path"),
        pytest.param(
            {"domains": ["a.test"], "key_type": "ecdsa_secp384r1"},
            "does not accept a key of type ecdsa_secp384r1",
            id="key type",
        ),
        pytest.param({"domains": []}, "no domains", id="no domains"),
        pytest.param({"domains": ["a.test"], "not_after": "2026-11-21T00:00:00Z"}, "expired", id="expired"),
        pytest.param({"domains": ["a.test"], "not_after": "soon"}, "soon", id="time that is none"),
    ],
)
def test_server_certificate_problems(fields: dict[str, object], found: str) -> None:
    assert found in " ".join(binding_target.server_certificate_problems(fields, NOW))


@pytest.mark.parametrize(
    ("arn", "partition", "found"),
    [
        pytest.param("arn:aws:acm:us-east-1:123456789012:certificate/x", "aws", "", id="fine"),
        pytest.param("arn:aws:acm:eu-west-1:123456789012:certificate/x", "aws", "eu-west-1", id="wrong region"),
        pytest.param("ASCA1", "aws", "is not the ARN", id="no ARN"),
        pytest.param("arn:aws-cn:acm:cn-north-1:123456789012:certificate/x", "aws-cn", "China takes IAM", id="China"),
    ],
)
def test_acm_problems(arn: str, partition: str, found: str) -> None:
    problems = " ".join(binding_target.acm_problems(binding_target.from_acm(arn, ["a.test"]), partition, "config"))
    assert found in problems
    assert bool(found) == bool(problems)


def test_age_of_a_certificate() -> None:
    assert Target("IAMCertificateId", "A", ()).is_fresh(NOW)
    assert Target("IAMCertificateId", "A", (), uploaded_at=NOW - timedelta(minutes=1)).is_fresh(NOW)
    assert not Target("IAMCertificateId", "A", (), uploaded_at=NOW - timedelta(days=1)).is_fresh(NOW)


@pytest.mark.parametrize(("age", "is_fresh"), [(timedelta(seconds=899), True), (timedelta(minutes=15), False)])
def test_it_is_fresh_for_a_quarter_of_an_hour(age: timedelta, is_fresh: bool) -> None:
    assert Target("IAMCertificateId", "A", (), uploaded_at=NOW - age).is_fresh(NOW) is is_fresh
