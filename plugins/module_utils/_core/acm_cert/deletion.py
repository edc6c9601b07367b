# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which certificates of ACM may be deleted: ours, superseded, and used by nothing that ACM or a listing shows."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from datetime import datetime, timezone

from ..values import texts
from ..values.ownership import MANAGED_BY, MANAGED_BY_TAG, PROJECT_TAG
from . import users as users_
from .certificates import PENDING, AcmCertificate
from .users import AcmUser

_EARLIEST = datetime.min.replace(tzinfo=timezone.utc)


@dataclass(frozen=True)
class AcmFound:
    """One certificate with its tags and its users."""

    certificate: AcmCertificate
    tags: t.Mapping[str, str] = field(default_factory=dict)
    users: tuple[AcmUser, ...] = ()


@dataclass(frozen=True)
class AcmRules:
    """What may be deleted: of ``project``, but none of ``keep`` nor the newest ``keep_previous`` in each region."""

    project: str
    keep: frozenset[str] = frozenset()
    keep_previous: int = 0


@dataclass(frozen=True)
class AcmVerdict:
    """Whether one certificate is to be deleted, and why (not)."""

    found: AcmFound
    delete: bool
    reason: str

    def as_dict(self) -> dict[str, t.Any]:
        """The certificate as it stands among those kept."""
        certificate = self.found.certificate
        return {
            "arn": certificate.arn,
            "region": certificate.region,
            "reason": self.reason,
            "used_by": [user.id for user in self.found.users],
        }


def why_not_ours(tags: t.Mapping[str, str], project: str | None = None) -> str | None:
    """Why the certificate is not ours, or not of the project; None if it is."""
    if tags.get(MANAGED_BY_TAG) != MANAGED_BY:
        return f"it is not ours: the tag {MANAGED_BY_TAG}={MANAGED_BY} is missing"
    if project is not None and tags.get(PROJECT_TAG) != project:
        return f"it is not of project {project}: its tag {PROJECT_TAG} is {texts.quoted(tags.get(PROJECT_TAG))}"
    return None


def decide(certificates: t.Iterable[AcmFound], rules: AcmRules) -> tuple[AcmVerdict, ...]:
    """A verdict on every certificate, newest first."""
    verdicts = []
    spared: dict[str, int] = {}
    for found in sorted(certificates, key=_age, reverse=True):
        region = found.certificate.region
        reason = _reason_to_keep(found, rules)
        if reason is None and spared.get(region, 0) < rules.keep_previous:
            spared[region] = spared.get(region, 0) + 1
            reason = f"it is number {spared[region]} of {rules.keep_previous} superseded certificates to keep"
        verdicts.append(AcmVerdict(found, reason is None, reason or "it is ours, superseded, and nothing uses it"))
    return tuple(verdicts)


def _reason_to_keep(found: AcmFound, rules: AcmRules) -> str | None:
    foreign = why_not_ours(found.tags, rules.project)
    if foreign:
        return foreign
    if found.certificate.arn in rules.keep:
        return "it is in the keep list"
    if found.users:
        return f"it is used by {users_.shown(found.users)}"
    if found.certificate.status == PENDING:
        return "it is requested and not yet issued: a run may be waiting for it"
    return None


def _age(found: AcmFound) -> tuple[datetime, str]:
    certificate = found.certificate
    return certificate.imported_at or certificate.created_at or _EARLIEST, certificate.arn
