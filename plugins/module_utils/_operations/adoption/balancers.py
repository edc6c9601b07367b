# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listeners of load balancers that use server certificates of IAM, which no listing of IAM shows."""

from __future__ import annotations

import typing as t

from ..._clients.aws.regional.elb import ClassicLoadBalancing
from ..._clients.aws.regional.elbv2 import LoadBalancing
from ..._core.adoption.shapes import SeenProject
from ..._core.server_cert.server_certs import StoredCertificate
from ..._core.values import ownership
from ..targets import classic_listeners
from ..targets.classic_listeners import ClassicTargets
from ..targets.listeners import ListenerTargets

# The listeners of each certificate, by its ID.
Balancers = dict[str, list[str]]


def using(
    elbv2: LoadBalancing,
    elb: ClassicLoadBalancing,
    certificates: t.Iterable[StoredCertificate],
    known: t.Sequence[SeenProject],
) -> Balancers:
    """The listeners that use certificates which may be adopted. No run of an old tool changes them, so what an earlier
    reading found will do."""
    if known:
        return {one["id"]: one["listeners"] for project in known for one in project["certificates"]}
    ids = {one.arn: one.id or "" for one in certificates if not one.path.startswith(ownership.PROJECTS_PATH)}
    found: Balancers = {}
    uses = classic_listeners.every(ListenerTargets(elbv2, _nameless), ClassicTargets(elb, _nameless)) if ids else ()
    for use in uses:
        for certificate in {slot.certificate for slot in use.slots} & ids.keys():
            found.setdefault(ids[certificate], []).append(use.id)
    return found


def _nameless(_arn: str) -> tuple[str, ...]:
    return ()
