# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The partitions of AWS that have CloudFront, the accounts in them, and what an ARN names: what one has is nothing to
the other.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass

GLOBAL = "aws"
CHINA = "aws-cn"
# https://docs.amazonaws.cn/en_us/aws/latest/userguide/endpoints-arns.html
_CHINA_REGIONS = "cn-"
# The account of IAM's ARNs stands in the same place as that of others; some, as those of hosted zones, have none.
_ARN = re.compile(r"arn:(?P<partition>aws[a-z-]*):[a-z0-9-]+:[a-z0-9-]*:(?P<account>[0-9]{12}):.+", re.DOTALL)

# arn:partition:service:region:account:resource
_PARTITION, _SERVICE, _REGION, _ACCOUNT = 1, 2, 3, 4


@dataclass(frozen=True)
class AwsAccount:
    """One account by its number, in its partition."""

    id: str
    partition: str

    def __str__(self) -> str:
        return f"{self.id} ({self.partition})"

    @classmethod
    def of_arn(cls, arn: t.Any) -> AwsAccount | None:
        """The account that an ARN names; None if it names none."""
        found = _ARN.fullmatch(arn) if isinstance(arn, str) else None
        return cls(found["account"], found["partition"]) if found else None


# That of nobody.


def of_region(region: str) -> str:
    """The partition of a region, as far as CloudFront differs; the global one if no region is known."""
    return CHINA if region.startswith(_CHINA_REGIONS) else GLOBAL


def partition_of(arn: str) -> str:
    """The partition that an ARN names; empty for what is none."""
    return _part(arn, _PARTITION)


def service_of(arn: str) -> str:
    """The service that an ARN names; empty for what is none."""
    return _part(arn, _SERVICE)


def region_of(arn: str) -> str:
    """The region that an ARN names; empty for what is none, and for those of services that have no regions."""
    return _part(arn, _REGION)


def account_of(arn: str) -> str:
    """The account that an ARN names; empty for what is none."""
    return _part(arn, _ACCOUNT)


def _part(arn: str, index: int) -> str:
    parts = arn.split(":")
    return parts[index] if len(parts) > index else ""
