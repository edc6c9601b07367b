# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each of many projects needs now, and which of them a run takes: one scan of the store, one set of listings, one
judgement."""

from __future__ import annotations

import random
import typing as t
from dataclasses import dataclass, replace
from datetime import datetime

from ..._clients.aws.session import Connection
from ..._clients.machine import processes
from ..._clients.stores import open as stores
from ..._clients.stores.base import Store
from ..._core.ca.limits import Limits
from ..._core.certificate import renewal
from ..._core.fleet import beside, forecast, given, mass_change, needs, selection
from ..._core.fleet.admission import Admission
from ..._core.fleet.drift import Index, Listing
from ..._core.fleet.given import Given
from ..._core.fleet.room import Room
from ..._core.project import document as project_document, identity
from ..._core.run import overview, reissue
from ..._core.targets.owners import Owned
from ..._core.values import partitions, times
from ..._core.values.params import Params
from ..._core.values.partitions import AwsAccount
from ..._core.values.plan import Outcome
from ..._core.values.waiting import Clock
from ..._errors import CertError, ConfigError, RefusedError
from ..renewal_notes import RenewalNotes
from ..report import run_notes
from . import brought_files, ca_limits, renewal_inquiry, survey
from .listings import Aws
from .renewal_inquiry import RenewalInfos

# What of its need stands beside a selected project.
_SHOWN = ("name", "host", "action", "reason", "deadline", "lifetime_hours")
# What a project that no run takes now may need without anybody having to look at it.
_AT_REST = ("none", "cleanup")


def _over_http(directory_url: str, ca_bundle: str | None, clock: Clock) -> RenewalInfos:
    """A CA that is asked by HTTP; most runs ask none, and need not import what does."""
    from ..._clients.acme.renewal_info import HttpRenewalInfos  # noqa: PLC0415

    return HttpRenewalInfos(directory_url, ca_bundle, clock)


@dataclass(frozen=True)
class Clients:
    """The stores by the URI that names them (None: the common one), and what lists for all of the projects."""

    stores: t.Mapping[str | None, Store]
    aws: Aws | None
    renewal_infos: t.Callable[[str, str | None, Clock], RenewalInfos] = _over_http


@dataclass(frozen=True)
class PlanRequest:
    """Which projects to plan (all of the store if none is ``given``), for what kind of run, and which of them to
    select."""

    given: tuple[Given, ...] | None
    store: str | None
    archive: str | None
    run: str
    choice: selection.Choice
    issued_before: datetime | None
    max_per_run: int | None
    limits: Limits
    observe: bool
    renewal_info: bool
    schedule_interval_hours: float | None
    accept_mass_change: bool
    complete: bool
    connection: Connection


def parse(params: Params) -> PlanRequest:
    """The request; ConfigError that lists every problem, without calling anything."""
    projects = _given(params)
    problems = _option_problems(params)
    problems += reissue.problems(params["issued_before"], params.now, params["issued_by"], params["run"])
    problems += selection.problems(params["certificate"])
    problems += stores.uri_problems(params["store"], "store") + stores.uri_problems(params["archive"], "archive")
    limits = ca_limits.load(params["acme_limits"], problems)
    if problems:
        raise ConfigError(problems)
    return PlanRequest(
        given=projects,
        store=params["store"],
        archive=params["archive"],
        run=params["run"],
        choice=selection.Choice(**{name: params[name] for name in selection.CHOICES}),
        issued_before=reissue.moment(params["issued_before"]),
        max_per_run=params["max_per_run"],
        limits=limits,
        observe=params["observe"],
        renewal_info=params["renewal_info"],
        schedule_interval_hours=params["schedule_interval_hours"],
        accept_mass_change=params["accept_mass_change"],
        complete=params["complete"],
        connection=Connection.of(params),
    )


def _option_problems(params: Params) -> list[str]:
    problems = [
        f"{option}: this is read where the playbook runs, and was not; call this module as a task of a playbook"
        for option in ("inventory_hosts", "selection")
        if params[option]
    ]
    if params["max_per_run"] is not None and params["max_per_run"] < 1:
        problems.append(
            f"max_per_run: {params['max_per_run']} is not a valid number of projects; use 1 or more, or leave it out"
        )
    return problems + renewal.schedule_problems(params["schedule_interval_hours"])


def _given(params: Params) -> tuple[Given, ...] | None:
    """The projects that the options name; None if they name none, which means all."""
    if params["names"] is None and params["definitions"] is None:
        return None
    names = dict.fromkeys(params["names"] or ())
    return (
        *(given.read({"name": name}) for name in names),
        *(given.read(entry, index) for index, entry in enumerate(params["definitions"] or ())),
    )


def plan(request: PlanRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Read, list, judge, select."""
    found = _gathered(request, clients)
    extra = _without_definition(request, clients, found)
    caller, unknown = survey.caller(clients.aws, found)
    question = _question(request, clock, caller)
    inquiry = _inquiry(clients, clock, keep=not check_mode)
    _inquire(found, clients, question, inquiry, request.renewal_info)
    question, listing, warnings = _observed(request, clients, found, question)
    pace = [*_pace(request, found), *_noted(request, clients, question.now, check_mode)]
    planned = _of_this_account(_planned(found, question, request), found)
    documents = [candidate.document for candidate in found.candidates]
    pacer = Admission(request.limits, documents, question.now, ca_limits.registered_domain)
    all_needs = [one.need for one in planned]
    quota = survey.quota(clients.aws, listing, all_needs)
    room = Room(quota, all_needs)
    found_needs = selection.cut(all_needs, request.max_per_run, pacer.admit, room, found.cannot)
    taken = [need for need in found_needs if need.selected]
    owned, told_of_owners = _owned(clients, taken)
    limits = {**forecast.limits(taken, question.index, quota), "ca": pacer.used()}
    projects = _rows(found_needs, planned, owned)
    result = {
        "planned_at": times.to_text(question.now),
        "projects": projects,
        "attention": [one for one in projects if _needs_attention(one)],
        "selected": [_selected(need, request.store or clients.stores[None].uri) for need in taken],
        "broken": sorted(found.broken, key=lambda one: one["name"]),
        "without_definition": extra,
        "limits": limits,
        "summary": selection.summary(found_needs, len(found.broken)),
        "renewal_info": inquiry.summary,
    }
    told = (*found.warnings, *inquiry.warnings, *pace, *unknown, *warnings, *told_of_owners, *forecast.warnings(limits))
    return Outcome(changed=False, result=result, warnings=(*told, *ca_limits.warnings(limits["ca"])))


def _rows(
    found: t.Iterable[needs.Need], planned: t.Iterable[_Planned], owned: t.Mapping[str, tuple[Owned, ...]]
) -> list[dict[str, t.Any]]:
    """What each project needs, what that costs, and what of it has another owner."""
    predicted = {one.need.name: one.predicted for one in planned}
    return [
        {**need.as_dict(), "predicted": predicted[need.name], "owned": [vars(one) for one in owned.get(need.name, ())]}
        for need in found
    ]


def _question(request: PlanRequest, clock: Clock, caller: AwsAccount | None) -> needs.FleetQuestion:
    return needs.FleetQuestion(
        run=request.run,
        now=clock.now(),
        is_dead=processes.is_dead,
        issued_before=request.issued_before,
        caller=caller,
    )


def _observed(
    request: PlanRequest, clients: Clients, found: survey.Fleet, question: needs.FleetQuestion
) -> tuple[needs.FleetQuestion, Listing | None, tuple[str, ...]]:
    """What is asked of each project, with what AWS shows of them all, and why it does not show more; RefusedError if it
    shows that most have lost their certificates, and nobody said that this is so."""
    listing, warnings = survey.observed(clients.aws, found, question)
    if listing is None:
        return question, None, warnings
    index = Index.of(listing)
    standings = found.each(lambda one: mass_change.standing(one.document, index))
    loss = None if request.accept_mass_change else mass_change.loss(standings, index)
    if loss is not None:
        raise RefusedError(loss.refusal(), lost=list(loss.lost), recorded=loss.recorded)
    wanted = found.each(lambda one: beside.where(one.document, index.existing))
    aws = clients.aws.beside if clients.aws else None
    told = aws.look(wanted, [one.document for one in found.candidates], index) if aws else ()
    return replace(question, index=index), listing, told


def _of_this_account(planned: list[_Planned], found: survey.Fleet) -> list[_Planned]:
    """Without the projects of other accounts that are due, which fail; those that rest are looked after elsewhere,
    unless there are no others: then the credentials are the wrong ones."""
    is_wrong = all(one.need.elsewhere for one in planned)
    kept = []
    for one in planned:
        if one.need.elsewhere and (one.need.due or is_wrong):
            found.fail(one.need.name, one.need.candidate.host, one.need.elsewhere)
        else:
            kept.append(one)
    return kept


def _owned(clients: Clients, taken: t.Sequence[needs.Need]) -> tuple[dict[str, tuple[Owned, ...]], tuple[str, ...]]:
    """What of that which the selected runs change has another owner."""
    if clients.aws is None or clients.aws.beside is None:
        return {}, ()
    return clients.aws.beside.owned(taken)


def _noted(request: PlanRequest, clients: Clients, now: datetime, check_mode: bool) -> tuple[str, ...]:
    """That a scheduled run was here is noted; a warning if it could not be."""
    if check_mode or request.run != run_notes.SCHEDULED:
        return ()
    problem = run_notes.note(clients.stores[None], request.run, now)
    return (problem,) if problem else ()


def _needs_attention(project: t.Mapping[str, t.Any]) -> bool:
    return not project["selected"] and (bool(project["left"]) or project["action"] not in _AT_REST)


def _inquire(
    found: survey.Fleet, clients: Clients, question: needs.FleetQuestion, inquiry: renewal_inquiry.Inquiry, asks: bool
) -> None:
    """Give each project what its files hold, and what its CA said of renewal before, and says now if it is asked."""
    brought_files.look(found)
    notes = {uri: RenewalNotes(store) for uri, store in clients.stores.items()}
    found.candidates = found.each(lambda one: replace(one, document=notes[one.store].view(one.document, question.now)))
    if asks:
        # Those of other accounts are looked after elsewhere.
        others = [one for one in found.candidates if needs.elsewhere(one, question.caller)]
        asked = [one for one in found.candidates if not needs.elsewhere(one, question.caller)]
        found.candidates = [*renewal_inquiry.refreshed(asked, notes, inquiry, question.is_dead), *others]
    found.warnings += [
        f"what CAs said of renewal before is not known, so they are asked again: {problem}"
        for each in notes.values()
        for problem in each.problems
    ]


def _inquiry(clients: Clients, clock: Clock, keep: bool) -> renewal_inquiry.Inquiry:
    return renewal_inquiry.Inquiry(
        clock,
        random.SystemRandom().random,
        lambda url, bundle: clients.renewal_infos(url, bundle, clock),
        keep=keep,
    )


@dataclass(frozen=True)
class _Planned:
    """What one project needs, its place in the order, and about how many calls that takes."""

    need: needs.Need
    turn: tuple[t.Any, ...]
    predicted: dict[str, int]


def _planned(found: survey.Fleet, question: needs.FleetQuestion, request: PlanRequest) -> list[_Planned]:
    """The projects that are planned, in the order of their turns."""

    def judged(candidate: needs.Candidate) -> _Planned | None:
        need = needs.judge(candidate, question)
        if not request.choice.takes(need):
            return None
        if need.due:
            forecast.limits([need], question.index, None)  # what cannot be counted fails here, alone
        return _Planned(need, request.choice.turn(need, question.now), forecast.calls(need, question.index))

    return sorted(filter(None, found.each(judged)), key=lambda one: one.turn)


def _gathered(request: PlanRequest, clients: Clients) -> survey.Fleet:
    wanted = request.given
    if wanted is None:
        return survey.whole(clients.stores[None]).keep_to(request.archive)
    repeated = given.repeated(wanted)
    defined: list[Given] = []
    others: list[Given] = []
    for one in (one for one in wanted if one.name not in repeated):
        (defined if request.run == "converge" or (request.run == "reissue" and one.is_definition) else others).append(
            one
        )
    partition = partitions.of_region(request.connection.region)
    found = survey.defined([one for one in defined if not one.is_stored], clients.stores, partition)
    stored = survey.defined([one for one in defined if one.is_stored], clients.stores, partition)
    for more in (stored, survey.named(others, clients.stores)):
        found.join(more.keep_to(request.archive))
    for one in wanted:
        if one.name in repeated:
            found.fail(one.name, one.host, repeated[one.name])
    return found


def _without_definition(request: PlanRequest, clients: Clients, found: survey.Fleet) -> list[str]:
    """What the store has beyond the definitions, where these are said to be all."""
    if not request.complete or request.given is None:
        return []
    try:
        return sorted({*clients.stores[None].names()} - {one.name for one in request.given})
    except CertError as exc:
        found.warnings.append(f"whether the store has projects that are not defined is not known: {exc.message}")
        return []


def _pace(request: PlanRequest, found: survey.Fleet) -> list[str]:
    """A warning if the runs are scheduled too far apart for one of the certificates."""
    hours = request.schedule_interval_hours
    if not hours:
        return []
    paces = found.each(lambda one: project_document.slowest_schedule(one.document))
    warning = renewal.schedule_warning(hours, [pace for pace in paces if pace])
    return [warning] if warning else []


def _selected(need: needs.Need, store: str) -> dict[str, t.Any]:
    document = need.candidate.document
    role_vars = overview.role_vars(document["name"], document["definition"], need.candidate.store or store)
    role_vars.update({identity.OPTION: True} if need.candidate.moves else {})
    shown = {key: value for key, value in need.as_dict().items() if key in _SHOWN}
    return {**shown, "definition": need.candidate.index, "role_vars": role_vars}
