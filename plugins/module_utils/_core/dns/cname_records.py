# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CNAME record sets as Route 53 has them."""

from __future__ import annotations

from dataclasses import dataclass

TTL = 300


@dataclass(frozen=True)
class CnameSet:
    """One record set; several of one name are told apart by ``set_identifier``."""

    name: str
    values: tuple[str, ...]
    ttl: int = TTL
    set_identifier: str = ""
