# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What killed runs left in Route 53 and in the archive, and its removal."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from . import _bundles, _issue_request, _withdrawal
from ._challenges import Accounts, ChallengeRecords
from ._core import bundles, issuing
from ._core.plan import Outcome
from ._core.waiting import Clock
from ._errors import ConfigError
from ._pending import Kept, Pending
from ._stores.base import Archive


@dataclass(frozen=True)
class Leftovers:
    """The unfinished orders of projects in one archive."""

    archive: Archive
    accounts: Accounts
    clock: Clock

    def remove(self, project: str, drop_orders: bool, check_mode: bool) -> Outcome:
        """Remove all challenge values, and the orders that are dead, or all with ``drop_orders``."""
        problem = _issue_request.project_problem(project)
        if problem:
            raise ConfigError([problem])
        pending = Pending(self.archive, project)
        keys = self.archive.list(f"{project}/")
        unfinished, warnings = pending.load(keys)
        issued_from = self._order_of_newest(keys, project)
        now = self.clock.now()
        dead = [kept for kept in unfinished if drop_orders or issuing.is_dead(kept.order, issued_from, now)]
        alive = [kept for kept in unfinished if kept not in dead]
        if not check_mode:
            warnings += self._apply(pending, dead, alive)
        return _outcome(unfinished, dead, alive, warnings)

    def _apply(self, pending: Pending, dead: t.Iterable[Kept], alive: t.Iterable[Kept]) -> list[str]:
        # a change that removes is not waited for, so the time is not used
        records = ChallengeRecords(self.accounts, self.clock, propagation_timeout=0)
        warnings = [warning for kept in dead for warning in _withdrawal.abandon(pending, records, kept)]
        for kept in alive:
            if kept.order.records:
                warnings += _withdrawal.withdraw(pending, records, kept)
        return warnings

    def _order_of_newest(self, keys: list[str], project: str) -> str | None:
        newest = next(iter(bundles.archived(keys, project)), None)
        if newest is None:
            return None
        try:
            manifest = _bundles.unpack(self.archive.get(newest) or b"", newest).manifest
        except ConfigError:
            return None
        return manifest.order_url if manifest else None


def _outcome(unfinished: list[Kept], dead: list[Kept], alive: list[Kept], warnings: list[str]) -> Outcome:
    records = [record.as_dict() for kept in unfinished for record in kept.order.records]
    found = f"{_count(len(records), 'challenge record')} and {_count(len(dead), 'unfinished order')} of killed runs"
    return Outcome(
        changed=bool(records or dead),
        result={
            "removed_records": records,
            "removed_orders": [kept.key for kept in dead],
            "kept_orders": [kept.key for kept in alive],
            "reason": found if records or dead else "nothing of killed runs is left",
        },
        before={"records": [record["name"] for record in records], "orders": [kept.key for kept in unfinished]},
        after={"records": [], "orders": [kept.key for kept in alive]},
        warnings=tuple(warnings),
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
