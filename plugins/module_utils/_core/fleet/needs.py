# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each of many projects needs now, and which of them a run takes: those that need something, the earliest deadline
first."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from ..ca.ledger import Held
from ..project import document as project_document, identity, lease
from ..run import overview, reissue, run_plan
from ..values import times
from ..values.partitions import AwsAccount
from ..values.shapes import CertificateRecord, Owner, ProjectDocument
from . import room
from .drift import Drift, Index, find

# What a fleet may be planned for. A run to renew leaves alone what somebody only might have wanted; one to converge
# does whatever is missing.
RUNS = ("renew", "converge", "reissue")
_IDLE = ("wait", "none")


@dataclass(frozen=True)
class Candidate:
    """One project in question: its document, with the definition that is wanted; ``changed`` are the keys in which that
    differs from the stored one.

    ``host`` is where the playbook runs it, ``index`` its place among the definitions that were given, ``store`` where
    the document is
    (None: in the common store). ``moves`` says that it may change its account, ``brought`` is the fingerprint of the
    certificate in its files, if it has some.
    """

    name: str
    host: str
    document: ProjectDocument
    changed: tuple[str, ...] = ()
    index: int | None = None
    store: str | None = None
    moves: bool = False
    brought: str | None = None

    @property
    def has_new_files(self) -> bool:
        """Whether the files of the project are of another certificate than the recorded one, unless it went back."""
        recorded = self.document["certificate"]
        if self.brought is None or recorded is None or recorded.get("rolled_back"):
            return False
        return self.brought != recorded["fingerprint_sha256"]


@dataclass(frozen=True)
class Need:
    """What one project needs, and why.

    ``due`` says that a run is to be made of it now. ``deadline`` is when service breaks unless something is done; a
    project without a
    certificate is late already. ``wait_until`` is when a project that rests or waits is to be looked at again. ``held``
    is the limit of a CA that would refuse its order now, ``elsewhere`` why a run in this account must not touch it,
    ``has_room`` whether IAM has a place for its certificate, and ``stays`` whether a new one would keep it.
    """

    candidate: Candidate
    action: str
    reason: str
    state: str
    deadline: str
    due: bool = False
    issue: bool = False
    wait_until: str | None = None
    expires_in_days: int | None = None
    lifetime_hours: float | None = None
    drift: Drift = field(default_factory=Drift)
    selected: bool = False
    held: Held | None = None
    elsewhere: str = ""
    has_room: bool = True
    stays: bool = False

    @property
    def name(self) -> str:
        """The name of the project."""
        return self.candidate.name

    def as_dict(self) -> dict[str, t.Any]:
        """The project as it stands in results."""
        return {
            "name": self.name,
            "host": self.candidate.host,
            "action": self.action,
            "reason": self.reason,
            "due": self.due,
            "selected": self.selected,
            "issue": self.issue,
            "deadline": self.deadline,
            "wait_until": self.wait_until,
            "limit": self.held.as_dict() if self.held else None,
            "state": self.state,
            "expires_in_days": self.expires_in_days,
            "lifetime_hours": self.lifetime_hours,
            "unused": list(self.drift.unused),
            "orphans": list(self.drift.orphans),
            "left": [{"id": one.id, "uncovered": list(one.uncovered), "until": one.until} for one in self.drift.left],
        }


@dataclass(frozen=True)
class FleetQuestion:
    """What is asked of all projects alike: the run, the moment, what AWS lists (None: nobody looked), and whether the
    owner of a lock is dead. ``caller`` is the account of the run, if that is known.

    With ``issued_before`` a reissue is only for certificates from before that time.
    """

    run: str
    now: datetime
    is_dead: t.Callable[[Owner], bool]
    index: Index | None = None
    issued_before: datetime | None = None
    caller: AwsAccount | None = None


def judge(candidate: Candidate, question: FleetQuestion) -> Need:
    """What this project needs; an action that its own document asks for comes before what the listings show."""
    document, now = candidate.document, question.now
    is_locked = lease.is_live(document["lock"], now, question.is_dead)
    scheduled, plan = _plans(document, question, is_locked)
    drift = (
        Drift() if is_locked or question.index is None else find(document, question.index, question.run == "converge")
    )
    action, reason = (
        (plan.action, plan.reason) if plan.action not in ("none", "locked") else _rest(candidate, plan, drift, question)
    )
    state = overview.state(document, scheduled.action, now, is_locked)
    return Need(
        candidate=candidate,
        action=action,
        reason=reason,
        state="unfinished" if state == "ok" and action == "rebind" else state,
        deadline=_deadline(document, drift, now),
        # Orphans are for the playbook cleanup, and so are superseded certificates unless the project is converged
        # anyway.
        due=action not in _IDLE and (action != "cleanup" or (question.run == "converge" and bool(drift.unused))),
        issue=plan.issue,
        wait_until=plan.wait_until or plan.renew_at if action in (*_IDLE, "cleanup") else None,
        expires_in_days=overview.days_left(document, now),
        lifetime_hours=_lifetime_hours(document),
        drift=drift,
        elsewhere="" if candidate.moves else elsewhere(candidate, question.caller),
        stays=room.stays(document),
    )


def _plans(
    document: ProjectDocument, question: FleetQuestion, is_locked: bool
) -> tuple[run_plan.RunPlan, run_plan.RunPlan]:
    """What a scheduled run would do, and what the run in question does."""
    if is_locked:
        locked = run_plan.locked_out(document, lease.owner_text(lease.of(document)), question.now)
        return locked, locked
    scheduled = run_plan.plan(document, "renew", question.now)
    if question.run == "renew":
        return scheduled, scheduled
    run = reissue.run_for(document, question.run, question.issued_before)
    return scheduled, run_plan.plan(document, run, question.now)


def elsewhere(candidate: Candidate, caller: AwsAccount | None) -> str:
    """Why a run in this account must not touch the project; empty if it may, as far as that is known."""
    if caller is None or not identity.is_elsewhere(candidate.document, caller):
        return ""
    return identity.refusal(candidate.document, caller)


def _rest(candidate: Candidate, plan: run_plan.RunPlan, drift: Drift, question: FleetQuestion) -> tuple[str, str]:
    """What is left to do for a project whose document asks for nothing now."""
    if candidate.has_new_files:
        return "renew", "its files are of another certificate than the recorded one"
    if plan.wait_until is not None and not drift.rebind:
        return "wait", plan.reason
    if candidate.moves and elsewhere(candidate, question.caller):
        return "rebind", f"it moves from account {identity.account_of(candidate.document)} to {question.caller}"
    if drift.rebind:
        return "rebind", drift.rebind
    if candidate.changed:
        return "update", f"{', '.join(candidate.changed)} changed in the definition"
    leftovers = (("superseded and no longer used", drift.unused), ("not in the record and not used", drift.orphans))
    found = [f"{', '.join(certificates)}: {why}" for why, certificates in leftovers if certificates]
    return ("cleanup", "; ".join(found)) if found else ("none", plan.reason)


def _deadline(document: ProjectDocument, drift: Drift, now: datetime) -> str:
    """When the certificates in service expire, the first of them: until a new one is on its distributions, that is the
    one before."""
    certificate, in_service = document["certificate"], _in_service(document)
    if certificate is None or in_service is None:
        return times.to_text(now)
    ends: list[str | None] = [in_service.get("not_after") or certificate["not_after"], drift.breaks_at]
    return min((text for text in ends if text), key=times.from_text)


def _in_service(document: ProjectDocument) -> CertificateRecord | None:
    """The certificate on the distributions, as the record knows it: the former one until the new one was seen there."""
    certificate, superseded = document["certificate"], document["superseded"]
    return superseded[-1] if certificate and superseded and not project_document.is_deployed(document) else certificate


def _lifetime_hours(document: ProjectDocument) -> float | None:
    """How long the certificate in service is valid in all; None where that is not known."""
    one = _in_service(document)
    if one is None or not one.get("not_before") or not one.get("not_after"):
        return None
    lifetime = times.from_text(one["not_after"]) - times.from_text(one["not_before"])
    return round(lifetime.total_seconds() / 3600, 1)
