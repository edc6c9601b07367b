# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudFront's distributions in memory."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from ansible_collections.certops.cloudfront.plugins.module_utils._clients.aws.cloudfront import DistributionConfig
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind import distribution_xml
from ansible_collections.certops.cloudfront.plugins.module_utils._core.bind.distributions import Distribution
from unit.fakes.calls import Calls, refused_by_aws
from unit.fakes.clock import FakeClock

NAMESPACE = "http://cloudfront.amazonaws.com/doc/2020-05-31/"


def config_xml(aliases: t.Iterable[str], viewer: str, extra: str = "") -> bytes:
    names = "".join(f"<CNAME>{alias}</CNAME>" for alias in aliases)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<DistributionConfig'
        f' xmlns="{NAMESPACE}"><CallerReference>r</CallerReference>'
        f"<Aliases><Quantity>0</Quantity><Items>{names}</Items></Aliases><ViewerCertificate>{viewer}</ViewerCertificate>"
        f"<Restrictions><GeoRestriction/></Restrictions>{extra}</DistributionConfig>"
    ).encode()


def bound_to(certificate_id: str) -> str:
    return (
        f"<IAMCertificateId>{certificate_id}</IAMCertificateId><SSLSupportMethod>sni-only</SSLSupportMethod>"
        "<MinimumProtocolVersion>TLSv1.2_2019</MinimumProtocolVersion>"
        f"<Certificate>{certificate_id}</Certificate><CertificateSource>iam</CertificateSource>"
    )


@dataclass
class FakeCloudFront:
    """Distributions are Deployed ``deploy_seconds`` after their update."""

    clock: FakeClock
    deploy_seconds: float = 60
    lists_etags: bool = True
    distributions: dict[str, Distribution] = field(default_factory=dict)
    xml: dict[str, bytes] = field(default_factory=dict)
    deployed_at: dict[str, datetime] = field(default_factory=dict)
    calls: Calls = field(default_factory=Calls)

    def add(self, identifier: str, aliases: t.Iterable[str], viewer: str, extra: str = "", **more: t.Any) -> None:
        self.distributions[identifier] = Distribution(
            id=identifier, domain_name=f"{identifier.lower()}.cloudfront.net", **more
        )
        self.xml[identifier] = config_xml(aliases, viewer, extra)

    def change(self, identifier: str, xml: bytes) -> None:
        """As somebody else would."""
        self.xml[identifier] = xml

    def etag(self, identifier: str) -> str:
        return f"E{hash(self.xml[identifier]) % 10**8}"

    def known_distributions(self, since: datetime | None = None) -> tuple[Distribution, ...]:
        return self.list_distributions()

    def list_distributions(self) -> tuple[Distribution, ...]:
        self.calls.begin("ListDistributions")
        return tuple(self._listed(identifier) for identifier in self.distributions)

    def _listed(self, identifier: str) -> Distribution:
        config = distribution_xml.read(self.xml[identifier])
        one = self.distributions[identifier]
        status = "Deployed" if self.clock.now() >= self.deployed_at.get(identifier, self.clock.now()) else "InProgress"
        return replace(
            one,
            aliases=config.aliases,
            viewer=config.viewer,
            status=status,
            etag=self.etag(identifier) if self.lists_etags else "",
        )

    def get_distribution_config(self, identifier: str) -> DistributionConfig:
        self.calls.begin("GetDistributionConfig", identifier)
        config = distribution_xml.read(self.xml[identifier])
        return DistributionConfig(self.etag(identifier), self.xml[identifier], config.aliases, config.viewer)

    def update_distribution(self, identifier: str, config: DistributionConfig) -> str:
        self.calls.begin("UpdateDistribution", identifier)
        if config.etag != self.etag(identifier):
            raise refused_by_aws("PreconditionFailed")
        self.xml[identifier] = config.xml
        self.deployed_at[identifier] = self.clock.now() + timedelta(seconds=self.deploy_seconds)
        return self.etag(identifier)

    def bound(self, identifier: str) -> str:
        return distribution_xml.read(self.xml[identifier]).viewer.get("IAMCertificateId", "")
