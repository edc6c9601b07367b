# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates that an authority of the sandbox signs."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from sandbox.ca.authority import Authority


@dataclass(frozen=True)
class Issued:
    """A certificate with what belongs to it, as PEM texts."""

    leaf: str
    chain: str
    key: str = field(repr=False)


def issue(*domains: str, lifetime: timedelta = timedelta(days=45)) -> Issued:
    authority = Authority()
    pair = authority.certificate(domains, lifetime)
    return Issued(pair.certificate_pem, authority.issuer.certificate_pem, pair.key_pem)
