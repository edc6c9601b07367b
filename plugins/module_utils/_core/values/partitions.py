# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The partitions of AWS that have CloudFront: accounts, ARNs and certificates of one are nothing to the other."""

from __future__ import annotations

GLOBAL = "aws"
CHINA = "aws-cn"
# https://docs.amazonaws.cn/en_us/aws/latest/userguide/endpoints-arns.html
_CHINA_REGIONS = "cn-"


def of_region(region: str) -> str:
    """The partition of a region, as far as CloudFront differs; the global one if no region is known."""
    return CHINA if region.startswith(_CHINA_REGIONS) else GLOBAL
