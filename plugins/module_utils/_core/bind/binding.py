# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which distributions shall use a certificate, whether each may, and the viewer certificate that makes it so."""

from __future__ import annotations

import typing as t
from enum import Enum

from ..values import domain_names, partitions
from .distributions import Distribution, Selection, used_certificates
from .report import BindReport, BindStatus
from .target import IAM_ELEMENT, Target

# Each stale ETag means that somebody else changed the distribution in between.
STALE_READS = 5
# How many distributions are named that could take a certificate.
NAMED = 20


class Reaction(Enum):
    """What a refused UpdateDistribution calls for."""

    READ_AGAIN = "read again"
    WAIT_VISIBLE = "wait until the certificate is visible"
    WAIT_DEPLOYED = "wait until the change in progress is deployed"
    FINAL = "final"


def is_bound(viewer: t.Mapping[str, str], target: Target) -> bool:
    """Whether the viewer certificate is the target."""
    return target.id is not None and viewer.get(target.element) == target.id


def selection_problems(selection: Selection) -> list[str]:
    """Whether ``ids`` and the IDs go together."""
    if "ids" in selection.match and not selection.ids:
        return ["distributions: empty, but match has ids; list at least one distribution ID"]
    if selection.ids and "ids" not in selection.match:
        return ["distributions: set, but match does not contain ids; add ids to match"]
    return []


def unknown_ids(known: t.Collection[str], selection: Selection) -> list[str]:
    """One problem for each selected ID that no distribution or tenant of the account has."""
    if "ids" not in selection.match:
        return []
    return [
        f"distributions: {wanted} does not exist in this account; check the ID and the credentials"
        for wanted in selection.ids
        if wanted not in known
    ]


def account_problems(distributions: t.Iterable[Distribution], target: Target) -> list[str]:
    """Whether the certificate of ACM is in another account than the distributions, which CloudFront would take for one
    that it does not see yet."""
    account = partitions.account_of(target.id or "")
    others = sorted({one.account for one in distributions if one.account} - {account})
    if not account or not others:
        return []
    where = f"is in the account {account}, the distributions in {', '.join(others)}"
    remedy = "import it there, or use the credentials of that account"
    return [f"{target.id} {where}; a distribution takes certificates of its own account only: {remedy}"]


def why_matched(distribution: Distribution, selection: Selection, target: Target) -> str:
    """Why the distribution is meant, as words for a sentence; empty if it is not.

    One that uses the target already always is: an interrupted run may still have to wait for it.
    """
    if is_bound(distribution.viewer, target):
        return "it uses this certificate"
    if "ids" in selection.match and distribution.id in selection.ids:
        return "its ID is listed"
    if not selection.takes(distribution.id):
        return ""
    if "previous" in selection.match and used_certificates(distribution.viewer) & frozenset(selection.previous):
        return "it uses an older certificate"
    if (
        "aliases" in selection.match
        and not distribution.tenant_only
        and len(domain_names.uncovered(target.domains, distribution.aliases)) < len(distribution.aliases)
    ):
        return "the certificate covers one of its aliases"
    return ""


def judge(distribution: Distribution, selection: Selection, target: Target) -> BindReport:
    """What to do with one distribution; one that is not, or no longer, meant is skipped."""
    uncovered: tuple[str, ...] = ()
    if is_bound(distribution.viewer, target):
        status, reason = BindStatus.ALREADY, "it already uses this certificate"
    else:
        status, reason = BindStatus.SKIPPED, _why_not(distribution, selection, target)
        if not reason:
            uncovered = domain_names.uncovered(target.domains, distribution.aliases)
            reason = _uncovered_text(uncovered)
        if not reason:
            status, reason = BindStatus.REBOUND, why_matched(distribution, selection, target)
    return BindReport(
        id=distribution.id,
        status=status,
        reason=reason,
        aliases=distribution.aliases,
        uncovered=uncovered,
        former=() if status is BindStatus.ALREADY else tuple(sorted(used_certificates(distribution.viewer))),
        etag_before=distribution.etag or None,
    )


def _why_not(distribution: Distribution, selection: Selection, target: Target) -> str:
    """Why the distribution is not changed, whatever the certificate covers; empty if it may be."""
    if not why_matched(distribution, selection, target):
        return (
            "it no longer uses an older certificate, and its aliases are not covered: it was changed outside this run"
        )
    if distribution.tenant_only and target.element == IAM_ELEMENT:
        return (
            "it is a multi-tenant distribution (connection mode tenant-only), which takes certificates of ACM only:"
            " keep the certificate in ACM"
        )
    return ""


def _uncovered_text(uncovered: t.Sequence[str]) -> str:
    if not uncovered:
        return ""
    names = ", ".join(uncovered)
    return f"the certificate does not cover {names}; issue it with these names as well, or remove the aliases"


def plan(distributions: t.Iterable[Distribution], selection: Selection, target: Target) -> tuple[BindReport, ...]:
    """What would become of every distribution that is meant, in the order of their IDs."""
    meant = (distribution for distribution in distributions if why_matched(distribution, selection, target))
    return tuple(judge(distribution, selection, target) for distribution in sorted(meant, key=lambda one: one.id))


def could_use(
    distributions: t.Iterable[Distribution], planned: t.Collection[BindReport], target: Target
) -> list[dict[str, t.Any]]:
    """The distributions that were not meant although the certificate covers all of their aliases: ID and aliases of the
    first ``NAMED`` of them."""
    meant = {report.id for report in planned}
    found = [
        {"id": one.id, "aliases": list(one.aliases)}
        for one in sorted(distributions, key=lambda one: one.id)
        if one.aliases
        and one.id not in meant
        and not one.tenant_only
        and not domain_names.uncovered(target.domains, one.aliases)
    ]
    return found[:NAMED]


def reaction_to(code: str, message: str) -> Reaction:
    """What to do after UpdateDistribution was refused."""
    if code in ("PreconditionFailed", "InvalidIfMatchVersion"):
        return Reaction.READ_AGAIN
    # the same code says that a certificate is unknown, which passes, and that it does not fit, which does not
    if code == "InvalidViewerCertificate" and "cover" not in message:
        return Reaction.WAIT_VISIBLE
    # "Only one viewer certificate change may be in progress at a time":
    # https://github.com/hashicorp/terraform/issues/13495
    if code == "IllegalUpdate" and "in progress" in message.lower():
        return Reaction.WAIT_DEPLOYED
    return Reaction.FINAL


def probe_names(distribution: Distribution) -> tuple[str, ...]:
    """The server names by which an edge shall answer with the certificate; a wildcard alias is tried with a sample
    label.

    A disabled distribution serves nothing, and a staging one is reached only through its primary.
    """
    if not distribution.enabled or distribution.staging:
        return ()
    return tuple(
        f"certops-probe.{domain_names.base(alias)}" if domain_names.is_wildcard(alias) else alias
        for alias in distribution.aliases
    )
