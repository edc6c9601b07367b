# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each of many projects needs now, and which of them a run takes: one scan of the store, one set of listings, one
judgement."""

from __future__ import annotations

import random
import typing as t
from dataclasses import dataclass, replace

from ..._clients.acme.renewal_info import HttpRenewalInfos, RenewalInfos
from ..._clients.machine import processes
from ..._clients.stores.base import Store
from ..._core.ca.limits import Limits
from ..._core.certificate import renewal
from ..._core.fleet import forecast, given, needs, selection
from ..._core.fleet.admission import Admission
from ..._core.fleet.drift import Index
from ..._core.fleet.given import Given
from ..._core.project import document
from ..._core.run import overview, reissue
from ..._core.values.plan import Outcome
from ..._core.values.waiting import Clock
from . import ca_limits, renewal_inquiry, survey


@dataclass(frozen=True)
class Clients:
    """The stores by the URI that names them (None: the common one), and what lists for all of the projects."""

    stores: t.Mapping[str | None, Store]
    aws: survey.Aws | None
    partition: str
    limits: Limits
    renewal_infos: t.Callable[[str, str | None, Clock], RenewalInfos] = HttpRenewalInfos


def plan(params: t.Mapping[str, t.Any], clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Read, list, judge, select."""
    issued_before = reissue.past(params["issued_before"], clock.now())
    found = _gathered(params, clients)
    inquiry = renewal_inquiry.Inquiry(
        clock,
        random.SystemRandom().random,
        lambda url, bundle: clients.renewal_infos(url, bundle, clock),
        keep=not check_mode,
    )
    if params["renewal_info"]:
        found.candidates = renewal_inquiry.refreshed(found.candidates, clients.stores, inquiry, processes.is_dead)
    question = needs.FleetQuestion(
        run=params["run"], now=clock.now(), is_dead=processes.is_dead, issued_before=issued_before
    )
    listing, warnings = survey.observed(clients.aws, found, question)
    index = Index.of(listing) if listing else None
    found_needs = selection.chosen(
        survey.judged(found, replace(question, index=index)), params["states"], params["tags"], params["issued_by"]
    )
    wanted = selection.ordered(found_needs, question.now, params["priority_tags"])
    pacer = Admission(
        clients.limits,
        [candidate.document for candidate in found.candidates],
        question.now,
        ca_limits.registered_domain,
    )
    found_needs = selection.cut(wanted, params["max_per_run"], pacer.admit)
    taken = [need for need in found_needs if need.selected]
    limits = {**forecast.limits(taken, index, survey.quota(clients.aws, listing, taken)), "ca": pacer.used()}
    result = {
        "projects": [{**need.as_dict(), "predicted": forecast.calls(need, index)} for need in found_needs],
        "selected": [_selected(need, params["store"] or clients.stores[None].uri) for need in taken],
        "broken": sorted(found.broken, key=lambda one: one["name"]),
        "limits": limits,
        "summary": selection.summary(found_needs, len(found.broken)),
        "renewal_info": inquiry.summary,
    }
    told = (
        *found.warnings,
        *inquiry.warnings,
        *_pace(params, found),
        *warnings,
        *forecast.warnings(limits),
        *ca_limits.warnings(limits["ca"]),
    )
    return Outcome(changed=False, result=result, warnings=told)


def _gathered(params: t.Mapping[str, t.Any], clients: Clients) -> survey.Fleet:
    wanted = given_projects(params)
    if wanted is None:
        return survey.whole(clients.stores[None])
    defined: list[Given] = []
    others: list[Given] = []
    for one in wanted:
        (
            defined if params["run"] == "converge" or (params["run"] == "reissue" and one.is_definition) else others
        ).append(one)
    found, more = survey.defined(defined, clients.stores, clients.partition), survey.named(others, clients.stores)
    return survey.Fleet(found.candidates + more.candidates, found.broken + more.broken, found.warnings)


def given_projects(params: t.Mapping[str, t.Any]) -> list[Given] | None:
    """The projects that the options name; None if they name none, which means all."""
    if params["names"] is None and params["definitions"] is None:
        return None
    names = dict.fromkeys(params["names"] or ())
    return [
        *(given.read({"name": name}) for name in names),
        *(given.read(entry, index) for index, entry in enumerate(params["definitions"] or ())),
    ]


def _pace(params: t.Mapping[str, t.Any], found: survey.Fleet) -> list[str]:
    """A warning if the runs are scheduled too far apart for one of the certificates."""
    hours = params["schedule_interval_hours"]
    warning = (
        renewal.schedule_warning(
            hours, [pace for each in found.candidates if (pace := document.slowest_schedule(each.document))]
        )
        if hours
        else None
    )
    return [warning] if warning else []


def _selected(need: needs.Need, store: str) -> dict[str, t.Any]:
    role_vars = overview.role_vars(need.candidate.document, need.candidate.store or store)
    shown = {
        key: value for key, value in need.as_dict().items() if key in ("name", "host", "action", "reason", "deadline")
    }
    return {**shown, "definition": need.candidate.index, "role_vars": role_vars}
