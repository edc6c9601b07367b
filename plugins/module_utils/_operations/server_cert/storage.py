# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One server certificate is in IAM, or would be: from the request of iam_server_cert to its outcome."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.archive.bundles import ReadArchived
from ..._clients.aws.cloudfront import CloudFront
from ..._clients.aws.iam import Iam
from ..._clients.machine import crypto
from ..._core.server_cert import server_certs, upload_plan
from ..._core.server_cert.upload_plan import WantedUpload
from ..._core.values.plan import Outcome
from ..._core.values.waiting import Clock
from ..._errors import ConfigError, RefusedError
from . import certificate_input
from .request import KeylessCertificate, PlannedBundle, StoreRequest, content_problems
from .upload import Storing, check_quota


@dataclass(frozen=True)
class Clients:
    """What iam_server_cert speaks to; CloudFront only to find out who uses a certificate that is to be deleted."""

    iam: Iam
    cloudfront: t.Callable[[], CloudFront]
    archived: ReadArchived | None = None


def run(request: StoreRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Adopt or upload the certificate; predict it if its bundle is only planned."""
    content = request.content
    if isinstance(content, PlannedBundle):
        return _predict(request, content, clients.iam)
    if isinstance(content, KeylessCertificate):
        return _standing(request, clients.iam, check_mode)
    if isinstance(content, str):
        content = certificate_input.read(content, clock.now(), clients.archived)
        problems = content_problems(content, request.path)
        if problems:
            raise ConfigError(problems)
    certificate = content.certificate
    wanted = WantedUpload(
        name=request.name or upload_plan.name_for(request.name_prefix or "", certificate.not_after),
        path=request.path,
        tags=request.tags,
        certificate=certificate,
    )
    storing = Storing(
        clients.iam,
        clock,
        content,
        wanted,
        headroom=request.quota_headroom,
        expected=request.expected_name,
        is_new=request.is_new and not check_mode,
        others=request.other_names,
    )
    return storing.converge(check_mode)


def _standing(request: StoreRequest, iam: Iam, check_mode: bool) -> Outcome:
    """The certificate as IAM has it, with the tags that it lacks; RefusedError if it is gone."""
    name = request.expected_name or ""
    content = iam.get_server_certificate(name)
    if content is None or content.stored.path != request.path:
        raise RefusedError(
            f"server certificate {name} is not under {request.path}, and its key is not in the archive, so it cannot be"
            " uploaded again; run reissue for a new certificate"
        )
    certificate = crypto.inspect(content.body)
    wanted = WantedUpload(name=name, path=request.path, tags=request.tags, certificate=certificate)
    plan = upload_plan.plan_present(upload_plan.ObservedIam((content.stored,), {name: content.tags}), wanted)
    if plan and not check_mode:
        iam.tag_server_certificate(name, plan.steps[0].values["tags"])
    result = server_certs.result(server_certs.describe(content.stored, certificate), plan.reason)
    return Outcome(changed=bool(plan), result=result, before=plan.before, after=plan.after)


def _predict(request: StoreRequest, planned: PlannedBundle, iam: Iam) -> Outcome:
    check_quota(iam, request.quota_headroom)
    name = request.name or f"{request.name_prefix}-(time of expiry)"
    predicted = server_certs.predicted(request.name, request.path, planned.domains, planned.key_type)
    return Outcome(
        changed=True,
        result={
            **server_certs.result(predicted, "the bundle would be issued first, and is then uploaded"),
            "uploaded": True,
        },
        after={"server_certificate": {"name": name, "path": request.path, "tags": dict(request.tags)}},
    )
