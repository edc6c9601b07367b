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
