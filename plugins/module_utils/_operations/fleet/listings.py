# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS shows of all projects at once, in the stores and regions in which they have certificates."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from ..._clients.aws.cloudfront import CloudFront
from ..._clients.aws.iam import Iam
from ..._clients.aws.regional.acm import Acm
from ..._clients.aws.regional.tagging import ACM_CERTIFICATE, Tagging
from ..._clients.aws.sts import Sts
from ..._core.acm_cert.certificates import AcmSummary
from ..._core.fleet.drift import Listing
from ..._core.fleet.needs import Candidate
from ..._core.project import places
from ..._core.values.ownership import CLOUDFRONT_PATH, OUR_TAGS, PROJECT_TAG
from ..._core.values.partitions import AwsAccount
from .beside import BesideClients


@dataclass(frozen=True)
class KeptWhere:
    """The stores in which projects have certificates, the regions of those in ACM, and the ARNs of those that their
    records say are in service."""

    stores: tuple[str, ...]
    regions: tuple[str, ...]
    in_service: frozenset[str]

    @classmethod
    def of(cls, candidates: t.Iterable[Candidate]) -> KeptWhere:
        """Where these projects have theirs; one that is damaged has none."""
        stores: dict[str, None] = {}
        regions: dict[str, None] = {}
        in_service: set[str] = set()
        for candidate in candidates:
            try:
                used = places.stores(candidate.document)
                found = places.listed_regions(candidate.document)
                current = candidate.document["certificate"]
                served = (*places.arns(current), *places.exported([current]))
            except (KeyError, TypeError, AttributeError):
                continue
            stores.update(dict.fromkeys(used))
            regions.update(dict.fromkeys(found))
            in_service.update(served)
        return cls(tuple(stores), tuple(regions), frozenset(in_service))


@dataclass(frozen=True)
class Aws:
    """What lists, all of one account."""

    iam: Iam
    cloudfront: CloudFront
    sts: Sts
    acm: t.Callable[[str], Acm]
    tagging: t.Callable[[str], Tagging]
    beside: BesideClients | None = None

    def listing(self, account: AwsAccount, kept: KeptWhere) -> Listing:
        """Every certificate that CloudFront can have where projects keep some, every distribution, and the places for
        certificates: RemoteError if one of them is not complete."""
        in_iam = places.IAM in kept.stores
        listed = self.iam.list_server_certificates() if in_iam else ()
        acm, owners = self._in_acm(kept)
        return Listing(
            account=account,
            certificates=tuple(one for one in listed if one.path.startswith(CLOUDFRONT_PATH)),
            distributions=self.cloudfront.list_distributions(),
            quota=self.iam.get_server_certificate_quota() if in_iam else None,
            stores=kept.stores,
            acm=acm,
            owners=owners,
        )

    def _in_acm(self, kept: KeptWhere) -> tuple[tuple[AcmSummary, ...], dict[str, str]]:
        """Every certificate of the regions, and the projects of those that are ours, where a region has more than
        what is in service: of that, the records say enough."""
        found: list[AcmSummary] = []
        owners: dict[str, str] = {}
        for region in kept.regions:
            listed = self.acm(region).list_certificates()
            found += listed
            if kept.in_service.issuperset(one.arn for one in listed):
                continue
            tagged = self.tagging(region).get_resources(ACM_CERTIFICATE, OUR_TAGS)
            owners.update({arn: tags[PROJECT_TAG] for arn, tags in tagged.items() if PROJECT_TAG in tags})
        return tuple(found), owners
