# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Findings on distributions: which would be bound, which could not be, whom that affects, and what the ICP authorities
say."""

from __future__ import annotations

import typing as t
from dataclasses import replace

from ..bind import binding, continuous_deployment
from ..bind.distributions import Distribution, Selection, used_certificates
from ..bind.report import BindStatus
from ..bind.target import IAM_ELEMENT, Target, from_server_certificate
from ..values import domain_names
from ..values.ownership import PROJECTS_PATH, path_of
from ..values.shapes import CertificateRecord
from .findings import Finding, finding

APPROVED, SUSPENDED = "APPROVED", "SUSPENDED"


def bindings(
    project: str,
    distributions: t.Sequence[Distribution],
    selection: Selection,
    target: Target,
    paths: t.Mapping[str, str],
) -> list[Finding]:
    """What the next bind of the project would meet; ``paths`` are those of the server certificates in IAM by their
    IDs."""
    known = {one.id: one for one in distributions}
    reports = binding.plan(distributions, selection, target)
    found = [
        finding("DISTRIBUTION_UNKNOWN", one, "no distribution of this account has this ID")
        for one in _unknown(selection, known)
    ]
    for report in reports:
        one = known[report.id]
        if report.uncovered:
            found.append(
                finding(
                    "ALIAS_UNCOVERED",
                    one.id,
                    f"the names of the project do not cover its aliases {', '.join(report.uncovered)}",
                )
            )
        elif one.tenant_only and target.element == IAM_ELEMENT:
            found.append(
                finding("TENANT_ONLY", one.id, "it is a multi-tenant distribution (connection mode tenant-only)")
            )
        elif report.status is BindStatus.REBOUND:
            found += _takes_over(project, one, selection, paths)
    meant = {report.id for report in reports}
    found += [entry for one in distributions if one.id not in meant for entry in _elsewhere(one, target)]
    if not reports:
        found.append(finding("NO_DISTRIBUTION", project, "no distribution uses its certificate or would receive it"))
    return found


def policies(found: t.Mapping[str, str]) -> list[Finding]:
    """Continuous deployment policies by the IDs of the distributions that have them."""
    return [finding("CONTINUOUS_DEPLOYMENT", one, continuous_deployment.told(policy)) for one, policy in found.items()]


def _unknown(selection: Selection, known: t.Container[str]) -> list[str]:
    return [one for one in selection.ids if "ids" in selection.match and one not in known]


def _takes_over(project: str, one: Distribution, selection: Selection, paths: t.Mapping[str, str]) -> list[Finding]:
    """What a distribution would lose that uses a certificate which is none of the project's own."""
    foreign = sorted(used_certificates(one.viewer) - frozenset(selection.previous))
    foreign = [used for used in foreign if paths.get(used) != path_of(project)]
    if not foreign:
        return []
    owner = paths.get(foreign[0], "")
    if owner.startswith(PROJECTS_PATH):
        other = owner.removeprefix(PROJECTS_PATH).rstrip("/")
        return [
            finding(
                "BINDING_CONTESTED",
                one.id,
                f"it uses the certificate {foreign[0]} of the project {other}, and {project} would take it over",
            )
        ]
    return [
        finding("BINDING_TAKES_OVER", one.id, f"it uses the certificate {foreign[0]}, which {project} would replace")
    ]


def _elsewhere(one: Distribution, target: Target) -> list[Finding]:
    """Names of the project on a distribution that is not meant to be bound."""
    covered = (
        []
        if one.tenant_only
        else [alias for alias in one.aliases if not domain_names.uncovered(target.domains, [alias])]
    )
    if not covered:
        return []
    used = ", ".join(sorted(used_certificates(one.viewer))) or "no certificate of its own"
    return [
        finding(
            "BOUND_ELSEWHERE",
            one.id,
            f"it has the aliases {', '.join(covered)} and uses {used}; the project does not bind it",
        )
    ]


def icp(distributions: t.Iterable[Distribution], selection: Selection, target: Target) -> list[Finding]:
    """What the ICP authorities say of the aliases of the project's distributions; none outside China.

    https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_AliasICPRecordal.html
    """
    meant = [one for one in distributions if binding.why_matched(one, selection, target)]
    return [_icp(one.id, alias, status) for one in meant for alias, status in one.icp.items() if status != APPROVED]


def _icp(distribution_id: str, alias: str, status: str) -> Finding:
    if status == SUSPENDED:
        return finding(
            "ICP_SUSPENDED", alias, f"the alias of {distribution_id} has no valid ICP recordal, so it is not served"
        )
    return finding(
        "ICP_PENDING", alias, f"CloudFront reports {status} for the ICP recordal of this alias of {distribution_id}"
    )


def target_of(domains: t.Iterable[str], record: CertificateRecord | None) -> Target:
    """The certificate that the next bind is about: the recorded one if it has these names, else the one to come."""
    wanted = tuple(domains)
    is_current = record is not None and set(record["domains"]) == set(wanted)
    if record is not None and is_current:
        return replace(from_server_certificate(record), domains=wanted)
    return Target(element=IAM_ELEMENT, id=None, domains=wanted)
