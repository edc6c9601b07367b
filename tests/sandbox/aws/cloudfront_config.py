# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A distribution's configuration as XML: what it must have, what CloudFront adds, and nothing lost that it does not
know.

Required fields:
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-overview-required-fields.html
"""

from __future__ import annotations

import functools
import typing as t
from xml.etree import ElementTree as ET

from .errors import AwsError

NAMESPACE = "http://cloudfront.amazonaws.com/doc/2020-05-31/"
MAX_ALIASES = 100
_BRACED = "{" + NAMESPACE + "}"
_REQUIRED = ("CallerReference", "Origins", "DefaultCacheBehavior", "Comment", "Enabled")
_REQUIRED_IN_UPDATES = (
    *("Aliases", "DefaultRootObject", "CacheBehaviors", "CustomErrorResponses", "Logging", "PriceClass"),
    *("ViewerCertificate", "Restrictions", "WebACLId", "HttpVersion"),
)
_ENUMS = {
    "PriceClass": ("PriceClass_100", "PriceClass_200", "PriceClass_All", "None"),
    "HttpVersion": ("http1.1", "http2", "http3", "http2and3"),
    "Enabled": ("true", "false"),
    "Staging": ("true", "false"),
    "IsIPV6Enabled": ("true", "false"),
    "ConnectionMode": ("direct", "tenant-only"),
}
# What CloudFront answers for members that were not sent.
_DEFAULTS = {
    "Aliases": "<Aliases><Quantity>0</Quantity></Aliases>",
    "DefaultRootObject": "<DefaultRootObject/>",
    "OriginGroups": "<OriginGroups><Quantity>0</Quantity></OriginGroups>",
    "CacheBehaviors": "<CacheBehaviors><Quantity>0</Quantity></CacheBehaviors>",
    "CustomErrorResponses": "<CustomErrorResponses><Quantity>0</Quantity></CustomErrorResponses>",
    "Logging": "<Logging><Enabled>false</Enabled><IncludeCookies>false</IncludeCookies><Bucket/><Prefix/></Logging>",
    "PriceClass": "<PriceClass>PriceClass_All</PriceClass>",
    "ViewerCertificate": (
        "<ViewerCertificate><CloudFrontDefaultCertificate>true</CloudFrontDefaultCertificate></ViewerCertificate>"
    ),
    "Restrictions": (
        "<Restrictions><GeoRestriction><RestrictionType>none</RestrictionType><Quantity>0</Quantity></GeoRestriction></Restrictions>"
    ),
    "WebACLId": "<WebACLId/>",
    "HttpVersion": "<HttpVersion>http2</HttpVersion>",
    "IsIPV6Enabled": "<IsIPV6Enabled>false</IsIPV6Enabled>",
    "ContinuousDeploymentPolicyId": "<ContinuousDeploymentPolicyId/>",
    "Staging": "<Staging>false</Staging>",
}


def parse(body: bytes, root_name: str) -> ET.Element:
    """The element tree of a request body, its names without CloudFront's namespace; refuses what is not XML, or another
    element."""
    if not body.strip():
        raise AwsError(
            "MissingBody",
            "This operation requires a body. Ensure that the body is present and the Content-Type header is set.",
        )
    try:
        if b"<!" in body:
            raise ET.ParseError("a document type declaration")  # noqa: TRY301 (entities are refused like any other malformed document)
        root = ET.fromstring(body)  # noqa: S314 (no entities, see above)
    except ET.ParseError as exc:
        raise AwsError("MalformedXML", "The XML document is malformed.") from exc
    for element in root.iter():
        element.tag = element.tag.removeprefix(_BRACED)
    if root.tag != root_name:
        raise AwsError("MalformedInput", f"Unexpected document element {root.tag}, expected {root_name}")
    return root


class Config:
    """One distribution's configuration; the tree is the truth."""

    def __init__(self, root: ET.Element) -> None:
        self.root = root

    def text(self, path: str, default: str = "") -> str:
        """The text of the element at ``path``."""
        return (self.root.findtext(path) or default).strip()

    @functools.cached_property
    def aliases(self) -> tuple[str, ...]:
        return tuple((item.text or "").strip().lower() for item in self.root.iterfind("Aliases/Items/CNAME"))

    @property
    def is_enabled(self) -> bool:
        return self.text("Enabled") == "true"

    @property
    def is_tenant_only(self) -> bool:
        return self.text("ConnectionMode") == "tenant-only"

    def viewer_certificate(self) -> dict[str, str]:
        """The members of ViewerCertificate that have a value."""
        element = self.root.find("ViewerCertificate")
        return {
            item.tag: item.text.strip()
            for item in (element if element is not None else ())
            if item.text and item.text.strip()
        }

    def acm_certificates(self) -> list[str]:
        """The ARNs of all certificates of ACM that the configuration names; an origin may want one of the client."""
        own = self.viewer_certificate().get("ACMCertificateArn", "")
        return [own, *((item.text or "").strip() for item in self.root.iter("ClientCertificateArn"))]

    def set_viewer_certificate(self, members: t.Mapping[str, str]) -> None:
        """Writes the members that CloudFront knows; others stay."""
        element = self.root.find("ViewerCertificate")
        assert element is not None
        for child in [item for item in element if item.tag in _VIEWER_CERTIFICATE_MEMBERS]:
            element.remove(child)
        for index, (name, value) in enumerate(members.items()):
            child = ET.Element(name)
            child.text = value
            element.insert(index, child)

    def check(self, is_update: bool) -> None:
        """Refuses what lacks a required member or contradicts itself."""
        self._check_required(is_update)
        for name, allowed in _ENUMS.items():
            if self.root.find(name) is not None and self.text(name) not in allowed:
                raise AwsError("InvalidArgument", f"The parameter {name} is not valid.")
        for element in self.root.iter():
            self._check_quantity(element)
        origins = {
            item.findtext("Id")
            for kind in ("Origins", "OriginGroups")
            for item in self.root.iterfind(f"{kind}/Items/*")
        }
        behaviors = [
            *self.root.iterfind("DefaultCacheBehavior"),
            *self.root.iterfind("CacheBehaviors/Items/CacheBehavior"),
        ]
        if any(behavior.findtext("TargetOriginId") not in origins for behavior in behaviors):
            raise AwsError("NoSuchOrigin", "One or more of your origins or origin groups do not exist.", 404)
        if self.text("Staging") == "true" and self.text("HttpVersion") in ("http3", "http2and3"):
            # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/continuous-deployment-quotas-considerations.html
            raise AwsError("InvalidArgument", "A staging distribution does not support HTTP/3.")
        self._check_aliases()

    def _check_required(self, is_update: bool) -> None:
        for name in _REQUIRED:
            if self.root.find(name) is None:
                raise AwsError("InvalidArgument", f"The parameter {name} is required.")
        for path in (
            "CallerReference",
            "DefaultCacheBehavior/TargetOriginId",
            "DefaultCacheBehavior/ViewerProtocolPolicy",
        ):
            if not self.text(path):
                raise AwsError("InvalidArgument", f"The parameter {path.rpartition('/')[2]} is required.")
        if not self.root.findall("Origins/Items/Origin"):
            raise AwsError("InvalidArgument", "The parameter Origins is required.")
        for name in _REQUIRED_IN_UPDATES if is_update else ():
            if self.root.find(name) is None:
                raise AwsError("IllegalUpdate", f"{name} is required for updates.")

    def _check_quantity(self, element: ET.Element) -> None:
        quantity = element.find("Quantity")
        if quantity is not None and (quantity.text or "").strip() != str(len(element.findall("Items/*"))):
            raise AwsError("InconsistentQuantities", "The value of Quantity and the size of Items don't match.")

    def _check_aliases(self) -> None:
        aliases = self.aliases
        if len(aliases) > MAX_ALIASES:
            raise AwsError(
                "TooManyDistributionCNAMEs", "Your request contains more CNAMEs than are allowed per distribution."
            )
        if len(set(aliases)) != len(aliases):
            raise AwsError(
                "InvalidArgument", "The request contains the same alternate domain name (CNAME) more than once."
            )
        if any("." not in alias or "*" in alias.removeprefix("*.") for alias in aliases):
            raise AwsError("InvalidArgument", "The parameter CNAME contains a value that is not a valid domain name.")
        if aliases and self.is_tenant_only:
            raise AwsError("InvalidArgument", "Aliases are not supported for multi-tenant distributions.")

    def add_defaults(self) -> None:
        """Adds what CloudFront answers for members that were not sent."""
        for name, default in _DEFAULTS.items():
            if self.root.find(name) is None:
                self.root.append(ET.fromstring(default))  # noqa: S314 (our own text)

    def to_xml(self) -> str:
        """The DistributionConfig element, without a namespace, for use inside of an answer."""
        return ET.tostring(self.root, encoding="unicode", short_empty_elements=False)

    def part(self, name: str) -> str:
        """One top-level element as XML, or nothing."""
        element = self.root.find(name)
        return "" if element is None else ET.tostring(element, encoding="unicode", short_empty_elements=False)


_VIEWER_CERTIFICATE_MEMBERS = frozenset(
    {
        "CloudFrontDefaultCertificate",
        "IAMCertificateId",
        "ACMCertificateArn",
        "SSLSupportMethod",
        "MinimumProtocolVersion",
        "Certificate",
        "CertificateSource",
    }
)
