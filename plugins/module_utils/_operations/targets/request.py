# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of elb_cert_bind and apigateway_cert_bind as values, or every problem with them at once."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.aws.session import Connection
from ..._clients.machine import private_files
from ..._clients.net.tls import parse_address
from ..._core.bind.distributions import MATCHES
from ..._core.bind.target import VERIFICATIONS
from ..._core.targets import listeners as listeners_
from ..._core.targets.api_domains import EDGE_REGION
from ..._core.targets.uses import NewCertificate, UseSelection
from ..._core.values import domain_names, partitions, texts
from ..._core.values.params import Params
from ..._errors import ConfigError
from . import certificate
from .binding import TargetOptions

# What the modules for all kinds of targets take.
OPTIONS: dict[str, t.Any] = {
    "certificate": {"type": "dict"},
    "certificate_arn": {"type": "str"},
    "match": {"type": "list", "elements": "str", "choices": list(MATCHES), "default": [MATCHES[0]]},
    "previous": {"type": "list", "elements": "str", "default": []},
    "match_tags": {"type": "dict", "default": {}},
    "verify": {"type": "str", "choices": list(VERIFICATIONS), "default": VERIFICATIONS[0]},
    "rollback": {"type": "bool", "default": True},
    "edge_address": {"type": "str"},
    "edge_ca_bundle": {"type": "path"},
}


@dataclass(frozen=True)
class TargetRequest:
    """The certificate, which resources of a region are meant, and how to bind it."""

    new: NewCertificate
    selection: UseSelection
    options: TargetOptions
    region: str
    edge_ca_bundle: str | None
    connection: Connection


def parse_listeners(params: Params) -> TargetRequest:
    """The request of elb_cert_bind; ConfigError that lists every problem, without calling anything."""
    connection, ids = Connection.of(params), tuple(params["listeners"])
    region = connection.region
    new = certificate.parse(params, region)
    problems = [
        *_problems("listeners", ids, params),
        *certificate.problems(params, [region] if region else [], takes_iam=True),
        *listeners_.problems(ids, region, new.key_type),
        *_account_problems(new, ids),
    ]
    selection = _selection(params, ids, forced=params["force"])
    return _request(params, selection, connection, problems)


def parse_domains(params: Params) -> TargetRequest:
    """The request of apigateway_cert_bind; ConfigError that lists every problem, without calling anything."""
    connection = Connection.of(params)
    region = connection.region
    ids = tuple(str(name).strip().lower().rstrip(".") for name in params["api_domains"])
    # the name of an edge-optimised domain needs a certificate of another region, but no region of China has one
    edge = [EDGE_REGION] if partitions.of_region(region) == partitions.GLOBAL else []
    problems = [
        *_problems("api_domains", ids, params),
        *certificate.problems(params, list(dict.fromkeys([region, *edge])) if region else [], takes_iam=False),
    ]
    problems += [f"api_{problem}" for problem in (domain_names.problems(ids) if ids else [])]
    selection = _selection(params, ids, in_another=params["in_another_region"])
    return _request(params, selection, connection, problems)


def _selection(params: Params, ids: tuple[str, ...], forced: bool = False, in_another: bool = False) -> UseSelection:
    return UseSelection(
        match=frozenset(params["match"]),
        previous=tuple(params["previous"]),
        ids=ids,
        tags=dict(params["match_tags"]),
        forced=forced,
        in_another=in_another,
    )


def _request(
    params: Params, selection: UseSelection, connection: Connection, problems: t.Sequence[str]
) -> TargetRequest:
    if problems:
        raise ConfigError(list(problems))
    return TargetRequest(
        new=certificate.parse(params, connection.region),
        selection=selection,
        options=TargetOptions(
            wait_timeout=params["wait_timeout"],
            verify=params["verify"],
            edge=parse_address(params["edge_address"]) if params["edge_address"] else None,
            rollback=params["rollback"],
        ),
        region=connection.region,
        edge_ca_bundle=params["edge_ca_bundle"],
        connection=connection,
    )


def _problems(option: str, ids: t.Sequence[str], params: Params) -> list[str]:
    problems = []
    if MATCHES[2] in params["match"] and not ids:
        problems.append(f"{option}: empty, but match has ids; list at least one")
    if ids and MATCHES[2] not in params["match"]:
        problems.append(f"{option}: set, but match does not contain ids; add ids to match")
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


def _account_problems(new: NewCertificate, ids: t.Iterable[str]) -> list[str]:
    own = partitions.account_of(new.arn or "")
    return [
        f"listeners: {one} is in the account {other}, the certificate in {own}; a listener takes certificates of its"
        " own account only"
        for one in ids
        if own and (other := partitions.account_of(one)) and other != own
    ]
