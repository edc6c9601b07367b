# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Distributions as CloudFront lists them, and which of them use a certificate."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from .target import ACM_ELEMENT, IAM_ELEMENT

DEPLOYED = "Deployed"
# The ways to say which distributions are meant.
MATCHES = ("previous", "aliases", "ids")


@dataclass(frozen=True)
class Distribution:
    """One distribution as CloudFront lists it; ``viewer`` maps the element names of its viewer certificate to their
    texts.

    ``account`` is the number of the one that it is in. ``icp`` is what the ICP authorities say of its aliases, in China
    only.
    """

    id: str
    domain_name: str = ""
    aliases: tuple[str, ...] = ()
    viewer: t.Mapping[str, str] = field(default_factory=dict)
    status: str = DEPLOYED
    etag: str = ""
    enabled: bool = True
    staging: bool = False
    tenant_only: bool = False
    account: str = ""
    icp: t.Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Selection:
    """Which distributions are meant: by ``previous`` certificates, by ``aliases`` that the certificate covers, by
    ``ids``; the first two only among those that are ``tagged``, if that matters."""

    match: frozenset[str]
    previous: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    tagged: frozenset[str] | None = None

    def takes(self, identifier: str) -> bool:
        """Whether one that is not listed may be meant."""
        return self.tagged is None or identifier in self.tagged


def used_certificates(viewer: t.Mapping[str, str]) -> frozenset[str]:
    """The certificates that a viewer certificate names, the deprecated element included."""
    return frozenset(viewer[name] for name in (IAM_ELEMENT, ACM_ELEMENT, "Certificate") if viewer.get(name))


def users(distributions: t.Iterable[Distribution], certificate_id: str | None) -> tuple[str, ...]:
    """The IDs of the distributions that use the certificate."""
    return tuple(
        sorted(
            distribution.id
            for distribution in distributions
            if certificate_id in used_certificates(distribution.viewer)
        )
    )
