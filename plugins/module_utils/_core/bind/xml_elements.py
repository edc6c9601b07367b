# Copyright (c) 2026 certops.cloudfront contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the elements of an XML document are, so that one can be replaced and every other byte stays."""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat


@dataclass
class Element:
    """One element: the names from the root to it, and where its bytes are."""

    path: tuple[str, ...]
    start: int
    content: int
    text: str = ""
    content_end: int = -1
    end: int = -1


@dataclass
class Elements:
    """All elements of a document in its order, and the name of its root with its prefix."""

    xml: bytes
    elements: list[Element] = field(default_factory=list)
    root_name: str = ""

    def collect(self) -> None:
        """Take the byte ranges, which expat alone tells."""
        parser = expat.ParserCreate()
        open_elements: list[Element] = []

        def start(name: str, _attributes: dict[str, str]) -> None:
            self.root_name = self.root_name or name
            path = (*(open_elements[-1].path if open_elements else ()), local(name))
            at = parser.CurrentByteIndex
            open_elements.append(Element(path, at, self._after_tag(at)))
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
        raise ValueError("the XML ends within a tag")


def read(xml: bytes, root: str, what: str) -> Elements:
    """The elements of a document with this root; ValueError that says ``what`` is not one."""
    found = Elements(xml)
    try:
        found.collect()
    except expat.ExpatError as exc:
        raise ValueError(f"{what} is not readable XML: {exc}") from exc
    if not found.elements or found.elements[0].path != (root,):
        raise ValueError(f"{what} is not a {root} element")
    return found


def local(name: str) -> str:
    """The name without its prefix."""
    return name.rpartition(":")[2]
