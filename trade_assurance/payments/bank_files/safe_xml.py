"""Reads XML from strangers: no document type, no entities of their own, bounded in size, depth and number. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

MAXIMUM_BYTES: Final = 10 * 1024 * 1024
MAXIMUM_DEPTH: Final = 40
MAXIMUM_ELEMENTS: Final = 500_000


class XmlRefused(ValueError):
    """The text is not XML that is read here; `why` is one of: size, dtd, depth, elements, broken."""

    def __init__(self, why: str, line: int = 0) -> None:
        super().__init__(why)
        self.why = why
        self.line = line


@dataclass(slots=True)
class Element:
    """One element by its local name; `line` is where it begins in the file."""

    name: str
    namespace: str
    line: int
    attributes: dict[str, str]
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, path: str) -> Iterator[Element]:
        """Every element at the end of a path of local names (`NtryDtls/TxDtls`)."""
        first, _slash, rest = path.partition("/")
        for child in self.children:
            if child.name == first:
                if rest:
                    yield from child.all(rest)
                else:
                    yield child

    def first(self, *paths: str) -> Element | None:
        """The first element that one of the paths leads to, in the order of the paths."""
        return next((element for path in paths for element in self.all(path)), None)

    def said(self, *paths: str) -> str:
        """The text of that element on one line, empty when there is none."""
        found = next((element for path in paths for element in self.all(path) if element.text.strip()), None)
        return "" if found is None else " ".join(found.text.split())


def read_xml(content: bytes) -> Element:
    """The root element. Raises `XmlRefused`; nothing is ever expanded, fetched or executed."""
    if len(content) > MAXIMUM_BYTES:
        raise XmlRefused("size")
    reader = _Reader()
    try:
        reader.parser.Parse(content, True)  # noqa: FBT003 -- expat's own signature
    except expat.ExpatError as error:
        raise XmlRefused("broken", error.lineno) from error
    if reader.root is None:
        raise XmlRefused("broken")
    return reader.root


class _Reader:
    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._data
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.ExternalEntityRefHandler = self._refuse
        self.root: Element | None = None
        self.open: list[Element] = []
        self.count = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        line = self.parser.CurrentLineNumber
        if self.count > MAXIMUM_ELEMENTS:
            raise XmlRefused("elements", line)
        if len(self.open) >= MAXIMUM_DEPTH:
            raise XmlRefused("depth", line)
        namespace, _blank, local = name.rpartition(" ")
        element = Element(local, namespace, line, attributes)
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def _end(self, _name: str) -> None:
        self.open.pop()

    def _data(self, text: str) -> None:
        self.open[-1].text += text

    def _refuse(self, *_declaration: object) -> int:
        raise XmlRefused("dtd", self.parser.CurrentLineNumber)
