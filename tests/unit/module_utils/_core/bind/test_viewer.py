# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The viewer certificate that a distribution gets."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind import (
    target as binding_target,
    viewer as viewer_,
)
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.target import Target

TARGET = Target(element="IAMCertificateId", id="ASCANEW", domains=("example.com", "*.example.com"))


def iam(certificate: str) -> dict[str, str]:
    return {"IAMCertificateId": certificate, "Certificate": certificate, "CertificateSource": "iam"}


PROTOCOLS = (
    "TLSv1",
    "TLSv1_2016",
    "TLSv1.1_2016",
    "TLSv1.2_2018",
    "TLSv1.2_2019",
    "TLSv1.2_2021",
    "TLSv1.2_2025",
    "TLSv1.3_2025",
    "TLSv1.9_2099",
)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_minimum_protocol_is_kept(protocol: str) -> None:
    viewer = viewer_.viewer_for(
        {**iam("ASCAOLD"), "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": protocol}, TARGET, "aws"
    )
    assert viewer == {"IAMCertificateId": "ASCANEW", "SSLSupportMethod": "sni-only", "MinimumProtocolVersion": protocol}


@pytest.mark.parametrize(
    ("current", "partition", "support", "protocol"),
    [
        pytest.param({}, "aws", "sni-only", "TLSv1.2_2021", id="nothing before"),
        pytest.param(
            {"CloudFrontDefaultCertificate": "true", "MinimumProtocolVersion": "TLSv1", "SSLSupportMethod": "vip"},
            "aws",
            "sni-only",
            "TLSv1.2_2021",
            id="vip and TLSv1 of the default certificate were not chosen",
        ),
        pytest.param(
            {"SSLSupportMethod": "vip", "MinimumProtocolVersion": "SSLv3"},
            "aws",
            "vip",
            "SSLv3",
            id="a dedicated IP stays",
        ),
        pytest.param(
            {"SSLSupportMethod": "static-ip", "MinimumProtocolVersion": "TLSv1"},
            "aws",
            "static-ip",
            "TLSv1",
            id="static IPs stay",
        ),
        pytest.param(
            {"SSLSupportMethod": "vip", "MinimumProtocolVersion": "SSLv3"},
            "aws-cn",
            "sni-only",
            "TLSv1",
            id="China has SNI only, which has no SSLv3",
        ),
        pytest.param({"SSLSupportMethod": "sni-only"}, "aws", "sni-only", "TLSv1.2_2021", id="no protocol before"),
    ],
)
def test_support_method_and_protocol_of_the_new_viewer_certificate(
    current: dict[str, str], partition: str, support: str, protocol: str
) -> None:
    viewer = viewer_.viewer_for(current, TARGET, partition)
    assert (viewer["SSLSupportMethod"], viewer["MinimumProtocolVersion"]) == (support, protocol)


def test_the_viewer_certificate_has_one_source_only() -> None:
    target = binding_target.from_acm("arn:x", ["a.test"])
    assert set(viewer_.viewer_for(iam("ASCAOLD"), target, "aws")) == {
        "ACMCertificateArn",
        "SSLSupportMethod",
        "MinimumProtocolVersion",
    }


def test_a_certificate_that_is_only_planned_is_shown_as_such() -> None:
    assert (
        viewer_.viewer_for({}, Target("IAMCertificateId", None, ()), "aws")["IAMCertificateId"]
        == "(known after upload)"
    )
