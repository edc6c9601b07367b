# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is to adopt: everything is listed once, then each project of theirs is put together."""

from __future__ import annotations

import typing as t
from datetime import datetime

from ..._clients.machine import crypto
from ..._core.adoption import report, server_certs
from ..._core.adoption.found import AdoptionFinding, Reading, assembled, refused, seen
from ..._core.adoption.shapes import LEFT, SeenProject
from ..._core.bind.distributions import DEPLOYED, Distribution, used_certificates
from ..._core.certificate.certificate import Certificate
from ..._core.server_cert.server_certs import StoredCertificate
from ..._core.values import ownership
from ..._core.values.plan import Outcome
from ..._core.values.shapes import ProjectDocument
from ..._core.values.waiting import Clock
from ..._errors import CertError
from ..fleet.survey import KnownDocuments
from . import acme_sh_files, archiving, certbot_files, dehydrated_files, lego_files
from .client_files import HostFinding
from .plugin import PluginReader
from .request import AdoptionAws, AdoptionClients, AdoptionInfoRequest

_Users = dict[str, list[tuple[str, bool, tuple[str, ...]]]]


def run(request: AdoptionInfoRequest, clients: AdoptionClients, clock: Clock) -> Outcome:
    """Read all sources, and say what each project would become; a listing that fails ends it."""
    begun = clock.now()
    found = _Projects(request, clients, begun).read() if clients.aws else []
    on_host = [
        one for path in request.paths for source in request.sources for one in _READERS.get(source, _nothing)(path)
    ]
    reading = Reading(begun, request.wishes, request.rebind, request.move)
    found += [
        assembled(_on(one.finding, request.host), one.finding.name(request.names), [], None, reading) for one in on_host
    ]
    chosen = [one for one in found if request.wants(one["theirs"], one["name"])]
    lost = report.lost(request.known, found) if request.verify else {}
    result = {**report.result(chosen), "lost": lost}
    if request.keys:
        names = {one["theirs"] for one in chosen}
        result["bundles"] = _keys(one for one in on_host if one.finding.theirs in names)
    failure = report.of_lost(lost)
    return Outcome(changed=False, result=result, failure=failure)


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

    def __init__(self, request: AdoptionInfoRequest, clients: AdoptionClients, now: datetime) -> None:
        self._request = request
        self._clients = clients
        self._aws: AdoptionAws = t.cast("AdoptionAws", clients.aws)
        self._reading = Reading(now, request.wishes, request.rebind, request.move)
        self._leaves = _known_leaves(request.known)

    def read(self) -> list[SeenProject]:
        certificates = self._aws.iam.list_server_certificates(ownership.CLOUDFRONT_PATH)
        users = _users(self._aws.cloudfront.list_distributions())
        findings = (
            []
            if "ssl_plugin" not in self._request.sources
            else PluginReader(self._aws, self._request, certificates).read()
        )
        findings += self._others(certificates, users)
        if self._request.check_bundles:
            for one in findings:
                one.warnings += archiving.bundle_warnings(self._aws.bucket, one.bundles)
        documents = self._documents(findings)
        found = [self._assembled(one, certificates, users, documents) for one in findings]
        return _without_doubles(found)

    def _others(self, certificates: t.Sequence[StoredCertificate], users: _Users) -> list[AdoptionFinding]:
        """What people uploaded, as far as a distribution uses it."""
        if "iam" not in self._request.sources and not self._request.hosts:
            return []
        loose = [(one, self._leaf(one)) for one in certificates if server_certs.is_loose(one.path)]
        matched = server_certs.one_each([server_certs.matched(host, loose, users) for host in self._request.hosts])
        taken = {taken for one in matched for taken in one.ids}
        left = [(one, leaf) for one, leaf in loose if one.id in users and one.id not in taken]
        return [*matched, *(server_certs.grouped(left) if "iam" in self._request.sources else [])]

    def _documents(self, findings: t.Iterable[AdoptionFinding]) -> dict[str, ProjectDocument]:
        """The documents of those that the store knows already."""
        names = {one.name(self._request.names) for one in findings}
        if self._clients.store is None or not names:
            return {}
        known = KnownDocuments.read(self._clients.store, names)
        for name, why in known.errors.items():
            raise CertError(f"project {name} cannot be judged: {why}")
        return known.documents

    def _assembled(
        self,
        finding: AdoptionFinding,
        certificates: t.Sequence[StoredCertificate],
        users: _Users,
        documents: t.Mapping[str, ProjectDocument],
    ) -> SeenProject:
        name = finding.name(self._request.names)
        document = documents.get(name)
        paths = {*finding.paths, *([ownership.path_of(name)] if document and document["adoption"] else [])}
        own = [one for one in certificates if one.path in paths and _belongs(finding, one)]
        seen_ones = [seen(one, self._leaf(one), users.get(one.id or "", [])) for one in own]
        return assembled(finding, name, seen_ones, document, self._reading)

    def _leaf(self, one: StoredCertificate) -> Certificate:
        """What the certificate says of itself. Its content stays, so an earlier reading will do."""
        if one.id not in self._leaves:
            content = self._aws.iam.get_server_certificate(one.name)
            if content is None:
                raise CertError(f"server certificate {one.name} was deleted while it was read; run again")
            self._leaves[one.id or ""] = crypto.inspect(content.body)
        return self._leaves[one.id or ""]


def _belongs(finding: AdoptionFinding, one: StoredCertificate) -> bool:
    return not finding.ids or one.id in finding.ids or one.path.startswith(ownership.PROJECTS_PATH)


def _known_leaves(known: t.Iterable[SeenProject]) -> dict[str, Certificate]:
    return {one["id"]: Certificate.from_dict(one) for project in known for one in project["certificates"]}


def _users(distributions: t.Iterable[Distribution]) -> _Users:
    found: _Users = {}
    for one in distributions:
        for certificate in used_certificates(one.viewer):
            found.setdefault(certificate, []).append((one.id, one.status == DEPLOYED, one.aliases))
    return found


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
