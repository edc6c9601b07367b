# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One distribution tenant, its members as XML, so that none is lost that the sandbox does not know, and how CloudFront
shows it."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from .cloudfront_answers import Live
from .cloudfront_config import NAMESPACE
from .errors import AwsError

# What a request consists of beside the members that are replaced as a whole.
_PLAIN = frozenset(
    {
        "DistributionId",
        "Name",
        "Domains",
        "Tags",
        "ConnectionGroupId",
        "Enabled",
        "ManagedCertificateRequest",
        "OnDomainTakeover",
    }
)
_SERVE_ON = ("any", "anycast-ip-list-only")
_GEO = ("blacklist", "whitelist", "none")


@dataclass
class Tenant:
    """One tenant; ``parts`` are Customizations, Parameters and whatever else was sent, by element name."""

    id: str
    account: str
    partition: str
    name: str
    distribution_id: str
    connection_group_id: str
    domains: tuple[tuple[str, str], ...]
    parts: dict[str, ET.Element]
    is_enabled: bool
    created: str
    modified: str = ""
    etag: str = ""
    etags: set[str] = field(default_factory=set)
    deployed_at: float = 0.0
    live: Live = field(default_factory=Live)
    pending: Live | None = None
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        return f"arn:{self.partition}:cloudfront::{self.account}:distribution-tenant/{self.id}"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _serve_on in self.domains)

    @property
    def certificate_arn(self) -> str:
        """The tenant's own certificate; without one it has the distribution's."""
        return self.customization("Certificate/Arn")

    def customization(self, path: str) -> str:
        element = self.parts.get("Customizations")
        return (element.findtext(path) or "").strip() if element is not None else ""


def document(item: Tenant) -> str:
    """The answer of all that return a whole tenant."""
    tags = "".join(
        f"<Tag><Key>{escape(key)}</Key><Value>{escape(value)}</Value></Tag>" for key, value in item.tags.items()
    )
    return (
        f'<DistributionTenant xmlns="{NAMESPACE}">{_head(item)}<Tags><Items>{tags}</Items></Tags>{_parts(item)}'
        f"<ConnectionGroupId>{item.connection_group_id}</ConnectionGroupId>{_foot(item)}</DistributionTenant>"
    )


def summary(item: Tenant) -> str:
    """The tenant in a list: with its ETag, without tags and parameters."""
    return (
        f"<DistributionTenantSummary>{_head(item)}<ConnectionGroupId>{item.connection_group_id}</ConnectionGroupId>{_parts(item, ('Customizations',))}"  # noqa: E501 - data in the form of its origin
        f"<ETag>{item.etag}</ETag>{_foot(item)}</DistributionTenantSummary>"
    )


def page(operation: str, summaries: t.Sequence[str], next_marker: str | None) -> str:
    """The answer of the listings."""
    marker = f"<NextMarker>{next_marker}</NextMarker>" if next_marker else ""
    items = f"<DistributionTenantList>{''.join(summaries)}</DistributionTenantList>"
    return f'<{operation}Result xmlns="{NAMESPACE}">{marker}{items}</{operation}Result>'


def _head(item: Tenant) -> str:
    domains = "".join(
        f"<member><Domain>{name}</Domain><Status>active</Status><ServeOn>{on}</ServeOn></member>"
        for name, on in item.domains
    )
    return (
        f"<Id>{item.id}</Id><DistributionId>{item.distribution_id}</DistributionId><Name>{escape(item.name)}</Name><Arn>{item.arn}</Arn>"
        f"<Domains>{domains}</Domains>"
    )


def _parts(item: Tenant, names: t.Container[str] | None = None) -> str:
    return "".join(
        ET.tostring(part, encoding="unicode") for name, part in item.parts.items() if names is None or name in names
    )


def _foot(item: Tenant) -> str:
    status = "Deployed" if item.pending is None else "InProgress"
    return (
        f"<CreatedTime>{item.created}</CreatedTime><LastModifiedTime>{item.modified}</LastModifiedTime>"
        f"<Enabled>{str(item.is_enabled).lower()}</Enabled><Status>{status}</Status>"
    )


# --- what was sent ---


def parts(root: ET.Element) -> dict[str, ET.Element]:
    """The members that are replaced as a whole, checked as far as the sandbox knows them."""
    found = {element.tag: element for element in root if element.tag not in _PLAIN}
    customizations = found.get("Customizations")
    if customizations is not None:
        _check_customizations(customizations)
    return found


def _check_customizations(element: ET.Element) -> None:
    for path, allowed in (("WebAcl/Action", ("override", "disable")), ("GeoRestrictions/RestrictionType", _GEO)):
        parent = element.find(path.partition("/")[0])
        if parent is not None and element.findtext(path) not in allowed:
            raise _invalid(f"The parameter {path.replace('/', '.')} is not valid.")
    if element.find("Certificate") is not None and not (element.findtext("Certificate/Arn") or "").strip():
        raise _invalid("The parameter Certificate.Arn is required.")


def domains(root: ET.Element) -> tuple[tuple[str, str], ...] | None:
    """Each name with what it is served on; None if the member was left out."""
    element = root.find("Domains")
    if element is None:
        return None
    if any(item.find("Status") is not None for item in element):
        raise AwsError("MalformedInput", "Unexpected element Status in Domains.")
    found = tuple(
        ((item.findtext("Domain") or "").strip().lower(), (item.findtext("ServeOn") or "any").strip())
        for item in element
    )
    names = [name for name, _on in found]
    if not names or len(set(names)) != len(names):
        raise _invalid("A distribution tenant has at least one domain, and each only once.")
    if any("." not in name or "*" in name.removeprefix("*.") for name in names) or any(
        on not in _SERVE_ON for _name, on in found
    ):
        raise _invalid("The parameter Domains contains a value that is not valid.")
    return found


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidArgument", message)
