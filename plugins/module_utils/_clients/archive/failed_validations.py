# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The failed validations of a project, kept in the archive for as long as a CA counts them."""

from __future__ import annotations

import json
import typing as t
from dataclasses import dataclass
from datetime import datetime

from ..._core.ca import failed_validations
from ..._core.ca.failed_validations import Failure
from ..._core.values import json_text, times
from ..._errors import CertError, RefusedError
from ..stores.base import Archive


@dataclass(frozen=True)
class Failures:
    """Where the archive keeps them; a damaged document counts as none, since it only spares attempts."""

    archive: Archive
    project: str

    @property
    def key(self) -> str:
        """The archive key."""
        return f"{self.project}/failures.json"

    def require_room(self, directory: str, domains: t.Iterable[str], now: datetime) -> None:
        """RefusedError if a name failed as often at this CA as CAs allow in an hour."""
        held = failed_validations.held_until(self._load(), directory, domains, now)
        if held:
            raise RefusedError(
                failed_validations.refusal(held),
                retry_at=times.to_text(max(held.values())),
                failed_validations=list(held),
            )

    def note(self, failure: Failure, now: datetime) -> str | None:
        """Keep another one; a warning if that fails."""
        try:
            kept = (*failed_validations.recent(self._load(), now), failure)
            self.archive.put(self.key, json.dumps(failed_validations.as_dict(kept), indent=2).encode())
        except CertError as exc:
            return f"the failed validation could not be kept, so it does not count towards the limit: {exc.message}"
        return None

    def forget(self) -> None:
        """Forget all failures, because the names were validated."""
        self.archive.delete(self.key)

    def _load(self) -> tuple[Failure, ...]:
        try:
            return failed_validations.from_dict(json_text.parsed(self.archive.get(self.key) or b"{}"))
        except (KeyError, TypeError, ValueError, AttributeError):
            return ()
