# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of acm_cert_info, acm_cert_cleanup and certificate_info as values, or every problem with them at once."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.aws.session import Connection
from ..._clients.net import resolver
from ..._core.acm_cert import limits, search
from ..._core.acm_cert.certificates import CLOUDFRONT_REGION
from ..._core.acm_cert.deletion import AcmRules
from ..._core.acm_cert.search import CertificateFilter
from ..._core.project import definition
from ..._core.values import domain_names
from ..._core.values.params import Params
from ..._core.values.partitions import region_of
from ..._errors import ConfigError
from .. import step_record
from ..step_record import StepRequest
from . import options
from .retiring import AcmCleanupRequest
from .searching import AcmSearch

# Which certificates are looked for.
OPTIONS: dict[str, t.Any] = {
    "domain": {"type": "str"},
    "domain_match": {"type": "str", "choices": ["cover", "exact"], "default": "cover"},
    "expires_within_days": {"type": "int"},
    "unused": {"type": "bool", "default": False},
    "foreign": {"type": "bool", "default": False},
}


@dataclass(frozen=True)
class AcmInfoRequest:
    """What acm_cert_info looks for; without ``check_dns`` DNS is not asked."""

    search: AcmSearch
    check_dns: bool
    dns_server: str | None
    connection: Connection


@dataclass(frozen=True)
class InventoryRequest:
    """What certificate_info lists: the regions of ACM, and whether IAM too."""

    regions: tuple[str, ...]
    iam: bool
    chosen: CertificateFilter
    connection: Connection


@dataclass(frozen=True)
class CleanupOrder:
    """What acm_cert_cleanup deletes, and as whom."""

    cleanup: AcmCleanupRequest
    connection: Connection
    step: StepRequest | None = None


def parse_info(params: Params) -> AcmInfoRequest:
    """What is looked for; ConfigError that lists every problem, without calling anything."""
    connection = Connection.of(params)
    arns = tuple(str(arn).strip() for arn in params["certificate_arns"])
    regions = _regions(params["regions"], connection)
    problems = limits.region_problems(False, params["regions"], connection.region)
    problems += limits.several_arns_problems("certificate_arns", arns)
    problems += search.problems(params["domain"], params["expires_within_days"])
    server = resolver.server_problem(params["dns_server"])
    problems += [server] if server else []
    if params["check_dns"] and not params["details"]:
        problems.append("check_dns: the records are known only with details; set details to true")
    if problems:
        raise ConfigError(problems)
    regions = tuple(dict.fromkeys(region_of(arn) for arn in arns)) or regions
    wanted = AcmSearch(regions, _filter(params), arns, params["details"] or bool(arns))
    return AcmInfoRequest(wanted, params["check_dns"], params["dns_server"], connection)


def parse_inventory(params: Params) -> InventoryRequest:
    """What is listed; ConfigError that lists every problem, without calling anything."""
    connection = Connection.of(params)
    problems = limits.region_problems(False, params["regions"], connection.region)
    problems += search.problems(params["domain"], params["expires_within_days"])
    if problems:
        raise ConfigError(problems)
    regions = _regions(params["regions"], connection) if "acm" in params["stores"] else ()
    return InventoryRequest(regions, "iam" in params["stores"], _filter(params), connection)


def parse_cleanup(params: Params) -> CleanupOrder:
    """What is deleted; ConfigError that lists every problem, without calling anything."""
    connection = Connection.of(params)
    regions, problems = options.parse_regions(params, connection)
    problems += definition.name_problems(params["project"], "project")
    candidates = params["candidates"]
    problems += limits.several_arns_problems("keep", params["keep"])
    problems += limits.several_arns_problems("candidates", candidates or ())
    problems += [
        f"candidates: {arn} is in {region_of(arn)}; this run is about {', '.join(regions.names)}"
        for arn in candidates or ()
        if region_of(arn) not in ("", *regions.names)
    ]
    if params["keep_previous"] < 0:
        problems.append(f"keep_previous: {params['keep_previous']} is negative; use 0 or more")
    if problems:
        raise ConfigError(problems)
    rules = AcmRules(params["project"], frozenset(params["keep"]), params["keep_previous"])
    cleanup = AcmCleanupRequest(
        regions=regions.names,
        rules=rules,
        candidates=tuple(candidates) if candidates is not None else None,
        require_unused=params["require_unused"],
        rebound=frozenset(params["rebound"]),
    )
    return CleanupOrder(cleanup, connection, step_record.parse(params))


def _regions(given: list[str], connection: Connection) -> tuple[str, ...]:
    """The regions of a search: CloudFront's where there is one, and that of the connection, unless others are named."""
    if given:
        return tuple(dict.fromkeys(given))
    here = connection.region
    cloudfront = [CLOUDFRONT_REGION] if limits.partition_of(here) == "aws" else []
    return tuple(dict.fromkeys([*cloudfront, *([here] if here else [])]))


def _filter(params: Params) -> CertificateFilter:
    domain = params["domain"]
    return CertificateFilter(
        domain=domain_names.normalise([domain])[0] if domain is not None else None,
        match=params["domain_match"],
        expires_within_days=params["expires_within_days"],
        unused=params["unused"],
        foreign=params["foreign"],
    )
