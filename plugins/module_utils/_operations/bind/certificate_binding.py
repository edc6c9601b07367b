# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One certificate for every distribution that is meant: from the request of cloudfront_cert_bind to its outcome."""

from __future__ import annotations

from dataclasses import dataclass

from ..._clients.aws.cloudfront import CloudFront
from ..._clients.aws.iam import Iam
from ..._clients.net.tls import TlsProbe
from ..._core.bind import binding, report as binding_report, target as bind_target, viewer
from ..._core.bind.report import BindStatus
from ..._core.bind.target import Target
from ..._core.values.plan import Outcome
from ..._core.values.waiting import Clock
from ..._errors import ConfigError, RemoteError
from ..server_cert.content import describe
from .rebinding import Options, Rebinding
from .request import BindRequest


@dataclass(frozen=True)
class Clients:
    """What cloudfront_cert_bind speaks to; IAM only if a certificate has to be read there."""

    cloudfront: CloudFront
    iam: Iam | None
    tls: TlsProbe
    partition: str


def run(request: BindRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Find the distributions, bind or predict, report."""
    target = _target(request, clients, clock, check_mode)
    selection = request.selection
    try:
        distributions = clients.cloudfront.known_distributions()
    except RemoteError as exc:
        result = binding_report.search_failed(exc.message)
        return Outcome(
            changed=False, result={**result, "error": {"kind": exc.kind, **exc.details}}, failure=result["reason"]
        )
    unknown = binding.unknown_ids(distributions, selection)
    if unknown:
        raise ConfigError(unknown)
    planned = binding.plan(distributions, selection, target)
    options = Options(
        clients.partition, request.wait, request.wait_timeout, request.verify, request.edge, request.rollback
    )
    rebinding = Rebinding(clients.cloudfront, clients.tls, clock, target, selection, options)
    reports = (rebinding.predict if check_mode else rebinding.carry_out)(distributions, planned)
    touched = (
        {report.id for report in reports if report.status is BindStatus.REBOUND} if check_mode else rebinding.updated
    )
    before, after = viewer.changed_viewers(distributions, touched, target, clients.partition)
    return Outcome(
        changed=bool(touched),
        result=binding_report.result(reports, selection.previous),
        before=before,
        after=after,
        warnings=binding_report.warnings(reports)
        + viewer.dedicated_ip_warnings(distributions, touched, clients.partition),
        failure=binding_report.failure(reports),
    )


def _target(request: BindRequest, clients: Clients, clock: Clock, check_mode: bool) -> Target:
    """The certificate; one that was given by name is read, and checked as one that was given as a whole."""
    if isinstance(request.target, Target):
        return request.target
    name = request.target
    content = clients.iam.get_server_certificate(name) if clients.iam else None
    if content is None:
        raise ConfigError(
            [f"server_certificate_name: the server certificate {name} does not exist; upload it with iam_server_cert"]
        )
    fields = describe(content)
    problems = bind_target.server_certificate_problems(fields, clock.now())
    problems += [] if check_mode else bind_target.missing_problems(fields, request.verify)
    if problems:
        raise ConfigError(problems)
    return bind_target.from_server_certificate(fields)
