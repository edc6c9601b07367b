# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of cloudfront_cert_bind as a value, or every problem with them at once."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.aws.session import Connection
from ..._clients.machine import private_files
from ..._clients.net.tls import parse_address
from ..._core.bind import binding, target as bind_target
from ..._core.bind.distributions import Selection
from ..._core.bind.target import Target
from ..._core.values import partitions, texts
from ..._core.values.params import Params
from ..._errors import ConfigError
from .. import step_record
from ..step_record import StepRequest
from .tenancy import TENANT_ID


@dataclass(frozen=True)
class BindRequest:
    """The certificate to bind, or the name, or ID, of the server certificate that is to be read first; where, and how.

    ``edge`` is the host and port to probe instead of each distribution's own.
    """

    target: Target | str
    is_id: bool
    selection: Selection
    wait: bool
    wait_timeout: float
    verify: str
    edge: tuple[str, int] | None
    edge_ca_bundle: str | None
    rollback: bool
    match_tags: t.Mapping[str, str]
    others: tuple[t.Mapping[str, t.Any], ...]
    name_owners: bool
    connection: Connection
    step: StepRequest | None = None


def parse(params: Params) -> BindRequest:
    """The request; ConfigError that lists every problem, without calling anything."""
    selection = Selection(
        match=frozenset(params["match"]), previous=tuple(params["previous"]), ids=tuple(params["distributions"])
    )
    connection = Connection.of(params)
    problems = [
        *binding.selection_problems(selection),
        *_option_problems(params),
        *_tenant_problems(params),
        *_target_problems(params, connection),
    ]
    if problems:
        raise ConfigError(problems)
    return BindRequest(
        target=params["server_certificate_name"] or params["server_certificate_id"] or _target(params),
        is_id=params["server_certificate_id"] is not None,
        selection=selection,
        wait=params["wait"],
        wait_timeout=params["wait_timeout"],
        verify=params["verify"],
        edge=parse_address(params["edge_address"]) if params["edge_address"] else None,
        edge_ca_bundle=params["edge_ca_bundle"],
        rollback=params["rollback"],
        match_tags=dict(params["match_tags"]),
        others=tuple(params["targets"]),
        name_owners=params["name_owners"],
        connection=connection,
        step=step_record.parse(params),
    )


def _target(params: Params) -> Target:
    if params["server_certificate"] is not None:
        return bind_target.from_server_certificate(params["server_certificate"])
    return bind_target.from_acm(
        params["acm_certificate_arn"], params["certificate_domains"], params["certificate_fingerprint"]
    )


def _target_problems(params: Params, connection: Connection) -> list[str]:
    fields, verify = params["server_certificate"], params["verify"]
    if fields is not None:
        missing = [] if params.check_mode else bind_target.missing_problems(fields, verify)
        return bind_target.server_certificate_problems(fields, params.now) + missing
    if params["acm_certificate_arn"]:
        return bind_target.acm_problems(_target(params), partitions.of_region(connection.region), verify)
    return []


def _tenant_problems(params: Params) -> list[str]:
    """Tenants take certificates of ACM only."""
    if params["acm_certificate_arn"]:
        return []
    return [
        f"distributions: {one} is a tenant, which takes certificates of ACM only; use acm_certificate_arn"
        for one in params["distributions"]
        if one.startswith(TENANT_ID)
    ]


def _option_problems(params: Params) -> list[str]:
    problems = []
    if params["wait_timeout"] < 0:
        problems.append(f"wait_timeout: {params['wait_timeout']} is negative; use a number of seconds")
    try:
        if params["edge_address"]:
            parse_address(params["edge_address"])
    except ValueError as exc:
        problems.append(f"edge_address: {exc}")
    if params["edge_ca_bundle"] is not None and not private_files.is_file(params["edge_ca_bundle"]):
        problems.append(f"edge_ca_bundle: {texts.quoted(params['edge_ca_bundle'])} is not a file")
    return problems
