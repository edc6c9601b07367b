# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project document, and what a run of a project has to do: pure, so that check mode, the run and the fleet decide
alike."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from datetime import datetime

from ..._errors import RefusedError
from ..project import journal, lease, places, sources
from ..project.document import (
    _domains_changed,
    _renew_at,
    decided,
    is_being_adopted,
    is_recorded,
    previous,
    recorded,
)
from ..values import texts, times
from ..values.shapes import CertificateRecord, JournalRecord, ProjectDefinition, ProjectDocument
from . import rollback

# Of the error of the run before.
_LONGEST_ERROR = 300
RUNS = ("converge", "renew", "reissue", "rollback", "restore", "cleanup", "delete")
# These bring no certificate into service, so they leave the journal of another run alone.
WITHOUT_JOURNAL = ("restore", "cleanup", "delete")


@dataclass(frozen=True)
class RunPlan:
    """What a run has to do, and why.

    ``issue`` says that the record has no certificate yet that satisfies this run, so one is to be ordered or fetched
    from an
    unfinished order; one issued before ``issued_since`` does not count. ``previous`` are the certificates to replace,
    ``certificate`` is the one to go back to.
    """

    action: str
    reason: str
    issue: bool = False
    issued_since: str | None = None
    renew_at: str | None = None
    previous: tuple[str, ...] = ()
    resumed: bool = False
    domains_changed: bool = False
    wait_until: str | None = None
    certificate: CertificateRecord | None = None

    def as_dict(self) -> dict[str, t.Any]:
        """The plan as modules return it."""
        return {**vars(self), "previous": list(self.previous)}


@dataclass(frozen=True)
class _Need:
    """An action that the facts ask for, whatever a journal says."""

    action: str
    reason: str
    issue: bool = False


def plan(
    document: ProjectDocument, run: str, now: datetime, available: t.Iterable[t.Mapping[str, t.Any]] = ()
) -> RunPlan:
    """What this run of the project has to do; ``available`` are the certificates that IAM has, for a rollback."""
    shared: dict[str, t.Any] = {
        "previous": previous(document),
        "renew_at": _renew_at(document, now),
        "domains_changed": _domains_changed(document),
    }
    if run == rollback.RUN:
        return _rollback(document, available, now, shared)
    idle = _idle(document, run, shared)
    if idle is not None:
        return idle
    found = _needed(document, run, now, shared)
    waits = _waits(document, run, now) if found.issue else None
    if waits is None and found.action == "none" and _is_late(document, now):
        return replace(found, wait_until=recorded(document)["not_after"])
    if waits is None:
        return found
    return RunPlan(action="none", reason=waits, wait_until=document["renewal"]["next_attempt_at"], **shared)


def _is_late(document: ProjectDocument, now: datetime) -> bool:
    """Whether a person has to do something, since nothing of this project is ours to renew."""
    if document["definition"]["source"] == sources.ACME or document["certificate"] is None:
        return False
    return now >= decided(document, now).renew_at


def _idle(document: ProjectDocument, run: str, shared: dict[str, t.Any]) -> RunPlan | None:
    """The plan of a run that brings no certificate into service: because of what it is for, or because the certificates
    are being deleted."""
    unfinished = document["journal"]
    if is_being_adopted(document) and run != "delete":
        reason = "its adoption began and did not finish; run the playbook adopt again, nobody renews it meanwhile"
        return RunPlan(action="none", reason=reason, **shared)
    if run in ("restore", "delete") and journal.is_unfinished_run(unfinished, run):
        return RunPlan(**_continued(unfinished, issue=False), **shared)
    if run in WITHOUT_JOURNAL:
        return RunPlan(action="none", reason=f"a {run} run brings no new certificate into service", **shared)
    if run == "renew" and journal.is_deletion(unfinished):
        begun = (
            f"a deletion that began at {unfinished['started_at']} did not finish; run delete again, or create"
            " to keep the project"
        )
        return RunPlan(action="none", reason=begun, **shared)
    return None


def _needed(document: ProjectDocument, run: str, now: datetime, shared: dict[str, t.Any]) -> RunPlan:
    """What the facts ask for, as the continuation of an unfinished run if that serves."""
    need = _need(document, run, now)
    resumed = _resumed(document, run, need)
    if resumed is not None:
        return RunPlan(**resumed, **shared)
    since = times.to_text(now) if need.action == "reissue" else rollback.at(document["certificate"])
    issued_since = since if need.issue else None
    return RunPlan(action=need.action, reason=need.reason, issue=need.issue, issued_since=issued_since, **shared)


def _rollback(
    document: ProjectDocument,
    available: t.Iterable[t.Mapping[str, t.Any]],
    now: datetime,
    shared: dict[str, t.Any],
) -> RunPlan:
    certificate = document["certificate"]
    if rollback.is_marked(certificate):
        unfinished = document["journal"]
        if journal.is_unfinished_run(unfinished, rollback.RUN):
            return RunPlan(**_continued(unfinished, issue=False), **shared)
        missing = _deployment(certificate, document["definition"])
        done = (
            f"the project went back to {certificate['name']} at {rollback.at(certificate)}; a reissue brings a new"
            " certificate"
        )
        return RunPlan(action="resume" if missing else "none", reason=missing.reason if missing else done, **shared)
    chosen, why = rollback.choose(document, available, now)
    if chosen is None:
        raise RefusedError(
            f"project {document['name']} has no previous certificate to go back to: {why}; restore one from the"
            " archive with the playbook restore, and keep some in future with project_keep_previous"
        )
    return RunPlan(
        action="rollback", reason=f"a rollback to {chosen['name']} was requested", certificate=chosen, **shared
    )


def locked_out(document: ProjectDocument, who: str, now: datetime) -> RunPlan:
    """The plan of a run that does not get the lock."""
    until = lease.of(document)["expires_at"]
    reason = f"{who} holds the project until {until} at the latest"
    return RunPlan(
        action="locked", reason=reason, previous=previous(document), renew_at=_renew_at(document, now), wait_until=until
    )


def _need(document: ProjectDocument, run: str, now: datetime) -> _Need:
    certificate, definition = document["certificate"], document["definition"]
    if certificate is None:
        return _Need("issue", "the project has no certificate yet", issue=True)
    changed = journal.differences(rollback.stands_for(certificate, definition), definition)
    if changed:
        return _Need("reissue", f"{' and '.join(changed)} changed since the certificate was issued", issue=True)
    if run == "reissue" and definition["source"] != sources.ACM:
        return _Need("reissue", "a new key and certificate were requested", issue=True)
    decision = decided(document, now)
    if decision.due:
        return _Need("renew", decision.reason, issue=True)
    return _deployment(certificate, definition) or _Need("none", decision.reason)


def _deployment(certificate: CertificateRecord, definition: ProjectDefinition) -> _Need | None:
    """What is missing of a certificate that needs no replacement. Issued and deployed are separate facts."""
    elsewhere = places.is_elsewhere(certificate, definition)
    if elsewhere:
        return _Need("move", elsewhere)
    deployed = certificate.get("deployed")
    if not deployed:
        return _Need("resume", "the certificate is issued, but has not been seen on its distributions yet")
    if any(deployed[key] != definition[key] for key in ("bind", "distributions")):
        return _Need("rebind", "the choice of distributions changed since the certificate was bound")
    return None


# Whether the certificate of the unfinished run is recorded, and whether one is missing all the same: whether the run is
# continued by issuing, or not continued (None).
_ISSUES: dict[tuple[bool, bool], bool | None] = {
    (True, False): False,  # what is left are the steps after issuing
    (True, True): None,  # overtaken: the certificate that it issued has to be replaced
    (False, True): True,  # it did not come to issue
    (False, False): None,  # overtaken: the certificate from before it will do
}


def _resumed(document: ProjectDocument, run: str, need: _Need) -> dict[str, t.Any] | None:
    """How to continue the unfinished journal, or None if it does not serve this run: what is wanted changed, or the
    facts overtook it."""
    unfinished = document["journal"]
    if (
        not journal.is_unfinished(unfinished)
        or journal.is_deletion(unfinished)
        or not journal.same_certificate(unfinished["wanted"], document["definition"])
    ):
        return None
    reissues, reissued = run == "reissue", unfinished["run"] == "reissue"
    if reissues and not reissued:
        return None
    recorded = is_recorded(document)
    is_missing = (need.issue and not reissues) if recorded else (need.issue or reissued)
    issue = _ISSUES[recorded, is_missing]
    return None if issue is None else _continued(unfinished, issue)


def _continued(unfinished: JournalRecord, issue: bool) -> dict[str, t.Any]:
    return {
        "action": "resume",
        "reason": (
            f"the run that began at {unfinished['started_at']} to {unfinished['action']} ended after the phase"
            f" {unfinished['phase']}"
        ),
        "issue": issue,
        "issued_since": unfinished["issued_since"],
        "resumed": True,
    }


def _waits(document: ProjectDocument, run: str, now: datetime) -> str | None:
    """Why a scheduled run does not issue now although it should; a run that a person starts does not wait."""
    state = document["renewal"]
    if run != "renew" or state["next_attempt_at"] is None or times.from_text(state["next_attempt_at"]) <= now:
        return None
    last_run = document["last_run"]
    error = last_run.get("Error") if last_run else None
    last = f"; the last one failed: {texts.cleaned(error, _LONGEST_ERROR)}" if error else ""
    return f"failed attempts so far: {state['failures']}; the next one is due at {state['next_attempt_at']}{last}"
