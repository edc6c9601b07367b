# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Revokes one certificate at its CA, by its account or by its own key, unless viewers are still served with it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.acme.client import Client
from ..._clients.archive import bundles, revocations
from ..._clients.aws.cloudfront import CloudFront
from ..._clients.aws.iam import Iam
from ..._clients.aws.regional.acm import Acm
from ..._clients.aws.session import Connection
from ..._clients.machine import crypto
from ..._clients.stores import open as stores
from ..._clients.stores.base import Archive
from ..._core.acm_cert import reimport
from ..._core.bind import distributions as distributions_
from ..._core.bind.distributions import Distribution
from ..._core.bind.target import ACM_ELEMENT
from ..._core.ca import directories
from ..._core.certificate.bundle import Bundle, bundle_keys
from ..._core.certificate.certificate import Certificate
from ..._core.project import definition
from ..._core.retire import revocation
from ..._core.retire.revocation import Usage
from ..._core.values import times
from ..._core.values.params import Params
from ..._core.values.partitions import region_of
from ..._core.values.plan import Outcome
from ..._core.values.waiting import Clock
from ..._errors import ConfigError, RefusedError, RemoteError
from ..ca import options
from ..ca.registrar import MakesClients, Registrar

ALREADY = "alreadyRevoked"


@dataclass(frozen=True)
class Clients:
    """What revoking speaks to; ``server`` makes the CA with a directory's URL."""

    archive: Archive
    server: t.Callable[[str], MakesClients]
    iam: Iam
    cloudfront: CloudFront
    archived: bundles.ReadArchived
    acm: t.Callable[[str], Acm]


@dataclass(frozen=True)
class RevokeRequest:
    """One certificate, by its bundle or by what names it among those of ``project``, and how to revoke it;
    ``directory`` is the URL of its CA if that is not for the bundle to say."""

    bundle: str | None
    certificate: str
    project: str | None
    archive: str | None
    directory: str | None
    contacts: tuple[str, ...]
    ca_bundle: str | None
    reason: str
    signed_by: str
    rebound: frozenset[str]
    force: bool
    connection: Connection


def parse(params: Params) -> RevokeRequest:
    """The request; ConfigError that lists every problem, without calling anything."""
    problems = _problems(params)
    if problems:
        raise ConfigError(problems)
    directory = params["acme_directory"]
    return RevokeRequest(
        bundle=params["bundle"],
        certificate=(params["certificate"] or "").replace(":", "").lower(),
        project=params["project"],
        archive=params["archive"],
        directory=directories.resolve(directory).url if directory else None,
        contacts=options.contacts_of(params),
        ca_bundle=params["acme_ca_bundle"],
        reason=params["reason"],
        signed_by=params["signed_by"],
        rebound=frozenset(params["rebound"] if params.check_mode else ()),
        force=params["force"],
        connection=Connection.of(params),
    )


def _problems(params: Params) -> list[str]:
    given = params if params["acme_directory"] else {**params, "acme_directory": directories.DEFAULT}
    problems = options.ca_problems(given) + stores.uri_problems(params["archive"], "archive")
    if (params["bundle"] is None) == (params["certificate"] is None):
        problems.append("bundle or certificate: set one of them to select what to revoke")
    if params["certificate"] is not None and params["project"] is None:
        problems.append("project: required with certificate, to find it in the archive")
    if params["project"] is not None:
        problems += definition.name_problems(params["project"], "project")
    return problems


@dataclass(frozen=True)
class Revoking:
    """One certificate under work."""

    request: RevokeRequest
    clients: Clients
    clock: Clock

    def run(self, check_mode: bool) -> Outcome:
        """Find it, make sure that nobody uses it, revoke it unless in check mode, report."""
        bundle = self._bundle()
        certificate = crypto.inspect(bundle.cert)
        nothing = revocation.why_nothing(certificate, self.clock.now())
        if nothing:
            return self._outcome(certificate, False, nothing)
        refusal = None if self.request.force else self._usage(certificate).refusal()
        if refusal:
            raise RefusedError(
                f"the certificate {certificate.serial} is not revoked: {refusal}", serial=certificate.serial
            )
        server = self.clients.server(self._directory(bundle))
        key, url = self._signer(server, bundle)
        if check_mode:
            return self._outcome(certificate, True, "it would be revoked, unless it is already")
        client = server.client(key, self.clock)
        if url is not None:
            client.use_account(url)
        is_new = self._revoke(client, bundle)
        project = bundle.manifest.project if bundle.manifest else self.request.project
        if project is not None:
            revocations.note(self.clients.archive, project, certificate, self.clock.now())
        return self._outcome(
            certificate,
            is_new,
            f"revoked with the reason {self.request.reason}" if is_new else "it is already revoked",
        )

    def _revoke(self, client: Client, bundle: Bundle) -> bool:
        """Whether it was not revoked before."""
        try:
            client.revoke(bundle.cert, revocation.REASONS[self.request.reason])
        except RemoteError as exc:
            if exc.code != ALREADY:
                raise
            return False
        return True

    def _bundle(self) -> Bundle:
        reference, project = self.request.bundle, self.request.project
        if reference is None:
            return self._found(project or "")
        if project is not None and "/" not in reference:
            uri = f"{self.clients.archive.uri}/{project}/{reference}.tar.gz"
            return bundles.unpack(self.clients.archive.get(f"{project}/{reference}.tar.gz") or b"", uri)
        return bundles.read(reference, self.clients.archived)

    def _found(self, project: str) -> Bundle:
        """The newest bundle of the project with this certificate, by fingerprint or serial number."""
        archive, wanted = self.clients.archive, self.request.certificate
        for key in bundle_keys(archive.list(f"{project}/"), project):
            bundle = bundles.unpack(archive.get(key) or b"", f"{archive.uri}/{key}")
            certificate = crypto.inspect(bundle.cert)
            if wanted == certificate.fingerprint_sha256 or wanted.lstrip("0") == certificate.serial.lstrip("0"):
                return bundle
        raise ConfigError(
            [
                (
                    f"certificate: no bundle of project {project} in {archive.uri} has the fingerprint or serial number"
                    f" {wanted}"
                )
            ]
        )

    def _directory(self, bundle: Bundle) -> str:
        if self.request.directory:
            return self.request.directory
        if bundle.manifest is None:
            raise ConfigError(["acme_directory: the bundle has no manifest that names its CA; set the CA"])
        return bundle.manifest.directory

    def _signer(self, server: MakesClients, bundle: Bundle) -> tuple[str, str | None]:
        """The key that signs, and the URL of its account if it is that of one."""
        if self.request.signed_by == "certificate":
            return bundle.privkey, None
        directory, contacts = self._directory(bundle), self.request.contacts
        account = Registrar(self.clients.archive, server, self.clock).known(directory, contacts)
        if account is None or account.url is None:
            problem = f"acme_contacts: {self.clients.archive.uri} has no account at {directory} for these contacts"
            raise ConfigError(
                [f"{problem}; use those that the certificate was issued with, or set signed_by to certificate"]
            )
        return account.private_key, account.url

    def _usage(self, certificate: Certificate) -> Usage:
        """Who uses it, apart from distributions that are going to be rebound. A search that fails is never
        "nobody"."""
        try:
            distributions = tuple(
                one for one in self.clients.cloudfront.list_distributions() if one.id not in self.request.rebound
            )
            possible = revocation.possible_users(
                distributions, self.clients.iam.list_server_certificates(), certificate
            )
            contents = [(self.clients.iam.get_server_certificate(one.name), users) for one, users in possible]
            in_acm, settling = self._in_acm(revocation.sharing(distributions, certificate), certificate)
        except RemoteError as exc:
            return Usage(unclear=(f"the search for users failed: {exc.message}",))
        same = [
            users
            for content, users in contents
            if content and crypto.inspect(content.body).fingerprint_sha256 == certificate.fingerprint_sha256
        ]
        named = {user for users in (*same, in_acm) for user in users}
        return Usage(tuple(sorted(named)), revocation.unclear(distributions, certificate, settling))

    def _in_acm(
        self, distributions: t.Sequence[Distribution], certificate: Certificate
    ) -> tuple[tuple[str, ...], dict[str, str]]:
        """Those that use it in ACM, and the ARNs under which it may have been a short time ago, with the time until
        which it may still be served."""
        users: tuple[str, ...] = ()
        settling: dict[str, str] = {}
        for arn in sorted({one.viewer[ACM_ELEMENT] for one in distributions if one.viewer.get(ACM_ELEMENT)}):
            acm = self.clients.acm(region_of(arn))
            content, found = acm.get_certificate(arn), acm.describe_certificate(arn)
            if content and crypto.inspect(content.leaf).fingerprint_sha256 == certificate.fingerprint_sha256:
                users += distributions_.users(distributions, arn)
            until = reimport.settling(found, self.clock.now()) if found else None
            settling.update({arn: times.to_text(until)} if until else {})
        return users, settling

    def _outcome(self, certificate: Certificate, changed: bool, reason: str) -> Outcome:
        status = "valid" if changed else "not to be revoked"
        shown = {"serial": certificate.serial, "domains": list(certificate.domains)}
        return Outcome(
            changed=changed,
            result={"certificate": certificate.as_dict(), "reason": reason},
            before={**shown, "status": status},
            after={**shown, "status": "revoked" if changed else status},
        )
