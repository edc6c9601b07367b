# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the emulated AWS shows to the outside world: DNS records that have propagated and certificates that are deployed."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from .aws.state import State
from .dns_server import Zone
from .edge import Material


def public_zones(_state: State) -> Iterator[Zone]:
    """The public hosted zones as resolvers see them now."""
    models = sys.modules.get("moto.route53.models")
    if models is None:
        return
    for partitions in models.route53_backends.values():
        for backend in partitions.values():
            for zone in backend.zones.values():
                if not zone.private_zone:
                    yield Zone(_text(zone.name), {(_text(item.name), item.type_): (int(item.ttl or 60), tuple(item.records)) for item in zone.rrsets})


def edge_certificate(state: State, alias: str) -> Material | None:
    """Full chain and key of the certificate that the distribution with this alias serves now."""
    with state.lock:
        return state.cloudfront.edge_certificate(alias)


def _text(name: str) -> str:
    return name.lower().rstrip(".").replace("\\052", "*") + "."
