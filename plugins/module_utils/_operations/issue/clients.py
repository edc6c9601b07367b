# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything outside that issuing talks to, and what it brings back."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from ..._clients.stores.base import Archive
from ..._core.certificate.bundle import Bundle, Manifest
from ..ca.registrar import MakesClients
from ..dns.accounts import DnsAccounts, Zones
from ..dns.propagation import NameServers


class Journal(t.Protocol):
    """The journal of the run that the order is part of: ``_operations.step_record.RunJournal``, or a fake."""

    def ordering(self, order_url: str, now: datetime) -> None:
        """The order is known before it is finalized; RefusedError if the run no longer holds its project."""


@dataclass(frozen=True)
class Clients:
    """Everything outside that issuing talks to; ``fallbacks`` are further CAs.

    Without a run of a project there is no journal, and without ``dns`` only Route 53 is asked for zones.
    """

    archive: Archive
    zones: Zones
    server: MakesClients
    journal: Journal | None = None
    fallbacks: tuple[MakesClients, ...] = ()
    delegated: t.Mapping[str, Zones] = field(default_factory=dict)
    dns: NameServers | None = None

    @property
    def accounts(self) -> DnsAccounts:
        """All that have zones for us."""
        return DnsAccounts(self.zones, self.delegated)


@dataclass(frozen=True)
class Issued:
    """A new bundle and where the archive has it; ``replaces`` is what its order told the CA to replace."""

    uri: str
    bundle: Bundle
    manifest: Manifest
    replaces: str | None = None
