# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate of ACM whose key is in no archive: it stays where it is, with the tags that it lacks."""

from __future__ import annotations

import typing as t
from datetime import datetime

from ..._clients.aws.regional.acm import Acm
from ..._clients.machine import crypto
from ..._core.acm_cert import import_plan, imported
from ..._core.acm_cert.certificates import Usages
from ..._core.acm_cert.import_plan import WantedImport
from ..._core.acm_cert.imported import Copy
from ..._core.certificate.certificate import Certificate
from ..._core.server_cert.upload_plan import name_for
from ..._core.values.plan import Outcome
from ..._errors import RefusedError
from .import_request import ImportRequest


def converge(request: ImportRequest, acm: t.Mapping[str, Acm], now: datetime, check_mode: bool) -> Outcome:
    """The certificate as ACM has it in each region; RefusedError if it is gone from one."""
    arns = [request.regions.arns[region] for region in request.regions.names]
    leaves = {arn: _leaf(acm[region], region, arn) for region, arn in zip(request.regions.names, arns)}
    certificate, prefix = leaves[arns[0]], request.name_prefix
    name = name_for(prefix, certificate.not_after) if prefix else None
    copies = []
    for region, arn in zip(request.regions.names, arns):
        wanted = WantedImport(leaves[arn], Usages(), request.tags, import_plan.NEW, request.cloudfront, name)
        plan = import_plan.plan_kept(arn, acm[region].list_tags_for_certificate(arn), wanted)
        for step in () if check_mode else plan.steps:
            acm[region].add_tags_to_certificate(step.target, step.values["tags"])
        copies.append(Copy(region, arn, plan))
    return imported.outcome(copies, wanted, now)


def _leaf(acm: Acm, region: str, arn: str) -> Certificate:
    content = acm.get_certificate(arn)
    if content is None:
        raise RefusedError(
            f"certificate {arn} is not in ACM in {region}, and its key is not in the archive, so it cannot be imported"
            " again; run reissue for a new certificate",
            arn=arn,
        )
    return crypto.inspect(content.leaf)
