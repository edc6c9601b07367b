# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Examines one project as a whole: what is wanted and known of it, then every check that the connections allow."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.acme.client import AcmeServer
from ..._clients.aws.route53 import Route53
from ..._clients.aws.session import IMPATIENT, Connection, Session
from ..._clients.machine import processes, user
from ..._clients.net.resolver import Dns, server_problem
from ..._clients.stores import open as stores, uris
from ..._clients.stores.base import Archive, Store
from ..._core.ca import directories
from ..._core.dns import zones
from ..._core.doctor import schedule
from ..._core.doctor.findings import Finding, count, finding, of_error, ordered, result as project_result, summary
from ..._core.project import definition as project_definition, lease, places
from ..._core.values import partitions
from ..._core.values.params import Params
from ..._core.values.partitions import region_of
from ..._core.values.plan import Outcome
from ..._core.values.shapes import ProjectDefinition, ProjectDocument
from ..._core.values.waiting import Clock
from ..._errors import CertError, ConfigError
from .. import project_updates
from ..dns import accounts as dns_accounts
from ..dns.accounts import DnsConnections
from ..dns.place_finder import PlaceFinder
from ..dns.zone_account import ZoneReader
from ..renewal_notes import RenewalNotes
from .account import AccountChecks, Services
from .checks import Check, Subject, findings
from .names import NameChecks
from .stores import StoreChecks, StoreProbe
from .targets import TargetChecks

Examined = tuple[list[Finding], list[str]]


@dataclass(frozen=True)
class Connections:
    """Where the clients for AWS come from, for Route 53 perhaps from elsewhere, and the public DNS."""

    session: t.Callable[[], Session]
    dns_session: t.Callable[[], Session]
    delegated: t.Callable[[], t.Mapping[str, ZoneReader]]
    dns: Dns


@dataclass(frozen=True)
class ExaminationRequest:
    """What is asked for: a project, with the definition to look at if it is not the stored one."""

    name: str
    definition: t.Mapping[str, t.Any] | None
    store_uri: str | None
    has_eab: bool
    has_own_dns: bool
    zone_ids: t.Mapping[str, str]
    zones: DnsConnections
    dns_server: str | None
    fails_on: str
    connection: Connection


def parse(params: Params) -> ExaminationRequest:
    """The request; ConfigError for options that cannot be used, since what is wrong with the project is a finding."""
    problem = server_problem(params["dns_server"])
    problems = [problem] if problem else []
    problems += zones.override_problems(params["zone_id"]) + zones.delegation_problems(params["dns_delegations"] or ())
    if problems:
        raise ConfigError(problems)
    connection = Connection.of(params)
    return ExaminationRequest(
        name=params["name"],
        definition=params["definition"],
        store_uri=params["store"],
        has_eab=bool(params["acme_eab_kid"]),
        has_own_dns=bool(params["dns_aws"]),
        zone_ids=zones.overrides(params["zone_id"]),
        zones=dns_accounts.connections(params, connection),
        dns_server=params["dns_server"],
        fails_on=params["fails_on"],
        connection=connection,
    )


def run(request: ExaminationRequest, connections: Connections, clock: Clock) -> Outcome:
    """What was found, as the module returns it."""
    found, checks = examine(request, connections, clock)
    counts, line = count(found), summary(request.name, found, len(checks))
    project = project_result(request.name, found, line, request.fails_on)
    told = {
        "healthy": not counts["error"],
        "summary": line,
        "findings": [one.as_dict() for one in found],
        "lines": [str(one) for one in found],
        "todo": project["todo"],
        "counts": counts,
        "checks": checks,
        "result": project,
    }
    return Outcome(changed=False, result=told)


def examine(project: ExaminationRequest, connections: Connections, clock: Clock) -> Examined:
    """What was found, the worst first, and the names of the checks."""
    problems = project_definition.name_problems(project.name)
    if problems:
        return [finding("DEFINITION_INVALID", project.name, problem) for problem in problems], ["definition"]
    try:
        store = stores.store(project.store_uri, connections.session)
        document = project_updates.load(store, project.name)[0]
        document = RenewalNotes(store).view(document, clock.now()) if document is not None else None
    except CertError as exc:
        return _without_store(project, exc, connections, clock)
    definition, found = _definition(project, document, connections)
    if definition is None or found:
        return ordered(found), ["definition"]
    subject = Subject(project.name, definition, document, project.has_eab, clock.now())
    return _Examination(project, subject, store, connections, clock).carry_out()


def _without_store(project: ExaminationRequest, error: CertError, connections: Connections, clock: Clock) -> Examined:
    """A store that is away stops no other check of a definition that was given."""
    broken = of_error("STORE_FAILED", error)
    if project.definition is None:
        return [broken], ["store"]
    definition, found = _definition(project, None, connections)
    if definition is None or found:
        return ordered([broken, *found]), ["store", "definition"]
    subject = Subject(project.name, definition, None, project.has_eab, clock.now())
    found, checks = _Examination(project, subject, None, connections, clock).carry_out()
    return ordered([broken, *found]), ["store", *checks]


def _definition(
    project: ExaminationRequest, document: ProjectDocument | None, connections: Connections
) -> tuple[ProjectDefinition | None, list[Finding]]:
    if project.definition is None:
        if document is None:
            return None, [
                finding("PROJECT_UNKNOWN", project.name, "the project is not in the store, and no definition was given")
            ]
        return document["definition"], []
    try:
        partition = connections.session().partition
    except ConfigError:
        partition = partitions.GLOBAL
    parsed = project_definition.parse(project.name, project.definition, partition)
    return parsed.values, [finding("DEFINITION_INVALID", project.name, problem) for problem in parsed.problems]


@dataclass
class _Examination:
    """``store`` is None if it is away, which is said elsewhere."""

    project: ExaminationRequest
    subject: Subject
    store: Store | None
    connections: Connections
    clock: Clock

    def carry_out(self) -> Examined:
        found: list[Finding] = []
        services, dns = self._made(found, self._services), self._made(found, self._route53)
        archive = self._made(found, self._archive)
        delegated = self._made(found, self.connections.delegated) if dns else None
        names = self._names(dns, delegated or {}, archive)
        challenges = list if self.project.has_own_dns else names.challenges
        account = (
            AccountChecks(self.subject, services, self.clock, challenges, self.connections.dns) if services else None
        )
        beside = self._made(found, lambda: self._beside(services, account)) if account and services else None
        checks = [each for one in (account, beside, names) if one for each in one.checks()]
        if self.store is not None and archive is not None:
            places = self._made(found, lambda: self._places(t.cast("Store", self.store), archive))
            checks += places.checks() if places else []
        checks.append(Check("schedule", "STORE_FAILED", self._schedule))
        return ordered([*found, *findings(checks)]), [check.name for check in checks]

    T = t.TypeVar("T")

    def _made(self, found: list[Finding], make: t.Callable[[], T]) -> T | None:
        try:
            return make()
        except CertError as exc:
            found.append(finding("CREDENTIALS_UNUSABLE", "connection", exc.message))
            return None

    def _services(self) -> Services:
        record = self.subject.record
        regions = {region_of(arn) for arn in (*places.arns(record), *places.exported([record]))}
        return Services.of(self.connections.session(), sorted(regions))

    def _beside(self, services: Services, account: AccountChecks) -> TargetChecks:
        return TargetChecks.of(self.subject, self.connections.session(), services.iam, lambda: account.meant.get_or([]))

    def _route53(self) -> Route53:
        client = self.connections.dns_session().client("route53", **IMPATIENT)
        return Route53(lambda: client)

    def _archive(self) -> Archive:
        return stores.archive(self.subject.definition["archive"], self.connections.session)

    def _names(
        self, route53: Route53 | None, delegated: t.Mapping[str, ZoneReader], archive: Archive | None
    ) -> NameChecks:
        definition = self.subject.definition
        server = AcmeServer(directories.resolve(definition["acme_directory"]).url, definition["acme_ca_bundle"] or None)
        places = PlaceFinder(route53, delegated, self.connections.dns, self.project.zone_ids) if route53 else None
        return NameChecks(
            self.subject, places, self.connections.dns, server.client(None, self.clock), archive, self.clock
        )

    def _places(self, store: Store, archive: Archive) -> StoreChecks:
        kept = uris.parse(self.project.store_uri or user.default("store"), "store")
        secret = uris.parse(self.subject.definition["archive"] or user.default("archive"), "archive")
        return StoreChecks(
            subject=self.subject,
            store=store,
            archive=archive,
            store_place=StoreProbe.of("store", kept, self.connections.session),
            archive_place=StoreProbe.of("archive", secret, self.connections.session),
            clock=self.clock,
        )

    def _schedule(self) -> list[Finding]:
        document = self.subject.document
        if document is None:
            return (
                [finding("PROJECT_NEW", self.subject.name, "the store has no document of it yet")] if self.store else []
            )
        is_locked = lease.is_live(document["lock"], self.subject.now, processes.is_dead)
        return schedule.record(document, self.subject.definition["renewal_interval_days"], self.subject.now, is_locked)
