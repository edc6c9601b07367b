# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules for ACM have in common: where certificates are, and which tags they have."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..._clients.aws.session import Connection
from ..._core.acm_cert import limits
from ..._core.values.params import Params
from ..._core.values.partitions import region_of


@dataclass(frozen=True)
class Regions:
    """Where certificates are: ``names`` with CloudFront's first, and the ARN that is given for each."""

    names: tuple[str, ...]
    arns: t.Mapping[str, str] = field(default_factory=dict)


def parse_regions(params: Params, connection: Connection) -> tuple[Regions, list[str]]:
    """Where to look or to keep a certificate, and what is wrong with that."""
    here = connection.region
    given = [str(region).strip() for region in params["regions"]]
    names = limits.home_regions(params["cloudfront"], given, here)
    arns = [str(arn).strip() for arn in params.get("certificate_arns") or ()]
    problems = limits.region_problems(params["cloudfront"], given, here)
    if not problems:
        problems = limits.arn_problems("certificate_arns", arns, names)
    return Regions(names, {region_of(arn): arn for arn in arns}), problems
