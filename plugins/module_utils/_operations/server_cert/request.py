# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of iam_server_cert as a value, or every problem with them at once."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.aws.session import Connection
from ..._core.server_cert import limits
from ..._core.values import schema, texts
from ..._core.values.params import Params
from ..._errors import ConfigError
from . import certificate_input
from .certificate_input import CertificateInput

_BEGIN = "-----BEGIN CERTIFICATE-----"
_PLANNED = schema.record(
    {}, {"domains": schema.maybe(schema.items(schema.line())), "key_type": schema.maybe(schema.line())}
)


@dataclass(frozen=True)
class PlannedBundle:
    """A bundle that check mode of acme_route53_issue only planned."""

    domains: tuple[str, ...]
    key_type: str | None


@dataclass(frozen=True)
class KeylessCertificate:
    """A certificate that is in IAM and whose key nobody has: it came there before the project was adopted."""


# As ansible-test's pylint takes | between classes.
WantedContent = t.Union[CertificateInput, PlannedBundle, KeylessCertificate, str]  # noqa: UP007


@dataclass(frozen=True)
class StoreRequest:
    """One server certificate that shall exist: its content (or the URI of its bundle in an archive that has to be
    asked), and where it is kept."""

    content: WantedContent
    name: str | None
    name_prefix: str | None
    expected_name: str | None
    is_new: bool
    other_names: tuple[str, ...]
    path: str
    tags: t.Mapping[str, str]
    quota_headroom: int
    connection: Connection


def parse(params: Params) -> StoreRequest:
    """What is asked for; ConfigError that lists every problem, without calling anything."""
    tags = texts.plain_texts(params["tags"])
    problems = _problems(params)
    content: WantedContent = ""
    try:
        is_keyless = not params["bundle"] and params["certificate"] is None
        content = KeylessCertificate() if is_keyless else content_of(params)
    except ConfigError as exc:
        problems += exc.problems
    problems += content_problems(content, params["path"])
    if problems:
        raise ConfigError(problems)
    return StoreRequest(
        content=content,
        name=params["name"],
        name_prefix=params["name_prefix"],
        expected_name=params["expected_name"],
        is_new=params["is_new"],
        other_names=tuple(params["other_names"]),
        path=params["path"],
        tags=tags,
        quota_headroom=params["quota_headroom"],
        connection=Connection.of(params),
    )


def content_problems(content: WantedContent, path: str) -> list[str]:
    """Why CloudFront would not take a certificate with this key and chain, as far as they are known."""
    if isinstance(content, CertificateInput):
        problems = limits.key_type_problems(content.certificate.key_type, path)
        return problems + limits.chain_problems(1 + content.chain.count(_BEGIN), path)
    return limits.key_type_problems(str(content.key_type), path) if isinstance(content, PlannedBundle) else []


def _problems(params: Params) -> list[str]:
    problems = limits.name_problems(params["name"], params["name_prefix"])
    problems += limits.text_problems("expected_name", params["expected_name"]) if params["expected_name"] else []
    problems += limits.path_problems(params["path"])
    problems += limits.tag_problems(params["tags"])
    if params["quota_headroom"] < 0:
        problems.append(f"quota_headroom: {params['quota_headroom']} is negative; use 0 or more")
    return problems


def content_of(params: Params) -> CertificateInput | PlannedBundle | str:
    """The certificate that ``bundle``, or ``certificate`` with its key and chain, names; ConfigError with every reason
    not to use it."""
    bundle = params["bundle"]
    if bundle is None and not (params["certificate"] and params["private_key"]):
        raise ConfigError(["certificate: use it with its private_key, or use bundle"])
    if bundle is None:
        texts = (params["certificate"], params["chain"] or "", params["private_key"])
        return certificate_input.of_texts(*texts, params.now)
    if isinstance(bundle, t.Mapping) and not bundle.get("uri") and not bundle.get("dest"):
        if not params.check_mode:
            raise ConfigError(
                ["bundle: it was only planned (its uri is empty); run acme_route53_issue without check mode first"]
            )
        wrong = schema.problems(_PLANNED, bundle, "bundle")
        if wrong:
            raise ConfigError([f"{schema.summary(wrong)}; use the bundle that acme_route53_issue returned"])
        return PlannedBundle(tuple(bundle.get("domains") or ()), bundle.get("key_type"))
    reference = (bundle.get("uri") or bundle.get("dest")) if isinstance(bundle, t.Mapping) else bundle
    if not isinstance(reference, str) or not reference:
        raise ConfigError(
            [
                (
                    "bundle: use a directory, the path, file:// or s3:// URI of a .tar.gz, or the bundle that"
                    " acme_route53_issue returned"
                )
            ]
        )
    return reference if certificate_input.is_elsewhere(reference) else certificate_input.read(reference, params.now)
