# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which distributions shall use a certificate, whether each may, and the viewer certificate that makes it so."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from enum import Enum

from ..values import domain_names
from .report import Report, Status
from .target import CHINA, Target

DEPLOYED = "Deployed"

# For a distribution that had no certificate of its own.
# https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ViewerCertificate.html
DEFAULT_MINIMUM_PROTOCOL = "TLSv1.2_2021"
SNI_ONLY = "sni-only"
# Both are contracts with AWS that viewers without SNI depend on; CloudFront in China has neither.
DEDICATED_IP_SUPPORT = ("vip", "static-ip")
SNI_MINIMUM_PROTOCOL = "TLSv1"


class Reaction(Enum):
    """What a refused UpdateDistribution calls for."""

    READ_AGAIN = "read again"
    WAIT_VISIBLE = "wait until the certificate is visible"
    WAIT_DEPLOYED = "wait until the change in progress is deployed"
    FINAL = "final"


@dataclass(frozen=True)
class Distribution:
    """One distribution as CloudFront lists it; ``viewer`` maps the element names of its viewer certificate to their texts.

    ``icp`` is what the ICP authorities say of its aliases, in China only.
    """

    id: str
    domain_name: str = ""
    aliases: tuple[str, ...] = ()
    viewer: t.Mapping[str, str] = field(default_factory=dict)
    status: str = DEPLOYED
    etag: str = ""
    enabled: bool = True
    staging: bool = False
    tenant_only: bool = False
    icp: t.Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Selection:
    """Which distributions are meant: by ``previous`` certificates, by ``aliases`` that the certificate covers, by ``ids``."""

    match: frozenset[str]
    previous: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


def used_certificates(viewer: t.Mapping[str, str]) -> frozenset[str]:
    """The certificates that a viewer certificate names, the deprecated element included."""
    return frozenset(viewer[name] for name in ("IAMCertificateId", "ACMCertificateArn", "Certificate") if viewer.get(name))


def is_bound(viewer: t.Mapping[str, str], target: Target) -> bool:
    """Whether the viewer certificate is the target."""
    return target.id is not None and viewer.get(target.element) == target.id


def users(distributions: t.Iterable[Distribution], certificate_id: str | None) -> tuple[str, ...]:
    """The IDs of the distributions that use the certificate."""
    return tuple(sorted(distribution.id for distribution in distributions if certificate_id in used_certificates(distribution.viewer)))


def selection_problems(selection: Selection) -> list[str]:
    """Whether ``ids`` and the IDs go together."""
    if "ids" in selection.match and not selection.ids:
        return ["distributions: empty, but match has ids; give at least one distribution ID"]
    if selection.ids and "ids" not in selection.match:
        return ["distributions: given, but match has no ids; add ids to match"]
    return []


def unknown_ids(distributions: t.Iterable[Distribution], selection: Selection) -> list[str]:
    """One problem for each selected ID that no distribution of the account has."""
    known = {distribution.id for distribution in distributions}
    if "ids" not in selection.match:
        return []
    return [f"distributions: {wanted} does not exist in this account; check the ID and the credentials" for wanted in selection.ids if wanted not in known]


def why_matched(distribution: Distribution, selection: Selection, target: Target) -> str:
    """Why the distribution is meant, as words for a sentence; empty if it is not.

    One that uses the target already always is: an interrupted run may still have to wait for it.
    """
    if is_bound(distribution.viewer, target):
        return "it uses this certificate"
    if "previous" in selection.match and used_certificates(distribution.viewer) & frozenset(selection.previous):
        return "it uses an older certificate"
    if "ids" in selection.match and distribution.id in selection.ids:
        return "its ID was given"
    if (
        "aliases" in selection.match
        and not distribution.tenant_only
        and len(domain_names.uncovered(target.domains, distribution.aliases)) < len(distribution.aliases)
    ):
        return "the certificate covers one of its aliases"
    return ""


def judge(distribution: Distribution, selection: Selection, target: Target) -> Report:
    """What to do with one distribution; one that is not meant (any more) is skipped."""

    def report(status: Status, reason: str, uncovered: tuple[str, ...] = ()) -> Report:
        etag = distribution.etag or None
        return Report(id=distribution.id, status=status, reason=reason, aliases=distribution.aliases, uncovered=uncovered, etag_before=etag)

    why = why_matched(distribution, selection, target)
    if is_bound(distribution.viewer, target):
        return report(Status.ALREADY, "it uses this certificate already")
    if not why:
        return report(Status.SKIPPED, "it no longer uses an older certificate, and its aliases are not covered: somebody else changed it")
    if distribution.tenant_only:
        return report(Status.SKIPPED, "it is a multi-tenant distribution (connection mode tenant-only): its tenants hold the certificates, change them there")
    uncovered = domain_names.uncovered(target.domains, distribution.aliases)
    if uncovered:
        return report(Status.SKIPPED, f"the certificate does not cover {', '.join(uncovered)}; issue it with these names too, or remove the aliases", uncovered)
    return report(Status.REBOUND, why)


def plan(distributions: t.Iterable[Distribution], selection: Selection, target: Target) -> tuple[Report, ...]:
    """What would become of every distribution that is meant, in the order of their IDs."""
    meant = (distribution for distribution in distributions if why_matched(distribution, selection, target))
    return tuple(judge(distribution, selection, target) for distribution in sorted(meant, key=lambda one: one.id))


def viewer_for(current: t.Mapping[str, str], target: Target, partition: str) -> dict[str, str]:
    """The clean viewer certificate: the target, SNI, and a minimum protocol that is never lower than before.

    A dedicated IP stays: AWS bills it, and viewers without SNI would be cut off by taking it away.
    """
    chosen = _chosen(current)
    support = chosen.get("SSLSupportMethod", "")
    if support not in DEDICATED_IP_SUPPORT or partition == CHINA:
        support = SNI_ONLY
    return {
        target.element: target.id or "(known after upload)",
        "SSLSupportMethod": support,
        "MinimumProtocolVersion": _minimum_protocol(chosen.get("MinimumProtocolVersion", ""), support),
    }


def _chosen(viewer: t.Mapping[str, str]) -> t.Mapping[str, str]:
    """What somebody chose: with its default certificate CloudFront itself says ``vip`` and ``TLSv1``, and neither is meant (the first is expensive)."""
    return {} if viewer.get("CloudFrontDefaultCertificate") == "true" else viewer


def _minimum_protocol(protocol: str, support: str) -> str:
    if protocol == "SSLv3" and support == SNI_ONLY:
        return SNI_MINIMUM_PROTOCOL
    return protocol or DEFAULT_MINIMUM_PROTOCOL


def changed_viewers(
    distributions: t.Iterable[Distribution], touched: t.Collection[str], target: Target, partition: str
) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """The viewer certificates of the distributions with these IDs before and after, as users see them in a diff."""
    changed = [one for one in distributions if one.id in touched]
    before = {one.id: {"ViewerCertificate": dict(one.viewer)} for one in changed}
    after = {one.id: {"ViewerCertificate": viewer_for(one.viewer, target, partition)} for one in changed}
    return before, after


def dedicated_ip_warnings(distributions: t.Iterable[Distribution], touched: t.Collection[str], partition: str) -> tuple[str, ...]:
    """One warning for each distribution with one of these IDs that has, or had, a dedicated IP."""
    done = "it becomes sni-only, which is all that China has" if partition == CHINA else "it is kept, because viewers without SNI need it; AWS bills it"
    methods = {one.id: _chosen(one.viewer).get("SSLSupportMethod", "") for one in distributions if one.id in touched}
    return tuple(f"distribution {one} has SSLSupportMethod {method}: {done}" for one, method in methods.items() if method in DEDICATED_IP_SUPPORT)


def reaction_to(code: str, message: str) -> Reaction:
    """What to do after UpdateDistribution was refused."""
    if code in ("PreconditionFailed", "InvalidIfMatchVersion"):
        return Reaction.READ_AGAIN
    # the same code says that a certificate is unknown, which passes, and that it does not fit, which does not
    if code == "InvalidViewerCertificate" and "cover" not in message:
        return Reaction.WAIT_VISIBLE
    # "Only one viewer certificate change may be in progress at a time": https://github.com/hashicorp/terraform/issues/13495
    if code == "IllegalUpdate" and "in progress" in message.lower():
        return Reaction.WAIT_DEPLOYED
    return Reaction.FINAL


def probe_names(distribution: Distribution) -> tuple[str, ...]:
    """The server names by which an edge shall answer with the certificate; a wildcard alias is tried with a sample label.

    A disabled distribution serves nothing, and a staging one is reached only through its primary.
    """
    if not distribution.enabled or distribution.staging:
        return ()
    return tuple(f"certops-probe.{domain_names.base(alias)}" if domain_names.is_wildcard(alias) else alias for alias in distribution.aliases)
