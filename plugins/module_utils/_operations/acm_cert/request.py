# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of acm_cert_request as a value, or every problem with them at once."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..._clients.aws.session import Connection
from ..._clients.net import resolver
from ..._clients.stores import open as stores
from ..._core.acm_cert import limits, requests
from ..._core.acm_cert.requests import WantedRequest
from ..._core.dns import zones
from ..._core.project import definition
from ..._core.values import domain_names, texts
from ..._core.values.params import Params
from ..._errors import ConfigError
from ..dns import accounts
from ..dns.accounts import DnsConnections


@dataclass(frozen=True)
class AcmRequestOptions:
    """What the user wants: the certificate, how its names are validated, how long a run may wait.

    ``project`` is that whose bundles an exportable certificate belongs to.
    """

    wanted: WantedRequest
    region: str
    arn: str | None
    validation: str
    wait_timeout: float
    retry: bool
    records_file: str | None
    archive: str | None
    dns: DnsConnections
    dns_server: str | None
    connection: Connection
    project: str | None = None
    name_prefix: str | None = None
    overrides: t.Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def parse(params: Params) -> AcmRequestOptions:
    """What is asked for; ConfigError that lists every problem, without calling anything."""
    connection = Connection.of(params)
    connection_region = connection.region
    tags = texts.plain_texts(params["tags"])
    region = limits.home_regions(params["cloudfront"], (), connection_region)[0]
    problems = _problems(params, tags, connection_region)
    delegations = zones.delegation_problems(params["dns_delegations"] or [])
    dns = accounts.connections(params, connection) if not delegations else None
    problems += delegations
    if params["certificate_arn"]:
        problems += limits.arn_problems("certificate_arn", [params["certificate_arn"]], [region])
    if problems or dns is None:
        raise ConfigError(problems)
    domains = domain_names.normalise(params["domains"])
    return AcmRequestOptions(
        wanted=WantedRequest(domains, params["key_type"], tags, params["exportable"]),
        region=region,
        arn=params["certificate_arn"] or None,
        validation=params["validation"],
        wait_timeout=params["wait_timeout"],
        retry=params["retry"],
        records_file=params["records_file"],
        archive=params["archive"],
        dns=dns,
        dns_server=params["dns_server"],
        connection=connection,
        project=params["project"] if params["exportable"] else None,
        name_prefix=params["name_prefix"],
        overrides=zones.overrides(params["zone_id"]),
        warnings=tuple(limits.request_warnings(domains)),
    )


def _problems(params: Params, tags: t.Mapping[str, str], connection_region: str) -> list[str]:
    found = limits.request_problems(params["domains"])
    found += limits.region_problems(params["cloudfront"], (), connection_region)
    found += limits.tag_problems(tags)
    found += zones.override_problems(params["zone_id"])
    server = resolver.server_problem(params["dns_server"])
    found += [server] if server else []
    if params["wait_timeout"] < 0:
        found.append(f"wait_timeout: {params['wait_timeout']} is negative; use 0 or more seconds")
    if params["exportable"]:
        found += definition.name_problems(params["project"] or "", "project")
        place = stores.uri_problem(params["archive"], "archive") if params["archive"] else None
        found += [place] if place else []
        if not params["cost_accepted"] and not params.check_mode:
            names = domain_names.split(params["domains"])
            found.append(f"exportable: {requests.cost_text(names)}; set cost_accepted to true to accept that")
    return found
