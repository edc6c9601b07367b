# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is to adopt: everything is listed once, then each project of theirs is put together."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import datetime

from ..._core.adoption import replacement, report
from ..._core.adoption.found import AdoptionFinding, Reading, assembled, refused, seen
from ..._core.adoption.shapes import LEFT, SeenCertificate, SeenProject
from ..._core.ca import directories
from ..._core.certificate.certificate import Certificate
from ..._core.project import places
from ..._core.report.subscriptions import Subscription
from ..._core.server_cert import upload_plan
from ..._core.server_cert.server_certs import StoredCertificate
from ..._core.values import ownership
from ..._core.values.plan import Outcome
from ..._core.values.shapes import ProjectDocument
from ..._core.values.waiting import Clock
from ..._errors import CertError, ConfigError
from ..fleet.renewal_inquiry import Connect, Inquiry, RenewalQuestion
from ..fleet.survey import KnownDocuments
from . import archiving, balancers, old_runs
from .balancers import Balancers
from .clients import acme_sh_files, certbot_files, dehydrated_files, lego_files
from .clients.client_files import HostFinding
from .loose import Leaves, LooseReader, Users, users_of
from .plugin import PluginReader
from .plugin_listings import PluginListings
from .request import AdoptionAws, AdoptionClients, AdoptionInfoRequest
from .wanted import WantedProjects


def run(request: AdoptionInfoRequest, clients: AdoptionClients, clock: Clock) -> Outcome:
    """Read all sources, and say what each project would become; a listing that fails ends it."""
    begun, asked = clock.now(), WantedProjects(request.projects)
    projects = _Projects(request, clients, begun, asked) if clients.aws else None
    found = projects.read(clock) if projects else []
    on_host = [
        one for path in request.paths for source in request.sources for one in _READERS.get(source, _nothing)(path)
    ]
    found = found if request.known else inquired(found, lambda url, bundle: clients.ca(url, bundle, clock), clock)
    reading = Reading(begun, request.wishes, request.rebind, request.move)
    wanted = [one for one in on_host if asked.wants(*one.finding.names(request.names))]
    # of a host all are returned, with the keys of those that are asked for: what exists is known where hosts are joined
    found += [
        assembled(_on(one.finding, request.host), one.finding.name(request.names), [], None, reading)
        for one in (on_host if request.is_one_of_hosts else wanted)
    ]
    problem = asked.problem()
    if problem is not None and not request.known and not request.is_one_of_hosts:
        raise ConfigError([problem])
    lost = report.lost(request.known, found) if request.verify else {}
    result = {**report.result(found), "lost": lost}
    if request.keys:
        result["bundles"] = _keys(wanted)
        result["accounts"] = {one.account.url: one.account.key for one in wanted if one.account}
    failure = report.of_lost(lost)
    warnings = tuple(projects.warnings) if projects else ()
    return Outcome(changed=False, result=result, failure=failure, warnings=warnings)


def inquired(projects: t.Sequence[SeenProject], connect: Connect, clock: Clock) -> list[SeenProject]:
    """The same projects, with what their CAs say of the certificates in service; one that does not answer is not waited
    for."""
    asked: dict[int, RenewalQuestion] = {}
    for number, one in enumerate(projects):
        certificate = replacement.current(one)
        info = replacement.question(certificate) if certificate else None
        if info is not None:
            url = directories.resolve(one["definition"]["acme_directory"]).url
            asked[number] = RenewalQuestion(info, url, one["definition"].get("acme_ca_bundle") or None)
    answers = Inquiry(clock, lambda: 0.0, connect, keep=False).ask([*asked.values()]) if asked else []
    told = dict(zip(asked, answers))
    return [replacement.warned(one, told.get(number), clock.now()) for number, one in enumerate(projects)]


def _on(finding: AdoptionFinding, host: str | None) -> AdoptionFinding:
    """The finding with the name that the inventory has for its host."""
    if host is not None and finding.scheduler is not None:
        finding.scheduler["host"] = host
    return finding


def _nothing(_path: str) -> list[HostFinding]:
    return []


_READERS: t.Mapping[str, t.Callable[[str], list[HostFinding]]] = {
    one.SOURCE: one.read for one in (certbot_files, lego_files, acme_sh_files, dehydrated_files)
}


def _keys(found: t.Iterable[HostFinding]) -> dict[str, dict[str, str]]:
    """The bundles with their private keys, by the fingerprints of their certificates."""
    return {
        one.finding.lineage["fingerprint_sha256"]: one.bundle.texts()
        for one in found
        if one.bundle is not None and one.finding.lineage is not None
    }


class _Projects:
    """The projects of one reading of AWS."""

    def __init__(
        self, request: AdoptionInfoRequest, clients: AdoptionClients, now: datetime, asked: WantedProjects
    ) -> None:
        self._request = request
        self._asked = asked
        self._clients = clients
        self._aws: AdoptionAws = t.cast("AdoptionAws", clients.aws)
        self.warnings: list[str] = []
        self._reading = Reading(now, request.wishes, request.rebind, request.move)
        self._leaves = Leaves(self._aws, _known_leaves(request.known), _known_chains(request.known))
        self._listings = PluginListings(self._aws)
        self._listeners: Balancers = {}

    def read(self, clock: Clock) -> list[SeenProject]:
        is_wanted = "ssl_plugin" in self._request.sources
        if is_wanted:
            self.warnings += old_runs.awaited(self._listings, self._request.known, self._request.patience, clock)
        certificates = self._listings.certificates
        users = users_of(self._aws)
        loose = LooseReader(self._aws, self._request, users, self._leaves, certificates)
        findings = PluginReader(self._aws, self._request, self._listings, self._asked).read() if is_wanted else []
        findings += loose.read()
        if self._request.check_bundles:
            for one in findings:
                one.warnings += archiving.bundle_warnings(self._aws.bucket, one.bundles)
        self._listeners = balancers.using(self._aws.elbv2, self._aws.elb, certificates, self._request.known)
        names = {one.name(self._request.names) for one in findings}
        documents = self._documents(names, loose.own_names())
        self._leaves.known = {**_recorded(documents.values()), **self._leaves.known}
        if documents:
            # a deployment of another account may have projects of the same names
            self._reading = replace(self._reading, caller=self._aws.account())
        if self._request.verify or not self._request.known:
            self._reading = replace(self._reading, subscriptions=self._subscriptions(documents.values()))
        findings += loose.begun(documents, names)
        found = _without_doubles([self._assembled(one, loose, documents) for one in findings])
        self._recognise(documents, loose)
        wanted = [self._asked.wants(*one.names(self._request.names)) for one in findings]
        return [one for one, is_wanted in zip(found, wanted) if is_wanted]

    def _recognise(self, documents: t.Mapping[str, ProjectDocument], loose: LooseReader) -> None:
        """What is ours already may be asked for, too, although nothing of it is left to be found."""
        self._asked.knows(*documents, *loose.ours())
        self._asked.knows(*(adoption["theirs"] for one in documents.values() if (adoption := one["adoption"])))

    def _subscriptions(self, documents: t.Iterable[ProjectDocument]) -> t.Mapping[str, t.Sequence[Subscription]]:
        """Those of all topics, if there is a project whose addresses may have to confirm."""
        asks = any(one["adoption"] and one["definition"]["emails"] for one in documents)
        return self._listings.subscriptions if asks else {}

    def _documents(self, names: set[str], own: set[str]) -> dict[str, ProjectDocument]:
        """The documents of those that the store knows already; each of ``names`` has to be readable."""
        if self._clients.store is None or not names | own:
            return {}
        known = KnownDocuments.read(self._clients.store, names | own)
        for name in sorted(names & known.errors.keys()):
            raise CertError(f"project {name} cannot be judged: {known.errors[name]}")
        return known.documents

    def _assembled(
        self, finding: AdoptionFinding, loose: LooseReader, documents: t.Mapping[str, ProjectDocument]
    ) -> SeenProject:
        name = finding.name(self._request.names)
        document = documents.get(name)
        is_ours = document is not None and document["adoption"] is not None
        own = [
            one
            for one in (*loose.listed, *loose.in_acm)
            if _is_theirs(finding, one) or (is_ours and _is_of_project(one, name, loose.owners))
        ]
        seen_ones = [self._seen(one, name, loose.users) for one in own]
        return assembled(finding, name, seen_ones, document, self._reading)

    def _seen(self, one: StoredCertificate, name: str, users: Users) -> SeenCertificate:
        leaf = self._leaves.of(one)
        stored = one if one.path else replace(one, name=upload_plan.name_for(name, leaf.not_after))
        key = one.id or ""
        return seen(stored, leaf, users.get(key, []), self._leaves.chains.get(key), self._listeners.get(key, ()))


def _is_theirs(finding: AdoptionFinding, one: StoredCertificate) -> bool:
    if finding.ids:
        return one.id in finding.ids
    return bool(one.path) and one.path in finding.paths


def _is_of_project(one: StoredCertificate, name: str, owners: t.Mapping[str, str]) -> bool:
    return one.path == ownership.path_of(name) if one.path else owners.get(one.id or "") == name


def _known_leaves(known: t.Iterable[SeenProject]) -> dict[str, Certificate]:
    return {one["id"]: Certificate.from_dict(one) for project in known for one in project["certificates"]}


def _known_chains(known: t.Iterable[SeenProject]) -> dict[str, str | None]:
    return {one["id"]: one["chain_sha256"] for project in known for one in project["certificates"]}


def _recorded(documents: t.Iterable[ProjectDocument]) -> dict[str, Certificate]:
    """What documents of ours say of their certificates."""
    entries = [entry for one in documents for entry in (one["certificate"], *one["superseded"]) if entry]
    return {key: Certificate.from_dict(entry) for entry in entries for key in places.keys(entry)}


def _without_doubles(projects: list[SeenProject]) -> list[SeenProject]:
    """Each name and each certificate once: of those that share a name all are refused, of a certificate the second."""
    names = [one["name"].lower() for one in projects if one["status"] != LEFT]
    found: list[SeenProject] = []
    owners: dict[str, str] = {}
    for one in projects:
        checked = one
        if one["status"] != LEFT and names.count(one["name"].lower()) > 1:
            problem = f"several of the old projects would be called {one['name']}; name them apart with adopt_names"
            checked = refused(checked, problem)
        for certificate in one["certificates"]:
            owner = owners.setdefault(certificate["fingerprint_sha256"], one["theirs"])
            if owner != one["theirs"]:
                checked = refused(checked, f"its certificate {certificate['name']} is also that of {owner}")
        found.append(checked)
    return found
