# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a distribution has the certificate that it was given, and whether the edge serves it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ..._clients.aws.cloudfront import CloudFront
from ..._clients.net.tls import TlsProbe
from ..._core.bind import binding
from ..._core.bind.distributions import Distribution
from ..._core.bind.report import BindReport
from ..._core.bind.target import Target
from ..._core.values.waiting import Clock, Deadline
from ..._errors import RemoteError
from . import deployment

# Edge locations switch within seconds of "Deployed"; the rest is for caches of DNS and connections.
PROBE_SECONDS = 120
HTTPS_PORT = 443
NOT_SERVED = "ServedCertificateDiffers"


def read_back(cloudfront: CloudFront, report: BindReport, target: Target) -> BindReport:
    """The report of a deployed distribution, verified if its configuration still names the certificate."""
    try:
        config = cloudfront.get_distribution_config(report.id)
    except RemoteError as exc:
        return report.failed("get", exc.code, exc.message)
    if binding.is_bound(config.viewer, target):
        return replace(report, verified=True, etag_after=config.etag)
    message = "it was bound, but now uses another certificate: it was changed outside this run"
    return report.failed("verify", "BoundElsewhere", message)


@dataclass(frozen=True)
class EdgeProbe:
    """Asks edges which certificate they serve; ``edge`` is the host and port to ask instead of each distribution's
    own."""

    tls: TlsProbe
    clock: Clock
    fingerprint_sha256: str | None
    edge: tuple[str, int] | None = None
    settled_by: datetime | None = None

    def checked(self, report: BindReport, distribution: Distribution, deadline: Deadline) -> BindReport:
        """The report, as it is if the edge serves the certificate for all names, and otherwise failed."""
        host, port = self.edge or (distribution.domain_name, HTTPS_PORT)
        for server_name in binding.probe_names(distribution):
            problem = self._problem((host, port), server_name, deadline)
            if problem:
                return replace(report.failed("verify", NOT_SERVED, problem), verified=False)
        return report

    def _is_settling(self) -> bool:
        """Whether edges may still serve what had the ARN before a re-import, which no status shows."""
        return self.settled_by is not None and self.clock.now() < self.settled_by

    def _problem(self, address: tuple[str, int], server_name: str, deadline: Deadline) -> str:
        """Why the edge does not serve the certificate for the name, after retries; empty if it does."""
        host, port = address
        rounds = 0
        while True:
            try:
                served = self.tls.served_fingerprint(host, port, server_name)
            except RemoteError as exc:
                problem = exc.message
            else:
                if served == self.fingerprint_sha256:
                    return ""
                if self._is_settling():
                    return ""
                problem = f"{host}:{port} serves another certificate for {server_name} (SHA-256 {served})"
            if deadline.has_passed(self.clock.now()):
                return problem
            deployment.pause(self.clock, deadline, rounds)
            rounds += 1
