# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates with their texts: what a module was given, checked as a whole before anything is called, and what IAM
gave back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ..._clients.archive import bundles
from ..._clients.machine import crypto
from ..._core.certificate.certificate import Certificate
from ..._core.server_cert import limits
from ..._errors import ConfigError


@dataclass(frozen=True)
class CertificateInput:
    """Leaf, chain and key as PEM texts that were read and written anew; ``certificate`` is what the leaf says."""

    leaf: str
    chain: str
    certificate: Certificate
    private_key: str = field(repr=False)


def is_elsewhere(reference: str) -> bool:
    """Whether the bundle is in an archive that has to be asked for it."""
    return reference.startswith("s3://")


def read(reference: str, now: datetime, archived: bundles.ReadArchived | None = None) -> CertificateInput:
    """The certificate of a bundle; ConfigError with every reason not to use it."""
    bundle = bundles.read(reference, archived)
    return of_texts(bundle.cert, bundle.chain, bundle.privkey, now)


def of_texts(certificate: str, chain: str, private_key: str, now: datetime) -> CertificateInput:
    """The certificate of these PEM texts; ConfigError with every reason not to use it."""
    leaf, rest = crypto.split(certificate)
    chain = "".join(crypto.split(chain)) if chain.strip() else ""
    problems = []
    if rest and chain and not crypto.same_certificates(rest, chain):
        problems.append(
            "the certificate text contains a chain that differs from the one in chain; use only one of them"
        )
    material = CertificateInput(
        leaf=leaf, chain=chain or rest, certificate=crypto.inspect(leaf), private_key=crypto.rewritten_key(private_key)
    )
    problems += crypto.bundle_problems(material.leaf, material.chain, material.private_key, now)
    problems += limits.size_problems(material.leaf, material.chain, material.private_key)
    if problems:
        raise ConfigError(problems)
    return material
