# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each of many projects needs now, and which of them a run takes: those that need something, the earliest deadline first."""

from __future__ import annotations

import typing as t
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime

from ..ca.ledger import Held
from ..project import lease
from ..run import overview, reissue, run_plan
from ..values import times
from .drift import Drift, Index, find

# What a fleet may be planned for. A run to renew leaves alone what somebody only might have wanted; one to converge does whatever is missing.
RUNS = ("renew", "converge", "reissue")
_IDLE = ("wait", "none")
# How many of those that rest are named.
NEXT = 5


Admit = t.Callable[[t.Mapping[str, t.Any]], "Held | None"]


@dataclass(frozen=True)
class Candidate:
    """One project in question: its document, with the definition that is wanted; ``changed`` are the keys in which that differs from the stored one.

    ``host`` is where the playbook runs it, ``index`` its place among the definitions that were given, ``store`` where the document is
    (None: in the common store).
    """

    name: str
    host: str
    document: t.Mapping[str, t.Any]
    changed: tuple[str, ...] = ()
    index: int | None = None
    store: str | None = None


@dataclass(frozen=True)
class Need:
    """What one project needs, and why.

    ``due`` says that a run is to be made of it now. ``deadline`` is when service breaks unless something is done; a project without a
    certificate is late already. ``wait_until`` is when a project that rests or waits is to be looked at again. ``held`` is the limit of a CA
    that would refuse its order now.
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
    drift: Drift = field(default_factory=Drift)
    selected: bool = False
    held: Held | None = None

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
            "unused": list(self.drift.unused),
            "orphans": list(self.drift.orphans),
        }


@dataclass(frozen=True)
class Question:
    """What is asked of all projects alike: the run, the moment, what AWS lists (None: nobody looked), and whether the owner of a lock is dead.

    With ``issued_before`` a reissue is only for certificates from before that time.
    """

    run: str
    now: datetime
    is_dead: t.Callable[[t.Mapping[str, t.Any]], bool]
    index: Index | None = None
    issued_before: datetime | None = None


def judge(candidate: Candidate, question: Question) -> Need:
    """What this project needs; an action that its own document asks for comes before what the listings show."""
    document, now = candidate.document, question.now
    is_locked = lease.is_live(document["lock"], now, question.is_dead)
    scheduled = run_plan.locked_out(document, lease.owner_text(document["lock"]), now) if is_locked else run_plan.plan(document, "renew", now)
    plan = scheduled if is_locked or question.run == "renew" else run_plan.plan(document, reissue.run_for(document, question.run, question.issued_before), now)
    drift = Drift() if is_locked or question.index is None else find(document, question.index, question.run == "converge")
    action, reason = (plan.action, plan.reason) if plan.action not in ("none", "locked") else _rest(candidate, plan, drift)
    state = overview.state(document, scheduled.action, now, is_locked)
    return Need(
        candidate=candidate,
        action=action,
        reason=reason,
        state="unfinished" if state == "ok" and action == "rebind" else state,
        deadline=_deadline(document, drift, now),
        # Orphans are for the playbook cleanup, and so are superseded certificates unless the project is converged anyway.
        due=action not in _IDLE and (action != "cleanup" or (question.run == "converge" and bool(drift.unused))),
        issue=plan.issue,
        wait_until=plan.wait_until or plan.renew_at if action in (*_IDLE, "cleanup") else None,
        expires_in_days=overview.days_left(document, now),
        drift=drift,
    )


def _rest(candidate: Candidate, plan: run_plan.RunPlan, drift: Drift) -> tuple[str, str]:
    """What is left to do for a project whose document asks for nothing now."""
    if plan.wait_until is not None:
        return "wait", plan.reason
    if drift.rebind:
        return "rebind", drift.rebind
    if candidate.changed:
        return "update", f"{', '.join(candidate.changed)} changed in the definition"
    leftovers = (("superseded and not used any more", drift.unused), ("not in the record and not used", drift.orphans))
    found = [f"{', '.join(certificates)}: {why}" for why, certificates in leftovers if certificates]
    return ("cleanup", "; ".join(found)) if found else ("none", plan.reason)


def _deadline(document: t.Mapping[str, t.Any], drift: Drift, now: datetime) -> str:
    """When the certificates in service expire, the first of them: until a new one is on its distributions, that is the one before."""
    certificate, superseded = document["certificate"], document["superseded"]
    if certificate is None:
        return times.to_text(now)
    in_service = certificate if run_plan.is_deployed(document) or not superseded else superseded[-1]
    ends: list[str | None] = [in_service.get("not_after") or certificate["not_after"], drift.breaks_at]
    return min((text for text in ends if text), key=times.from_text)


def ordered(needs: t.Iterable[Need], now: datetime, priority_tags: t.Mapping[str, str] | None = None) -> list[Need]:
    """What is due, then what rests, by the time to look again.

    Of what is due first the projects that have all of ``priority_tags``, each part by its deadlines. Those that failed and would wait in a
    scheduled run come last: however often they fail, they do not keep the others from their turn.
    """

    def key(need: Need) -> tuple[bool, bool, bool, datetime, str]:
        moment = times.from_text(need.deadline if need.due or need.wait_until is None else need.wait_until)
        retry_at = need.candidate.document["renewal"]["next_attempt_at"]
        is_late = need.due and retry_at is not None and times.from_text(retry_at) > now
        is_first = need.due and bool(priority_tags) and _has_tags(need, priority_tags or {})
        return not need.due, is_late, not is_first, moment, need.name

    return sorted(needs, key=key)


def chosen(needs: t.Iterable[Need], states: t.Collection[str], tags: t.Mapping[str, str], issued_by: str | None = None) -> list[Need]:
    """The projects in one of these states that have all of these tags, and a certificate of this CA; what is not given excludes none."""
    found = [need for need in needs if (not states or need.state in states) and _has_tags(need, tags)]
    return [need for need in found if issued_by is None or reissue.is_issued_by(need.candidate.document, issued_by)]


def _has_tags(need: Need, tags: t.Mapping[str, str]) -> bool:
    of_project = need.candidate.document["definition"]["tags"]
    return all(of_project.get(str(tag)) == str(text) for tag, text in tags.items())


def cut(needs: t.Sequence[Need], max_per_run: int | None, admit: Admit) -> list[Need]:
    """The needs in their order, with those selected that are due, at most so many; the others that are due say why they are put off or held back.

    ``admit`` says of the document of a project that is going to order a certificate which limit forbids that now, if any.
    """
    found, taken = [], 0
    for need in needs:
        if not need.due:
            found.append(need)
        elif max_per_run is not None and taken >= max_per_run:
            reason = f"{need.reason}; put off, since {max_per_run} projects that come first fill this run"
            found.append(replace(need, reason=reason))
        elif held := admit(need.candidate.document) if need.issue else None:
            found.append(replace(need, held=held, wait_until=times.to_text(held.until), reason=f"{need.reason}; held back, since {held.as_text()}"))
        else:
            found.append(replace(need, selected=True))
            taken += 1
    return found


def summary(needs: t.Sequence[Need], broken: int) -> dict[str, t.Any]:
    """How many projects need what, and of those that no run takes now the first ones that wait, that rest, and that have leftovers."""
    due = [need for need in needs if need.due]
    held = [need for need in due if need.held is not None]
    put_off = [need for need in due if not need.selected and need.held is None]
    by_action = {action: [need for need in needs if not need.due and need.action == action] for action in ("wait", "none", "cleanup")}
    return {
        "total": len(needs) + broken,
        "due": len(due),
        "selected": len(due) - len(put_off) - len(held),
        "put_off": len(put_off),
        "held": len(held),
        "broken": broken,
        "actions": dict(sorted(Counter(need.action for need in needs).items())),
        "states": dict(sorted(Counter(need.state for need in needs).items())),
        "first_put_off": [_named(need, "deadline", need.deadline) for need in put_off[:NEXT]],
        "first_held": [_named(need, "until", need.wait_until) for need in held[:NEXT]],
        "first_waiting": [_named(need, "until", need.wait_until) for need in by_action["wait"][:NEXT]],
        "first_resting": [_named(need, "until", need.wait_until) for need in by_action["none"][:NEXT]],
        "first_to_clean": [_named(need, "deadline", need.deadline) for need in by_action["cleanup"][:NEXT]],
    }


def _named(need: Need, word: str, moment: str | None) -> dict[str, t.Any]:
    return {"name": need.name, word: moment, "reason": need.reason}
