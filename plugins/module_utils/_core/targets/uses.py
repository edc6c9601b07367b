# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What serves a certificate: a tenant, a listener, an API domain; each with the places in it that hold one."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ..values.partitions import region_of

TENANT, LISTENER, CLASSIC_LISTENER, API_DOMAIN = "tenant", "listener", "classic_listener", "api_domain"
# A listener has a default certificate and, beside it, a list from which it chooses by SNI.
DEFAULT, SNI = "default", "sni"


@dataclass(frozen=True)
class NewCertificate:
    """The certificate to bind; ``arn`` is None while it is only planned, ``key_type`` empty if it is not known.
    ``copies`` are its ARNs in ACM by region."""

    arn: str | None
    domains: tuple[str, ...]
    key_type: str = ""
    fingerprint_sha256: str | None = None
    copies: t.Mapping[str, str] = field(default_factory=dict)

    @property
    def region(self) -> str:
        """The region that the ARN names; empty for one of IAM."""
        return region_of(self.arn or "")

    @property
    def shown(self) -> str:
        """The ARN, or what stands for it in a prediction."""
        return self.arn or "(known after import)"

    def taken_by(self, use: Use) -> NewCertificate:
        """The certificate as the resource takes it: its copy in the region that the resource names, if it has one."""
        return replace(self, arn=self.copies[use.region]) if self.arn and use.region in self.copies else self


@dataclass(frozen=True)
class Slot:
    """One place for a certificate in what serves it; ``names`` are those of the certificate, as far as they are
    known."""

    name: str
    certificate: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Use:
    """One resource that serves certificates.

    ``names`` must all be covered, however the resource was found. ``address`` and ``probes`` are where it serves, and
    for which names. ``region`` is the one whose certificates it takes, where that is not the one that it is in.
    ``why_not`` says why it is left alone unless that is forced.
    """

    kind: str
    id: str
    slots: tuple[Slot, ...]
    names: tuple[str, ...] = ()
    key_types: frozenset[str] = frozenset()
    address: tuple[str, int] | None = None
    probes: tuple[str, ...] = ()
    is_settled: bool = True
    tags: t.Mapping[str, str] = field(default_factory=dict)
    region: str = ""
    why_not: str = ""

    def has(self, certificate: str | None) -> bool:
        """Whether one of its places has the certificate."""
        return certificate is not None and any(slot.certificate == certificate for slot in self.slots)


@dataclass(frozen=True)
class UseSelection:
    """Which resources are meant: ``previous`` and ``aliases`` only among those with all of ``tags``, ``ids`` always.
    These may be ``in_another`` region, which another binding is about."""

    match: frozenset[str]
    previous: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    tags: t.Mapping[str, str] = field(default_factory=dict)
    forced: bool = False
    in_another: bool = False
