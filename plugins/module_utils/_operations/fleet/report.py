# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a fleet: one scan of the store, one set of listings, and the files that are written of it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from datetime import datetime

from ..._clients.aws.cloudfront import CloudFront
from ..._clients.aws.iam import Iam
from ..._clients.aws.session import Connection
from ..._clients.machine import processes, user
from ..._clients.stores import open as stores, report_place
from ..._clients.stores.base import Store
from ..._clients.stores.report_place import ReportPlace
from ..._core.ca import directories
from ..._core.ca.limits import Limits
from ..._core.fleet import report_rows
from ..._core.fleet.admission import Admission
from ..._core.fleet.drift import Index, Listing
from ..._core.fleet.report_rows import RowQuestion
from ..._core.project import identity
from ..._core.report import digest, release
from ..._core.report.fleet import metrics, overview, page, rows, table
from ..._core.report.fleet.rows import FleetPicture, FleetRow, ForeignCertificate, OrdersLeft, PlaybookEnd
from ..._core.values import ownership, partitions, texts, times
from ..._core.values.params import Params
from ..._core.values.partitions import AwsAccount
from ..._core.values.plan import Outcome
from ..._core.values.shapes import ProjectDocument
from ..._core.values.waiting import Clock
from ..._errors import CertError, ConfigError, RefusedError
from .. import project_updates
from ..renewal_notes import RenewalNotes
from ..report import run_notes
from ..report.run_notes import RunNotes
from . import ca_limits
from .survey import KnownDocuments

LONGEST_TITLE = 200
# The playbook that writes; it changes nothing in the store, so its runs stand in what it writes alone.
REPORT = "report"
MOST_WARNINGS = 20
MOST_NAMED = 3


@dataclass(frozen=True)
class ReportAws:
    """What lists for all projects, all of one account."""

    iam: Iam
    cloudfront: CloudFront
    caller: t.Callable[[], AwsAccount]


@dataclass(frozen=True)
class ReportClients:
    """The store, the place of the files, and how AWS is reached: None where it is not asked."""

    store: Store
    place: ReportPlace
    aws: t.Callable[[], ReportAws] | None


@dataclass(frozen=True)
class ReportRequest:
    """What is written where, and what counts as soon."""

    store: str | None
    dir: str
    title: str
    formats: tuple[str, ...]
    language: str
    days: tuple[int, ...]
    interval_hours: float
    metrics_detail: str | None
    limits: Limits
    lines: int
    observe: bool
    write: bool
    connection: Connection


@dataclass(frozen=True)
class _File:
    """A file of the report: its name, what it is, and how it is made of the picture."""

    name: str
    media_type: str
    made: t.Callable[[FleetPicture, ReportRequest], str]


FILES = {
    "html": _File(
        "report.html", "text/html; charset=utf-8", lambda picture, request: page.page(picture, request.language)
    ),
    "csv": _File("report.csv", "text/csv; charset=utf-8", lambda picture, _request: table.csv(picture)),
    "json": _File(
        "report.json",
        "application/json",
        lambda picture, _request: rows.text(picture),
    ),
    "metrics": _File(
        "metrics.prom",
        "text/plain; version=0.0.4; charset=utf-8",
        lambda picture, request: metrics.text(picture, request.metrics_detail),
    ),
}


def parse(params: Params) -> ReportRequest:
    """The request; ConfigError that lists every problem."""
    where = params["dir"] or f"file://{user.data_home()}/certops/report"
    wrong = report_place.problem(where)
    problems = [*stores.uri_problems(params["store"], "store"), *([wrong] if wrong else [])]
    problems += [text.replace("digest_thresholds", "days", 1) for text in digest.threshold_problems(params["days"])]
    if params["interval_hours"] <= 0:
        problems.append(f"interval_hours: {params['interval_hours']:g} is not a valid time between runs; use hours")
    if params["lines"] < 0:
        problems.append(f"lines: {params['lines']} is not a valid number of lines; use 0 or more")
    if not params["formats"]:
        problems.append(f"formats: name at least one of {', '.join(FILES)}")
    limits = ca_limits.load(params["acme_limits"], problems)
    if problems:
        raise ConfigError(problems)
    return ReportRequest(
        store=params["store"],
        dir=where,
        title=texts.cleaned(params["title"], LONGEST_TITLE),
        formats=tuple(one for one in FILES if one in params["formats"]) if params["write"] else (),
        language=params["language"],
        days=tuple(params["days"]),
        interval_hours=params["interval_hours"],
        metrics_detail=params["metrics_detail"],
        limits=limits,
        lines=params["lines"],
        observe=params["observe"],
        write=params["write"],
        connection=Connection.of(params),
    )


def run(request: ReportRequest, clients: ReportClients, clock: Clock, check_mode: bool) -> Outcome:
    """Read, list, judge, write."""
    found = _noting_itself(picture(request, clients, clock.now()), request, clock.now())
    files = {}
    for name in request.formats:
        file = FILES[name]
        content = file.made(found, request).encode()
        files[name] = (
            f"{clients.place.uri}/{file.name}" if check_mode else clients.place.put(file.name, content, file.media_type)
        )
    needing = [{"name": row.name, "reasons": list(row.attention), "reason": row.reason} for row in found.needing]
    result = {
        "headline": headline(found),
        "counts": found.counts,
        "attention": needing,
        "files": files,
        "overview": overview.lines(found, request.lines or None, headline(found)),
    }
    if not request.write:
        result["data"] = rows.data(found)
    return Outcome(changed=request.write, result=result, warnings=found.warnings)


def picture(request: ReportRequest, clients: ReportClients, now: datetime) -> FleetPicture:
    """The store at this moment, the worst projects first; a document that cannot be used is a row of its own."""
    known = KnownDocuments.read(clients.store, None)
    listed, warnings = _listed(clients)
    notes = RenewalNotes(clients.store)
    elsewhere = _elsewhere(known.documents, listed)
    made = _rows(known, notes, _question(request, listed, now), elsewhere)
    runs, unknown = _runs(clients.store)
    documents = tuple(known.documents.values())
    told = (*warnings, *_told(elsewhere, listed), *unknown, *notes.problems)
    return FleetPicture(
        title=request.title,
        made_at=now,
        store=texts.cleaned(request.store or clients.store.uri),
        rows=rows.ordered(made, now),
        version=release.VERSION,
        interval_hours=request.interval_hours,
        foreign=None if listed is None else _foreign(made, listed),
        room=_room(clients) if listed else None,
        partition=partitions.of_region(request.connection.region),
        runs=runs.planned,
        ended=runs.ended,
        every_hours=runs.every_hours,
        orders=_orders_left(request, documents, now) if "metrics" in request.formats else (),
        warnings=tuple(texts.cleaned(text) for text in told)[:MOST_WARNINGS],
    )


def _question(request: ReportRequest, listed: Listing | None, now: datetime) -> RowQuestion:
    return RowQuestion(
        now=now,
        days=request.days,
        interval_hours=request.interval_hours,
        is_dead=processes.is_dead,
        index=Index.of(listed) if listed else None,
    )


def _rows(
    known: KnownDocuments, notes: RenewalNotes, question: RowQuestion, elsewhere: t.Collection[str]
) -> list[FleetRow]:
    """The rows of all documents, those of projects ``elsewhere`` without the listing."""
    made = [report_rows.broken(name, error) for name, error in known.errors.items()]
    for name, document in known.documents.items():
        asked = replace(question, index=None) if name in elsewhere else question
        try:
            made.append(report_rows.of(notes.view(document, question.now), asked))
        except Exception as exc:  # noqa: BLE001 - nobody foresees all that a damaged document breaks
            made.append(report_rows.broken(name, project_updates.damaged(name, exc)))
    return made


def _noting_itself(found: FleetPicture, request: ReportRequest, now: datetime) -> FleetPicture:
    """The picture with the run of the playbook report that makes it, and the schedule that this one shares with
    renew."""
    every_hours = {"renew": request.interval_hours, **found.every_hours}
    if not request.write:
        return replace(found, every_hours=every_hours)
    own = PlaybookEnd(now, round((now - found.made_at).total_seconds(), 1), success=True, projects={})
    return replace(
        found,
        runs={**found.runs, REPORT: found.made_at},
        ended={**found.ended, REPORT: own},
        every_hours={**every_hours, REPORT: request.interval_hours},
    )


def _listed(clients: ReportClients) -> tuple[Listing | None, tuple[str, ...]]:
    """Every server certificate and every distribution; or why there is none, since a listing that failed is not an
    empty one."""
    if clients.aws is None:
        return None, ()
    try:
        aws = clients.aws()
        certificates, distributions = tuple(aws.iam.list_server_certificates()), aws.cloudfront.list_distributions()
        return Listing(aws.caller(), certificates, distributions), ()
    except CertError as exc:
        return None, (f"AWS resources could not be listed, so the report shows the records alone: {exc.message}",)


def _elsewhere(documents: t.Mapping[str, ProjectDocument], listed: Listing | None) -> frozenset[str]:
    """The projects of other accounts than that of the listing, which says nothing of them; RefusedError if it is that
    of none."""
    if listed is None:
        return frozenset()
    owned = {name: identity.account_of(document) for name, document in documents.items()}
    found = frozenset(name for name, account in owned.items() if account not in (None, listed.account))
    if found and len(found) == sum(account is not None for account in owned.values()):
        accounts = ", ".join(sorted({str(owned[name]) for name in found})[:MOST_WARNINGS])
        raise RefusedError(
            f"the credentials are those of AWS account {listed.account}, but the projects of this store belong to"
            f" {accounts}; use the credentials and the region of their account, or set observe=false"
            " (report_observe=false) to show the records alone"
        )
    return found


def _told(elsewhere: t.Collection[str], listed: Listing | None) -> tuple[str, ...]:
    if not elsewhere or listed is None:
        return ()
    names, more = sorted(elsewhere)[:MOST_NAMED], len(elsewhere) - MOST_NAMED
    shown = f"{', '.join(names)}{f' and {more} more' if more > 0 else ''}"
    account = f"AWS account {listed.account} of the credentials"
    return (f"{shown}: not in {account}, so what uses their certificates is what their last runs found",)


def _runs(store: Store) -> tuple[RunNotes, tuple[str, ...]]:
    """When playbooks ran last, which the report can do without; a warning where it cannot be read."""
    try:
        return run_notes.noted(store), ()
    except CertError as exc:
        return RunNotes(), (f"when playbooks were last run could not be read: {exc.message}",)


def _orders_left(
    request: ReportRequest, documents: tuple[ProjectDocument, ...], now: datetime
) -> tuple[OrdersLeft, ...]:
    """What the limits of the CAs leave, by the known names of the CAs where they have one."""
    left = Admission(request.limits, documents, now, ca_limits.registered_domain).left()
    names = {directory.url: name for name, directory in directories.KNOWN.items()}
    return tuple(OrdersLeft(names.get(url, url), kind, count) for (url, kind), count in sorted(left.items()))


def _room(clients: ReportClients) -> tuple[int, int] | None:
    """The places for server certificates, used and allowed; None where that cannot be read."""
    try:
        return clients.aws().iam.get_server_certificate_quota() if clients.aws else None
    except CertError:
        return None


def _foreign(made: t.Iterable[FleetRow], listed: Listing) -> tuple[ForeignCertificate, ...]:
    """What no record knows, with what uses it: the server certificates, the first to expire in front, and then the
    certificates of ACM that a distribution uses, of which a listing of distributions tells no more."""
    own = {key for row in made for one in row.certificates for key in (one.id, *one.copies)}
    users = Index.of(listed).users
    found = [
        ForeignCertificate(
            name=texts.cleaned(one.name),
            id=one.id or "",
            not_after=times.to_text(one.expiration) if one.expiration else "",
            users=tuple(sorted(user.id for user in users.get(one.id or "", ()))),
            project=texts.cleaned(ownership.project_of(one.path)),
        )
        for one in listed.certificates
        if one.id not in own
    ]
    found += [
        ForeignCertificate(texts.cleaned(arn), texts.cleaned(arn), "", tuple(sorted(user.id for user in using)))
        for arn, using in users.items()
        if arn.startswith("arn:") and arn not in own
    ]
    return tuple(sorted(found, key=lambda one: (not one.not_after, one.not_after, one.name)))


def headline(found: FleetPicture) -> str:
    """All of it in one sentence."""
    states = ", ".join(f"{count} {state}" for state, count in found.counts.items() if count)
    needing = len(found.needing)
    verb = "needs" if needing == 1 else "need"
    projects = "1 project" if len(found.rows) == 1 else f"{len(found.rows)} projects"
    return f"{projects}: {states}; {needing} {verb} a person." if found.rows else "The store contains no project."
