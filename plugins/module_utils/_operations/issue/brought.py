# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A certificate that the user brings, as files or texts, is in the archive: then it is stored, bound and restored like
any other."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..._clients.archive import bundles
from ..._clients.aws.session import Connection
from ..._clients.machine import crypto, private_files, user
from ..._clients.stores import open as stores
from ..._clients.stores.base import Archive
from ..._core.certificate.bundle import Bundle, Manifest, archive_key, checksums
from ..._core.certificate.certificate import CLOUDFRONT_KEY_TYPES, Certificate
from ..._core.project import definition, sources
from ..._core.values import domain_names, texts, times
from ..._core.values.params import Params
from ..._core.values.plan import Outcome
from ..._core.values.waiting import Clock
from ..._errors import CertError, ConfigError
from ..server_cert import certificate_input
from ..server_cert.certificate_input import CertificateInput

PEM = "-----BEGIN"


@dataclass(frozen=True)
class BroughtRequest:
    """One certificate of a project; without ``material`` this run was not given any."""

    project: str
    archive: str | None
    material: CertificateInput | None
    connection: Connection


def parse(params: Params) -> BroughtRequest:
    """The request; ConfigError that lists every problem, without calling anything."""
    problems = definition.name_problems(params["project"] or "", "project")
    problems += stores.uri_problems(params["archive"], "archive")
    of_names = domain_names.problems(params["domains"])
    problems += of_names
    material = None
    if params["certificate"] or params["private_key"]:
        material, found = _material(params)
        problems += found
    leaf = material.certificate if material else _readable(params["certificate"] or "")
    if leaf is not None and not of_names:
        problems += _unfit(leaf, domain_names.normalise(params["domains"]))
    if problems:
        raise ConfigError(problems)
    return BroughtRequest(params["project"], params["archive"], material, Connection.of(params))


def _material(params: Params) -> tuple[CertificateInput | None, list[str]]:
    """The certificate of the three options, or why there is none."""
    found: dict[str, str] = {}
    problems = []
    for option in sources.FILE_KEYS:
        try:
            found[option] = text_of(params[option] or "")
        except CertError as exc:
            problems.append(f"{option}: {exc.message}")
    missing = [name for name in ("certificate", "private_key") if not params[name]]
    problems += [f"{name}: missing; set certificate and private_key together" for name in missing]
    if problems:
        return None, problems
    try:
        given = found["certificate"], found["chain"], found["private_key"]
        return certificate_input.of_texts(*given, params.now), []
    except ConfigError as exc:
        return None, list(exc.problems)


def _readable(given: str) -> Certificate | None:
    """The certificate, if it can be read at all, so that what else is wrong with it is told with the rest."""
    try:
        return crypto.inspect(crypto.split(text_of(given))[0]) if given.strip() else None
    except CertError:
        return None


def text_of(given: str) -> str:
    """A PEM text, or that of the file that a path names; ConfigError, without quoting any content, if there is none."""
    if PEM in given or not given.strip():
        return given
    content = private_files.read(Path(user.expanded(given.strip())), follow=True)
    if content is None:
        raise ConfigError([f"{texts.quoted(given)} is not a file; correct the path"])
    try:
        return content.decode("ascii")
    except UnicodeError:
        raise ConfigError([f"{texts.quoted(given)} is not in PEM; convert it with openssl"]) from None


def _unfit(certificate: Certificate, domains: t.Sequence[str]) -> list[str]:
    problems = []
    uncovered = domain_names.uncovered(certificate.domains, domains)
    if uncovered:
        problems.append(f"certificate: it does not cover {', '.join(uncovered)}; it is for {_named(certificate)}")
    if certificate.key_type not in CLOUDFRONT_KEY_TYPES:
        accepted = ", ".join(sorted(CLOUDFRONT_KEY_TYPES))
        problems.append(
            f"certificate: CloudFront does not accept a key of type {certificate.key_type}; it accepts {accepted}"
        )
    return problems


def _named(certificate: Certificate) -> str:
    return ", ".join(certificate.domains)


def run(request: BroughtRequest, archive: Archive, clock: Clock, check_mode: bool) -> Outcome:
    """The newest bundle of the archive is the certificate that was brought."""
    keys = archive.list(f"{request.project}/")
    newest = bundles.newest(archive, keys, request.project)
    material = request.material
    if material is None:
        if newest is None:
            raise ConfigError(["certificate: this run was given none, and the archive has none of the project"])
        reason = "this run was given no certificate, so that of the archive stays"
        return _outcome(newest[0], crypto.inspect(newest[1].cert), reason, changed=False, now=clock.now())
    is_known = newest is not None and crypto.same_certificates(
        newest[1].cert + newest[1].chain, material.leaf + material.chain
    )
    if newest is not None and is_known:
        reason = "the archive has this certificate already"
        return _outcome(newest[0], material.certificate, reason, changed=False, now=clock.now())
    uri = "" if check_mode else _archived(request.project, archive, material, keys, clock.now())
    reason = f"the certificate that expires at {times.to_text(material.certificate.not_after)} is new"
    return _outcome(uri, material.certificate, reason, changed=True, now=clock.now())


def _archived(
    project: str, archive: Archive, material: CertificateInput, keys: t.Collection[str], now: datetime
) -> str:
    fullchain = material.leaf + material.chain
    manifest = Manifest(
        project=project,
        certificate=material.certificate,
        issued_at=now,
        directory=sources.FILES,
        profile=None,
        order_url=None,
        files=checksums(material.leaf, material.chain, fullchain, material.private_key),
    )
    bundle = Bundle(material.leaf, material.chain, fullchain, material.private_key, manifest)
    return archive.put(archive_key(project, now, keys), bundles.pack(bundle))


def _outcome(uri: str, certificate: Certificate, reason: str, changed: bool, now: datetime) -> Outcome:
    decision = sources.decide(certificate, sources.FILES, now)
    state = {"serial": certificate.serial, "not_after": times.to_text(certificate.not_after)}
    return Outcome(
        changed=changed,
        result={
            "bundle": {"uri": uri, "dest": None, **certificate.as_dict()},
            "renewal": {"renew_at": times.to_text(decision.renew_at), "reason": decision.reason, "ari": {}},
            "reason": reason,
        },
        before={} if changed else {"certificate": state},
        after={"certificate": state},
    )
