# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which regions are China's."""

from __future__ import annotations

import pytest
from ansible_collections.certops.cloudfront.plugins.module_utils._core.values import partitions


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("cn-north-1", "aws-cn"),
        ("cn-northwest-1", "aws-cn"),
        ("us-east-1", "aws"),
        ("ca-central-1", "aws"),
        ("", "aws"),
    ],
)
def test_the_partition_of_a_region(region: str, partition: str) -> None:
    assert partitions.of_region(region) == partition


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        ("arn:aws:acm:us-east-1:123456789012:certificate/a:b", ("aws", "acm", "us-east-1", "123456789012")),
        ("arn:aws-cn:iam::123456789012:server-certificate/a", ("aws-cn", "iam", "", "123456789012")),
        ("web:443", ("443", "", "", "")),
        ("", ("", "", "", "")),
    ],
)
def test_what_an_arn_names(arn: str, expected: tuple[str, str, str, str]) -> None:
    parts = (partitions.partition_of, partitions.service_of, partitions.region_of, partitions.account_of)
    assert tuple(part(arn) for part in parts) == expected
