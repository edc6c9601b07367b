# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes what an unfinished order left in DNS and in the archive; a failure is a warning, since the next order and the
clean-up try again."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ..._clients.archive.unfinished_orders import Pending, UnfinishedOrder
from ..._errors import CertError
from ..dns.challenge_records import ChallengeRecords


def abandon(pending: Pending, records: ChallengeRecords, kept: UnfinishedOrder) -> list[str]:
    """Remove what an unfinished order left in DNS, and then the order itself; a warning if that fails."""
    return _withdraw(pending, records, kept, lambda: pending.archive.delete(kept.key))


def withdraw(pending: Pending, records: ChallengeRecords, kept: UnfinishedOrder) -> list[str]:
    """Remove what an unfinished order left in DNS, and keep the order for the next run; a warning if that fails."""
    return _withdraw(pending, records, kept, lambda: pending.put(replace(kept, order=kept.order.without_records())))


def _withdraw(
    pending: Pending, records: ChallengeRecords, kept: UnfinishedOrder, finish: t.Callable[[], None]
) -> list[str]:
    """No value is left in DNS; before that, the order no longer says that they are there, for a run that is killed in
    between."""
    try:
        if kept.order.changes:
            pending.put(replace(kept, order=kept.order.withdrawing()))
        records.withdraw(kept.order.records)
        finish()
    except CertError as exc:
        warning = (
            "challenge records or the unfinished order could not be removed; the next order tries again, and so does"
            f" certops.cloudfront.cleanup: {exc.message}"
        )
        return [warning]
    return []
