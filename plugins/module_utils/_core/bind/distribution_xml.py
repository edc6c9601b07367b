# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A DistributionConfig as the XML that CloudFront returned: reads two elements of it, and replaces one; every other
byte stays.

UpdateDistribution replaces the whole configuration, so an element lost on the way is a setting switched off. Working on
the bytes
keeps elements that no SDK of today knows.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass
from xml.sax.saxutils import escape

from . import xml_elements
from .target import ACM_ELEMENT, IAM_ELEMENT
from .xml_elements import Element, Elements

VIEWER_CERTIFICATE = "ViewerCertificate"
# The order of CloudFront's schema; what is not in this list was added to the API later and is kept as it is.
# https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ViewerCertificate.html
VIEWER_ELEMENTS = (
    "CloudFrontDefaultCertificate",
    IAM_ELEMENT,
    ACM_ELEMENT,
    "SSLSupportMethod",
    "MinimumProtocolVersion",
    "Certificate",
    "CertificateSource",
)
_ALIAS_PATH = ("Aliases", "Items", "CNAME")
# The schema's element after ViewerCertificate, for a configuration that has none.
_FOLLOWER = "Restrictions"


@dataclass(frozen=True)
class Config:
    """What decisions need to know of a configuration: its aliases, and the viewer certificate's elements by their
    names."""

    aliases: tuple[str, ...]
    viewer: t.Mapping[str, str]


def read(xml: bytes) -> Config:
    """The aliases and the viewer certificate of a configuration; raises ValueError if it is not one."""
    elements = _parse(xml).elements
    return Config(
        aliases=tuple(element.text.strip() for element in elements if element.path[1:] == _ALIAS_PATH),
        viewer={element.path[-1]: element.text.strip() for element in _inside_viewer(elements)},
    )


def with_viewer(xml: bytes, viewer: t.Mapping[str, str]) -> bytes:
    """The same configuration with these elements as its ViewerCertificate; elements in it that we do not know are
    kept."""
    parsed = _parse(xml)
    prefix = parsed.root_name[: -len(xml_elements.local(parsed.root_name))]
    known = "".join(
        f"<{prefix}{name}>{escape(viewer[name])}</{prefix}{name}>" for name in VIEWER_ELEMENTS if name in viewer
    ).encode()
    tag = f"{prefix}{VIEWER_CERTIFICATE}".encode()
    old = _viewer(parsed.elements)
    if old is None:
        at = _insertion_point(parsed.elements)
        return xml[:at] + b"<" + tag + b">" + known + b"</" + tag + b">" + xml[at:]
    unknown = b"".join(
        xml[element.start : element.end]
        for element in _inside_viewer(parsed.elements)
        if element.path[-1] not in VIEWER_ELEMENTS
    )
    opening = xml[old.start : old.content].rstrip(b"/> \r\n\t") + b">"
    return xml[: old.start] + opening + known + unknown + b"</" + tag + b">" + xml[old.end :]


def viewer_element(xml: bytes) -> bytes:
    """The ViewerCertificate element as it stands, byte for byte; empty if there is none."""
    found = _viewer(_parse(xml).elements)
    return xml[found.start : found.end] if found else b""


def with_viewer_element(xml: bytes, element: bytes) -> bytes:
    """The same configuration with this element, one of ``viewer_element``, in place of its own."""
    found = _viewer(_parse(xml).elements)
    return xml[: found.start] + element + xml[found.end :] if found else xml


def _parse(xml: bytes) -> Elements:
    return xml_elements.read(xml, "DistributionConfig", "the distribution's configuration")


def _viewer(elements: t.Iterable[Element]) -> Element | None:
    return next((element for element in elements if element.path[1:] == (VIEWER_CERTIFICATE,)), None)


def _inside_viewer(elements: t.Iterable[Element]) -> list[Element]:
    return [element for element in elements if element.path[1:-1] == (VIEWER_CERTIFICATE,)]


def _insertion_point(elements: t.Sequence[Element]) -> int:
    follower = next((element for element in elements if element.path[1:] == (_FOLLOWER,)), None)
    return follower.start if follower else elements[0].content_end
