# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order that a run works on: written to the archive before each step, and left there or removed at the end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ..._clients.acme.messages import AcmeOrder
from ..._clients.archive.unfinished_orders import Pending, UnfinishedOrder
from ..._clients.machine import crypto
from ..._core.issue.pending_order import PendingOrder
from ..._core.issue.wanted import WantedCertificate
from ..._errors import RefusedError
from ..dns.challenge_records import ChallengeRecords
from .clients import Journal
from .withdrawal import abandon, withdraw


@dataclass
class OrderUnderWay:
    """What has to be known to clean up, whatever happens: the unfinished order as the archive has it, whether it is
    over, whether another run has it now."""

    pending: Pending
    kept: UnfinishedOrder
    order: AcmeOrder | None = None
    is_over: bool = False
    is_lost: bool = False
    is_finalizing: bool = False

    @property
    def known(self) -> PendingOrder:
        """The order as the archive has it."""
        return self.kept.order

    def keep(self, order: PendingOrder) -> None:
        """The archive has it so from now on."""
        self.kept = replace(self.kept, order=order)
        self.pending.put(self.kept)

    def record(self, journal: Journal | None, order: AcmeOrder, now: datetime) -> None:
        """Finalizing cannot be taken back: only the run that holds the project does it, and its journal knows the order
        before."""
        if journal is not None:
            try:
                journal.ordering(order.url, now)
            except RefusedError:
                self.is_lost = True
                raise
        self.is_finalizing = True

    def clean(self, records: ChallengeRecords) -> list[str]:
        """Remove the records, and the unfinished order too if it is over; a warning if that fails, and then the next
        run does it."""
        if self.is_lost:
            # the run that holds the project now finds the order in the archive, and may be using its records
            return []
        if self.is_over:
            return abandon(self.pending, records, self.kept)
        return withdraw(self.pending, records, self.kept) if self.known.records else []


def new(pending: Pending, wanted: WantedCertificate, now: datetime) -> OrderUnderWay:
    """An order with a key of its own, which the archive has before the CA is asked."""
    order = PendingOrder(wanted=wanted, private_key=crypto.generate_key(wanted.key_type), created_at=now)
    kept = UnfinishedOrder(pending.new_key(now), order)
    pending.put(kept)
    return OrderUnderWay(pending, kept)
