# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Server certificates as IAM has them: from the options of iam_server_cert_info to its outcome."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.aws.cloudfront import CloudFront
from ..._clients.aws.iam import Iam
from ..._clients.aws.session import Connection
from ..._core.bind import distributions
from ..._core.server_cert import limits, server_certs
from ..._core.values.params import Params
from ..._core.values.plan import Outcome
from ..._errors import ConfigError
from .content import describe


@dataclass(frozen=True)
class CertificatesRequest:
    """One server certificate by its ``name``, or all below ``path``; with what they hold and who uses them."""

    name: str | None
    path: str
    content: bool
    usage: bool
    connection: Connection


def parse(params: Params) -> CertificatesRequest:
    """The request; ConfigError that lists every problem, without calling anything."""
    path = params["path"] or "/"
    problems = limits.path_problems(path)
    if params["name"] is not None and not params["content"]:
        problems.append(
            "content: one certificate is found by reading it; leave content out, or use path instead of name"
        )
    if problems:
        raise ConfigError(problems)
    return CertificatesRequest(params["name"], path, params["content"], params["usage"], Connection.of(params))


def read(request: CertificatesRequest, iam: Iam, cloudfront: CloudFront) -> Outcome:
    """The server certificates."""
    found = _found(request, iam)
    if request.usage and found:
        listed = cloudfront.list_distributions()
        found = [{**one, "used_by": list(distributions.users(listed, one["id"]))} for one in found]
    return Outcome(changed=False, result={"server_certificates": found})


def _found(request: CertificatesRequest, iam: Iam) -> list[dict[str, t.Any]]:
    if request.name is not None:
        return _contents(iam, [request.name])
    if request.content:
        return below(request.path, iam)
    listed = sorted(iam.list_server_certificates(request.path), key=lambda stored: stored.name)
    return [server_certs.describe(stored) for stored in listed]


def below(path: str, iam: Iam) -> list[dict[str, t.Any]]:
    """All below this path, with what they hold."""
    return _contents(iam, sorted(stored.name for stored in iam.list_server_certificates(path)))


def _contents(iam: Iam, names: t.Iterable[str]) -> list[dict[str, t.Any]]:
    # one that vanished since the listing is simply not there
    contents = [content for content in map(iam.get_server_certificate, names) if content is not None]
    return [{**describe(content), "tags": dict(content.tags)} for content in contents]
