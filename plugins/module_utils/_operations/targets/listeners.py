# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listeners of application and network load balancers as targets: a default certificate, and a list for SNI."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ..._clients.aws.regional.elbv2 import MOST_TAGGED, LoadBalancing
from ..._core.targets import listeners
from ..._core.targets.listeners import KEY_TYPES, SECURE, Listener, LoadBalancer
from ..._core.targets.uses import DEFAULT, SNI, Slot, Use
from ..._errors import RemoteError


@dataclass
class ListenerTargets:
    """Listeners by Elastic Load Balancing; ``names`` tells those of a certificate, ``plain`` which listeners serve no
    TLS."""

    elbv2: LoadBalancing
    names: t.Callable[[str], tuple[str, ...]]
    interval: float = 0
    plain: dict[str, str] = field(default_factory=dict)
    _known: dict[str, Use] = field(default_factory=dict)

    def scan(self, wanted: t.Callable[[str], bool]) -> tuple[Use, ...]:
        """The TLS listeners of all load balancers whose ARN is wanted."""
        found = [one for one in self.elbv2.describe_load_balancers() if one.type in KEY_TYPES and wanted(one.arn)]
        pairs = [(one, listener) for one in found for listener in self.elbv2.describe_listeners(one.arn)]
        self.plain = {one.arn: one.protocol for _owner, one in pairs if one.protocol not in SECURE}
        secure = [(owner, one) for owner, one in pairs if one.protocol in SECURE]
        tags = self._tags({owner.arn for owner, _one in secure})
        self._known = {one.arn: self._use(one, owner, tags) for owner, one in secure}
        return tuple(self.look(self._known).values())

    def look(self, ids: t.Collection[str]) -> dict[str, Use]:
        """These listeners with the certificates that they have now."""
        entries = {one: self.elbv2.describe_listener_certificates(one) for one in ids}
        return {
            one: replace(self._known[one], slots=listeners.slots_of(found, self.names))
            for one, found in entries.items()
            if found
        }

    def give(self, use: Use, replaced: t.Sequence[Slot], arn: str) -> None:
        """Into the list first, so that no name is without a certificate in between; then as the default."""
        if any(slot.name == SNI for slot in replaced) and arn not in _listed(use):
            self.elbv2.add_listener_certificates(use.id, arn)
        if any(slot.name == DEFAULT for slot in replaced):
            self.elbv2.modify_listener(use.id, arn)

    def finish(self, use: Use, replaced: t.Sequence[Slot], arn: str) -> None:  # noqa: ARG002 - as the others have it
        """Take the old ones out of the list."""
        for former in sorted({slot.certificate for slot in replaced if slot.name == SNI}):
            self.elbv2.remove_listener_certificates(use.id, former)

    def put_back(self, former: Use, arn: str) -> None:
        """The former default, and a list without the certificate unless it was there before."""
        now = self.look([former.id]).get(former.id)
        if now is None or not now.has(arn):
            raise RemoteError(
                "it has another certificate by now: it was changed outside this run",
                service="elasticloadbalancing",
                operation="ModifyListener",
            )
        if now.slots[0].certificate == arn != former.slots[0].certificate:
            self.elbv2.modify_listener(former.id, former.slots[0].certificate)
        if arn in _listed(now) and arn not in _listed(former):
            self.elbv2.remove_listener_certificates(former.id, arn)

    def _tags(self, arns: t.Collection[str]) -> dict[str, dict[str, str]]:
        ordered, found = sorted(arns), dict[str, dict[str, str]]()
        for start in range(0, len(ordered), MOST_TAGGED):
            found |= self.elbv2.describe_tags(ordered[start : start + MOST_TAGGED])
        return found

    def _use(self, one: Listener, owner: LoadBalancer, tags: t.Mapping[str, t.Mapping[str, str]]) -> Use:
        return listeners.use_of(one, owner, tags.get(owner.arn, {}))


def _listed(use: Use) -> set[str]:
    return {slot.certificate for slot in use.slots if slot.name == SNI}
