# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds certificates of ACM, and of IAM beside them, with what uses them."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..._clients.aws.cloudfront import CloudFront
from ..._clients.aws.iam import Iam
from ..._clients.aws.regional.acm import Acm
from ..._clients.aws.regional.tagging import ACM_CERTIFICATE, Tagging
from ..._clients.machine import crypto
from ..._core.acm_cert import certificates, deletion, overview, renewals, requests, search, users
from ..._core.acm_cert.certificates import AcmCertificate, AcmSummary
from ..._core.acm_cert.overview import ACM, IAM, CertificateRow
from ..._core.acm_cert.search import CertificateFilter
from ..._core.bind import distributions as distributions_
from ..._core.bind.distributions import Distribution
from ..._core.bind.tenants import Tenant
from ..._core.values.ownership import PROJECT_TAG
from ..._core.values.partitions import region_of
from ..._core.values.plan import Outcome
from ..._core.values.waiting import Clock
from ..dns.cnames import Resolver
from ..targets import tenants


@dataclass(frozen=True)
class CloudFrontUsers:
    """What CloudFront has that may use a certificate."""

    distributions: tuple[Distribution, ...] = ()
    tenants: tuple[Tenant, ...] = ()

    @classmethod
    def of(cls, cloudfront: CloudFront) -> CloudFrontUsers:
        """As it is now."""
        distributions = cloudfront.list_distributions()
        return cls(distributions, tenants.listed(cloudfront, distributions))


@dataclass(frozen=True)
class AcmSearch:
    """A search in these regions, or for certificates of these ARNs; ``details`` cost two calls for each certificate."""

    regions: tuple[str, ...]
    filter: CertificateFilter
    arns: tuple[str, ...] = ()
    details: bool = True


@dataclass(frozen=True)
class SearchClients:
    """What acm_cert_info speaks to; without ``resolver`` DNS is not asked."""

    acm: t.Mapping[str, Acm]
    cloudfront: CloudFront
    resolver: Resolver | None = None


@dataclass(frozen=True)
class AcmSearching:
    """One search."""

    clients: SearchClients
    clock: Clock

    def run(self, wanted: AcmSearch) -> Outcome:
        """The certificates, that which expires first in front."""
        if not wanted.details:
            found = [certificates.describe_summary(one) for one in self._listed(wanted)]
            return Outcome(changed=False, result={"certificates": found})
        described = [one for arn in self._arns(wanted) if (one := self._describe(arn)) is not None]
        listing = CloudFrontUsers.of(self.clients.cloudfront) if described else CloudFrontUsers()
        rows = [row for one in described if (row := self._row(one, listing, wanted)) is not None]
        return Outcome(changed=False, result={"certificates": rows})

    def _listed(self, wanted: AcmSearch) -> list[AcmSummary]:
        now, chosen = self.clock.now(), wanted.filter
        listed = [one for region in wanted.regions for one in self.clients.acm[region].list_certificates()]
        found = [
            one
            for one in listed
            if chosen.takes(one.domains, one.not_after, now) and (wanted.details or chosen.takes_use(one.in_use, False))
        ]
        return sorted(found, key=lambda one: (one.not_after is None, one.not_after and one.not_after.timestamp()))

    def _arns(self, wanted: AcmSearch) -> t.Sequence[str]:
        return wanted.arns or [one.arn for one in self._listed(wanted)]

    def _describe(self, arn: str) -> AcmCertificate | None:
        return self.clients.acm[region_of(arn)].describe_certificate(arn)

    def _row(self, one: AcmCertificate, listing: CloudFrontUsers, wanted: AcmSearch) -> dict[str, t.Any] | None:
        now = self.clock.now()
        found = users.of(one.arn, one.in_use_by, listing.distributions, listing.tenants)
        tags = self.clients.acm[one.region].list_tags_for_certificate(one.arn)
        ours = deletion.why_not_ours(tags) is None
        if not wanted.filter.takes(one.domains, one.not_after, now) or not wanted.filter.takes_use(bool(found), ours):
            return None
        records = requests.records(one.validations)
        shown = (
            self.clients.resolver.lookup([record.name for record in records], "CNAME") if self.clients.resolver else {}
        )
        return {
            **certificates.describe(one),
            "days_left": search.days_left(one.not_after, now),
            "tags": tags,
            "ours": ours,
            "project": tags.get(PROJECT_TAG),
            "in_use": bool(found),
            "users": users.split(found),
            "records": [record.as_dict() for record in records],
            "renewal": {
                "eligibility": one.renewal_eligibility or None,
                "status": one.renewal.status if one.renewal else None,
                "reason": (one.renewal.reason or None) if one.renewal else None,
                "problems": list(renewals.problems(one, shown, now)),
            },
        }


@dataclass(frozen=True)
class InventoryClients:
    """What certificate_info speaks to; without ``iam``, the certificates of ACM are listed alone."""

    acm: t.Mapping[str, Acm]
    tagging: t.Mapping[str, Tagging]
    cloudfront: CloudFront
    iam: Iam | None = None


@dataclass(frozen=True)
class Inventory:
    """Every certificate of IAM and of ACM in some regions."""

    clients: InventoryClients
    clock: Clock
    chosen: CertificateFilter = field(default_factory=CertificateFilter)

    def run(self) -> Outcome:
        """The certificates that are chosen, as rows and as a table."""
        now, listing = self.clock.now(), CloudFrontUsers.of(self.clients.cloudfront)
        rows = [*self._of_iam(listing), *(row for region in self.clients.acm for row in self._of_acm(region, listing))]
        found = overview.ordered(row for row in rows if self.chosen.takes_use(row.in_use, row.ours))
        result = {
            "certificates": [row.as_dict(now) for row in found],
            "lines": overview.table(found, now),
        }
        return Outcome(changed=False, result=result)

    def _of_iam(self, listing: CloudFrontUsers) -> list[CertificateRow]:
        iam = self.clients.iam
        listed = iam.list_server_certificates() if iam is not None else ()
        contents = [iam.get_server_certificate(one.name) for one in listed if iam is not None]
        rows = []
        for content in contents:
            if content is None:
                continue
            leaf, stored = crypto.inspect(content.body), content.stored
            if not self.chosen.takes(leaf.domains, leaf.not_after, self.clock.now()):
                continue
            bound = [users.of_distribution(one) for one in distributions_.users(listing.distributions, stored.id)]
            rows.append(
                CertificateRow(
                    store=IAM,
                    arn=stored.arn or "",
                    domains=leaf.domains,
                    key_type=leaf.key_type,
                    not_before=leaf.not_before,
                    not_after=leaf.not_after,
                    tags=content.tags,
                    users=tuple(bound),
                    in_use=bool(bound),
                    name=stored.name,
                    path=stored.path,
                )
            )
        return rows

    def _of_acm(self, region: str, listing: CloudFrontUsers) -> list[CertificateRow]:
        now = self.clock.now()
        listed = [
            one
            for one in self.clients.acm[region].list_certificates()
            if self.chosen.takes(one.domains, one.not_after, now)
        ]
        tags = self.clients.tagging[region].get_resources(ACM_CERTIFICATE) if listed else {}
        return [self._row(one, tags.get(one.arn, {}), listing) for one in listed]

    def _row(self, one: AcmSummary, tags: t.Mapping[str, str], listing: CloudFrontUsers) -> CertificateRow:
        # only what is used is worth a call that says by what
        detail = self.clients.acm[region_of(one.arn)].describe_certificate(one.arn) if one.in_use else None
        found = users.of(one.arn, detail.in_use_by if detail else (), listing.distributions, listing.tenants)
        return CertificateRow(
            store=ACM,
            arn=one.arn,
            domains=one.domains,
            key_type=one.key_type,
            not_before=one.not_before,
            not_after=one.not_after,
            tags=tags,
            users=found,
            in_use=bool(found) or one.in_use,
            kind=one.type,
            status=one.status,
        )
