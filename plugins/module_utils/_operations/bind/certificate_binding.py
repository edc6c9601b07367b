# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One certificate for every distribution that is meant: from the request of cloudfront_cert_bind to its outcome."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ..._clients.aws.cloudfront import CloudFront
from ..._clients.aws.iam import Iam
from ..._clients.aws.regional.acm import Acm
from ..._clients.aws.regional.tagging import CLOUDFRONT_RESOURCES, Tagging
from ..._clients.net.tls import TlsProbe
from ..._core.bind import binding, report as binding_report, target as bind_target, viewer
from ..._core.bind.distributions import Distribution, Selection
from ..._core.bind.report import BindReport, BindStatus
from ..._core.bind.target import Target
from ..._core.targets import judging, listeners, report as target_report
from ..._core.targets.uses import TENANT, Use
from ..._core.values.plan import Outcome
from ..._core.values.waiting import Clock
from ..._errors import ConfigError, RemoteError
from ..server_cert.content import describe
from ..step_record import RunJournal
from ..targets import owned
from ..targets.binding import BoundTargets, TargetBinding, TargetOptions
from ..targets.kinds import TargetKind
from ..targets.tenants import TenantTargets
from . import attached_policies
from .rebinding import Options, Rebinding
from .request import BindRequest
from .tenancy import TENANT_ID, Tenancy


@dataclass(frozen=True)
class Clients:
    """What cloudfront_cert_bind speaks to; IAM only if a certificate has to be read there, the Tagging API of a region
    only if tags matter, ACM only if the names of a shared certificate do. CloudFront is tagged at ``home``."""

    cloudfront: CloudFront
    iam: Iam | None
    tls: TlsProbe
    partition: str
    acm: t.Callable[[], Acm]
    tagging: t.Callable[[str], Tagging] | None = None
    home: str = ""
    journal: RunJournal | None = None


@dataclass(frozen=True)
class Listed:
    """What a binding is about: distributions, and tenants with the way to change them."""

    distributions: tuple[Distribution, ...]
    selection: Selection
    tenancy: Tenancy
    targets: TenantTargets
    tenants: tuple[Use, ...]

    @property
    def ids(self) -> frozenset[str]:
        """All that exist, as far as they may be listed."""
        return frozenset([one.id for one in self.distributions] + [one.id for one in self.tenants])


def run(request: BindRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Find the distributions and tenants, bind or predict, report, with what was bound beside them."""
    found, others = _bind(request, clients, clock, check_mode), request.others
    return replace(
        found,
        changed=found.changed or any(one.get("changed") is True for one in others),
        result=target_report.with_others(found.result, others),
        failure=_failure(found.failure, *target_report.failures_of(others)),
    )


def _owners(
    request: BindRequest, clients: Clients, listed: t.Sequence[Distribution], changed: t.Iterable[str]
) -> tuple[str, ...]:
    """The warning about what of these, or of other targets of the run, was changed and has another owner."""
    if clients.tagging is None or not request.name_owners:
        return ()
    kinds = ((one, "distribution-tenant" if one.startswith(TENANT_ID) else "distribution") for one in changed)
    arns = [f"arn:{clients.partition}:cloudfront::{listed[0].account}:{kind}/{one}" for one, kind in kinds]
    for other in request.others:
        rows = (row for row in other.get("targets") or () if row["status"] == BindStatus.REBOUND.value)
        arns += [listeners.owner_of(row["id"]) for row in rows if row["id"].startswith("arn:")]
    return owned.warnings(tuple(dict.fromkeys(arns)), clients.home, clients.tagging)


def _bind(request: BindRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    target = _target(request, clients, clock, check_mode)
    try:
        found = _search(request, clients, target)
    except RemoteError as exc:
        result = binding_report.search_failed(exc.message)
        result |= {"tenants": [], "error": {"kind": exc.kind, **exc.details}}
        return Outcome(changed=False, result=result, failure=result["reason"])
    problems = binding.unknown_ids(found.ids, found.selection)
    problems += binding.account_problems(found.distributions, target)
    if problems:
        raise ConfigError(problems)
    distributions, planned = found.distributions, _planned(clients, found, target, check_mode)
    if clients.journal and not check_mode and _changes(planned, found):
        clients.journal.hold(clock.now())
    options = _options(request, clients.partition)
    rebinding = Rebinding(clients.cloudfront, clients.tls, clock, target, found.selection, options)
    reports = (rebinding.predict if check_mode else rebinding.carry_out)(distributions, planned)
    tenants = _bind_tenants(request, clients, found, clock, check_mode)
    touched = _rebound(reports) if check_mode else rebinding.updated
    before, after = viewer.changed_viewers(distributions, touched, target, clients.partition)
    return Outcome(
        changed=bool(touched) or tenants.changed,
        result={
            **target_report.beside(binding_report.result(reports, found.selection.previous), tenants.reports),
            "could_use": binding.could_use(distributions, planned, target),
        },
        before={**before, **tenants.before},
        after={**after, **tenants.after},
        warnings=binding_report.warnings(reports)
        + viewer.dedicated_ip_warnings(distributions, touched, clients.partition)
        + target_report.warnings(tenants.reports)
        + _owners(request, clients, distributions, (*after, *tenants.after)),
        failure=_failure(binding_report.failure(reports), target_report.failure(tenants.reports)),
    )


def _rebound(reports: t.Iterable[BindReport]) -> set[str]:
    return {report.id for report in reports if report.status is BindStatus.REBOUND}


def _changes(planned: t.Iterable[BindReport], found: Listed) -> bool:
    """Whether a distribution or a tenant is going to be updated."""
    tenants = judging.plan(found.tenants, found.tenancy.chosen, found.tenancy.new)
    statuses = [report.status for report in planned] + [report.status for report in tenants]
    return BindStatus.REBOUND in statuses


def _planned(clients: Clients, found: Listed, target: Target, check_mode: bool) -> tuple[BindReport, ...]:
    """What would become of each distribution; a rehearsal looks for what CloudFront would refuse, too."""
    planned = binding.plan(found.distributions, found.selection, target)
    return attached_policies.refused(clients.cloudfront, found.distributions, planned) if check_mode else planned


def _search(request: BindRequest, clients: Clients, target: Target) -> Listed:
    """All that may be meant; RemoteError if it cannot be listed."""
    selection, tags = request.selection, {}
    if clients.tagging is not None and request.match_tags:
        found = clients.tagging(clients.home).get_resources(CLOUDFRONT_RESOURCES, request.match_tags)
        tags = {arn.rpartition("/")[2]: values for arn, values in found.items()}
        selection = replace(selection, tagged=frozenset(tags))
    is_probed = request.verify == "tls"
    tenancy = Tenancy(clients.cloudfront, clients.acm, target, selection, request.match_tags, tags, is_probed)
    distributions = tenancy.named(clients.cloudfront.known_distributions())
    targets = tenancy.targets()
    return Listed(distributions, selection, tenancy, targets, tenancy.uses(targets))


def _options(request: BindRequest, partition: str) -> Options:
    return Options(partition, request.wait, request.wait_timeout, request.verify, request.edge, request.rollback)


def _failure(*failures: str | None) -> str | None:
    return "; ".join(one for one in failures if one) or None


def _bind_tenants(
    request: BindRequest, clients: Clients, found: Listed, clock: Clock, check_mode: bool
) -> BoundTargets:
    options = TargetOptions(request.wait, request.wait_timeout, request.verify, request.edge, request.rollback)
    kinds: dict[str, TargetKind] = {TENANT: found.targets}
    new, chosen = found.tenancy.new, found.tenancy.chosen
    return TargetBinding(kinds, clients.tls, clock, new, chosen, options).run(found.tenants, check_mode)


def _target(request: BindRequest, clients: Clients, clock: Clock, check_mode: bool) -> Target:
    """The certificate; one that was given by name is read, and checked as one that was given as a whole."""
    if isinstance(request.target, Target):
        return request.target
    name = _name_of(request.target, clients) if request.is_id else request.target
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


def _name_of(certificate_id: str, clients: Clients) -> str:
    known = clients.iam.known_server_certificates() if clients.iam else ()
    name = next((one.name for one in known if one.id == certificate_id), None)
    if name is None:
        problem = (
            f"{certificate_id} does not exist in IAM; correct the ID, or upload the certificate with iam_server_cert"
        )
        raise ConfigError([f"server_certificate_id: {problem}"])
    return name
