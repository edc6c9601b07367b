# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which distributions use a certificate."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.distributions import (
    Distribution,
    used_certificates,
    users,
)

ARN = "arn:aws:acm:us-east-1:123456789012:certificate/a"


@pytest.mark.parametrize(
    ("viewer", "used"),
    [
        pytest.param({}, set(), id="nothing is said"),
        pytest.param({"CloudFrontDefaultCertificate": "true"}, set(), id="CloudFront's own"),
        pytest.param({"IAMCertificateId": "ASCA1"}, {"ASCA1"}, id="IAM"),
        pytest.param({"ACMCertificateArn": ARN}, {ARN}, id="ACM"),
        pytest.param({"Certificate": "ASCA1", "CertificateSource": "iam"}, {"ASCA1"}, id="the deprecated element"),
        pytest.param({"IAMCertificateId": "", "Certificate": "ASCA1"}, {"ASCA1"}, id="an empty element"),
    ],
)
def test_what_a_viewer_certificate_names(viewer: dict[str, str], used: set[str]) -> None:
    assert used_certificates(viewer) == used


def test_users_are_told_in_the_order_of_their_ids() -> None:
    viewer = {"IAMCertificateId": "ASCA1"}
    found = [Distribution("E2", viewer=viewer), Distribution("E3"), Distribution("E1", viewer=viewer)]
    assert users(found, "ASCA1") == ("E1", "E2")
    assert users(found, None) == ()
