# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletes a server certificate that no distribution lists any more, with patience for IAM, which may know it as in use
a little longer."""

from __future__ import annotations

from ..._clients.aws.cloudfront import CloudFront
from ..._clients.aws.iam import Iam
from ..._core.bind.distributions import users
from ..._core.server_cert import server_certs
from ..._core.values.plan import Outcome
from ..._core.values.waiting import Clock, backoff
from ..._errors import RefusedError, RemoteError
from ..server_cert.content import describe

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


def remove_unused(iam: Iam, cloudfront: CloudFront, clock: Clock, name: str, check_mode: bool) -> Outcome:
    """The certificate is gone; RefusedError if a distribution uses it."""
    content = iam.get_server_certificate(name)
    if content is None:
        return Outcome(changed=False, result=server_certs.result(None, f"there is no server certificate {name}"))
    used_by = users(cloudfront.list_distributions(), content.stored.id)
    if used_by:
        raise RefusedError(
            f"server certificate {name} ({content.stored.id}) is kept: the CloudFront distributions"
            f" {', '.join(used_by)} use it; bind them to another certificate first (cloudfront_cert_bind)",
            used_by=list(used_by),
        )
    if not check_mode:
        delete_or_refuse(iam, clock, name)
    described = describe(content)
    before = {"server_certificate": {key: described[key] for key in ("name", "path", "serial", "not_after")}}
    return Outcome(
        changed=True,
        result=server_certs.result(described, f"no CloudFront distribution uses server certificate {name}"),
        before=before,
    )
