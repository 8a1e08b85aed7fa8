"""What a service knows about an item, as XMP properties that digiKam, Lightroom and Immich read.

Which program reads what:
- Immich (docs.immich.app/features/xmp-sidecars): `dc:description`, `xmp:Rating`, and as tags `digiKam:TagsList`.
- digiKam (its metadata settings): `digiKam:TagsList`, else `lr:hierarchicalSubject`, else `dc:subject`; titles,
  descriptions and ratings as here.
- Lightroom: `dc:title`, `dc:description`, `dc:subject`, `lr:hierarchicalSubject`, `xmp:Rating`,
  `Iptc4xmpExt:PersonInImage`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from xml.sax.saxutils import escape

from photosync.metadata.xmp.read import DC, XMP

DIGIKAM = "http://www.digikam.org/ns/1.0/"
IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
LIGHTROOM = "http://ns.adobe.com/lightroom/1.0/"

TITLE, DESCRIPTION, RATING = f"{DC} title", f"{DC} description", f"{XMP} Rating"
SUBJECT, PERSONS = f"{DC} subject", f"{IPTC} PersonInImage"
TAGS_LIST, HIERARCHY = f"{DIGIKAM} TagsList", f"{LIGHTROOM} hierarchicalSubject"
KEYWORD_LISTS = (SUBJECT, PERSONS, TAGS_LIST, HIERARCHY)
"""The lists to which items are added."""

_MAX_LINE, _MAX_TEXT = 1_000, 100_000
"""In characters. Longer texts are cut: no person wrote them."""
_MAX_LIST_BYTES, _ITEM_BYTES = 1 << 16, 64
"""Of the people, and of the keywords; and of the tags around each. So no sidecar is too long for its readers."""
_PEOPLE = "People"
"""The tag that has all persons; digiKam's own."""
_NOT_XML = re.compile("[^\\t\\n\\r\\u0020-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""What XML 1.0 cannot have (section 2.2): control characters and lone surrogates."""


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """The facts about an item that a sidecar can have."""

    title: str = ""
    description: str = ""
    people: tuple[str, ...] = ()
    """The names of those who are in the picture."""
    keywords: tuple[str, ...] = ()
    is_favorite: bool = False

    def properties(self) -> dict[str, tuple[str, ...]]:
        """The XMP properties with their values; none without a value."""
        people, keywords = _lines(self.people), _lines(self.keywords)
        found = {
            TITLE: _lines([self.title]),
            DESCRIPTION: tuple(filter(None, [_text(self.description)])),
            RATING: ("5",) if self.is_favorite else (),
            SUBJECT: (*keywords, *(each for each in people if each not in keywords)),
            PERSONS: people,
            TAGS_LIST: (*(_level(each, "/", "|") for each in keywords), *_persons(people, "/", "|")),
            HIERARCHY: (*(_level(each, "|", "/") for each in keywords), *_persons(people, "|", "/")),
        }
        return {key: values for key, values in found.items() if values}


def _lines(texts: Iterable[str]) -> tuple[str, ...]:
    """Each as one line, and once; the first that are not too long together."""
    lines = (" ".join(_NOT_XML.sub("", text).split())[:_MAX_LINE].strip() for text in texts)
    unique = list(dict.fromkeys(filter(None, lines)))
    ends = accumulate(len(escape(each).encode()) + _ITEM_BYTES for each in unique)
    return tuple(each for each, end in zip(unique, ends, strict=True) if end <= _MAX_LIST_BYTES)


def _text(text: str) -> str:
    plain = _NOT_XML.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    return plain.strip()[:_MAX_TEXT].strip()


def _persons(names: Iterable[str], separator: str, replacement: str) -> tuple[str, ...]:
    return tuple(f"{_PEOPLE}{separator}{_level(name, separator, replacement)}" for name in names)


def _level(name: str, separator: str, replacement: str) -> str:
    """A name that is one level of a hierarchy: Immich replaces a separator in a name in the same way."""
    return name.replace(separator, replacement)
