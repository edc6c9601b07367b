# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The multi-tenant side of a binding: the certificate that a distribution shares with its tenants, and the tenants that
have their own. An account without such distributions costs no call."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ..._clients.aws.cloudfront import CloudFront
from ..._clients.aws.regional.acm import Acm
from ..._core.bind import binding, tenants
from ..._core.bind.distributions import Distribution, Selection
from ..._core.bind.target import ACM_ELEMENT, Target
from ..._core.targets.uses import NewCertificate, Use, UseSelection
from ..targets.tenants import TenantTargets

TENANT_ID = "dt_"


@dataclass
class Tenancy:
    """The tenants of an account, as far as a binding is about them; ``tags`` are those of resources, where that
    matters."""

    cloudfront: CloudFront
    acm: t.Callable[[], Acm]
    target: Target
    selection: Selection
    wanted_tags: t.Mapping[str, str] = field(default_factory=dict)
    tags: t.Mapping[str, t.Mapping[str, str]] = field(default_factory=dict)
    is_probed: bool = False
    _shared: dict[str, str] = field(default_factory=dict)
    _names: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def new(self) -> NewCertificate:
        """The certificate, as targets take it."""
        return NewCertificate(self.target.id, self.target.domains, fingerprint_sha256=self.target.fingerprint_sha256)

    @property
    def chosen(self) -> UseSelection:
        """Which tenants are meant: a tenant has no alias by which it would be found."""
        ids = tuple(one for one in self.selection.ids if one.startswith(TENANT_ID))
        match = self.selection.match & {"previous", "ids"}
        return UseSelection(match, self.selection.previous, ids, self.wanted_tags)

    def named(self, distributions: t.Iterable[Distribution]) -> tuple[Distribution, ...]:
        """The distributions; each multi-tenant one that is meant has the names that its tenants inherit a certificate
        for as its aliases."""
        listed = tuple(distributions)
        self._shared = {one.id: one.viewer.get(ACM_ELEMENT, "") for one in listed if one.tenant_only}
        return tuple(self._with_names(one) if self._is_meant(one) else one for one in listed)

    def targets(self) -> TenantTargets:
        """Tenants as targets."""
        return TenantTargets(self.cloudfront, self.new, self._names_of_shared, self.tags, self.is_probed)

    def uses(self, targets: TenantTargets) -> tuple[Use, ...]:
        """The tenants that are meant, or use the certificate already."""
        if not self._shared or self.target.element != ACM_ELEMENT:
            return ()
        return targets.scan(self.chosen.previous if "previous" in self.chosen.match else (), self.chosen.ids)

    def _is_meant(self, one: Distribution) -> bool:
        return (
            one.tenant_only
            and self.target.element == ACM_ELEMENT
            and bool(binding.why_matched(one, self.selection, self.target))
        )

    def _with_names(self, one: Distribution) -> Distribution:
        found = self.cloudfront.list_distribution_tenants(one.id)
        inheriting = [tenant for tenant in found if tenant.enabled and not tenant.certificate]
        endpoints = self.cloudfront.list_connection_groups() if self.is_probed and inheriting else {}
        served_at = [endpoints[tenant.connection_group_id] for tenant in inheriting if endpoints]
        return replace(one, aliases=tenants.inherited_names(found), domain_name=next(iter(served_at), one.domain_name))

    def _names_of_shared(self, distribution_id: str) -> tuple[str, ...]:
        arn = self._shared.get(distribution_id, "")
        if arn and arn not in self._names:
            found = self.acm().describe_certificate(arn)
            self._names[arn] = found.domains if found else ()
        return self._names.get(arn, ())
