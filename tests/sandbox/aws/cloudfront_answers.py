# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One CloudFront distribution, and the XML in which CloudFront shows it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from .cloudfront_certificate import Served
from .cloudfront_config import NAMESPACE, Config
from .service import Response

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SUMMARY_PARTS = (
    *(
        "Aliases",
        "Origins",
        "OriginGroups",
        "DefaultCacheBehavior",
        "CacheBehaviors",
        "CustomErrorResponses",
        "Comment",
        "PriceClass",
        "Enabled",
    ),
    *("ViewerCertificate", "Restrictions", "WebACLId", "HttpVersion", "IsIPV6Enabled"),
)


@dataclass(frozen=True)
class Live:
    """What the edge serves for a distribution."""

    aliases: tuple[str, ...] = ()
    certificate: Served | None = None


@dataclass
class Distribution:
    """One distribution: its configuration, and what of it has reached the edge."""

    id: str
    account: str
    partition: str
    domain: str
    config: Config
    etag: str
    modified: str
    deployed_at: float
    # a change of the viewer certificate is in progress until the distribution is deployed, even if other changes follow it  # noqa: E501 - data in the form of its origin
    is_changing_certificate: bool
    live: Live
    pending: Live | None
    sent: bytes = b""
    etags: set[str] = field(default_factory=set)
    tags: dict[str, str] = field(default_factory=dict)
    summary: str = ""

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:cloudfront::{self.account}:distribution/{self.id}"

    @property
    def status(self) -> str:
        return "Deployed" if self.pending is None else "InProgress"


def config(item: Distribution) -> str:
    """The answer of GetDistributionConfig: the configuration as it was sent, with what CloudFront adds."""
    return item.config.to_xml().replace("<DistributionConfig", f'<DistributionConfig xmlns="{NAMESPACE}"', 1)


def distribution(item: Distribution, icp_status: t.Mapping[str, str]) -> str:
    """The answer of all that return a whole distribution."""
    return (
        f'<Distribution xmlns="{NAMESPACE}"><Id>{item.id}</Id><ARN>{item.arn}</ARN><Status>{item.status}</Status>'
        f"<LastModifiedTime>{item.modified}</LastModifiedTime><InProgressInvalidationBatches>0</InProgressInvalidationBatches>"
        f"<DomainName>{item.domain}</DomainName><ActiveTrustedSigners><Enabled>false</Enabled><Quantity>0</Quantity></ActiveTrustedSigners>"
        "<ActiveTrustedKeyGroups><Enabled>false</Enabled><Quantity>0</Quantity></ActiveTrustedKeyGroups>"
        f"{item.config.to_xml()}{_icp(item, icp_status)}</Distribution>"
    )


def summary(item: Distribution, icp_status: t.Mapping[str, str]) -> str:
    """The distribution in a list; kept until it changes."""
    if not item.summary:
        parts = "".join(item.config.part(name) for name in _SUMMARY_PARTS)
        item.summary = (
            f"<DistributionSummary><Id>{item.id}</Id><ARN>{item.arn}</ARN><ETag>{item.etag}</ETag><Status>{item.status}</Status>"
            f"<LastModifiedTime>{item.modified}</LastModifiedTime><DomainName>{item.domain}</DomainName>{parts}{_icp(item, icp_status)}"  # noqa: E501 - data in the form of its origin
            f"{item.config.part('Staging')}<ConnectionMode>{item.config.text('ConnectionMode', 'direct')}</ConnectionMode></DistributionSummary>"  # noqa: E501 - data in the form of its origin
        )
    return item.summary


def page(summaries: t.Sequence[str], marker: str, size: int, next_marker: str | None) -> str:
    """The answer of ListDistributions."""
    return (
        f'<DistributionList xmlns="{NAMESPACE}"><Marker>{escape(marker)}</Marker>'
        + (f"<NextMarker>{next_marker}</NextMarker>" if next_marker else "")
        + f"<MaxItems>{size}</MaxItems><IsTruncated>{str(bool(next_marker)).lower()}</IsTruncated><Quantity>{len(summaries)}</Quantity>"  # noqa: E501 - data in the form of its origin
        + (f"<Items>{''.join(summaries)}</Items>" if summaries else "")
        + "</DistributionList>"
    )


def response(xml: str, status: int, etag: str = "", location: str = "") -> Response:
    """An XML answer with the headers that CloudFront gives."""
    headers = [("Content-Type", "text/xml")]
    if etag:
        headers.append(("ETag", etag))
    if location:
        headers.append(("Location", f"https://cloudfront.amazonaws.com{location}"))
    return Response(status, (_DECLARATION + xml).encode(), tuple(headers))


def _icp(item: Distribution, icp_status: t.Mapping[str, str]) -> str:
    """The ICP status of the aliases, which only China has; approved unless told otherwise."""
    if item.partition != "aws-cn" or not item.config.aliases:
        return ""
    entries = "".join(
        f"<AliasICPRecordal><CNAME>{alias}</CNAME><ICPRecordalStatus>{icp_status.get(alias, 'APPROVED')}</ICPRecordalStatus></AliasICPRecordal>"  # noqa: E501 - data in the form of its origin
        for alias in item.config.aliases
    )
    return f"<AliasICPRecordals>{entries}</AliasICPRecordals>"
