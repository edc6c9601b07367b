# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of ACM that CloudFront uses and no project has: imported by hand, or issued and renewed by ACM."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..acm_cert import users
from ..acm_cert.certificates import AMAZON_ISSUED, IMPORTED, ISSUED, AcmCertificate, AcmSummary
from ..acm_cert.users import AcmUser
from ..project import sources
from ..project.targets import CLOUDFRONT
from ..values import ownership, texts
from . import mapping
from .shapes import SeenProject, SeenSettings

EXPIRED = "EXPIRED"
EMAIL = "EMAIL"
NO_KEY = "nobody but who made it has its key: until the first renewal it cannot be restored or downloaded"


@dataclass(frozen=True)
class AcmFacts:
    """What a certificate of ACM has beside its content: who renews it, what else uses it, what a person should know."""

    settings: SeenSettings
    warnings: tuple[str, ...] = ()

    @property
    def is_issued_by_acm(self) -> bool:
        """Whether ACM renews it."""
        return self.settings["source"] == sources.ACM


@dataclass
class AcmAccountView:
    """The certificates of ACM: those that may be adopted, and those that are a project's already."""

    loose: dict[str, AcmSummary] = field(default_factory=dict)
    owned: list[AcmSummary] = field(default_factory=list)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)


def viewed(listed: t.Iterable[AcmSummary], tags: dict[str, dict[str, str]], used: t.Container[str]) -> AcmAccountView:
    """The certificates that CloudFront uses and nobody manages, and whose the others are."""
    found = AcmAccountView(tags=tags)
    for one in listed:
        own = tags.get(one.arn, {})
        if own.get(ownership.MANAGED_BY_TAG) == ownership.MANAGED_BY:
            found.owned.append(one)
            found.owners[one.arn] = own.get(ownership.PROJECT_TAG, "")
        elif one.arn in used and not one.managed_by and _is_served(one):
            found.loose[one.arn] = one
    return found


def facts(summary: AcmSummary, described: AcmCertificate, tags: t.Mapping[str, str]) -> AcmFacts:
    """What is to be known of this one before it is adopted."""
    warnings = [*_tag_warnings(tags)]
    if summary.type == AMAZON_ISSUED:
        warnings += [
            f"{one.domain} was validated by e-mail, so ACM asks by e-mail at each renewal, too"
            for one in described.validations
            if one.method == EMAIL
        ]
        settings = mapping.settings(source=sources.ACM, exportable=summary.is_exportable)
        return AcmFacts(settings, tuple(warnings))
    others = users.of(summary.arn, described.in_use_by)
    warnings += [_stays(user) for user in others if user.how != users.REBIND]
    targets = sorted({user.kind for user in others if user.how == users.REBIND} | {CLOUDFRONT})
    return AcmFacts(mapping.settings(targets=targets), tuple(warnings))


def known_facts(projects: t.Iterable[SeenProject]) -> dict[str, AcmFacts]:
    """The same as an earlier reading found it, by the ARN."""
    return {
        one["id"]: AcmFacts(project["settings"], tuple(project["warnings"]))
        for project in projects
        for one in project["certificates"]
        if one["store"] == "acm"
    }


def _is_served(one: AcmSummary) -> bool:
    return (one.type, one.status) in ((AMAZON_ISSUED, ISSUED), (IMPORTED, ISSUED), (IMPORTED, EXPIRED))


def _stays(user: AcmUser) -> str:
    note = user.note or "it keeps its ARN"
    return (
        f"{user.kind} {user.id} uses the certificate, too, and does not get the ARN of a new one ({note}); set"
        " project_acm_arn to same before the first renewal, or give it another certificate"
    )


def _tag_warnings(tags: t.Mapping[str, str]) -> t.Iterator[str]:
    other = tags.get(ownership.MANAGED_BY_TAG)
    if other is not None:
        yield (
            f"its tag {ownership.MANAGED_BY_TAG} is {texts.quoted(other)} and becomes {ownership.MANAGED_BY}: take it"
            " out of what sets it"
        )
