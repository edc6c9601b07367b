# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A project held for one step of its adoption: each write proves that this run still holds it, the last one gives it
free, and so does the end whatever happened."""

from __future__ import annotations

import contextlib
import secrets
import typing as t
from dataclasses import dataclass

from ..._clients.machine import processes
from ..._clients.stores.base import Store
from ..._clients.stores.held_store import HeldStore
from ..._core.adoption import takeover
from ..._core.adoption.takeover import AdoptionStep
from ..._core.project.lease import Claim
from ..._core.values import times
from ..._core.values.shapes import AdoptionRecord, ProjectDocument
from ..._core.values.waiting import Clock
from ..._errors import CertError
from .. import project_updates

LOCK_SECONDS = 3600


@dataclass(frozen=True)
class HeldProject:
    """The document of one project in the hands of this run; check mode holds and writes nothing."""

    store: Store
    name: str
    clock: Clock
    run_id: str
    check_mode: bool

    @classmethod
    def of(cls, store: Store, name: str, clock: Clock, check_mode: bool) -> HeldProject:
        """A run of its own."""
        made_up = f"{times.to_name(clock.now())}-{secrets.token_hex(4)}"
        return cls(HeldStore(store), name, clock, made_up, check_mode)

    def load(self) -> ProjectDocument | None:
        """The document, or None."""
        return project_updates.load(self.store, self.name)[0]

    def claim(self) -> Claim:
        """What this run asks for, now."""
        return Claim(takeover.RUN, self.run_id, processes.current(), LOCK_SECONDS, self.clock.now(), processes.is_dead)

    def update(self, decide: t.Callable[[ProjectDocument | None, Claim], AdoptionStep]) -> ProjectDocument | None:
        """The document as it was decided and, unless in check mode, written."""
        _before, step = project_updates.update(
            self.store, self.name, lambda document: decide(document, self.claim()), self.check_mode
        )
        return step.document

    def note(self, adoption: AdoptionRecord, is_last: bool = False) -> None:
        """The record of the adoption is in the document; the last one of a run gives the project free."""
        if not self.check_mode:
            self.update(lambda document, claim: takeover.noted(document, claim, adoption, is_last))

    @contextlib.contextmanager
    def held(self, take: t.Callable[[ProjectDocument | None, Claim], AdoptionStep]) -> t.Iterator[ProjectDocument]:
        """Inside, the project is this run's."""
        document = self.update(take)
        if document is None:
            raise CertError(f"project {self.name} is not in the store")
        try:
            yield document
        finally:
            if not self.check_mode:
                with contextlib.suppress(CertError):
                    self.update(takeover.released)
