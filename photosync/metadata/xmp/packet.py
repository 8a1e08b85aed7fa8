"""Writes XMP packets from properties and their values.

ISO 16684-1 for the packet; Adobe XMP specification part 2, IPTC Photo Metadata 2023 and digiKam for the properties.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape, quoteattr

from photosync.metadata.xmp.item_facts import (
    DESCRIPTION,
    DIGIKAM,
    HIERARCHY,
    IPTC,
    LIGHTROOM,
    PERSONS,
    SUBJECT,
    TAGS_LIST,
    TITLE,
)
from photosync.metadata.xmp.read import DC, EXIF, PHOTOSHOP, RDF, XMP

CREATOR, RIGHTS = f"{DC} creator", f"{DC} rights"
WRITER = 'x:xmptk="photosync"'
"""The name of the program in new sidecars; every program that rewrites one puts its own name there."""
_PREFIXES = {
    EXIF: "exif",
    PHOTOSHOP: "photoshop",
    XMP: "xmp",
    DC: "dc",
    IPTC: "Iptc4xmpExt",
    DIGIKAM: "digiKam",
    LIGHTROOM: "lr",
}
_LIST_OF = {
    **dict.fromkeys((TITLE, DESCRIPTION, RIGHTS), "Alt"),
    **dict.fromkeys((CREATOR, TAGS_LIST), "Seq"),
    **dict.fromkeys((SUBJECT, PERSONS, HIERARCHY), "Bag"),
}

Properties = Mapping[str, tuple[str, ...]]
"""By namespace, space and name: the items of a list, or else one value."""


def packet(properties: Properties) -> bytes:
    """A whole packet."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/" {WRITER}>\n'
        f' <rdf:RDF xmlns:rdf="{RDF}">\n{description(properties, "")} </rdf:RDF>\n</x:xmpmeta>\n'
    ).encode()


def description(properties: Properties, about: str) -> str:
    """An `rdf:Description` with everything that it needs from outside."""
    spaces = sorted({key.split(" ")[0] for key in properties})
    declared = "".join(f'\n    xmlns:{_PREFIXES[space]}="{space}"' for space in spaces)
    lines = "".join(f"   {_element(key, values)}\n" for key, values in properties.items())
    about_text = quoteattr(about)
    return f'  <rdf:Description xmlns:rdf="{RDF}" rdf:about={about_text}{declared}>\n{lines}  </rdf:Description>\n'


def items(texts: Iterable[str], *, prefix: str = "rdf:", before: str = "", attributes: str = "") -> str:
    """Items of a list."""
    return "".join(f"{before}<{prefix}li{attributes}>{escape(text)}</{prefix}li>" for text in texts)


def _element(key: str, values: tuple[str, ...]) -> str:
    space, name = key.split(" ")
    tag = f"{_PREFIXES[space]}:{name}"
    list_ = _LIST_OF.get(key)
    if list_ is None:
        return f"<{tag}>{escape(values[0])}</{tag}>"
    attributes = ' xml:lang="x-default"' if list_ == "Alt" else ""
    before = "\n     " if len(values) > 1 else ""
    after = "\n    " if before else ""
    text = items(values, before=before, attributes=attributes)
    return f"<{tag}><rdf:{list_}>{text}{after}</rdf:{list_}></{tag}>"
