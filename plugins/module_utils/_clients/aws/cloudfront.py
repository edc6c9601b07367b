# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CloudFront distributions, one method per API call; a configuration travels as the XML that the service returned.

botocore drops the elements that its model does not know, and UpdateDistribution replaces the whole configuration:
parsed and sent
back, a configuration would lose settings. So the bytes are taken before botocore parses them, and put back before it
sends.
"""

from __future__ import annotations

import re
import typing as t
from dataclasses import dataclass, field
from datetime import datetime

from ..._core.bind import distribution_xml, tenants
from ..._core.bind.distributions import Distribution
from ..._core.bind.tenants import Tenant
from ..._core.values.partitions import account_of
from ..._errors import RemoteError
from .errors import calling

SERVICE = "cloudfront"
PAGE_SIZE = 100
NOT_FOUND = "EntityNotFound"
T = t.TypeVar("T")
# For session.Session.client: the body is sent as it is, so botocore has no configuration to check.
CLIENT_CONFIG = {"parameter_validation": False}
# What a listing tells of each distribution and nobody reads here; botocore takes a millisecond for it.
_UNREAD = re.compile(
    rb"<(Origins|OriginGroups|DefaultCacheBehavior|CacheBehaviors|CustomErrorResponses|Restrictions|LastModifiedTime)>"
    rb"[^\0]*?</\1>"
)


@dataclass(frozen=True)
class DistributionConfig:
    """A configuration as CloudFront returned it; not shown in a repr because origin headers may hold secrets."""

    etag: str
    xml: bytes = field(repr=False)
    aliases: tuple[str, ...] = ()
    viewer: t.Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TenantConfig:
    """A tenant as CloudFront returned it."""

    etag: str
    xml: bytes = field(repr=False)
    tenant: Tenant


class CloudFront:
    """Speaks to CloudFront through a boto3 client that was made with CLIENT_CONFIG."""

    def __init__(self, client: t.Any) -> None:
        self._client = client
        self._received: list[bytes] = []
        self._to_send = b""
        client.meta.events.register("before-parse.cloudfront.GetDistributionConfig", self._take)
        client.meta.events.register("before-parse.cloudfront.GetDistributionTenant", self._take)
        client.meta.events.register("before-parse.cloudfront.ListDistributions", _shorten)
        client.meta.events.register("before-call.cloudfront.UpdateDistribution", self._put)
        client.meta.events.register("before-call.cloudfront.UpdateDistributionTenant", self._put)

    def list_distributions(self) -> tuple[Distribution, ...]:
        """Every distribution of the account, staging ones included."""
        with calling(SERVICE, "ListDistributions"):
            pages = self._client.get_paginator("list_distributions").paginate(PaginationConfig={"PageSize": PAGE_SIZE})
            return tuple(
                _distribution(summary) for page in pages for summary in page["DistributionList"].get("Items", [])
            )

    def known_distributions(self, since: datetime | None = None) -> tuple[Distribution, ...]:  # noqa: ARG002 - see SharedCloudFront
        """Every distribution, perhaps as another process of the run listed it lately, but not before ``since``. For
        what is looked at again before it is changed."""
        return self.list_distributions()

    def get_distribution_config(self, distribution_id: str) -> DistributionConfig:
        """The configuration of one distribution, and the ETag to update it with."""
        self._received.clear()
        with calling(SERVICE, "GetDistributionConfig", distribution_id):
            answer = self._client.get_distribution_config(Id=distribution_id)
        xml, config = self._read("GetDistributionConfig", distribution_id, distribution_xml.read)
        return DistributionConfig(etag=answer["ETag"], xml=xml, aliases=config.aliases, viewer=config.viewer)

    def update_distribution(self, distribution_id: str, config: DistributionConfig) -> str:
        """Replace the configuration if it still has ``config.etag``; returns the new ETag."""
        self._to_send = config.xml
        with calling(SERVICE, "UpdateDistribution", distribution_id):
            answer = self._client.update_distribution(Id=distribution_id, IfMatch=config.etag, DistributionConfig={})
        return str(answer["ETag"])

    def list_distribution_tenants(self, distribution_id: str) -> tuple[Tenant, ...]:
        """The tenants of one distribution."""
        with calling(SERVICE, "ListDistributionTenants", distribution_id):
            pages = self._client.get_paginator("list_distribution_tenants").paginate(
                AssociationFilter={"DistributionId": distribution_id}, PaginationConfig={"PageSize": PAGE_SIZE}
            )
            return tuple(_tenant(summary) for page in pages for summary in page.get("DistributionTenantList", []))

    def list_distribution_tenants_by_customization(self, certificate_arn: str) -> tuple[Tenant, ...]:
        """The tenants that have this certificate of their own."""
        with calling(SERVICE, "ListDistributionTenantsByCustomization", certificate_arn):
            pages = self._client.get_paginator("list_distribution_tenants_by_customization").paginate(
                CertificateArn=certificate_arn, PaginationConfig={"PageSize": PAGE_SIZE}
            )
            return tuple(_tenant(summary) for page in pages for summary in page.get("DistributionTenantList", []))

    def get_distribution_tenant(self, tenant_id: str) -> TenantConfig | None:
        """One tenant, and the ETag to update it with; None if there is none."""
        self._received.clear()
        try:
            with calling(SERVICE, "GetDistributionTenant", tenant_id):
                answer = self._client.get_distribution_tenant(Identifier=tenant_id)
        except RemoteError as exc:
            if exc.code == NOT_FOUND:
                return None
            raise
        xml, _own = self._read("GetDistributionTenant", tenant_id, tenants.own_certificate)
        return TenantConfig(answer["ETag"], xml, _tenant(answer["DistributionTenant"]))

    def update_distribution_tenant(self, tenant_id: str, etag: str, request: bytes) -> None:
        """Replace the tenant if it still has this ETag."""
        self._to_send = request
        with calling(SERVICE, "UpdateDistributionTenant", tenant_id):
            self._client.update_distribution_tenant(Id=tenant_id, IfMatch=etag)

    def list_connection_groups(self) -> dict[str, str]:
        """The routing endpoint of each connection group, where its tenants are served."""
        with calling(SERVICE, "ListConnectionGroups"):
            pages = self._client.get_paginator("list_connection_groups").paginate()
            return {one["Id"]: one["RoutingEndpoint"] for page in pages for one in page.get("ConnectionGroups", [])}

    def _read(self, operation: str, target: str, reader: t.Callable[[bytes], T]) -> tuple[bytes, T]:
        """The bytes of the answer, and what the reader finds in them."""
        try:
            # the last one, because botocore may have tried more than once
            xml = self._received[-1]
            return xml, reader(xml)
        except (IndexError, ValueError) as exc:
            raise RemoteError(
                f"cloudfront:{operation} on {target}: the answer's bytes cannot be used ({exc}); upgrade boto3 and"
                " botocore",
                service=SERVICE,
                operation=operation,
            ) from exc

    def _take(self, response_dict: t.Mapping[str, t.Any], **_event: t.Any) -> None:
        self._received.append(response_dict["body"])

    def _put(self, params: dict[str, t.Any], **_event: t.Any) -> None:
        params["body"] = self._to_send


def _shorten(response_dict: dict[str, t.Any], **_event: t.Any) -> None:
    response_dict["body"] = _UNREAD.sub(b"", response_dict["body"])


def _distribution(summary: t.Mapping[str, t.Any]) -> Distribution:
    return Distribution(
        id=summary["Id"],
        domain_name=summary.get("DomainName", ""),
        aliases=tuple(summary.get("Aliases", {}).get("Items", [])),
        viewer={
            name: _text(value)
            for name, value in summary.get("ViewerCertificate", {}).items()
            if name in distribution_xml.VIEWER_ELEMENTS
        },
        status=summary.get("Status", ""),
        etag=summary.get("ETag", ""),
        enabled=summary.get("Enabled", True),
        staging=summary.get("Staging", False),
        tenant_only=summary.get("ConnectionMode") == "tenant-only",
        account=account_of(summary.get("ARN", "")),
        icp={
            entry["CNAME"]: entry["ICPRecordalStatus"]
            for entry in summary.get("AliasICPRecordals", [])
            if "CNAME" in entry and "ICPRecordalStatus" in entry
        },
    )


def _tenant(summary: t.Mapping[str, t.Any]) -> Tenant:
    return Tenant(
        id=summary["Id"],
        distribution_id=summary.get("DistributionId", ""),
        name=summary.get("Name", ""),
        domains=tuple(one["Domain"].lower() for one in summary.get("Domains", [])),
        certificate=summary.get("Customizations", {}).get("Certificate", {}).get("Arn", ""),
        connection_group_id=summary.get("ConnectionGroupId", ""),
        status=summary.get("Status", ""),
        enabled=summary.get("Enabled", True),
    )


def _text(value: t.Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
