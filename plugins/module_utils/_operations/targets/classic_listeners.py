# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports of classic load balancers as targets: one certificate each."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..._clients.aws.regional.elb import ClassicLoadBalancing
from ..._clients.aws.regional.elbv2 import MOST_TAGGED
from ..._core.targets import listeners
from ..._core.targets.listeners import SECURE, ClassicListener
from ..._core.targets.uses import Slot, Use
from ..._errors import RemoteError
from .listeners import ListenerTargets


def every(current: ListenerTargets, classic: ClassicTargets) -> tuple[Use, ...]:
    """Every TLS listener of a region, of load balancers of all kinds."""
    return (*current.scan(lambda _one: True), *classic.scan(lambda _one: True))


@dataclass
class ClassicTargets:
    """Classic listeners; ``names`` tells those of a certificate, ``plain`` which listeners serve no TLS."""

    elb: ClassicLoadBalancing
    names: t.Callable[[str], tuple[str, ...]]
    interval: float = 0
    plain: dict[str, str] = field(default_factory=dict)
    _tags: dict[str, dict[str, str]] = field(default_factory=dict)

    def scan(self, wanted: t.Callable[[str], bool]) -> tuple[Use, ...]:
        """The TLS listeners of all classic load balancers whose name is wanted."""
        found = [one for one in self.elb.describe_load_balancers() if wanted(one.load_balancer)]
        self.plain = {one.id: one.protocol for one in found if one.protocol not in SECURE}
        secure = [one for one in found if one.protocol in SECURE]
        owners = sorted({one.load_balancer for one in secure})
        for start in range(0, len(owners), MOST_TAGGED):
            self._tags |= self.elb.describe_tags(owners[start : start + MOST_TAGGED])
        return tuple(self._use(one) for one in secure)

    def look(self, ids: t.Collection[str]) -> dict[str, Use]:
        """These listeners as they are now."""
        owners = sorted({one.rpartition(":")[0] for one in ids})
        found = [one for owner in owners for one in self.elb.describe_load_balancer(owner)]
        return {one.id: self._use(one) for one in found if one.id in ids}

    def give(self, use: Use, replaced: t.Sequence[Slot], arn: str) -> None:  # noqa: ARG002 - it has one place
        """Replace the certificate of the port."""
        name, _colon, port = use.id.rpartition(":")
        self.elb.set_load_balancer_listener_ssl_certificate(name, int(port), arn)

    def finish(self, use: Use, replaced: t.Sequence[Slot], arn: str) -> None:
        """One certificate for each port: nothing is left."""

    def put_back(self, former: Use, arn: str) -> None:
        """The certificate that the port had."""
        now = self.look([former.id]).get(former.id)
        if now is None or not now.has(arn):
            raise RemoteError(
                "it has another certificate by now: it was changed outside this run",
                service="elasticloadbalancing",
                operation="SetLoadBalancerListenerSSLCertificate",
            )
        self.give(former, (), former.slots[0].certificate)

    def _use(self, one: ClassicListener) -> Use:
        return listeners.use_of_classic(one, self._tags.get(one.load_balancer, {}), self.names)
