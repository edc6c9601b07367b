# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One certificate for the listeners of load balancers that are meant: from the request to its outcome."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ..._clients.aws.iam import Iam
from ..._clients.aws.regional.acm import Acm
from ..._clients.aws.regional.elb import ClassicLoadBalancing
from ..._clients.aws.regional.elbv2 import LoadBalancing
from ..._clients.aws.regional.tagging import LOAD_BALANCERS, Tagging
from ..._clients.net.tls import TlsProbe
from ..._core.targets import judging, listeners
from ..._core.targets.uses import CLASSIC_LISTENER, LISTENER, Use, UseSelection
from ..._core.values.plan import Outcome
from ..._core.values.waiting import Clock
from ..._errors import ConfigError, RemoteError
from . import classic_listeners, outcome
from .binding import TargetBinding
from .certificate import KnownCertificates
from .classic_listeners import ClassicTargets
from .kinds import TargetKind
from .listeners import ListenerTargets
from .request import TargetRequest


@dataclass(frozen=True)
class ElbClients:
    """What elb_cert_bind speaks to; the Tagging API only if tags matter."""

    elbv2: LoadBalancing
    elb: ClassicLoadBalancing
    acm: Acm
    iam: t.Callable[[], Iam]
    tls: TlsProbe
    tagging: Tagging | None = None


def run(request: TargetRequest, clients: ElbClients, clock: Clock, check_mode: bool) -> Outcome:
    """Find the listeners, bind or predict, report."""
    known = KnownCertificates({request.region: clients.acm}, clients.iam)
    new = known.read(request.new)
    try:
        request = replace(request, selection=_with_arns(request.selection, clients))
    except RemoteError as exc:
        return outcome.search_failed(exc)
    selection = request.selection
    classic = ClassicTargets(clients.elb, _names(request, known))
    current = ListenerTargets(clients.elbv2, _names(request, known))
    try:
        if "aliases" in selection.match:
            known.list_names(request.region)
        uses = _scan(request, clients, current, classic)
    except RemoteError as exc:
        return outcome.search_failed(exc)
    problems = listeners.plain_problems({**current.plain, **classic.plain}, selection.ids)
    problems = problems or judging.unknown_ids("listeners", uses, selection)
    if problems:
        raise ConfigError(problems)
    kinds: dict[str, TargetKind] = {LISTENER: current, CLASSIC_LISTENER: classic}
    return outcome.of(TargetBinding(kinds, clients.tls, clock, new, selection, request.options).run(uses, check_mode))


def _with_arns(selection: UseSelection, clients: ElbClients) -> UseSelection:
    """The selection with older certificates by the ARNs that listeners have, also those of IAM that were given by their
    IDs."""
    if all(one.startswith("arn:") for one in selection.previous):
        return selection
    arns = {one.id: one.arn for one in clients.iam().known_server_certificates()}
    found = [one if one.startswith("arn:") else arns.get(one) for one in selection.previous]
    return replace(selection, previous=tuple(one for one in found if one))


def _scan(
    request: TargetRequest, clients: ElbClients, current: ListenerTargets, classic: ClassicTargets
) -> tuple[Use, ...]:
    """The listeners that may be meant: with tags, or with IDs alone, most load balancers need not be looked at."""
    selection = request.selection
    listed = {listeners.owner_of(one) for one in selection.ids}
    if clients.tagging is not None and selection.match - {"ids"}:
        tagged = clients.tagging.get_resources(LOAD_BALANCERS, selection.tags)
        listed |= {listeners.owner_of(arn) for arn in tagged}
    elif selection.match != {"ids"}:
        return classic_listeners.every(current, classic)
    is_current = {one for one in listed if one.startswith("arn:")}
    found = current.scan(lambda one: one in is_current) if is_current else ()
    return (*found, *(classic.scan(lambda one: one in listed) if listed - is_current else ()))


def _names(request: TargetRequest, known: KnownCertificates) -> t.Callable[[str], tuple[str, ...]]:
    """The names of a certificate, where they decide: of an older one, and by names of any."""
    selection = request.selection

    def names(arn: str) -> tuple[str, ...]:
        return known.names(arn) if "aliases" in selection.match or arn in selection.previous else ()

    return names
