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
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape

from .target import ACM_ELEMENT, IAM_ELEMENT

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


@dataclass
class _Element:
    path: tuple[str, ...]
    start: int
    content: int
    text: str = ""
    content_end: int = -1
    end: int = -1


@dataclass
class _Reader:
    """Collects the byte ranges of all elements, which expat alone tells."""

    xml: bytes
    elements: list[_Element] = field(default_factory=list)
    root_name: str = ""

    def read(self) -> list[_Element]:
        parser = expat.ParserCreate()
        open_elements: list[_Element] = []

        def start(name: str, _attributes: dict[str, str]) -> None:
            self.root_name = self.root_name or name
            path = (*(open_elements[-1].path if open_elements else ()), _local(name))
            at = parser.CurrentByteIndex
            open_elements.append(_Element(path, at, self._after_tag(at)))
            self.elements.append(open_elements[-1])

        def end(_name: str) -> None:
            element, at = open_elements.pop(), parser.CurrentByteIndex
            if self.xml[element.start : element.content].endswith(b"/>"):
                element.content_end = element.end = element.content
            else:
                element.content_end, element.end = at, self._after_tag(at)

        def text(data: str) -> None:
            open_elements[-1].text += data

        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
        parser.Parse(self.xml, True)
        return self.elements

    def _after_tag(self, at: int) -> int:
        quote = b""
        for index in range(at, len(self.xml)):
            byte = self.xml[index : index + 1]
            if quote:
                quote = b"" if byte == quote else quote
            elif byte in (b'"', b"'"):
                quote = byte
            elif byte == b">":
                return index + 1
        raise ValueError("the configuration's XML ends within a tag")


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
    prefix = parsed.root_name[: -len(_local(parsed.root_name))]
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


def _parse(xml: bytes) -> _Reader:
    reader = _Reader(xml)
    try:
        elements = reader.read()
    except expat.ExpatError as exc:
        raise ValueError(f"the distribution's configuration is not readable XML: {exc}") from exc
    if not elements or elements[0].path != ("DistributionConfig",):
        raise ValueError("the distribution's configuration is not a DistributionConfig element")
    return reader


def _viewer(elements: t.Iterable[_Element]) -> _Element | None:
    return next((element for element in elements if element.path[1:] == (VIEWER_CERTIFICATE,)), None)


def _inside_viewer(elements: t.Iterable[_Element]) -> list[_Element]:
    return [element for element in elements if element.path[1:-1] == (VIEWER_CERTIFICATE,)]


def _insertion_point(elements: t.Sequence[_Element]) -> int:
    follower = next((element for element in elements if element.path[1:] == (_FOLLOWER,)), None)
    return follower.start if follower else elements[0].content_end


def _local(name: str) -> str:
    return name.rpartition(":")[2]
