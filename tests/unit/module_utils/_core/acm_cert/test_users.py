# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which users of a certificate are rebound, which follow the ARN, and which nobody knows."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.acm_cert import users
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.distributions import Distribution
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.tenants import Tenant

OWN, OTHER = "123456789012", "999999999999"
ARN = f"arn:aws:acm:us-east-1:{OWN}:certificate/1"


@pytest.mark.parametrize(
    ("arn", "kind", "how"),
    [
        (f"arn:aws:cloudfront::{OWN}:distribution/E1", "cloudfront", "rebind"),
        (f"arn:aws:cloudfront::{OWN}:distribution-tenant/dt_1", "cloudfront", "rebind"),
        (f"arn:aws:elasticloadbalancing:us-east-1:{OWN}:loadbalancer/app/web/1", "elb", "rebind"),
        (f"arn:aws:elasticloadbalancing:us-east-1:{OWN}:loadbalancer/classic", "elb", "rebind"),
        ("arn:aws:apigateway:us-east-1::/domainnames/example.com", "apigateway", "rebind"),
        (f"arn:aws:appsync:us-east-1:{OWN}:domainnames/example.com", "appsync", "follows"),
        (f"arn:aws:iot:us-east-1:{OWN}:domainconfiguration/x", "iot", "follows"),
        (f"arn:aws:cognito-idp:us-east-1:{OWN}:userpool/x", "cognito-idp", "follows"),
        (f"arn:aws:cloudfront::{OTHER}:distribution/E9", "cloudfront", "unknown"),
        (f"arn:aws:elasticloadbalancing:us-east-1:{OTHER}:loadbalancer/app/x/1", "elasticloadbalancing", "unknown"),
        (f"arn:aws:novelty:us-east-1:{OWN}:thing/x", "novelty", "unknown"),
        ("nonsense", "unknown", "unknown"),
    ],
)
def test_users_by_what_a_new_arn_means_for_them(arn: str, kind: str, how: str) -> None:
    found = users.of_arn(arn, OWN)
    assert (found.kind, found.how) == (kind, how)
    assert bool(found.note) is (how != "rebind")


def test_a_distribution_that_both_sources_show_is_one_user() -> None:
    listed = [Distribution("E1", viewer={"ACMCertificateArn": ARN}), Distribution("E2", viewer={"Certificate": ARN})]
    found = users.of(ARN, [f"arn:aws:cloudfront::{OWN}:distribution/E1"], listed)
    assert [user.id for user in found] == ["E1", "E2"]


def test_tenants_with_a_certificate_of_their_own_are_users() -> None:
    listed = [Tenant("dt_1", "E1", certificate=ARN), Tenant("dt_2", "E1")]
    found = users.of(ARN, [f"arn:aws:cloudfront::{OWN}:distribution-tenant/dt_1"], tenants=listed)
    assert [(user.kind, user.id, user.how) for user in found] == [("cloudfront", "dt_1", "rebind")]


def test_users_that_stay_behind_are_warned_of() -> None:
    found = users.of(ARN, [f"arn:aws:iot:us-east-1:{OWN}:x", f"arn:aws:cloudfront::{OWN}:distribution/E1"])
    assert [warning.split(" uses ")[0] for warning in users.left_behind(found, ARN)] == [
        f"iot arn:aws:iot:us-east-1:{OWN}:x"
    ]
