# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The document of one project is brought to a state: from the options of project_record to its outcome."""

from __future__ import annotations

import functools
import secrets
import typing as t
from dataclasses import dataclass, replace
from datetime import datetime

from ..._clients.aws.iam import Iam
from ..._clients.aws.listing_cache import SharedSts
from ..._clients.aws.session import Connection
from ..._clients.machine import processes
from ..._clients.stores import open as stores
from ..._clients.stores.base import Store
from ..._core.project import (
    changes,
    definition as project_definition,
    document as project_document,
    lease,
    places,
    schema,
    variables,
)
from ..._core.report import artifacts
from ..._core.run import ending, overview, reissue, rollback, step_options, step_report, steps, told, transitions
from ..._core.run.shown import rehearsed, visible
from ..._core.run.step_report import StepReport
from ..._core.run.transitions import Transition
from ..._core.server_cert.server_certs import StoredCertificate
from ..._core.values import ownership, partitions, texts, times
from ..._core.values.params import Params
from ..._core.values.partitions import AwsAccount
from ..._core.values.plan import Outcome
from ..._core.values.shapes import ProjectDefinition, ProjectDocument
from ..._core.values.waiting import Clock
from ..._errors import ConfigError, RefusedError
from .. import project_updates
from ..renewal_notes import RenewalNotes

DECISIONS = {
    "present": transitions.present,
    "locked": transitions.locked,
    "recorded": transitions.recorded,
    "absent": transitions.absent,
}
BY_HAND = ("present", "absent")


@dataclass(frozen=True)
class RecordRequest:
    """What is asked of a document; ``definition`` is checked, ``available`` are the server certificates in IAM (None:
    IAM is asked, if that matters)."""

    name: str
    state: str
    store: str | None
    definition: ProjectDefinition | None
    archive: str | None
    warnings: tuple[str, ...]
    run: str
    run_id: str | None
    lock_ttl: int
    report: StepReport
    release: bool
    check_first: bool
    results: tuple[t.Any, ...] | None
    subscriptions: tuple[t.Any, ...]
    available: tuple[t.Mapping[str, t.Any], ...] | None
    restore_bundle: str | None
    account_change: bool
    publishers: int
    published: int
    connection: Connection


@dataclass(frozen=True)
class Clients:
    """Where the document is, what tells the account that a run works in (None: nobody asks), and what lists the server
    certificates below a path."""

    store: Store
    caller: t.Callable[[], AwsAccount] | None = None
    server_certificates: t.Callable[[str], t.Iterable[StoredCertificate]] = lambda _path: ()

    @classmethod
    def of(cls, request: RecordRequest) -> Clients:
        """The clients by the connection of the request; calls nothing."""
        session = request.connection.session
        caller = functools.cache(lambda: SharedSts.account_of(session()))
        # A run works in AWS; a definition that is written or deleted by hand does if its store is there.
        asks = request.state == "locked" or (request.state in BY_HAND and stores.any_in_aws(store=request.store))
        return cls(
            stores.store(request.store, session),
            caller if asks else None,
            lambda path: Iam(session().client("iam")).list_server_certificates(path),
        )


def parse(params: Params) -> RecordRequest:
    """The request; ConfigError that lists every problem, without calling anything."""
    connection = Connection.of(params)
    problems = _option_problems(params)
    values: ProjectDefinition | None = None
    warnings: tuple[str, ...] = ()
    if params["definition"] is None:
        problems += project_definition.name_problems(params["name"])
    else:
        found = project_definition.parse(params["name"], params["definition"], partitions.of_region(connection.region))
        problems += [*found.problems, *stores.uri_problems(found.values["archive"], "archive")]
        values, warnings = {**found.values, "archive": stores.settled(found.values["archive"])}, found.warnings
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))
    return RecordRequest(
        name=params["name"],
        state=params["state"],
        store=params["store"],
        definition=values,
        archive=params["archive"],
        warnings=warnings,
        run=params["run"],
        run_id=params["run_id"],
        lock_ttl=params["lock_ttl"],
        report=step_report.of(params),
        release=params["release"],
        available=None if params["server_certificates"] is None else tuple(params["server_certificates"]),
        restore_bundle=params["restore_bundle"],
        account_change=params["account_change"],
        publishers=params["publishers"],
        published=params["published"],
        connection=connection,
        check_first=params["check_first"],
        results=None if params["results"] is None else tuple(params["results"]),
        subscriptions=tuple(params["subscriptions"] or ()),
    )


def _option_problems(params: Params) -> list[str]:
    """What is wrong with the options beside the definition."""
    problems = stores.uri_problems(params["store"], "store")
    problems += variables.problems(params["variables"], params["strict_variables"])
    return [
        *problems,
        *stores.uri_problems(params["archive"], "archive"),
        *_run_problems(params),
        *step_report.problems(params),
    ]


def run(request: RecordRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Read, decide and write the document, and say what is to do."""
    asked = replace(
        _asked(request, clock.now(), check_mode), caller=clients.caller, available=_available(request, clients)
    )
    view = _view(request.state, clients.store, clock)

    def decide(document: ProjectDocument | None) -> Transition:
        _require_archive(request, document)
        return DECISIONS[request.state](asked, document)

    if request.check_first:
        before, planned = project_updates.update(clients.store, request.name, decide, True, view)
        if planned.locked and steps.is_to_be_checked(planned.plan, before, planned.document):
            result = _result(request, before, planned, request.store or clients.store.uri, asked)
            return Outcome(changed=False, result={**result, "locked": False, "to_be_checked": True})
    before, decided = project_updates.update(clients.store, request.name, decide, check_mode, view)
    after = decided.document
    if check_mode and request.state == "recorded" and after is not None:
        shown = rehearsed(before, after, request.report)
    else:
        shown = visible(before), visible(after)
    changed = shown[0] != shown[1]
    result = _result(request, before, decided, request.store or clients.store.uri, asked)
    result["summary"] = _summary(request, result["summary"], decided, changed, asked)
    elsewhere = _elsewhere(request, result.get("bundle"))
    if elsewhere:
        result["bundle"] = None
    return Outcome(
        changed=changed,
        result=result,
        before=shown[0],
        after=shown[1],
        warnings=(*request.warnings, *decided.warnings, *([elsewhere] if elsewhere else [])),
    )


def _summary(
    request: RecordRequest, line: t.Mapping[str, t.Any], decided: Transition, changed: bool, asked: transitions.Request
) -> dict[str, t.Any]:
    """The project as ``project_result`` tells it; at the end of a run with what its steps did."""
    given = request.results or (request.report.bind_result, request.report.cleanup_result)
    results = ending.own(given, asked.claim.run_id)
    story = told.RunStory(
        decided.document, results, ending.subscriptions(request.subscriptions), asked.rehearsal, decided.plan.renew_at
    )
    found = {**line, **told.details(story)}
    if request.results is None:
        return found
    # Check mode wrote nothing, so the record does not say what it is about.
    found["reason"] = (told.why(story) if asked.rehearsal else "") or found["reason"]
    return ending.summary(found, changed, results, request.subscriptions)


def _run_problems(params: Params) -> list[str]:
    """Why the run cannot be recorded, since the document would be refused when it is read."""
    run_id, ttl = params["run_id"] or "", params["lock_ttl"]
    found = reissue.problems(params["issued_before"], params.now)
    if not run_id.isprintable() or len(run_id) > schema.LONGEST_RUN_ID:
        found.append(f"run_id: {texts.quoted(run_id)} is not text of at most {schema.LONGEST_RUN_ID} characters")
    if not 0 <= ttl <= schema.LONGEST_TTL:
        found.append(f"lock_ttl: {ttl} is out of range; use 0 to {schema.LONGEST_TTL} seconds")
    return found


def _require_archive(request: RecordRequest, document: ProjectDocument | None) -> None:
    """RefusedError if a stored definition, or variables that come from one, would send keys elsewhere than where the
    user of this run keeps them."""
    wanted = request.definition or (document and document["definition"])
    if request.state == "locked" and wanted is not None:
        problem = project_updates.archive_problem(request.name, wanted["archive"], request.archive)
        if problem:
            raise RefusedError(problem)


def _elsewhere(request: RecordRequest, bundle: str | None) -> str | None:
    """Why the bundle that a document names is not read: it is in another archive than the one that the user of this
    run gave, and a document does not decide which key comes into service. None if it may be read."""
    given = request.archive or (request.definition and request.definition["archive"])
    if (
        request.state != "locked"
        or not given
        or not bundle
        or bundle == request.restore_bundle
        or project_updates.is_in_archive(bundle, given)
    ):
        return None
    return (
        f"the bundle {texts.cleaned(bundle, texts.LONGEST_MESSAGE)} that the document of project {request.name} names"
        f" is not in project_archive, which is {given}: it is not read. Copy it there, and name it with"
        " project_restore_bundle in the playbook restore, if it is needed"
    )


def _view(state: str, store: Store, clock: Clock) -> t.Callable[[ProjectDocument], ProjectDocument] | None:
    """A run begins with what the CA said last, which the document has from then on."""
    notes = RenewalNotes(store) if state in ("present", "locked") else None
    return None if notes is None else lambda document: notes.view(document, clock.now())


def _available(request: RecordRequest, clients: Clients) -> tuple[t.Mapping[str, t.Any], ...]:
    """The server certificates of the project that IAM has, where a rollback looks for them."""
    if request.available is not None or request.state != "locked" or request.run != rollback.RUN:
        return request.available or ()
    listed = clients.server_certificates(ownership.path_of(request.name))
    return tuple({"name": one.name, "id": one.id} for one in listed)


def _asked(request: RecordRequest, now: datetime, check_mode: bool) -> transitions.Request:
    made_up = f"{times.to_text(now).translate({ord('-'): None, ord(':'): None})}-{secrets.token_hex(4)}"
    claim = lease.Claim(
        run=request.run,
        run_id=request.run_id or made_up,
        owner=processes.current(),
        ttl=request.lock_ttl,
        now=now,
        is_dead=processes.is_dead,
    )
    return transitions.Request(
        name=request.name,
        claim=claim,
        definition=request.definition,
        report=request.report,
        release=request.release,
        rehearsal=check_mode,
        restore_bundle=request.restore_bundle,
        job=processes.job(),
        account_change=request.account_change,
    )


def _result(
    request: RecordRequest, before: ProjectDocument | None, decided: Transition, uri: str, asked: transitions.Request
) -> dict[str, t.Any]:
    after = decided.document
    is_new = after is not None and (before is None or before["definition"] != after["definition"])
    role_vars = overview.role_vars(after["name"], after["definition"], uri) if after is not None else {}
    before_binding = steps.first(decided.plan, after, is_checked=is_new)
    result: dict[str, t.Any] = {
        "project": after,
        "plan": decided.plan.as_dict(),
        "locked": decided.locked,
        "holder": decided.holder,
        "run_id": asked.claim.run_id,
        "to_be_checked": False,
        "steps": before_binding,
        "requests": steps.requests(decided.plan, after),
        "parts": steps.parts(decided.plan, after if decided.locked else None, before_binding),
        "superseded": places.in_iam(after) if after is not None else [],
        "archived": places.archived(after) if after is not None else [],
        "kept_in_iam": places.kept_in_iam(after) if after is not None else [],
        "stores": places.stores(after) if after is not None else [],
        "acm": places.in_acm(after, decided.plan.certificate) if after is not None else None,
        "to_be_revoked": project_document.to_be_revoked(after) if after is not None else [],
        "definition_changed": is_new,
        "definition_changes": changes.between(before and before["definition"], after and after["definition"]),
        "role_vars": role_vars,
        "summary": dict(decided.summary),
    }
    if after is not None:
        result.update(step_options.of(decided.plan, after, before_binding, request.restore_bundle, asked.rehearsal))
        result.update(_published(after, request))
    if decided.mail is not None:
        result["notice"] = decided.mail.as_dict()
    return result


def _published(document: ProjectDocument, request: RecordRequest) -> dict[str, t.Any]:
    """What is published of the record, and how much that is with what this host published before."""
    told = artifacts.of_project(document["name"], document["last_run"], request.publishers, request.published)
    return {"artifacts": told, "published": artifacts.published_with(told, request.published)}
