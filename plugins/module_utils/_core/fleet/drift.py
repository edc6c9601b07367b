# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only the listings of IAM and CloudFront show of a project: a certificate that is gone, a distribution that went
back, leftovers."""

from __future__ import annotations

import typing as t
from collections import defaultdict
from dataclasses import dataclass, field

from ..bind import binding, target as binding_target
from ..bind.distributions import Distribution, Selection, used_certificates
from ..bind.report import BindStatus
from ..project import document as project_document, identity, journal
from ..server_cert.server_certs import StoredCertificate
from ..values import domain_names
from ..values.ownership import PROJECTS_PATH
from ..values.partitions import AwsAccount
from ..values.shapes import CertificateRecord, ProjectDocument

NAMED = 3


@dataclass(frozen=True)
class Listing:
    """What the account ``account`` has: every server certificate below ``PROJECTS_PATH``, every distribution, and
    places for certificates (used, allowed)."""

    account: AwsAccount
    certificates: tuple[StoredCertificate, ...] = ()
    distributions: tuple[Distribution, ...] = ()
    quota: tuple[int, int] | None = None


@dataclass(frozen=True)
class Drift:
    """How the listings differ from a project's record. ``rebind`` says why the certificate is to be put in place again,
    if it is.

    ``unused`` are superseded certificates that no distribution uses and nobody wants to keep, ``orphans`` those that no
    record knows;
    ``breaks_at`` is when the first certificate still in service beside the recorded one expires.
    """

    rebind: str = ""
    unused: tuple[str, ...] = ()
    orphans: tuple[str, ...] = ()
    breaks_at: str | None = None


@dataclass
class Index:
    """The listing by what projects ask for, made once for all of them."""

    account: AwsAccount
    by_project: dict[str, dict[str, StoredCertificate]] = field(default_factory=lambda: defaultdict(dict))
    ids: set[str] = field(default_factory=set)
    users: dict[str, list[Distribution]] = field(default_factory=lambda: defaultdict(list))
    distributions: dict[str, Distribution] = field(default_factory=dict)
    by_alias: dict[str, list[Distribution]] = field(default_factory=lambda: defaultdict(list))
    by_parent: dict[str, list[Distribution]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, listing: Listing) -> Index:
        """The index of a listing."""
        found = cls(account=listing.account)
        for one in listing.certificates:
            if one.id is not None:
                found.by_project[one.path.removeprefix(PROJECTS_PATH).partition("/")[0]][one.id] = one
                found.ids.add(one.id)
        for distribution in listing.distributions:
            found.distributions[distribution.id] = distribution
            for certificate_id in used_certificates(distribution.viewer):
                found.users[certificate_id].append(distribution)
            for alias in distribution.aliases:
                lowered = alias.lower()
                found.by_alias[lowered].append(distribution)
                found.by_parent[lowered.partition(".")[2]].append(distribution)
        return found

    def with_alias_of(self, domains: t.Iterable[str]) -> t.Iterator[Distribution]:
        """The distributions that have an alias which may be covered by one of these names of a certificate."""
        for domain in domains:
            yield from self.by_alias.get(domain, ())
            if domain_names.is_wildcard(domain):
                yield from self.by_parent.get(domain_names.base(domain), ())


def find(document: ProjectDocument, index: Index, converging: bool) -> Drift:
    """The drift of one project; ``converging`` looks for distributions that the definition means in other ways than by
    an older certificate, too."""
    certificate, superseded = document["certificate"], document["superseded"]
    if certificate is None or not certificate.get("id") or identity.account_of(document) != index.account:
        return Drift()
    own = index.by_project.get(document["name"], {})
    recorded = {entry.get("id") for entry in (certificate, *superseded)}
    left = (
        ()
        if journal.is_unfinished(document["journal"])
        else tuple(one for one in own.values() if one.id not in recorded)
    )
    astray = _astray(document, index, {*recorded, *(one.id for one in left)} - {certificate["id"]}, converging)
    keep = document["definition"]["keep_previous"]
    dispensable = superseded[: max(0, len(superseded) - keep)]
    ends = [entry["not_after"] for entry in superseded if entry.get("id") in index.users and entry.get("not_after")]
    return Drift(
        rebind=_reason(certificate, index, astray),
        unused=tuple(
            str(entry["name"]) for entry in dispensable if entry.get("id") in own and entry["id"] not in index.users
        ),
        orphans=tuple(sorted(one.name for one in left if one.id not in index.users)),
        breaks_at=min(ends, default=None),
    )


def _astray(document: ProjectDocument, index: Index, older: t.Collection[t.Any], converging: bool) -> tuple[str, ...]:
    """The distributions that a run would bind: those on an older certificate of the project; all that the definition
    means if ``converging``."""
    certificate, definition = project_document.recorded(document), document["definition"]
    target = binding_target.Target(
        element=binding_target.IAM_ELEMENT, id=certificate["id"], domains=tuple(certificate["domains"])
    )
    selection = Selection(
        match=frozenset(definition["bind"]),
        previous=project_document.previous(document),
        ids=tuple(definition["distributions"]),
    )
    meant = {one.id: one for certificate_id in older for one in index.users.get(certificate_id, ())}
    if converging and "ids" in selection.match:
        meant.update({one: index.distributions[one] for one in selection.ids if one in index.distributions})
    if converging and "aliases" in selection.match:
        meant.update({one.id: one for one in index.with_alias_of(target.domains)})
    return tuple(
        sorted(one.id for one in meant.values() if binding.judge(one, selection, target).status is BindStatus.REBOUND)
    )


def _reason(certificate: CertificateRecord, index: Index, astray: t.Sequence[str]) -> str:
    found = []
    if certificate["id"] not in index.ids:
        found.append(f"server certificate {certificate['name']} is no longer in IAM; it is restored from the archive")
    if astray:
        more = f" and {len(astray) - NAMED} more" if len(astray) > NAMED else ""
        verb = "does" if len(astray) == 1 else "do"
        found.append(f"{', '.join(astray[:NAMED])}{more} {verb} not use the certificate of the project")
    return "; ".join(found)
