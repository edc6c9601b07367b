# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When each playbook last planned its projects: kept beside the projects, so that a stopped schedule is noticed."""

from __future__ import annotations

import typing as t
from datetime import datetime

from ..._clients.stores.base import DamagedDocumentError, Store
from ..._core.values import texts, times
from ..._errors import CertError, ConflictError

AREA, NAME, KEY = "runs", "planned", "planned_at"
SCHEMA = 1
# Each attempt lost means that another run noted its own time, which serves as well.
ATTEMPTS = 3
MOST_PLAYBOOKS = 20


def note(store: Store, playbook: str, now: datetime) -> str | None:
    """Note that the playbook runs now; what kept it from that, if anything did."""
    beside = store.beside(AREA)
    try:
        for _attempt in range(ATTEMPTS):
            known, version = _read(beside)
            planned_at = {**known, playbook: times.to_text(now)}
            try:
                beside.write(NAME, {"schema": SCHEMA, KEY: planned_at}, version)
            except ConflictError:
                continue
            return None
    except CertError as exc:
        return f"the time of this run could not be noted, so an alert may say that runs have stopped: {exc.message}"
    return None


def noted(store: Store) -> dict[str, datetime]:
    """When each playbook last planned its projects; CertError if the store is away."""
    return {name: times.from_text(text) for name, text in _read(store.beside(AREA))[0].items()}


def _read(beside: Store) -> tuple[dict[str, str], str | None]:
    """The times as they were read, with the version to replace them by; anything else is left out."""
    try:
        stored = beside.read(NAME)
    except DamagedDocumentError as exc:
        return {}, exc.version
    if stored is None:
        return {}, None
    kept: t.Any = stored.document.get(KEY)
    entries = list(kept.items())[:MOST_PLAYBOOKS] if isinstance(kept, dict) else []
    return {texts.cleaned(name, 40): text for name, text in entries if _is_time(text)}, stored.version


def _is_time(text: t.Any) -> bool:
    try:
        times.from_text(text)
    except (ValueError, TypeError, AttributeError):
        return False
    return True
