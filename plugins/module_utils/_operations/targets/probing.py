# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificate a target serves, whatever the APIs say."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.net.tls import TlsProbe
from ..._core.targets.uses import NewCertificate, Use
from ..._core.values import domain_names
from ..._core.values.waiting import Clock, Deadline, backoff
from ..._errors import RemoteError

# The nodes of a load balancer and edge locations switch within a minute; the rest is for caches of DNS.
PROBE_SECONDS = 120
POLL_BASE_SECONDS, POLL_FACTOR, POLL_CAP_SECONDS = 1.0, 1.5, 20.0


@dataclass(frozen=True)
class ServedProbe:
    """Asks targets which certificate they serve; ``edge`` is the host and port to ask in place of each one's own."""

    tls: TlsProbe
    clock: Clock
    new: NewCertificate
    edge: tuple[str, int] | None
    deadline: Deadline

    def problem(self, use: Use, replaced_names: t.Sequence[str]) -> str:
        """Why the certificate is not served for one of the names; empty if it is for all. What has no names of its own
        is asked for those of the certificate that was replaced."""
        if use.address is None:
            return ""
        covered = [name for name in replaced_names if not domain_names.uncovered(self.new.domains, [name])]
        names = dict.fromkeys(_sample(name) for name in use.probes or covered or self.new.domains)
        return next((found for name in names if (found := self._problem(self.edge or use.address, name))), "")

    def _problem(self, address: tuple[str, int], name: str) -> str:
        host, port = address
        rounds = 0
        while True:
            try:
                served = self.tls.served_fingerprint(host, port, name)
            except RemoteError as exc:
                problem = exc.message
            else:
                if served == self.new.fingerprint_sha256:
                    return ""
                problem = f"{host}:{port} serves another certificate for {name} (SHA-256 {served})"
            if self.deadline.has_passed(self.clock.now()):
                return problem
            pause(self.clock, self.deadline, rounds)
            rounds += 1


def pause(clock: Clock, deadline: Deadline, rounds: int) -> None:
    """Sleep before the next poll: longer after each round, and not beyond the deadline."""
    clock.sleep(deadline.clamp(clock.now(), backoff(rounds, POLL_BASE_SECONDS, POLL_FACTOR, POLL_CAP_SECONDS)))


def _sample(name: str) -> str:
    return f"certops-probe.{domain_names.base(name)}" if domain_names.is_wildcard(name) else name
