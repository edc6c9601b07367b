# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bundle that is as wanted and not due exists in the archive: decides whether it does, has one ordered if not,
reports."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from datetime import datetime

from ..._clients.archive import bundles, revocations
from ..._clients.archive.failed_validations import Failures
from ..._clients.archive.unfinished_orders import Pending, UnfinishedOrder
from ..._core.certificate import renewal, renewal_info
from ..._core.certificate.bundle import Bundle, Manifest
from ..._core.dns.zones import RecordPlace
from ..._core.issue import pending_order
from ..._core.issue.wanted import BundleVerdict, judge
from ..._core.values import times
from ..._core.values.plan import Outcome
from ..._core.values.waiting import Clock
from ..._errors import CertError, ConfigError, RemoteError
from ..dns.challenge_records import ZONE_GONE, ChallengeRecords
from ..dns.place_finder import PlaceFinder
from . import withdrawal
from .clients import Clients, Issued
from .fallbacks import Authorities, is_begun
from .request import IssueRequest


@dataclass(frozen=True)
class ObservedArchive:
    """What the archive has of the project; ``manifest`` is that of ``bundle``, the newest."""

    uri: str
    bundle: Bundle | None
    unfinished: tuple[UnfinishedOrder, ...]
    verdict: BundleVerdict
    warnings: tuple[str, ...]
    has_failures: bool

    @property
    def manifest(self) -> Manifest | None:
        """What the newest bundle says of itself."""
        return self.bundle.manifest if self.bundle else None


def run(request: IssueRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    """Leave a good bundle alone; otherwise order one, or say in check mode that one would be ordered."""
    try:
        return _run(request, clients, clock, check_mode)
    except RemoteError as exc:
        # A zone that was deleted since the zones were listed, and perhaps made anew: the order goes on where its name
        # is now.
        if exc.code != ZONE_GONE or not clients.accounts.relist():
            raise
    return _run(request, clients, clock, check_mode)


def _run(request: IssueRequest, clients: Clients, clock: Clock, check_mode: bool) -> Outcome:
    observed = _observe(request, clients, clock.now())
    if observed.verdict.keep and observed.bundle is not None:
        records = ChallengeRecords(clients.accounts, clock, request.propagation_timeout)
        return _keep(
            request,
            observed,
            observed.bundle,
            None if check_mode else (Pending(clients.archive, request.wanted.project), records),
        )
    if observed.has_failures and not request.ignore_failed_validations:
        Failures(clients.archive, request.wanted.project).require_room(
            request.wanted.directory, request.wanted.domains, clock.now()
        )
    authorities = Authorities(request, clients, clock)
    authorities.check_accounts()
    places = _known_places(request, observed.unfinished)
    if check_mode or not places:
        places = _find(request, clients, is_begun(observed.unfinished, request))
    if check_mode:
        return _predict(request, observed, authorities.check_directories())
    return _order(request, observed, authorities, places)


def _order(
    request: IssueRequest, observed: ObservedArchive, authorities: Authorities, places: t.Mapping[str, RecordPlace]
) -> Outcome:
    issued, warnings = authorities.issue(places, observed.unfinished, observed.manifest)
    if observed.has_failures:
        Failures(authorities.clients.archive, request.wanted.project).forget()
    if request.dest:
        bundles.keep_in(request.dest, issued.bundle)
    return _report(request, observed, issued, (warnings, authorities.clock.now()))


def _find(request: IssueRequest, clients: Clients, is_ordered: bool) -> dict[str, RecordPlace]:
    """The places of all names; a problem is told only of zones that were listed for it."""

    def search() -> dict[str, RecordPlace]:
        finder = PlaceFinder(clients.zones, clients.delegated, clients.dns, request.zone_ids, is_begun=is_ordered)
        return finder.find(request.record_names)

    try:
        return search()
    except CertError:
        if not clients.accounts.relist():
            raise
    return search()


def _known_places(request: IssueRequest, unfinished: t.Iterable[UnfinishedOrder]) -> dict[str, RecordPlace]:
    """The places as the order to be resumed has them; nothing if none has a record of every name, and where CNAMEs lead
    elsewhere none has."""
    for kept in unfinished:
        if any(pending_order.can_resume(kept.order, wanted) for wanted in request.variants):
            return kept.order.places if set(request.record_names) <= set(kept.order.places) else {}
    return {}


def _observe(request: IssueRequest, clients: Clients, now: datetime) -> ObservedArchive:
    project, archive = request.wanted.project, clients.archive
    keys = archive.list(f"{project}/")
    unfinished, warnings = Pending(archive, project).load(keys)
    uri, bundle = "", None
    try:
        uri, bundle = bundles.newest(archive, keys, project) or (uri, bundle)
    except ConfigError as exc:
        warnings.append(f"{exc.message}; it is treated as missing")
    if (
        bundle is not None
        and bundle.manifest is not None
        and revocations.key(project, bundle.manifest.certificate) in keys
    ):
        warnings.append(f"the certificate in {uri} is revoked; it is treated as missing")
        bundle = None
    verdict = judge(bundle.manifest if bundle else None, request.wanted, request.terms, now)
    return ObservedArchive(
        uri=uri,
        bundle=bundle,
        unfinished=tuple(unfinished),
        verdict=verdict,
        warnings=tuple(warnings),
        has_failures=Failures(archive, project).key in keys,
    )


def _keep(
    request: IssueRequest, observed: ObservedArchive, bundle: Bundle, writers: tuple[Pending, ChallengeRecords] | None
) -> Outcome:
    """Nothing is issued; what a killed run left is removed and ``dest`` is put right, unless there are no ``writers``
    (check mode)."""
    dest_differs = bool(request.dest) and not bundles.is_kept_in(request.dest or "", bundle)
    warnings = list(observed.warnings)
    if writers is not None:
        for kept in observed.unfinished:
            warnings += withdrawal.abandon(*writers, kept)
        if dest_differs:
            bundles.keep_in(request.dest or "", bundle)
    shown = _shown(observed.manifest)
    return Outcome(
        changed=dest_differs or bool(observed.unfinished),
        result=_result(observed.verdict, _described(request, observed.uri, observed.manifest), issued=False),
        before={**shown, "dest_is_current": not dest_differs, "unfinished_orders": len(observed.unfinished)},
        after={**shown, "dest_is_current": True, "unfinished_orders": 0},
        warnings=(*warnings, *(observed.verdict.decision.warnings if observed.verdict.decision else ())),
    )


def _predict(request: IssueRequest, observed: ObservedArchive, warnings: list[str]) -> Outcome:
    after = {**_shown(None), "domains": sorted(request.wanted.domains), "key_type": request.wanted.key_type}
    return Outcome(
        changed=True,
        result=_result(observed.verdict, _described(request, None, None), issued=True),
        before=_shown(observed.manifest),
        after=after,
        warnings=(*observed.warnings, *warnings),
    )


def _report(
    request: IssueRequest, observed: ObservedArchive, issued: Issued, end: tuple[list[str], datetime]
) -> Outcome:
    warnings, now = end
    certificate = issued.manifest.certificate
    decision = renewal.decide(certificate, request.terms.interval_days, now)
    verdict = BundleVerdict(
        keep=False, reason=observed.verdict.reason, decision=decision, info=renewal_info.known(None, certificate)
    )
    return Outcome(
        changed=True,
        result={
            **_result(verdict, _described(request, issued.uri, issued.manifest), issued=True),
            "replaces": issued.replaces,
        },
        before=_shown(observed.manifest),
        after=_shown(issued.manifest),
        warnings=(*observed.warnings, *warnings, *decision.warnings),
    )


def _result(verdict: BundleVerdict, bundle: dict[str, t.Any], issued: bool) -> dict[str, t.Any]:
    decision = verdict.decision
    predicted = "known once the certificate is issued: its lifetime decides"
    return {
        "bundle": {key: value for key, value in bundle.items() if key != "order_url"},
        "renewal": {
            "renew_at": times.to_text(decision.renew_at) if decision else None,
            "reason": decision.reason if decision else predicted,
            "ari": verdict.info.as_dict() if verdict.info and decision else {},
        },
        "reason": verdict.reason,
        "issued": issued,
        "order_url": bundle["order_url"],
        "replaces": None,
    }


def _described(request: IssueRequest, uri: str | None, manifest: Manifest | None) -> dict[str, t.Any]:
    """The bundle as it is returned; without a manifest, what is known of it before it is issued."""
    wanted = request.wanted
    fields: dict[str, t.Any] = {"uri": uri, "dest": request.dest}
    if manifest is None:
        issued = (
            "serial",
            "fingerprint_sha256",
            "issuer",
            "not_before",
            "not_after",
            "authority_key_id",
            "issued_at",
            "order_url",
            "account_url",
        )
        unknown = dict.fromkeys(issued)
        known = {
            "domains": sorted(wanted.domains),
            "key_type": wanted.key_type,
            "directory": wanted.directory,
            "profile": wanted.profile,
        }
        return {**fields, **unknown, **known}
    document = manifest.as_dict()
    return {**fields, **{key: value for key, value in document.items() if key not in ("schema", "project", "files")}}


def _shown(manifest: Manifest | None) -> dict[str, t.Any]:
    """What a diff shows of a bundle."""
    document = manifest.certificate.as_dict() if manifest else {}
    return {key: document.get(key) for key in ("domains", "key_type", "serial", "not_after")}
