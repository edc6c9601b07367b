# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The project document, and what a run of a project has to do: pure, so that check mode, the run and the fleet decide alike."""

from __future__ import annotations

import operator
import typing as t
from dataclasses import dataclass
from datetime import datetime

from ..._errors import RefusedError
from ..ca import directories, issuances
from ..certificate import renewal
from ..certificate import renewal_info as ari
from ..certificate.certificate import Certificate
from ..certificate.renewal import Decision, Pace
from ..certificate.renewal_info import RenewalInfo
from ..project import definition as definitions
from ..project import journal, pending_revocations, upgrades
from ..values import times
from . import rollback

SCHEMA = upgrades.SCHEMA
RUNS = ("converge", "renew", "reissue", "rollback", "restore", "cleanup", "delete")
# These bring no certificate into service, so they leave the journal of another run alone.
WITHOUT_JOURNAL = ("restore", "cleanup", "delete")

Document = dict[str, t.Any]


@dataclass(frozen=True)
class RunPlan:
    """What a run has to do, and why.

    ``issue`` says that the record has no certificate yet that satisfies this run, so one is to be ordered or fetched from an
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
    certificate: t.Mapping[str, t.Any] | None = None

    def as_dict(self) -> dict[str, t.Any]:
        """The plan as modules return it."""
        return {**vars(self), "previous": list(self.previous)}


@dataclass(frozen=True)
class _Need:
    """An action that the facts ask for, whatever a journal says."""

    action: str
    reason: str
    issue: bool = False


def new_document(name: str, definition: t.Mapping[str, t.Any]) -> Document:
    """The document of a project of which nothing is known yet."""
    return {
        "schema": SCHEMA,
        "name": name,
        "definition": dict(definition),
        "certificate": None,
        "superseded": [],
        "issued": [],
        "revoked": {},
        "subscribed": [],
        "renewal": {"renew_at": None, "reason": None, "ari": {}, "next_attempt_at": None, "failures": 0},
        "journal": None,
        "last_run": None,
        "fence": 0,
        "lock": None,
    }


def loaded(name: str, stored: t.Mapping[str, t.Any]) -> Document:
    """A document as it was read, in the form of today and with every key; raises ValueError if it is damaged or of a later version."""
    stored = upgrades.upgraded(stored)
    if stored.get("name") != name or not isinstance(stored.get("definition"), dict):
        raise ValueError(f"it has no definition of a project named {name!r}; repair it, or restore it from a backup")
    empty = new_document(name, {})
    document = {**empty, **stored, "definition": definitions.with_defaults(name, stored["definition"])}
    document["renewal"] = {**empty["renewal"], **(document["renewal"] or {})}
    try:
        _check_shapes(document)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as exc:
        raise ValueError(f"a part of it is damaged ({type(exc).__name__}: {exc}); repair it, or restore it from a backup") from exc
    return document


def _check_shapes(document: t.Mapping[str, t.Any]) -> None:
    """Raises for a document that a plan could not be made from."""
    damage = definitions.damage(document["definition"])
    if damage:
        raise ValueError(", ".join(damage))
    _check_runs(document)
    if document["renewal"]["ari"]:
        RenewalInfo.from_dict(document["renewal"]["ari"])
    for entry in document["superseded"]:
        if entry.get("not_after"):
            times.from_text(entry["not_after"])
    if document["certificate"] is not None:
        decided(document, Certificate.from_dict(document["certificate"]).not_after)
    issuances.of(document)


def _check_runs(document: t.Mapping[str, t.Any]) -> None:
    """Raises if what is kept of runs could not be used: the lock, the journal, the last run, and when the next attempt may be made."""
    if document["lock"] is not None:
        times.from_text(document["lock"]["expires_at"])
        operator.itemgetter("run", "run_id", "fence", "ttl")(document["lock"])
        document["lock"]["owner"].get("pid")
    if document["journal"] is not None:
        journal.Phase(document["journal"]["phase"])
        journal.differences(document["journal"]["wanted"], document["definition"])
    operator.index(document["renewal"]["failures"])
    moments = (document["renewal"]["next_attempt_at"], (document["last_run"] or {}).get("finished_at"))
    for moment in filter(None, moments):
        times.from_text(moment)


def plan(document: t.Mapping[str, t.Any], run: str, now: datetime, available: t.Iterable[t.Mapping[str, t.Any]] = ()) -> RunPlan:
    """What this run of the project has to do; ``available`` are the certificates that IAM has, for a rollback."""
    shared: dict[str, t.Any] = {"previous": previous(document), "renew_at": _renew_at(document, now), "domains_changed": _domains_changed(document)}
    unfinished = document["journal"]
    if run in ("restore", "delete") and journal.is_unfinished_run(unfinished, run):
        return RunPlan(**_continued(unfinished, issue=False), **shared)
    if run in WITHOUT_JOURNAL:
        return RunPlan(action="none", reason=f"a {run} run brings no new certificate into service", **shared)
    if run == rollback.RUN:
        return _rollback(document, available, now, shared)
    if run == "renew" and journal.is_deletion(unfinished):
        begun = f"a deletion that began at {unfinished['started_at']} did not come to its end; run delete again, or create to keep the project"
        return RunPlan(action="none", reason=begun, **shared)
    need = _need(document, run, now)
    resumed = _resumed(document, run, need)
    if resumed is not None:
        found = RunPlan(**resumed, **shared)
    else:
        since = times.to_text(now) if need.action == "reissue" else rollback.at(document["certificate"])
        found = RunPlan(action=need.action, reason=need.reason, issue=need.issue, issued_since=since if need.issue else None, **shared)
    waits = _waits(document, run, now) if found.issue else None
    return RunPlan(action="none", reason=waits, wait_until=document["renewal"]["next_attempt_at"], **shared) if waits else found


def _rollback(document: t.Mapping[str, t.Any], available: t.Iterable[t.Mapping[str, t.Any]], now: datetime, shared: dict[str, t.Any]) -> RunPlan:
    certificate = document["certificate"]
    if rollback.is_marked(certificate):
        unfinished = document["journal"]
        if journal.is_unfinished_run(unfinished, rollback.RUN):
            return RunPlan(**_continued(unfinished, issue=False), **shared)
        missing = _deployment(certificate, document["definition"])
        done = f"the project went back to {certificate['name']} at {rollback.at(certificate)}; a reissue brings a new certificate"
        return RunPlan(action="resume" if missing else "none", reason=missing.reason if missing else done, **shared)
    chosen, why = rollback.choose(document, available, now)
    if chosen is None:
        raise RefusedError(
            f"project {document['name']} has no previous certificate to go back to: {why}; bring one back from the archive with the playbook restore,"
            " and keep some from now on with project_keep_previous"
        )
    return RunPlan(action="rollback", reason=f"a rollback to {chosen['name']} was asked for", certificate=chosen, **shared)


def locked_out(document: t.Mapping[str, t.Any], who: str, now: datetime) -> RunPlan:
    """The plan of a run that does not get the lock."""
    until = document["lock"]["expires_at"]
    reason = f"{who} holds the project until {until} at the latest"
    return RunPlan(action="locked", reason=reason, previous=previous(document), renew_at=_renew_at(document, now), wait_until=until)


def previous(document: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    """IDs (or ARNs, for ACM) of the recorded and the superseded certificates, whose distributions a run takes over."""
    entries = [document["certificate"] or {}, *document["superseded"]]
    found = [str(entry.get("id") or entry.get("arn")) for entry in entries if entry.get("id") or entry.get("arn")]
    return tuple(dict.fromkeys(found))


def is_deployed(document: t.Mapping[str, t.Any]) -> bool:
    """Whether the recorded certificate was seen on its distributions."""
    return bool(document["certificate"] and document["certificate"].get("deployed"))


def _need(document: t.Mapping[str, t.Any], run: str, now: datetime) -> _Need:
    certificate, definition = document["certificate"], document["definition"]
    if certificate is None:
        return _Need("issue", "the project has no certificate yet", issue=True)
    changed = journal.differences(rollback.stands_for(certificate, definition), definition)
    if changed:
        return _Need("reissue", f"{' and '.join(changed)} changed since the certificate was issued", issue=True)
    if run == "reissue":
        return _Need("reissue", "a new key and certificate were asked for", issue=True)
    decision = decided(document, now)
    if decision.due:
        return _Need("renew", decision.reason, issue=True)
    return _deployment(certificate, definition) or _Need("none", decision.reason)


def _deployment(certificate: t.Mapping[str, t.Any], definition: t.Mapping[str, t.Any]) -> _Need | None:
    """What is missing of a certificate that needs no replacement. Issued and deployed are separate facts."""
    deployed = certificate.get("deployed")
    if not deployed:
        return _Need("resume", "the certificate is issued, but was not seen on its distributions yet")
    if any(deployed[key] != definition[key] for key in ("bind", "distributions")):
        return _Need("rebind", "the choice of distributions changed since the certificate was bound")
    return None


def _resumed(document: t.Mapping[str, t.Any], run: str, need: _Need) -> dict[str, t.Any] | None:
    """How to continue the unfinished journal, or None if it does not serve this run: what is wanted changed, or the facts overtook it."""
    unfinished = document["journal"]
    if not journal.is_unfinished(unfinished) or journal.is_deletion(unfinished) or not journal.same_certificate(unfinished["wanted"], document["definition"]):
        return None
    asked_for = unfinished["run"] == "reissue"
    if run == "reissue" and not asked_for:
        return None
    if is_recorded(document):
        overtaken = need.issue and not (run == "reissue" and asked_for)
        return None if overtaken else _continued(unfinished, issue=False)
    return _continued(unfinished, issue=True) if need.issue or asked_for else None


def _continued(unfinished: t.Mapping[str, t.Any], issue: bool) -> dict[str, t.Any]:
    return {
        "action": "resume",
        "reason": f"the run that began at {unfinished['started_at']} to {unfinished['action']} ended after the phase {unfinished['phase']}",
        "issue": issue,
        "issued_since": unfinished["issued_since"],
        "resumed": True,
    }


def is_recorded(document: t.Mapping[str, t.Any]) -> bool:
    """Whether the certificate of the journal, if there is one, is the one in the record, so that only its deployment is missing."""
    certificate, unfinished = document["certificate"], document["journal"]
    if certificate is None or unfinished is None:
        return False
    return unfinished["fingerprint_sha256"] == certificate["fingerprint_sha256"] or unfinished["action"] in ("rebind", "resume")


def _waits(document: t.Mapping[str, t.Any], run: str, now: datetime) -> str | None:
    """Why a scheduled run does not issue now although it should; somebody who asks for it is not held up."""
    state = document["renewal"]
    if run != "renew" or state["next_attempt_at"] is None or times.from_text(state["next_attempt_at"]) <= now:
        return None
    return f"failed attempts so far: {state['failures']}; the next one is due at {state['next_attempt_at']}"


def _renew_at(document: t.Mapping[str, t.Any], now: datetime) -> str | None:
    return None if document["certificate"] is None else times.to_text(decided(document, now).renew_at)


def decided(document: t.Mapping[str, t.Any], now: datetime) -> Decision:
    """When the recorded certificate is to be renewed, by its lifetime, the definition, and what the CA said of it."""
    certificate = Certificate.from_dict(document["certificate"])
    return renewal.decide(certificate, document["definition"]["renewal_interval_days"], now, renewal_info(document))


def renewal_info(document: t.Mapping[str, t.Any]) -> RenewalInfo | None:
    """What is known of the recorded certificate's renewal information; None if it has none, or the definition does not want it."""
    if document["certificate"] is None or not document["definition"]["acme_renewal_info"]:
        return None
    return ari.known(document["renewal"]["ari"], Certificate.from_dict(document["certificate"]))


def pace(document: t.Mapping[str, t.Any]) -> Pace | None:
    """How far apart the runs of this project may be; None without a certificate."""
    if document["certificate"] is None:
        return None
    certificate = Certificate.from_dict(document["certificate"])
    return renewal.pace(document["name"], certificate, document["definition"]["renewal_interval_days"], renewal_info(document))


def authority(document: t.Mapping[str, t.Any]) -> tuple[str, str | None]:
    """The CA of the recorded certificate, which may be a fallback: the URL of its directory, and the file that its own certificate is checked against."""
    certificate, definition = document["certificate"], document["definition"]
    url = directories.resolve(certificate.get("directory") or certificate.get("acme_directory") or definition["acme_directory"]).url
    for choice in (definition, *definition["acme_fallbacks"]):
        if directories.resolve(choice["acme_directory"]).url == url:
            return url, choice.get("acme_ca_bundle") or None
    return url, None


def to_be_revoked(document: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
    """The certificates that are still to be revoked, each with the file that its own CA, which may be a fallback, is checked against."""
    entries = pending_revocations.pending(document, is_recorded(document))
    return [{**entry, "acme_ca_bundle": authority({**document, "certificate": entry})[1]} for entry in entries]


def _domains_changed(document: t.Mapping[str, t.Any]) -> bool:
    certificate = document["certificate"]
    return certificate is not None and set(certificate["domains"]) != set(document["definition"]["domains"])
