# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._aws.session import Session

CREDENTIALS = {"access_key": "AKIA", "secret_key": "secret", "endpoint_url": None}


@pytest.mark.parametrize("endpoint", [None, "http://127.0.0.1:1"], ids=["own endpoints", "endpoint override"])
@pytest.mark.parametrize(
    ("region", "service", "signed_for"),
    [
        ("eu-west-1", "iam", "us-east-1"),
        ("eu-west-1", "cloudfront", "us-east-1"),
        ("eu-west-1", "route53", "us-east-1"),
        ("eu-west-1", "sns", "eu-west-1"),
        ("cn-north-1", "iam", "cn-north-1"),
        ("cn-northwest-1", "iam", "cn-north-1"),
        ("cn-north-1", "cloudfront", "cn-northwest-1"),
        ("cn-north-1", "route53", "cn-northwest-1"),
        ("cn-north-1", "sns", "cn-north-1"),
    ],
)
def test_global_services_are_signed_for_where_they_live(endpoint: str | None, region: str, service: str, signed_for: str) -> None:
    client = Session({**CREDENTIALS, "region": region, "endpoint_url": endpoint}).client(service)
    assert client._request_signer._region_name == signed_for
