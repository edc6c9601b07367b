# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tenants of multi-tenant distributions, and their configuration as the XML that CloudFront returned.

UpdateDistributionTenant replaces Customizations as a whole, and what becomes of other members that are left out is not
documented: so all of a tenant is sent back byte for byte, but for its certificate.
https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_UpdateDistributionTenant.html
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from xml.sax.saxutils import escape

from . import xml_elements
from .distributions import DEPLOYED
from .xml_elements import Element, Elements

_ROOT, _REQUEST = b"DistributionTenant", b"UpdateDistributionTenantRequest"
# What an answer has and a request may not have.
_READ_ONLY = frozenset({"Id", "Name", "Arn", "Tags", "CreatedTime", "LastModifiedTime", "Status"})
_CUSTOMIZATIONS = "Customizations"
_CERTIFICATE = (_CUSTOMIZATIONS, "Certificate")
_ARN = (*_CERTIFICATE, "Arn")
# The elements of the schema after Certificate, and after Customizations.
_AFTER_CERTIFICATE = ((_CUSTOMIZATIONS, "GeoRestrictions"),)
_AFTER_CUSTOMIZATIONS = (("Parameters",), ("ConnectionGroupId",), ("CreatedTime",), ("Enabled",))
_Edit = tuple[int, int, bytes]


@dataclass(frozen=True)
class Tenant:
    """One tenant as CloudFront lists it; without a ``certificate`` of its own it has that of its distribution."""

    id: str
    distribution_id: str
    name: str = ""
    domains: tuple[str, ...] = ()
    certificate: str = ""
    connection_group_id: str = ""
    status: str = DEPLOYED
    enabled: bool = True


def inherited_names(tenants: t.Iterable[Tenant]) -> tuple[str, ...]:
    """The names that the shared certificate of a distribution has to cover: those of tenants without one of their
    own."""
    return tuple(sorted({name for tenant in tenants if not tenant.certificate for name in tenant.domains}))


def own_certificate(xml: bytes) -> str:
    """The certificate that the tenant has of its own; empty if none. ValueError if the XML is not a tenant."""
    found = _find(_parse(xml), _ARN)
    return found.text.strip() if found else ""


def request_with(xml: bytes, certificate: str) -> bytes:
    """The request that leaves the tenant as it is, with this certificate of its own; with none if it is empty."""
    parsed = _parse(xml)
    edits: list[_Edit] = [(one.start, one.end, b"") for one in parsed.elements if _is_read_only(one)]
    edits += [_with(parsed, certificate)] if certificate else _without(parsed)
    root = parsed.elements[0]
    opening, closing = xml.index(_ROOT, root.start), xml.rindex(_ROOT, root.content_end)
    edits += [(opening, opening + len(_ROOT), _REQUEST), (closing, closing + len(_ROOT), _REQUEST)]
    for start, end, text in sorted(edits, reverse=True):
        xml = xml[:start] + text + xml[end:]
    return xml


def _with(parsed: Elements, certificate: str) -> _Edit:
    arn, holder, customizations = (_find(parsed, path) for path in (_ARN, _CERTIFICATE, _ARN[:1]))
    if arn is not None and arn.content != arn.end:
        return arn.content, arn.content_end, escape(certificate).encode()
    prefix = parsed.root_name[: -len(xml_elements.local(parsed.root_name))]
    wanted = f"<{prefix}Certificate><{prefix}Arn>{escape(certificate)}</{prefix}Arn></{prefix}Certificate>".encode()
    if holder is not None:
        return holder.start, holder.end, wanted
    if customizations is not None and customizations.content != customizations.end:
        at = _first_of(parsed, _AFTER_CERTIFICATE, customizations.content_end)
        return at, at, wanted
    tag = f"{prefix}{_CUSTOMIZATIONS}".encode()
    element = b"<" + tag + b">" + wanted + b"</" + tag + b">"
    if customizations is not None:
        return customizations.start, customizations.end, element
    at = _first_of(parsed, _AFTER_CUSTOMIZATIONS, parsed.elements[0].content_end)
    return at, at, element


def _without(parsed: Elements) -> list[_Edit]:
    holder = _find(parsed, _CERTIFICATE)
    inside = [one.path[2:] for one in parsed.elements if one.path[1:2] == _ARN[:1] and one.path[2:]]
    others = [path for path in inside if path[0] != _CERTIFICATE[1]]
    whole = holder if others else _find(parsed, _ARN[:1])
    return [(whole.start, whole.end, b"")] if holder and whole else []


def _is_read_only(element: Element) -> bool:
    path = element.path[1:]
    return (len(path) == 1 and path[0] in _READ_ONLY) or (path[:1] == ("Domains",) and path[2:] == ("Status",))


def _find(parsed: Elements, path: tuple[str, ...]) -> Element | None:
    return next((one for one in parsed.elements if one.path[1:] == path), None)


def _first_of(parsed: Elements, paths: t.Iterable[tuple[str, ...]], otherwise: int) -> int:
    return min((one.start for path in paths if (one := _find(parsed, path))), default=otherwise)


def _parse(xml: bytes) -> Elements:
    return xml_elements.read(xml, _ROOT.decode(), "the distribution tenant")
