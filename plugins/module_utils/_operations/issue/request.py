# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of acme_route53_issue as values, or every problem with them at once."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ..._clients.acme.client import ExternalAccount
from ..._clients.archive import bundles
from ..._clients.aws.session import Connection
from ..._clients.net import resolver
from ..._clients.stores import open as stores
from ..._core.ca import directories
from ..._core.certificate import renewal
from ..._core.certificate.certificate import KEY_TYPES
from ..._core.certificate.renewal_info import RenewalInfo
from ..._core.dns import persistent_records, txt_records, zones
from ..._core.issue.wanted import RenewalTerms, WantedCertificate
from ..._core.project import definition
from ..._core.values import domain_names, texts, times
from ..._core.values.params import Params
from ..._errors import ConfigError
from ..ca.options import (
    EAB_ALGORITHMS,
    _binding_problems,
    _ca_bundle_problems,
    ca_problems,
    contacts_of,
    external_account_of,
)
from ..ca.registrar import RegistrationTerms
from ..dns import accounts
from ..dns.accounts import DnsConnections


@dataclass(frozen=True)
class Fallback:
    """A CA to ask when those before it are away or refuse."""

    directory: str
    profile: str | None
    needs_eab: bool
    external_account: ExternalAccount | None
    ca_bundle: str | None


@dataclass(frozen=True)
class Reach:
    """How to get to what is outside: the archive, the run's document (``store``, if there is a run), AWS, and DNS."""

    archive: str | None
    store: str | None
    run_id: str
    connection: Connection
    zones: DnsConnections
    dns_server: str | None


@dataclass(frozen=True)
class IssueRequest:
    """What the user asked for, of the CA to be asked now; ``fallbacks`` come after it."""

    wanted: WantedCertificate
    terms: RenewalTerms
    dest: str | None
    contacts: tuple[str, ...]
    terms_agreed: bool
    external_account: ExternalAccount | None
    needs_eab: bool
    ca_bundle: str | None
    propagation_timeout: int
    order_timeout: int
    ignore_failed_validations: bool
    profile_required: bool
    preferred_chain: str | None
    fallbacks: tuple[Fallback, ...]
    zone_ids: t.Mapping[str, str]
    dns_check: bool
    dns_persist: bool
    reach: Reach

    @property
    def choices(self) -> tuple[IssueRequest, ...]:
        """The same request to each CA, in the order in which they are asked."""
        return (self, *(self._to(fallback) for fallback in self.fallbacks))

    @property
    def record_names(self) -> dict[str, str]:
        """The names that may have to have a record, each with the domain that it is for."""
        found: dict[str, str] = {}
        for named in (txt_records.challenge_name, *((persistent_records.record_name,) if self.dns_persist else ())):
            for domain in self.wanted.domains:
                found.setdefault(named(domain), domain)
        return found

    @property
    def variants(self) -> tuple[WantedCertificate, ...]:
        """What may come of an order at this CA."""
        without = () if self.profile_required or self.wanted.profile is None else (replace(self.wanted, profile=None),)
        return (self.wanted, *without)

    @property
    def account_terms(self) -> RegistrationTerms:
        """What an account at this CA is registered on."""
        return RegistrationTerms(self.terms_agreed, self.external_account)

    def without_profile(self) -> IssueRequest:
        """The same request for whatever the CA issues by itself."""
        return replace(self, wanted=replace(self.wanted, profile=None))

    def _to(self, fallback: Fallback) -> IssueRequest:
        return replace(
            self,
            wanted=replace(self.wanted, directory=fallback.directory, profile=fallback.profile),
            needs_eab=fallback.needs_eab,
            external_account=fallback.external_account,
            ca_bundle=fallback.ca_bundle,
            fallbacks=(),
        )


def parse(params: Params) -> IssueRequest:
    """The request; ConfigError that lists every problem, without calling anything."""
    reach = _reach(params)
    problems = _problems(params) + _reach_problems(params, reach)
    if problems:
        raise ConfigError(problems)
    directory = directories.resolve(params["acme_directory"])
    request = IssueRequest(
        wanted=_wanted(params, directory.url),
        terms=_terms(params),
        dest=params.get("dest"),
        contacts=contacts_of(params),
        terms_agreed=params["acme_terms_agreed"],
        external_account=external_account_of(params),
        needs_eab=directory.needs_eab,
        ca_bundle=params.get("acme_ca_bundle"),
        propagation_timeout=params["propagation_timeout"],
        order_timeout=params["order_timeout"],
        ignore_failed_validations=params["ignore_failed_validations"],
        profile_required=params["acme_profile_required"],
        preferred_chain=params.get("acme_preferred_chain") or None,
        fallbacks=tuple(_fallback(given, params) for given in params.get("acme_fallbacks") or ()),
        zone_ids=zones.overrides(params.get("zone_id")),
        dns_check=params["dns_check"],
        dns_persist=params["dns_persist"],
        reach=reach,
    )
    accepted = tuple((wanted.directory, wanted.profile) for choice in request.choices for wanted in choice.variants)
    return replace(request, terms=replace(request.terms, accepted=accepted))


def _wanted(params: Params, directory: str) -> WantedCertificate:
    return WantedCertificate(
        project=params["project"],
        domains=domain_names.normalise(params["domains"]),
        key_type=params["key_type"],
        directory=directory,
        profile=params.get("acme_profile") or None,
    )


def _terms(params: Params) -> RenewalTerms:
    since = params.get("issued_since")
    return RenewalTerms(
        interval_days=params["renewal_interval_days"],
        issued_since=times.from_text(since) if since else None,
        renewal_info=params.get("renewal_info") or None,
    )


def _reach(params: Params) -> Reach:
    connection = Connection.of(params)
    return Reach(
        archive=params["archive"],
        store=params["store"],
        run_id=params["run_id"] or "",
        connection=connection,
        zones=accounts.connections(params, connection),
        dns_server=params["dns_server"],
    )


def _reach_problems(params: Params, reach: Reach) -> list[str]:
    problems = zones.delegation_problems(params["dns_delegations"] or ()) + reach.zones.problems()
    problems += _archive_problems(reach.archive) + stores.uri_problems(reach.store, "store")
    if reach.zones.own is not reach.connection and stores.any_in_aws(archive=reach.archive, store=reach.store):
        problems += reach.connection.problems()
    return problems


def _archive_problems(uri: str | None) -> list[str]:
    """An order whose key cannot be kept must not be made."""
    try:
        location = stores.location(uri, "archive")
    except ConfigError as exc:
        return list(exc.problems)
    problem = bundles.directory_problem("archive", location.place) if location.scheme == "file" else None
    return [problem] if problem else []


def _problems(params: Params) -> list[str]:
    problems = domain_names.problems(params["domains"])
    problems += definition.name_problems(params["project"], "project")
    if params["key_type"] not in KEY_TYPES:
        problems.append(f"key_type: {texts.quoted(params['key_type'])} is unknown; use one of {', '.join(KEY_TYPES)}")
    problems += renewal.interval_problems(params["renewal_interval_days"])
    problems += ca_problems(params)
    problems += [
        f"{name}: {params[name]} is not a positive number of seconds"
        for name in ("propagation_timeout", "order_timeout")
        if params[name] <= 0
    ]
    problems += [*zones.override_problems(params.get("zone_id")), *_dns_problems(params)]
    problems += _issued_since_problems(params) + _renewal_info_problems(params)
    problems += _file_problems(params) + _fallback_problems(params)
    return problems or persistent_records.room_problems(
        domain_names.normalise(params["domains"]), params["dns_persist"]
    )


def _dns_problems(params: Params) -> list[str]:
    problem = resolver.server_problem(params.get("dns_server"))
    return [problem] if problem else []


def _issued_since_problems(params: Params) -> list[str]:
    since = params.get("issued_since")
    try:
        moment = times.from_text(since) if since else None
    except ValueError:
        return [f"issued_since: {texts.quoted(since)} is not a time such as 2027-01-06T04:42:00Z"]
    if moment is not None and moment > params.now:
        future = f"issued_since: {times.to_text(moment)} is in the future, so every run would issue"
        return [f"{future}; use a time in the past"]
    return []


def _renewal_info_problems(params: Params) -> list[str]:
    if params.get("renewal_info"):
        try:
            RenewalInfo.from_dict(params["renewal_info"])
        except (KeyError, TypeError, ValueError, AttributeError) as exc:
            return [
                (
                    f"renewal_info: is not what renewal.ari of an earlier result was ({type(exc).__name__}: {exc});"
                    " leave it out"
                )
            ]
    return []


def _fallback_problems(params: Params) -> list[str]:
    problems, known = [], [params["acme_directory"]]
    for given in params.get("acme_fallbacks") or ():
        found = directories.problems(given["acme_directory"]) + _ca_bundle_problems(given.get("acme_ca_bundle"))
        found += [f"{given['acme_directory']} is listed twice"] if given["acme_directory"] in known else []
        problems += [f"acme_fallbacks: {problem}" for problem in found]
        known.append(given["acme_directory"])
    for given in params.get("acme_fallback_eab") or ():
        found = _binding_problems(given["kid"], given["hmac_key"])
        found += (
            [] if given["acme_directory"] in known[1:] else [f"{given['acme_directory']} is not one of acme_fallbacks"]
        )
        problems += [f"acme_fallback_eab: {problem}" for problem in found]
    return problems


def _fallback(given: t.Mapping[str, t.Any], params: Params) -> Fallback:
    directory = directories.resolve(given["acme_directory"])
    bindings = [
        each for each in params.get("acme_fallback_eab") or () if each["acme_directory"] == given["acme_directory"]
    ]
    external = [
        ExternalAccount(kid=each["kid"], hmac_key=each["hmac_key"], alg=each.get("alg") or EAB_ALGORITHMS[0])
        for each in bindings
    ]
    return Fallback(
        directory=directory.url,
        profile=given.get("acme_profile") or None,
        needs_eab=directory.needs_eab,
        external_account=external[0] if external else None,
        ca_bundle=given.get("acme_ca_bundle") or None,
    )


def _file_problems(params: Params) -> list[str]:
    dest = params.get("dest") and bundles.directory_problem("dest", params["dest"])
    return [dest] if dest else []
