# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bundles of an archive may be deleted: those that nobody uses, beyond the number to keep."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..certificate.bundle import KEEP_ALL


@dataclass(frozen=True)
class ArchivedBundle:
    """One bundle of the archive; without a ``fingerprint`` it could not be read."""

    key: str
    uri: str
    fingerprint: str | None


@dataclass(frozen=True)
class RetentionVerdict:
    """Whether one bundle is to be deleted, and why (not)."""

    bundle: ArchivedBundle
    delete: bool
    reason: str

    def as_dict(self) -> dict[str, t.Any]:
        """The bundle as it stands among those kept."""
        return {"uri": self.bundle.uri, "fingerprint_sha256": self.bundle.fingerprint, "reason": self.reason}


def decide(bundles: t.Iterable[ArchivedBundle], in_use: t.Collection[str], keep: int) -> tuple[RetentionVerdict, ...]:
    """A verdict on every bundle; ``bundles`` are the newest first, ``in_use`` are URIs and fingerprints."""
    verdicts: list[RetentionVerdict] = []
    spared = 0
    for one in bundles:
        reason = _reason_to_keep(one, in_use, is_newest=not verdicts)
        if reason is None and (keep == KEEP_ALL or spared < keep):
            spared += 1
            reason = (
                "all are kept" if keep == KEEP_ALL else f"it is number {spared} of {keep} to keep beside those in use"
            )
        verdicts.append(
            RetentionVerdict(one, reason is None, reason or "nothing uses it, and it is older than those to keep")
        )
    return tuple(verdicts)


def _reason_to_keep(one: ArchivedBundle, in_use: t.Collection[str], is_newest: bool) -> str | None:
    if one.uri in in_use or one.fingerprint in in_use:
        return "it is in use"
    if is_newest:
        return "it is the newest: a run that was interrupted may not have recorded it yet"
    if one.fingerprint is None:
        return "it cannot be read, so it is not known whether it is in use"
    return None
