# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One certificate for the custom domain names of API Gateway that are meant: from the request to its outcome."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ..._clients.aws.regional.acm import Acm
from ..._clients.aws.regional.apigateway import ApiGateway
from ..._clients.net.tls import TlsProbe
from ..._core.targets import judging
from ..._core.targets.uses import API_DOMAIN
from ..._core.values.plan import Outcome
from ..._core.values.waiting import Clock
from ..._errors import ConfigError, RemoteError
from . import outcome
from .api_domains import DomainTargets
from .binding import TargetBinding
from .certificate import KnownCertificates
from .request import TargetRequest


@dataclass(frozen=True)
class ApiClients:
    """What apigateway_cert_bind speaks to; ACM in the region of the certificate."""

    apigateway: ApiGateway
    acm: t.Mapping[str, Acm]
    tls: TlsProbe


def run(request: TargetRequest, clients: ApiClients, clock: Clock, check_mode: bool) -> Outcome:
    """Find the domains, bind or predict, report."""
    new = KnownCertificates(clients.acm).read(request.new)
    targets = DomainTargets(clients.apigateway, request.region, new)
    try:
        uses = targets.scan()
    except RemoteError as exc:
        failed = outcome.search_failed(exc)
        return replace(failed, result={**failed.result, "unknown": []})
    problems = judging.unknown_ids("api_domains", uses, request.selection)
    if problems:
        raise ConfigError(problems)
    binding = TargetBinding({API_DOMAIN: targets}, clients.tls, clock, new, request.selection, request.options)
    done = outcome.of(binding.run(uses, check_mode))
    return replace(done, result={**done.result, "unknown": judging.unknown(uses, request.selection)})
