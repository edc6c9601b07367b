# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The viewer certificate that a distribution gets: minimum protocol and SNI."""

from __future__ import annotations

import typing as t

from ..values.partitions import CHINA
from .distributions import Distribution
from .target import Target

# For a distribution that had no certificate of its own.
# https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ViewerCertificate.html
DEFAULT_MINIMUM_PROTOCOL = "TLSv1.2_2021"
SNI_ONLY = "sni-only"

# Both are contracts with AWS that viewers without SNI depend on; CloudFront in China has neither.
DEDICATED_IP_SUPPORT = ("vip", "static-ip")
SNI_MINIMUM_PROTOCOL = "TLSv1"


def viewer_for(current: t.Mapping[str, str], target: Target, partition: str) -> dict[str, str]:
    """The clean viewer certificate: the target, SNI, and a minimum protocol that is never lower than before.

    A dedicated IP stays: AWS bills it, and viewers without SNI would be cut off by taking it away.
    """
    chosen = _chosen(current)
    support = chosen.get("SSLSupportMethod", "")
    if support not in DEDICATED_IP_SUPPORT or partition == CHINA:
        support = SNI_ONLY
    return {
        target.element: target.id or "(known after upload)",
        "SSLSupportMethod": support,
        "MinimumProtocolVersion": _minimum_protocol(chosen.get("MinimumProtocolVersion", ""), support),
    }


def _chosen(viewer: t.Mapping[str, str]) -> t.Mapping[str, str]:
    """What was chosen on purpose. With its default certificate CloudFront itself says ``vip`` and ``TLSv1``, and
    neither is meant (the first is expensive)."""
    return {} if viewer.get("CloudFrontDefaultCertificate") == "true" else viewer


def _minimum_protocol(protocol: str, support: str) -> str:
    if protocol == "SSLv3" and support == SNI_ONLY:
        return SNI_MINIMUM_PROTOCOL
    return protocol or DEFAULT_MINIMUM_PROTOCOL


def changed_viewers(
    distributions: t.Iterable[Distribution], touched: t.Collection[str], target: Target, partition: str
) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """The viewer certificates of the distributions with these IDs before and after, as users see them in a diff."""
    changed = [one for one in distributions if one.id in touched]
    before = {one.id: {"ViewerCertificate": dict(one.viewer)} for one in changed}
    after = {one.id: {"ViewerCertificate": viewer_for(one.viewer, target, partition)} for one in changed}
    return before, after


def dedicated_ip_warnings(
    distributions: t.Iterable[Distribution], touched: t.Collection[str], partition: str
) -> tuple[str, ...]:
    """One warning for each distribution with one of these IDs that has, or had, a dedicated IP."""
    done = (
        "it becomes sni-only, the only method in China"
        if partition == CHINA
        else "it is kept, because viewers without SNI need it; AWS charges for it"
    )
    methods = {one.id: _chosen(one.viewer).get("SSLSupportMethod", "") for one in distributions if one.id in touched}
    return tuple(
        f"distribution {one} has SSLSupportMethod {method}: {done}"
        for one, method in methods.items()
        if method in DEDICATED_IP_SUPPORT
    )
