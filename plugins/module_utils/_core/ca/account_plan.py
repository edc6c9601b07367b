# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done to an ACME account, from what the archive and the CA know of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..values import times
from ..values.plan import Plan, Step

REGISTER, MOVE, ROLL_OVER, DEACTIVATE = "register", "update contacts", "roll over", "deactivate"


@dataclass(frozen=True)
class KnownAccount:
    """An account in the archive; ``registered`` says whether the CA knows it."""

    contacts: tuple[str, ...]
    url: str | None
    key_since: str | None
    registered: bool


@dataclass(frozen=True)
class WantedAccount:
    """The account as it shall be; its key may not be from before ``key_since``."""

    directory: str
    contacts: tuple[str, ...]
    key_since: datetime | None = None
    active: bool = True


def plan(known: KnownAccount | None, wanted: WantedAccount) -> Plan:
    """The steps in their order; none if all is as wanted."""
    before = (
        {
            "contacts": sorted(known.contacts),
            "key_since": known.key_since,
            "status": "valid" if known.registered else "unknown",
        }
        if known
        else {}
    )
    if not wanted.active:
        gone = (Step(DEACTIVATE, wanted.directory),) if known else ()
        return Plan(
            steps=gone,
            before=before,
            after={},
            reason="the archive has an account" if known else "the archive has no such account",
        )
    steps = _steps(known, wanted)
    after = {"contacts": sorted(wanted.contacts), "key_since": before.get("key_since"), "status": "valid"}
    if any(step.action in (REGISTER, ROLL_OVER) for step in steps):
        after["key_since"] = (
            "now" if known is None or any(step.action == ROLL_OVER for step in steps) else known.key_since
        )
    return Plan(
        steps=steps,
        before=before,
        after=after,
        reason="; ".join(step.values["why"] for step in steps) or "the account is as wanted",
    )


def _steps(known: KnownAccount | None, wanted: WantedAccount) -> tuple[Step, ...]:
    if known is None:
        return (Step(REGISTER, wanted.directory, {"why": "the archive has no account for these contacts"}),)
    steps = []
    if not known.registered:
        steps.append(Step(REGISTER, wanted.directory, {"why": "the CA no longer knows the account, or never did"}))
    if set(known.contacts) != set(wanted.contacts):
        steps.append(
            Step(MOVE, wanted.directory, {"why": f"the contacts were {', '.join(sorted(known.contacts)) or 'none'}"})
        )
    if wanted.key_since is not None and (
        known.key_since is None or times.from_text(known.key_since) < wanted.key_since
    ):
        steps.append(
            Step(ROLL_OVER, wanted.directory, {"why": f"the key was created before {times.to_text(wanted.key_since)}"})
        )
    return tuple(steps)
