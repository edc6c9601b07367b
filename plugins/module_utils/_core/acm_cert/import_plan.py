# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a certificate has to be imported into ACM in one region, and under which ARN."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from ..certificate.certificate import Certificate
from ..values import times
from ..values.ownership import MANAGED_BY_TAG, PROJECT_TAG
from ..values.plan import Plan, Step
from . import reimport
from .certificates import CLOUDFRONT_REGION, IMPORTED, ISSUED, AcmCertificate, AcmSummary, Usages

NEW, SAME = "new", "same"
IMPORT, REIMPORT, TAG = "import", "reimport", "tag"


@dataclass(frozen=True)
class WantedImport:
    """The certificate that ACM shall have; ``import_as`` is NEW or SAME, ``cloudfront`` whether distributions use
    it."""

    certificate: Certificate
    usages: Usages
    tags: t.Mapping[str, str]
    import_as: str
    cloudfront: bool
    name: str | None = None


@dataclass(frozen=True)
class ObservedRegion:
    """What one region holds: the certificate of the given ARN, and those with the wanted content, with their tags.
    ``known`` is the given one if it has the content already, where ARNs are kept."""

    region: str
    given: AcmCertificate | None = None
    known: AcmCertificate | None = None
    given_tags: t.Mapping[str, str] = field(default_factory=dict)
    same: t.Mapping[str, t.Mapping[str, str]] = field(default_factory=dict)
    given_arn: str | None = None


def may_be_same(summary: AcmSummary, wanted: Certificate) -> bool:
    """Whether it is worth reading this one's content: imported, with the names, the key type and the expiry."""
    names = set(summary.domains)
    return (
        summary.type == IMPORTED
        and summary.status == ISSUED
        and summary.key_type == wanted.key_type
        and summary.not_after == wanted.not_after
        and (names <= set(wanted.domains) if summary.has_more_domains else names >= set(wanted.domains))
    )


def may_adopt(tags: t.Mapping[str, str], wanted: t.Mapping[str, str]) -> bool:
    """Whether a certificate with these tags may be taken as one with those: nothing else manages it, and it is of no
    other project."""
    return all(
        tags.get(key) in (None, wanted.get(key)) or wanted.get(key) is None for key in (MANAGED_BY_TAG, PROJECT_TAG)
    )


def plan(observed: ObservedRegion, wanted: WantedImport, now: datetime) -> Plan:
    """Adopt what has the content already, re-import under the given ARN, or import; RefusedError if the ARN cannot be
    kept."""
    if wanted.import_as == SAME and observed.given is not None:
        return _plan_same(observed, observed.given, wanted, now)
    free = [arn for arn, tags in observed.same.items() if may_adopt(tags, wanted.tags)]
    if free:
        # the given one comes first, then one that has our tags already: an interrupted run imported it
        arn = min(
            free, key=lambda one: (one != observed.given_arn, len(_missing(observed.same[one], wanted.tags)), one)
        )
        return plan_kept(arn, observed.same[arn], wanted)
    reason = f"no certificate with this content exists in ACM in {observed.region}"
    step = Step(IMPORT, observed.region, {"tags": dict(wanted.tags)})
    return Plan((step,), before=_before(observed), after=_state(None, wanted, wanted.tags), reason=reason)


def _plan_same(observed: ObservedRegion, given: AcmCertificate, wanted: WantedImport, now: datetime) -> Plan:
    serves_cloudfront = wanted.cloudfront and observed.region == CLOUDFRONT_REGION
    reasons = reimport.refusals(given, wanted.certificate, wanted.usages, now, serves_cloudfront)
    if not may_adopt(observed.given_tags, wanted.tags):
        reasons.append("its tags say that something else manages it, or another project")
    if reasons:
        raise reimport.refusal(given.arn, reasons)
    missing = _missing(observed.given_tags, wanted.tags)
    # a re-import takes no tags
    steps = (Step(REIMPORT, given.arn), *([Step(TAG, given.arn, {"tags": missing})] if missing else []))
    after = _state(given.arn, wanted, {**observed.given_tags, **missing})
    reason = f"{given.arn} has other content, which is replaced under the same ARN"
    return Plan(steps, before=_before(observed), after=after, reason=reason)


def plan_kept(arn: str, tags: t.Mapping[str, str], wanted: WantedImport) -> Plan:
    """The certificate stays, with the tags that it lacks."""
    missing = _missing(tags, wanted.tags)
    before, after = _state(arn, wanted, tags), _state(arn, wanted, {**tags, **missing})
    if not missing:
        return Plan(before=before, after=after, reason=f"{arn} has this content already")
    reason = f"{arn} has this content already, but not the tags {', '.join(sorted(missing))}"
    return Plan((Step(TAG, arn, {"tags": missing}),), before=before, after=after, reason=reason)


def _missing(tags: t.Mapping[str, str], wanted: t.Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in wanted.items() if tags.get(key) != value}


def _before(observed: ObservedRegion) -> dict[str, t.Any]:
    given = observed.given
    if given is None:
        return {}
    not_after = times.to_text(given.not_after) if given.not_after else None
    return {"certificate": {"arn": given.arn, "serial": given.serial, "not_after": not_after}}


def _state(arn: str | None, wanted: WantedImport, tags: t.Mapping[str, str]) -> dict[str, t.Any]:
    certificate = wanted.certificate
    fields = {"arn": arn, "serial": certificate.serial, "not_after": times.to_text(certificate.not_after)}
    return {"certificate": {**fields, "tags": dict(tags)}}
