"""XMP packets: reads the properties of files and sidecars. Packets inside files are never written.

ISO 16684-1: properties are attributes or elements of `rdf:Description` below `rdf:RDF`. Document types and entities are
refused: with them a kilobyte of XML can become a gigabyte, and no XMP has them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.parsers import expat

from photosync.metadata.capture_time.read_date import read_date
from photosync.metadata.capture_time.sources import TimeSource
from photosync.metadata.facts import Facts

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
EXIF = "http://ns.adobe.com/exif/1.0/"
PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
XMP = "http://ns.adobe.com/xap/1.0/"
DC = "http://purl.org/dc/elements/1.1/"

MAX_PACKET_BYTES = 1 << 20

_DATES = (
    (TimeSource.XMP_ORIGINAL, f"{EXIF} DateTimeOriginal"),
    (TimeSource.XMP_PHOTOSHOP, f"{PHOTOSHOP} DateCreated"),
    (TimeSource.XMP_CREATED, f"{EXIF} DateTimeDigitized"),
    (TimeSource.XMP_CREATED, f"{XMP} CreateDate"),
)
"""Of one source, the last that is there counts. Older versions of XMP kept the time of digitization in `exif`."""
_LISTS = frozenset(f"{RDF} {name}" for name in ("Alt", "Bag", "Seq"))


@dataclass(slots=True)
class XmpList:
    """The items of a property that is a list, and the position for further ones."""

    items: list[str] = field(default_factory=list)
    end: int = -1
    """The byte at which the end of the list's element begins."""


@dataclass(slots=True)
class Packet:
    """A parsed packet: its properties, and the position for further ones."""

    properties: dict[str, str] = field(default_factory=dict)
    """The text by namespace, space and name; empty for a property without text."""
    lists: dict[str, XmpList] = field(default_factory=dict)
    """The properties that are lists; of a property that is there twice, the last one."""
    about: str = ""
    rdf_end: int | None = None
    """The byte at which the last `</rdf:RDF>` begins; None where there is no such tag."""
    encoding: str = "utf-8"

    def values(self, key: str) -> tuple[str, ...]:
        """The items of a list, else the one text."""
        return tuple(self.lists[key].items) if key in self.lists else (self.properties[key],)


def parse_packet(content: bytes) -> Packet | None:
    """The packet in `content`; None if it is not XML, too long, or has a document type."""
    if len(content) > MAX_PACKET_BYTES:
        return None
    handler = _Handler()
    try:
        handler.parser.Parse(content.rstrip(b"\0 \t\r\n"), True)
    except (expat.ExpatError, _RefusedError, ValueError, LookupError):  # the last for an encoding that is not known
        return None
    return handler.packet


def read_xmp(content: bytes) -> Facts:
    """The facts of a packet; none if it has none of the properties. A broken one may have a date all the same."""
    words = (b"DateTime", b"DateCreated", b"CreateDate", b"creator", b"rights", b"GPSLatitude")
    if content[:2] not in (b"\xff\xfe", b"\xfe\xff") and not any(word in content for word in words):
        return Facts()
    packet = parse_packet(content)
    if packet is None:
        return Facts(can_tell=False)
    found = packet.properties
    return Facts.of_dates({source: date for source, key in _DATES if (date := read_date(found.get(key, "")))}) | Facts(
        has_artist=bool(found.get(f"{DC} creator")),
        has_copyright=bool(found.get(f"{DC} rights")),
        has_position=bool(found.get(f"{EXIF} GPSLatitude")),
    )


class _RefusedError(Exception):
    """A document type or a nesting that no packet has."""


class _Handler:
    def __init__(self) -> None:
        self.packet = Packet()
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.XmlDeclHandler = self._declaration
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._path: list[str] = []
        self._in_rdf: list[str] = []
        """The path below `rdf:RDF`: a description, a property, its list, an item of that."""
        self._property: list[str] = []
        """The text of the open property."""
        self._item: list[str] = []
        """The text of the open item of its list."""

    def _refuse(self, *_: object) -> None:
        raise _RefusedError

    def _declaration(self, _version: str, encoding: str | None, _standalone: int) -> None:
        self.packet.encoding = (encoding or "utf-8").lower()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._path) > 100:
            raise _RefusedError
        if f"{RDF} RDF" in self._path:
            self._in_rdf.append(name)
            self._start_in_rdf(name, attributes)
        self._path.append(name)

    def _start_in_rdf(self, name: str, attributes: dict[str, str]) -> None:
        depth = len(self._in_rdf)
        if self._in_rdf[0] != f"{RDF} Description":
            return
        if depth == 1:
            self.packet.about = attributes.get(f"{RDF} about", self.packet.about)
            for key, value in attributes.items():
                if not key.startswith(RDF):
                    self.packet.properties.setdefault(key, value.strip())
        elif depth == 2:
            self._property = []
        elif depth == 3 and name in _LISTS:
            self.packet.lists[self._in_rdf[1]] = XmpList()
        elif depth == 4:
            self._item = []

    def _end(self, name: str) -> None:
        if self._in_rdf:
            self._end_in_rdf()
            self._in_rdf.pop()
        elif name == f"{RDF} RDF":
            self.packet.rdf_end = self.parser.CurrentByteIndex
        self._path.pop()

    def _end_in_rdf(self) -> None:
        if self._in_rdf[0] != f"{RDF} Description" or len(self._in_rdf) < 2:
            return
        depth, key = len(self._in_rdf), self._in_rdf[1]
        if depth == 2:
            before = self.packet.properties.get(key, "")
            self.packet.properties[key] = (before + "".join(self._property)).strip()
        elif key in self.packet.lists and self._in_rdf[2] in _LISTS:
            if depth == 3:
                self.packet.lists[key].end = self.parser.CurrentByteIndex
            elif depth == 4:
                self.packet.lists[key].items.append("".join(self._item).strip())

    def _text(self, text: str) -> None:
        if len(self._in_rdf) >= 2:
            self._property.append(text)
            self._item.append(text)
