# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletes certificates of ACM that are ours and that nothing uses.

Who uses one is looked up twice, by ACM's own InUseBy and by a listing of the distributions, and ACM has the last word:
it also knows of users that neither shows.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from ..._clients.aws.cloudfront import CloudFront
from ..._clients.aws.regional.acm import IN_USE, Acm
from ..._clients.aws.regional.tagging import ACM_CERTIFICATE, Tagging
from ..._core.acm_cert import cleaned, deletion, imported, users
from ..._core.acm_cert.certificates import CLOUDFRONT_REGION
from ..._core.acm_cert.deletion import AcmFound, AcmRules
from ..._core.bind.distributions import Distribution
from ..._core.bind.tenants import Tenant
from ..._core.values.ownership import OUR_TAGS, PROJECT_TAG
from ..._core.values.partitions import AwsAccount, account_of, region_of
from ..._core.values.plan import Outcome
from ..._core.values.waiting import Clock, backoff
from ..._errors import RefusedError, RemoteError
from ..step_record import RunJournal
from ..targets import tenants
from .import_request import RemovalRequest

ATTEMPTS = 5
WAIT_BASE_SECONDS = 2.0
WAIT_CAP_SECONDS = 15.0


@dataclass(frozen=True)
class RemovalPartners:
    """What a removal speaks to, ACM by region; ``account`` tells whose credentials these are."""

    acm: t.Mapping[str, Acm]
    cloudfront: CloudFront
    account: t.Callable[[], AwsAccount]


def remove(request: RemovalRequest, partners: RemovalPartners, clock: Clock, check_mode: bool) -> Outcome:
    """Delete these certificates, or refuse all of them."""
    arns, acm = request.regions.arns, partners.acm
    listed = partners.cloudfront.list_distributions() if CLOUDFRONT_REGION in arns else ()
    bound = tenants.listed(partners.cloudfront, listed)
    found = {region: find(acm[region], arn, listed, bound) for region, arn in arns.items()}
    missing = [arn for region, arn in arns.items() if found[region] is None]
    if missing:
        _require_own(missing, partners.account().id)
    present = {region: one for region, one in found.items() if one is not None}
    refusals = [reason for one in present.values() if (reason := _refusal(one, request.force))]
    if refusals:
        raise RefusedError("; ".join(refusals), used_by=[user.id for one in present.values() for user in one.users])
    for region, one in () if check_mode else present.items():
        refusal = delete(acm[region], clock, one.certificate.arn)
        if refusal is not None and refusal.code != IN_USE:
            raise refusal
        if refusal is not None:
            raise RefusedError(
                f"certificate {one.certificate.arn} is kept: ACM says that it is in use ({refusal.message}), though"
                " neither InUseBy nor a distribution or tenant shows by what; a user may have left it some minutes ago:"
                " run again later"
            ) from refusal
    return imported.removed([one.certificate.arn for one in present.values()], missing)


def _require_own(missing: t.Iterable[str], account: str) -> None:
    """RefusedError if one that is not there is in another account, where it may well be."""
    foreign = [arn for arn in missing if account_of(arn) != account]
    if foreign:
        raise RefusedError(
            f"{', '.join(foreign)}: the credentials are of the account {account}; use those of the account in the ARN"
        )


@dataclass(frozen=True)
class AcmCleanupRequest:
    """What is superseded: of the project in these regions, or of the ``candidates`` alone.

    ``rebound`` are distributions that the same run binds to another certificate, for check mode.
    """

    regions: tuple[str, ...]
    rules: AcmRules
    candidates: tuple[str, ...] | None
    require_unused: bool
    rebound: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CleanupPartners:
    """What acm_cert_cleanup speaks to, by region where there is one of each."""

    acm: t.Mapping[str, Acm]
    tagging: t.Mapping[str, Tagging]
    cloudfront: CloudFront
    journal: RunJournal | None = None


def clean_up(request: AcmCleanupRequest, partners: CleanupPartners, clock: Clock, check_mode: bool) -> Outcome:
    """Delete what is ours, superseded and unused."""
    acm = partners.acm
    found = _candidates(request, partners, check_mode)
    verdicts = deletion.decide(found, request.rules)
    used = [verdict for verdict in verdicts if verdict.found.users]
    if request.require_unused and used:
        shown = "; ".join(f"{one.found.certificate.arn} by {users.shown(one.found.users)}" for one in used)
        return cleaned.nothing_deleted(
            verdicts,
            f"certificates are in use, so nothing was deleted: {shown}; bind these to another certificate first",
        )
    if partners.journal is not None and not check_mode and any(verdict.delete for verdict in verdicts):
        partners.journal.hold(clock.now())
    refusals = {
        verdict.found.certificate.arn: None
        if check_mode
        else delete(acm[verdict.found.certificate.region], clock, verdict.found.certificate.arn)
        for verdict in verdicts
        if verdict.delete
    }
    messages = {arn: refusal.message if refusal else None for arn, refusal in refusals.items()}
    # "in use" is an answer, not a failure, unless it was required that nothing is
    failed = [
        refusal.message
        for refusal in refusals.values()
        if refusal is not None and (request.require_unused or refusal.code != IN_USE)
    ]
    return cleaned.outcome(verdicts, messages, failed)


def _candidates(request: AcmCleanupRequest, partners: CleanupPartners, check_mode: bool) -> list[AcmFound]:
    """What the clean-up is about, with its users; in check mode without the distributions that this run rebinds."""
    acm, arns = partners.acm, request.candidates
    if arns is None:
        tags = {**OUR_TAGS, PROJECT_TAG: request.rules.project}
        arns = tuple(
            arn for region in request.regions for arn in partners.tagging[region].get_resources(ACM_CERTIFICATE, tags)
        )
    rebound = request.rebound if check_mode else frozenset()
    listed = [one for one in partners.cloudfront.list_distributions() if one.id not in rebound] if arns else []
    bound = tenants.listed(partners.cloudfront, listed)
    found = [one for arn in arns if (one := find(acm[region_of(arn)], arn, listed, bound)) is not None]
    return [replace(one, users=tuple(user for user in one.users if user.id not in rebound)) for one in found]


def find(
    acm: Acm, arn: str, distributions: t.Iterable[Distribution], bound: t.Iterable[Tenant] = ()
) -> AcmFound | None:
    """The certificate with its tags and users; None if there is none."""
    certificate = acm.describe_certificate(arn)
    if certificate is None:
        return None
    found = users.of(arn, certificate.in_use_by, distributions, bound)
    return AcmFound(certificate, acm.list_tags_for_certificate(arn), found)


def delete(acm: Acm, clock: Clock, arn: str) -> RemoteError | None:
    """Delete the certificate, or return ACM's last refusal; one that is gone already counts as deleted."""
    attempt = 0
    while True:
        refusal = _try(acm, arn)
        if refusal is None or refusal.code != IN_USE or attempt == ATTEMPTS - 1:
            return refusal
        clock.sleep(backoff(attempt, base=WAIT_BASE_SECONDS, cap=WAIT_CAP_SECONDS))
        attempt += 1


def _refusal(found: AcmFound, force: bool) -> str | None:
    arn = found.certificate.arn
    if found.users:
        return f"certificate {arn} is kept: {users.shown(found.users)} use it; bind them to another certificate first"
    foreign = deletion.why_not_ours(found.tags)
    if foreign and not force:
        return f"certificate {arn} is kept: {foreign}; set force to delete it nevertheless"
    return None


def _try(acm: Acm, arn: str) -> RemoteError | None:
    try:
        acm.delete_certificate(arn)
    except RemoteError as exc:
        return exc
    return None
