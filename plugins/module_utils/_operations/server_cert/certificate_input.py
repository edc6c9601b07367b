# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates with their texts: what a module was given, checked as a whole before anything is called, and what IAM
gave back."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from ..._clients.archive import bundles
from ..._clients.machine import crypto
from ..._core.certificate.certificate import Certificate
from ..._core.server_cert import limits
from ..._errors import ConfigError


@dataclass(frozen=True)
class CertificateInput:
    """Leaf, chain and key as PEM texts with equal line ends; ``certificate`` is what the leaf says."""

    leaf: str
    chain: str
    certificate: Certificate
    private_key: str = field(repr=False)


def planned_bundle(params: t.Mapping[str, t.Any]) -> t.Mapping[str, t.Any] | None:
    """The bundle that acme_route53_issue only planned in check mode; None if there is a real one, or none."""
    bundle = params["bundle"]
    if isinstance(bundle, t.Mapping) and not bundle.get("uri") and not bundle.get("dest"):
        return bundle
    return None


def read(params: t.Mapping[str, t.Any], now: datetime, archived: bundles.ReadArchived | None) -> CertificateInput:
    """The material of ``bundle``, or of ``certificate``, ``private_key`` and ``chain``; ConfigError with every reason
    not to use it."""
    certificate, chain, key = _texts(params, archived)
    leaf, rest = crypto.split(certificate)
    chain = "".join(crypto.split(chain)) if chain.strip() else ""
    problems = []
    if rest and chain and not crypto.same_certificates(rest, chain):
        problems.append("the certificate text holds a chain that differs from the chain given; give the chain once")
    material = CertificateInput(
        leaf=leaf, chain=chain or rest, certificate=crypto.inspect(leaf), private_key=key.strip() + "\n"
    )
    problems += crypto.bundle_problems(material.leaf, material.chain, material.private_key, now)
    problems += limits.size_problems(material.leaf, material.chain, material.private_key)
    if problems:
        raise ConfigError(problems)
    return material


def _texts(params: t.Mapping[str, t.Any], archived: bundles.ReadArchived | None) -> tuple[str, str, str]:
    bundle = params["bundle"]
    if bundle is None:
        return params["certificate"], params["chain"] or "", params["private_key"]
    reference = (bundle.get("uri") or bundle.get("dest")) if isinstance(bundle, t.Mapping) else bundle
    if not isinstance(reference, str) or not reference:
        raise ConfigError(
            [
                (
                    "bundle: give a directory, the path, file:// or s3:// URI of a .tar.gz, or the bundle that"
                    " acme_route53_issue returned"
                )
            ]
        )
    read_bundle = bundles.read(reference, archived)
    return read_bundle.cert, read_bundle.chain, read_bundle.privkey
