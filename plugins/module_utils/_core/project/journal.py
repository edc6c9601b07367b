# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a run of a project got: phases that only go forward, so that the next run finishes what this one began."""

from __future__ import annotations

import typing as t
from datetime import datetime
from enum import Enum

from ..ca import directories
from ..values import times
from ..values.shapes import JournalRecord, ProjectDefinition, Wanted
from . import sources


class Phase(str, Enum):
    """The steps of a run that are not free to repeat, in their order; a failure leaves the phase where it was."""

    PLANNED = "planned"
    ORDERING = "ordering"
    ISSUED = "issued"
    STORED = "stored"
    BOUND = "bound"
    VERIFIED = "verified"
    CLEANED = "cleaned"
    DONE = "done"


PHASES = tuple(phase.value for phase in Phase)
_DEPLOYED = (Phase.VERIFIED, Phase.CLEANED, Phase.DONE)


def wanted(definition: ProjectDefinition) -> Wanted:
    """What of the definition a run works towards; kept in the journal, since the definition may change meanwhile."""
    return {
        "domains": definition["domains"],
        "key_type": definition["key_type"],
        "acme_directory": definition["acme_directory"],
        "acme_profile": definition["acme_profile"],
        "bind": definition["bind"],
        "distributions": definition["distributions"],
        "source": definition["source"],
    }


def same_certificate(one: t.Mapping[str, t.Any], other: t.Mapping[str, t.Any]) -> bool:
    """Whether both want the same certificate: names, key type, CA and profile. Where it is bound does not matter."""
    return not differences(one, other)


def differences(one: t.Mapping[str, t.Any], other: t.Mapping[str, t.Any]) -> list[str]:
    """In words, what makes the certificate that ``one`` has or wants another than that of ``other``."""
    by_source = sources.differences(one, other)
    if by_source is not None:
        return by_source
    found = []
    if set(one["domains"]) != set(other["domains"]):
        found.append("domain names")
    if one["key_type"] != other["key_type"]:
        found.append("key type")
    if directories.url(one["acme_directory"]) != directories.url(other["acme_directory"]):
        found.append("ACME directory")
    if one.get("acme_profile") != other.get("acme_profile"):
        found.append("profile")
    return found


def begin(run: str, action: str, definition: ProjectDefinition, now: datetime) -> JournalRecord:
    """The journal of a new run that nobody holds yet; a certificate from before ``issued_since`` does not count."""
    return {
        "run_id": None,
        "fence": None,
        "run": run,
        "action": action,
        "phase": Phase.PLANNED.value,
        "started_at": times.to_text(now),
        "issued_since": times.to_text(now) if action == "reissue" else None,
        "order_url": None,
        "fingerprint_sha256": None,
        "wanted": wanted(definition),
    }


def is_unfinished(journal: JournalRecord | None) -> t.TypeGuard[JournalRecord]:
    """Whether a run began and did not come to its end."""
    return journal is not None and journal["phase"] != Phase.DONE.value


def is_unfinished_run(journal: JournalRecord | None, run: str) -> t.TypeGuard[JournalRecord]:
    """Whether it was this run that did not come to its end."""
    return is_unfinished(journal) and journal["run"] == run


def is_deletion(journal: JournalRecord | None) -> t.TypeGuard[JournalRecord]:
    """Whether the certificates of the project were being deleted, so that they may be gone already."""
    return is_unfinished_run(journal, "delete")


def is_deployed(phase: str) -> bool:
    """Whether the certificate of a run that came so far was seen on its distributions."""
    return Phase(phase) in _DEPLOYED


def advanced(journal: JournalRecord, phase: str) -> JournalRecord:
    """The journal at ``phase``, or where it was if that is further: a run that is continued repeats steps."""
    further = max(PHASES.index(journal["phase"]), PHASES.index(phase))
    return {**journal, "phase": PHASES[further]}
