# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only the listings of IAM, ACM and CloudFront show of a project: a certificate that is gone, a distribution that
went back, leftovers."""

from __future__ import annotations

import typing as t
from collections import defaultdict
from dataclasses import dataclass, field

from ..acm_cert import certificates
from ..acm_cert.certificates import PENDING, AcmSummary
from ..bind import binding, target as binding_target
from ..bind.distributions import Distribution, Selection, used_certificates
from ..bind.report import BindReport, BindStatus
from ..project import document as project_document, identity, journal, last_run, places, sources, targets
from ..server_cert.server_certs import StoredCertificate
from ..targets.uses import Use
from ..values import domain_names
from ..values.ownership import PROJECTS_PATH
from ..values.partitions import AwsAccount
from ..values.shapes import CertificateRecord, ProjectDocument
from . import beside

NAMED = 3


@dataclass(frozen=True)
class Listing:
    """What the account ``account`` has: every server certificate below ``CLOUDFRONT_PATH``, since an adopted one may
    stay where it was, every distribution, and places for certificates (used, allowed). ``stores`` are those that were
    listed; of ACM there are all certificates of the regions in question, ``owners`` the projects of those that are
    ours."""

    account: AwsAccount
    certificates: tuple[StoredCertificate, ...] = ()
    distributions: tuple[Distribution, ...] = ()
    quota: tuple[int, int] | None = None
    stores: tuple[str, ...] = (places.IAM,)
    acm: tuple[AcmSummary, ...] = ()
    owners: t.Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ListedCertificate:
    """A certificate of IAM or ACM; ``key`` is its ID or ARN, ``name`` what people call it."""

    key: str
    name: str
    is_used: bool = False


@dataclass(frozen=True)
class LeftBehind:
    """A distribution that stays on an older certificate of the project, since the present one does not cover it."""

    id: str
    uncovered: tuple[str, ...]
    until: str | None


@dataclass(frozen=True)
class Drift:
    """How the listings differ from a project's record. ``rebind`` says why the certificate is to be put in place again,
    if it is.

    ``unused`` are superseded certificates that no distribution uses and nobody wants to keep, ``orphans`` those that no
    record knows;
    ``breaks_at`` is when the first certificate still in service beside the recorded one expires, ``left`` what is to
    stay on such a certificate.
    """

    rebind: str = ""
    unused: tuple[str, ...] = ()
    orphans: tuple[str, ...] = ()
    breaks_at: str | None = None
    left: tuple[LeftBehind, ...] = ()


@dataclass
class Index:
    """The listing by what projects ask for, made once for all of them. ``existing`` tells of each certificate whether
    something may use it, ``beside`` what uses which beside distributions, as far as that was listed."""

    account: AwsAccount
    stores: tuple[str, ...] = (places.IAM,)
    by_project: dict[str, dict[str, ListedCertificate]] = field(default_factory=lambda: defaultdict(dict))
    ids: set[str] = field(default_factory=set)
    ends: dict[str, str | None] = field(default_factory=dict)
    users: dict[str, list[Distribution]] = field(default_factory=lambda: defaultdict(list))
    distributions: dict[str, Distribution] = field(default_factory=dict)
    by_alias: dict[str, list[Distribution]] = field(default_factory=lambda: defaultdict(list))
    by_parent: dict[str, list[Distribution]] = field(default_factory=lambda: defaultdict(list))
    existing: dict[str, bool] = field(default_factory=dict)
    beside: t.Mapping[beside.Where, t.Sequence[Use]] = field(default_factory=dict)

    @classmethod
    def of(cls, listing: Listing) -> Index:
        """The index of a listing."""
        found = cls(account=listing.account, stores=listing.stores)
        for one in listing.certificates:
            found._add_of_iam(one)
        for summary in listing.acm:
            found.ids.add(summary.arn)
            found.existing[summary.arn] = summary.in_use
            found.ends[summary.arn] = certificates.text_of(summary.not_after)
            if summary.arn in listing.owners and summary.status != PENDING:
                listed = ListedCertificate(summary.arn, summary.arn, summary.in_use)
                found.by_project[listing.owners[summary.arn]][summary.arn] = listed
        for distribution in listing.distributions:
            found.distributions[distribution.id] = distribution
            for certificate_id in used_certificates(distribution.viewer):
                found.users[certificate_id].append(distribution)
            for alias in distribution.aliases:
                lowered = alias.lower()
                found.by_alias[lowered].append(distribution)
                found.by_parent[lowered.partition(".")[2]].append(distribution)
        return found

    def _add_of_iam(self, one: StoredCertificate) -> None:
        if one.id is None:
            return
        self.ids.add(one.id)
        self.existing[one.id] = True
        if one.path.startswith(PROJECTS_PATH):
            owner = one.path.removeprefix(PROJECTS_PATH).partition("/")[0]
            self.by_project[owner][one.id] = ListedCertificate(one.id, one.name)

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
    if certificate is None or not places.has_place(certificate) or identity.account_of(document) != index.account:
        return Drift()
    own = index.by_project.get(document["name"], {})
    recorded = {key for entry in (certificate, *superseded) for key in (*places.keys(entry), *places.exported([entry]))}
    left = (
        ()
        if journal.is_unfinished(document["journal"])
        else tuple(one for one in own.values() if one.key not in recorded)
    )
    older = {*recorded, *(one.key for one in left)} - set(places.keys(certificate))
    meant = _meant(document, index, older, converging)
    astray = tuple(sorted(report.id for report in meant if report.status is BindStatus.REBOUND))
    astray = (*astray, *beside.astray(document, index.beside))
    keep = document["definition"]["keep_previous"]
    old = [entry for entry in superseded if not places.is_overwritten(entry, certificate)]
    dispensable = old[: max(0, len(old) - keep)]
    ends = [entry["not_after"] for entry in old if _is_used(entry, own, index) and entry.get("not_after")]
    return Drift(
        rebind=_reason(certificate, index, astray),
        unused=tuple(
            str(entry["name"])
            for entry in dispensable
            if set(places.keys(entry)) & set(own) and not _is_used(entry, own, index)
        ),
        orphans=tuple(sorted(one.name for one in left if one.key not in index.users and not one.is_used)),
        breaks_at=min(ends, default=None),
        left=_left(document, meant),
    )


def _is_used(entry: CertificateRecord, own: t.Mapping[str, ListedCertificate], index: Index) -> bool:
    keys = places.keys(entry)
    is_beside = index.beside and not beside.used(index.beside).isdisjoint((entry.get("arn"), *keys))
    return bool(is_beside) or any(key in index.users or (key in own and own[key].is_used) for key in keys)


def _left(document: ProjectDocument, meant: t.Iterable[BindReport]) -> tuple[LeftBehind, ...]:
    """What stays on a certificate that the project superseded."""
    ends = {key: entry.get("not_after") for entry in document["superseded"] for key in places.keys(entry)}
    return tuple(
        LeftBehind(
            one.id, one.uncovered, min((end for former in one.former if (end := ends.get(former))), default=None)
        )
        for one in meant
        if one.status is BindStatus.SKIPPED and one.uncovered and not ends.keys().isdisjoint(one.former)
    )


def _meant(document: ProjectDocument, index: Index, older: t.Collection[t.Any], converging: bool) -> list[BindReport]:
    """What a run would do with the distributions on an older certificate of the project; with all that the definition
    means if ``converging``."""
    certificate, definition = project_document.recorded(document), document["definition"]
    target = binding_target.from_server_certificate(certificate)
    selection = Selection(
        match=frozenset(targets.distribution_matches(definition)),
        previous=project_document.previous(document),
        ids=tuple(definition["distributions"]),
        # a listing has no tags, so with some it tells of what the last run found only
        tagged=frozenset(last_run.distributions(document["last_run"])) if definition["match_tags"] else None,
    )
    meant = {one.id: one for certificate_id in older for one in index.users.get(certificate_id, ())}
    if converging and "ids" in selection.match:
        meant.update({one: index.distributions[one] for one in selection.ids if one in index.distributions})
    if converging and "aliases" in selection.match:
        meant.update({one.id: one for one in index.with_alias_of(target.domains)})
    # Nor does it have the tenants of a distribution, whose names decide.
    return [binding.judge(one, selection, target) for _id, one in sorted(meant.items()) if not one.tenant_only]


def _reason(certificate: CertificateRecord, index: Index, astray: t.Sequence[str]) -> str:
    found = []
    store = places.store_of(certificate)
    missing = [key for key in places.keys(certificate) if key not in index.ids] if store in index.stores else []
    if missing and store == places.IAM:
        found.append(f"server certificate {certificate['name']} is no longer in IAM; it is restored from the archive")
    elif missing:
        found.append(f"{', '.join(missing)} is no longer in ACM; it is restored from the archive")
    renewed = _renewed(certificate, index)
    if renewed:
        found.append(f"ACM renewed {renewed}, and the record has the certificate before")
    if astray:
        more = f" and {len(astray) - NAMED} more" if len(astray) > NAMED else ""
        verb = "does" if len(astray) == 1 else "do"
        found.append(f"{', '.join(astray[:NAMED])}{more} {verb} not use the certificate of the project")
    return "; ".join(found)


def _renewed(certificate: CertificateRecord, index: Index) -> str:
    """The ARN under which ACM has a newer certificate that it issued; empty if there is none."""
    arn = certificate.get("source_arn") or certificate.get("arn") or ""
    is_renewed = certificate.get("source") == sources.ACM and index.ends.get(arn) is not None
    return arn if is_renewed and index.ends[arn] != certificate["not_after"] else ""
