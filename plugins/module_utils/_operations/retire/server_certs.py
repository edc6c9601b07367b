# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletes a server certificate that no distribution lists any more, with patience for IAM, which may know it as in use
a little longer."""

from __future__ import annotations

from ..._clients.aws.iam import Iam
from ..._core.values.waiting import Clock, backoff
from ..._errors import RefusedError, RemoteError

ATTEMPTS = 5
WAIT_BASE_SECONDS = 2.0
WAIT_CAP_SECONDS = 15.0
IN_USE = "DeleteConflict"


def delete(iam: Iam, clock: Clock, name: str) -> RemoteError | None:
    """Delete the certificate, or return IAM's last refusal; one that is gone already counts as deleted."""
    attempt = 0
    while True:
        refusal = _try(iam, name)
        if refusal is None or refusal.code != IN_USE or attempt == ATTEMPTS - 1:
            return refusal
        clock.sleep(backoff(attempt, base=WAIT_BASE_SECONDS, cap=WAIT_CAP_SECONDS))
        attempt += 1


def delete_or_refuse(iam: Iam, clock: Clock, name: str) -> None:
    """Delete the certificate; RefusedError if IAM keeps saying that it is in use."""
    refusal = delete(iam, clock, name)
    if refusal is None:
        return
    if refusal.code != IN_USE:
        raise refusal
    raise RefusedError(
        f"server certificate {name} is kept: no CloudFront distribution lists it, but IAM says that it is in use"
        f" ({refusal.message}); a load balancer or API may use it, or a distribution's change is not yet deployed: run"
        " again later"
    ) from refusal


def _try(iam: Iam, name: str) -> RemoteError | None:
    try:
        iam.delete_server_certificate(name)
    except RemoteError as exc:
        return exc
    return None
