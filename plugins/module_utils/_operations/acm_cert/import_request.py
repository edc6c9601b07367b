# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of acm_cert as a value, or every problem with them at once."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.aws.session import Connection
from ..._clients.machine import crypto
from ..._core.acm_cert import limits
from ..._core.values import texts
from ..._core.values.params import Params
from ..._errors import ConfigError
from .. import step_record
from ..server_cert import request as server_cert_request
from ..server_cert.certificate_input import CertificateInput
from ..server_cert.request import KeylessCertificate, PlannedBundle
from ..step_record import StepRequest
from . import options
from .options import Regions


@dataclass(frozen=True)
class ImportRequest:
    """One certificate that ACM of these regions shall have: its content (or the URI of its bundle in an archive that
    has to be asked), and how a change of it is imported."""

    regions: Regions
    content: CertificateInput | PlannedBundle | KeylessCertificate | str
    import_as: str
    cloudfront: bool
    tags: t.Mapping[str, str]
    connection: Connection
    name_prefix: str | None = None
    step: StepRequest | None = None


@dataclass(frozen=True)
class RemovalRequest:
    """Certificates that ACM shall no longer have; ``force`` is for those that are not ours, never for those in use."""

    regions: Regions
    force: bool
    connection: Connection


def parse(params: Params) -> ImportRequest | RemovalRequest:
    """What is asked for; ConfigError that lists every problem, without calling anything."""
    connection = Connection.of(params)
    regions, problems = options.parse_regions(params, connection)
    if params["state"] == "absent":
        if not params["certificate_arns"]:
            problems.append("certificate_arns: name at least one ARN to delete")
        if problems:
            raise ConfigError(problems)
        return RemovalRequest(regions, params["force"], connection)
    tags = texts.plain_texts(params["tags"])
    problems += limits.tag_problems(tags)
    content: CertificateInput | PlannedBundle | KeylessCertificate | str = ""
    is_keyless = not params["bundle"] and params["certificate"] is None
    problems += _keyless_problems(regions) if is_keyless else []
    try:
        content = KeylessCertificate() if is_keyless else server_cert_request.content_of(params)
    except ConfigError as exc:
        problems += exc.problems
    problems += content_problems(content, params["cloudfront"])
    if problems:
        raise ConfigError(problems)
    return ImportRequest(
        regions=regions,
        content=content,
        import_as=params["import_as"],
        cloudfront=params["cloudfront"],
        tags=tags,
        connection=connection,
        name_prefix=params["name_prefix"],
        step=step_record.parse(params),
    )


def _keyless_problems(regions: Regions) -> list[str]:
    """What is missing of a certificate whose key nobody has, so that it cannot be imported."""
    missing = [region for region in regions.names if region not in regions.arns]
    if not missing:
        return []
    where = ", ".join(missing)
    problem = f"certificate_arns: without bundle or certificate it has to be in {where} already; name its ARN there"
    return [f"{problem}, or run reissue for a new certificate"]


def content_problems(
    content: CertificateInput | PlannedBundle | KeylessCertificate | str, cloudfront: bool
) -> list[str]:
    """Why ACM, or CloudFront behind it, would refuse this certificate, as far as it is known."""
    if isinstance(content, (str, KeylessCertificate)):
        return []
    if isinstance(content, PlannedBundle):
        return limits.key_type_problems(str(content.key_type), cloudfront)
    key_type = content.certificate.key_type
    return [
        *limits.key_type_problems(key_type, cloudfront),
        *limits.issuer_problems(key_type, crypto.signed_with(content.leaf)),
        *limits.size_problems(content.leaf, content.chain, content.private_key),
    ]
