# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tenants of multi-tenant distributions as targets: those that have a certificate of their own, or are listed."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ..._clients.aws.cloudfront import CloudFront, TenantConfig
from ..._core.bind import tenants
from ..._core.bind.distributions import DEPLOYED, Distribution
from ..._core.bind.target import ACM_REGION
from ..._core.bind.tenants import Tenant
from ..._core.targets.uses import TENANT, NewCertificate, Slot, Use
from ..._core.values import domain_names
from ..._errors import RemoteError

HTTPS_PORT = 443
# Reading so many one by one costs less than a page of all that have a certificate.
FEW = 3


def listed(cloudfront: CloudFront, distributions: t.Iterable[Distribution]) -> tuple[Tenant, ...]:
    """The tenants of all multi-tenant distributions among these: a page of 100 of each costs a call."""
    return tuple(
        tenant for one in distributions if one.tenant_only for tenant in cloudfront.list_distribution_tenants(one.id)
    )


@dataclass
class TenantTargets:
    """Tenants by CloudFront; ``shared`` tells the names of the certificate that a distribution shares with them."""

    cloudfront: CloudFront
    new: NewCertificate
    shared: t.Callable[[str], tuple[str, ...]]
    tags: t.Mapping[str, t.Mapping[str, str]] = field(default_factory=dict)
    is_probed: bool = False
    interval: float = 0
    _configs: dict[str, TenantConfig] = field(default_factory=dict)
    _endpoints: dict[str, str] = field(default_factory=dict)

    def scan(self, previous: t.Iterable[str], ids: t.Iterable[str]) -> tuple[Use, ...]:
        """Every tenant that has one of these certificates or the new one, and those that are listed."""
        # copies of a certificate in other regions are nothing to CloudFront
        arns = [arn for arn in dict.fromkeys([*previous, self.new.arn]) if arn and f":acm:{ACM_REGION}:" in arn]
        found = {one.id: one for arn in arns for one in self.cloudfront.list_distribution_tenants_by_customization(arn)}
        others = [one for one in ids if one not in found]
        configs = [config for one in others if (config := self.cloudfront.get_distribution_tenant(one))]
        return tuple(self._use(one) for one in [*found.values(), *(config.tenant for config in configs)])

    def look(self, ids: t.Collection[str]) -> dict[str, Use]:
        """These tenants as they are now."""
        if len(ids) > FEW and self.new.arn:
            found = self.cloudfront.list_distribution_tenants_by_customization(self.new.arn)
            return {one.id: self._use(one) for one in found if one.id in ids}
        for one in ids:
            config = self.cloudfront.get_distribution_tenant(one)
            self._configs.pop(one, None)
            self._configs |= {one: config} if config else {}
        return {one: self._use(self._configs[one].tenant) for one in ids if one in self._configs}

    def give(self, use: Use, replaced: t.Sequence[Slot], arn: str) -> None:  # noqa: ARG002 - it has one place
        """Send all of the tenant back, with this certificate."""
        self._update(use.id, arn)

    def finish(self, use: Use, replaced: t.Sequence[Slot], arn: str) -> None:
        """A tenant has one certificate: nothing is left."""

    def put_back(self, former: Use, arn: str) -> None:
        """Give it the certificate that it had of its own, or none, unless it has another one by now."""
        if not self.look([former.id]).get(former.id, former).has(arn):
            raise RemoteError(
                "it has another certificate by now: it was changed outside this run",
                service="cloudfront",
                operation="UpdateDistributionTenant",
            )
        self._update(former.id, former.slots[0].certificate)

    def _update(self, one: str, certificate: str) -> None:
        config = self._configs[one]
        self.cloudfront.update_distribution_tenant(one, config.etag, tenants.request_with(config.xml, certificate))

    def _use(self, one: Tenant) -> Use:
        names = domain_names.uncovered(self.new.domains, one.domains)
        if self.is_probed and not self._endpoints:
            self._endpoints = self.cloudfront.list_connection_groups()
        endpoint = self._endpoints.get(one.connection_group_id, "")
        return Use(
            kind=TENANT,
            id=one.id,
            slots=(Slot(TENANT, one.certificate),),
            names=domain_names.uncovered(self.shared(one.distribution_id), names) if names else (),
            address=(endpoint, HTTPS_PORT) if one.enabled and endpoint else None,
            probes=one.domains,
            is_settled=one.status == DEPLOYED,
            tags=self.tags.get(one.id, {}),
        )
