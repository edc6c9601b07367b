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

from ..._core.bind import distribution_xml
from ..._core.bind.distributions import Distribution
from ..._errors import RemoteError
from .errors import calling

SERVICE = "cloudfront"
PAGE_SIZE = 100
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


class CloudFront:
    """Speaks to CloudFront through a boto3 client that was made with CLIENT_CONFIG."""

    def __init__(self, client: t.Any) -> None:
        self._client = client
        self._received: list[bytes] = []
        self._to_send = b""
        client.meta.events.register("before-parse.cloudfront.GetDistributionConfig", self._take)
        client.meta.events.register("before-parse.cloudfront.ListDistributions", _shorten)
        client.meta.events.register("before-call.cloudfront.UpdateDistribution", self._put)

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
        try:
            # the last one, because botocore may have tried more than once
            xml = self._received[-1]
            config = distribution_xml.read(xml)
        except (IndexError, ValueError) as exc:
            raise RemoteError(
                f"cloudfront:GetDistributionConfig on {distribution_id}: the answer's bytes cannot be used ({exc});"
                " upgrade boto3 and botocore",
                service=SERVICE,
                operation="GetDistributionConfig",
            ) from exc
        return DistributionConfig(etag=answer["ETag"], xml=xml, aliases=config.aliases, viewer=config.viewer)

    def update_distribution(self, distribution_id: str, config: DistributionConfig) -> str:
        """Replace the configuration if it still has ``config.etag``; returns the new ETag."""
        self._to_send = config.xml
        with calling(SERVICE, "UpdateDistribution", distribution_id):
            answer = self._client.update_distribution(Id=distribution_id, IfMatch=config.etag, DistributionConfig={})
        return str(answer["ETag"])

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
        icp={
            entry["CNAME"]: entry["ICPRecordalStatus"]
            for entry in summary.get("AliasICPRecordals", [])
            if "CNAME" in entry and "ICPRecordalStatus" in entry
        },
    )


def _text(value: t.Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
