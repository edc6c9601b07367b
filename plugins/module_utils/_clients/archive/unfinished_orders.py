# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unfinished orders in the archive: written before anything that they are needed to undo or to finish."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime

from ..._core.issue.pending_order import PendingOrder
from ..._core.values import json_text, times
from ..stores.base import Archive


@dataclass(frozen=True)
class UnfinishedOrder:
    """A pending order and the archive key that it stands under."""

    key: str
    order: PendingOrder


@dataclass(frozen=True)
class Pending:
    """The unfinished orders of one project."""

    archive: Archive
    project: str

    @property
    def prefix(self) -> str:
        """What the keys of unfinished orders start with."""
        return f"{self.project}/pending/"

    def new_key(self, now: datetime) -> str:
        """A key that no other run uses, in the order of time."""
        return f"{self.prefix}{times.to_name(now)}-{secrets.token_hex(4)}.json"

    def load(self, keys: list[str]) -> tuple[list[UnfinishedOrder], list[str]]:
        """The unfinished orders among the archive's keys, newest first, and a warning for each that cannot be read."""
        kept, warnings = [], []
        for key in sorted((key for key in keys if key.startswith(self.prefix)), reverse=True):
            order = self._read(key)
            if order is None:
                warnings.append(
                    f"the unfinished order {key} in {self.archive.uri} is damaged and left alone; delete it, and look"
                    " for its TXT records by hand"
                )
            else:
                kept.append(UnfinishedOrder(key, order))
        return kept, warnings

    def put(self, kept: UnfinishedOrder) -> None:
        """Write it, replacing what was known of it."""
        self.archive.put(kept.key, json.dumps(kept.order.as_dict(), indent=2).encode())

    def _read(self, key: str) -> PendingOrder | None:
        try:
            return PendingOrder.from_dict(json_text.parsed(self.archive.get(key) or b""))
        except (KeyError, TypeError, ValueError, AttributeError):
            return None
