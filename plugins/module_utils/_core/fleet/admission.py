# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which projects of a fleet a CA would refuse by its limits now: what the documents say was issued, and what the run
wants to order."""

from __future__ import annotations

import functools
import typing as t
from datetime import datetime

from ..ca import directories as acme_directories, issuances
from ..ca.ledger import Held, Ledger, PlannedOrder
from ..ca.limits import Limits
from ..project import journal
from ..values import times
from ..values.shapes import ProjectDocument


class Admission:
    """Admits the projects of a run one after another; ``documents`` are all that the store has of them."""

    def __init__(
        self,
        limits: Limits,
        documents: t.Sequence[ProjectDocument],
        now: datetime,
        registered_domain: t.Callable[[str], str | None],
    ) -> None:
        self._now, self._limits = now, limits
        self._documents: t.Sequence[ProjectDocument] | None = documents
        self._ledger = Ledger(limits, now, registered_domain)

    def admit(self, document: ProjectDocument) -> Held | None:
        """Until when the order of this project would be refused; None if it may run now."""
        orders = _orders(document, self._now)
        if not all(order.directory in self._limits for order in orders):
            # a CA without limits is among the choices
            return None
        self._count()
        return self._ledger.admit(orders) if orders else None

    def used(self) -> list[dict[str, t.Any]]:
        """What the admitted projects take of the limits."""
        return self._ledger.used()

    def left(self) -> dict[tuple[str, str], int]:
        """How many orders the limits leave, by directory and kind."""
        self._count()
        return self._ledger.left()

    def _count(self) -> None:
        """What was issued and what failed goes into the buckets when the first project asks; most runs order
        nothing."""
        documents, self._documents = self._documents or (), None
        events: list[tuple[datetime, t.Callable[[], None]]] = []
        for document in documents:
            events += self._events(document)
        for _at, count in sorted(events, key=lambda event: event[0]):
            count()

    def _events(self, document: ProjectDocument) -> list[tuple[datetime, t.Callable[[], None]]]:
        try:
            return [*self._issued(document), *self._failed(document)]
        except Exception:  # noqa: BLE001 - its own plan says what is wrong with it; the others are counted
            return []

    def _issued(self, document: ProjectDocument) -> t.Iterator[tuple[datetime, t.Callable[[], None]]]:
        account = _account(document)
        for one in issuances.of(document):
            if one.directory in self._limits and one.at <= self._now:
                yield one.at, functools.partial(self._ledger.issued, account, one)

    def _failed(self, document: ProjectDocument) -> t.Iterator[tuple[datetime, t.Callable[[], None]]]:
        """The last attempt of a project that fails; it need not have been the validation, so this is cautious."""
        last_run = document["last_run"]
        finished = last_run.get("finished_at") if last_run else None
        if document["renewal"]["failures"] and finished:
            directory, account, domains = (
                acme_directories.url(document["definition"]["acme_directory"]),
                _account(document),
                document["definition"]["domains"],
            )
            at = times.from_text(finished)
            yield at, functools.partial(self._ledger.failed, directory, account, domains, at)


def _orders(document: ProjectDocument, now: datetime) -> list[PlannedOrder]:
    """What the project may order, the CA of its choice first, then those to fall back to; nothing if it
    continues an order that it has."""
    unfinished, definition = document["journal"], document["definition"]
    if journal.is_unfinished(unfinished) and unfinished.get("order_url"):
        return []
    directories = [
        definition["acme_directory"],
        *(one["acme_directory"] for one in definition.get("acme_fallbacks") or ()),
    ]
    domains = frozenset(definition["domains"])
    return [
        PlannedOrder(
            acme_directories.url(one), _account(document), domains, issuances.exemption(document, domains, one, now)
        )
        for one in directories
    ]


def _account(document: ProjectDocument) -> str:
    """Accounts are made for each set of contacts, in each archive."""
    definition = document["definition"]
    return " ".join([str(definition.get("archive") or ""), *sorted(definition.get("acme_contacts") or ())])
