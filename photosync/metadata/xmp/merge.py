"""Adds properties to an existing sidecar, which belongs to another program or person: all its bytes are kept.

What is missing is added: a property in a description of its own before the last tag, items of a list at its end. A
value that is there stays, also an empty one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container
from dataclasses import dataclass
from unicodedata import normalize

from photosync.formats.window import Window
from photosync.metadata.splice import Splice, in_order, reversed_splices, spliced
from photosync.metadata.undo_record import UndoRecord
from photosync.metadata.xmp.item_facts import DESCRIPTION, KEYWORD_LISTS, RATING, TITLE
from photosync.metadata.xmp.packet import CREATOR, RIGHTS, Properties, description, items, packet
from photosync.metadata.xmp.read import EXIF, PHOTOSHOP, XMP, Packet, XmpList, parse_packet

FIXER_GROUPS: tuple[tuple[str, ...], ...] = (
    (f"{EXIF} DateTimeOriginal", f"{EXIF} DateTimeDigitized", f"{PHOTOSHOP} DateCreated", f"{XMP} CreateDate"),
    (CREATOR,),
    (RIGHTS,),
    tuple(f"{EXIF} GPS{name}" for name in ("VersionID", "Latitude", "Longitude", "AltitudeRef", "Altitude")),
)
_GROUPS = (*FIXER_GROUPS, (TITLE,), (DESCRIPTION,), (RATING,), *((key,) for key in KEYWORD_LISTS))
"""Properties that are added together or not at all, because values of two sources do not fit together."""
_LIST_END = re.compile(rb"</((?:[\w.-]+:)?)(?:Bag|Seq)\s*>")


@dataclass(frozen=True, slots=True)
class SidecarMerge:
    """The plan for an existing sidecar."""

    content: bytes | None
    """The new content; None if it is not changed."""
    note: str = ""
    """Why something that it lacks is not added."""
    undo: UndoRecord | None = None
    """Restores the earlier content, if it has not changed since."""


def merge_sidecar(existing: bytes, wanted: bytes) -> SidecarMerge:
    """`existing` with the properties of `wanted` that it lacks; all its bytes are kept."""
    theirs, ours = parse_packet(existing), parse_packet(wanted)
    if theirs is None or ours is None:
        return SidecarMerge(None, "the sidecar that is there cannot be read; it stays as it is")
    missing = _missing(theirs.properties, ours)
    additions, unusual = _additions(existing, theirs, ours)
    note = "" if not unusual else f"not added to the sidecar, which is written in an unusual way: {', '.join(unusual)}"
    if not missing and not additions:
        return SidecarMerge(None, note)
    end = theirs.rdf_end
    if theirs.encoding not in ("utf-8", "utf8", "us-ascii") or end is None or existing[end : end + 2] != b"</":
        return SidecarMerge(None, "the sidecar that is there is written in an unusual way; it stays as it is")
    if missing:
        additions.append(Splice(end, 0, description(missing, theirs.about).encode()))
    splices = in_order(additions)
    merged = b"".join(spliced([existing], splices))
    if not _is_sum(merged, theirs, ours, missing, unusual):
        return SidecarMerge(None, "nothing can be added to the sidecar that is there; it stays as it is")
    back = reversed_splices(Window.over(existing), splices)
    record = UndoRecord(hashlib.sha256(existing).hexdigest(), hashlib.sha256(merged).hexdigest(), back)
    return SidecarMerge(merged, note, record)


def kept_names(existing: bytes, wanted: bytes) -> list[str]:
    """Artist and Copyright, as far as `existing` has others than `wanted`."""
    theirs, ours = parse_packet(existing) or Packet(), parse_packet(wanted) or Packet()
    names = {CREATOR: "Artist", RIGHTS: "Copyright"}
    both = [key for key in names if key in theirs.properties and key in ours.properties]
    return [names[key] for key in both if theirs.values(key) != ours.values(key)]


def joined(*packets: bytes | None) -> bytes | None:
    """One packet with the properties of several of our own; None without properties. The first has priority."""
    found: dict[str, tuple[str, ...]] = {}
    for each in map(parse_packet, filter(None, packets)):
        assert each is not None, "our own packets can be read"
        found |= _missing(found, each)
    return packet({key: found[key] for group in _GROUPS for key in group if key in found}) if found else None


def fixer_part(content: bytes, base: bytes | None) -> bytes | None:
    """A packet with what the fixer added to `base`, the sidecar of another program or nothing."""
    own, theirs = parse_packet(content), parse_packet(base) if base is not None else Packet()
    if own is None or theirs is None:
        return None
    keys = [key for group in FIXER_GROUPS for key in group if key in own.properties and key not in theirs.properties]
    return packet({key: own.values(key) for key in keys}) if keys else None


def _missing(known: Container[str], ours: Packet) -> dict[str, tuple[str, ...]]:
    """The properties of `ours` of which nothing is known."""
    return {
        key: ours.values(key)
        for group in _GROUPS
        if not any(key in known for key in group)
        for key in ours.properties
        if key in group
    }


def _additions(existing: bytes, theirs: Packet, ours: Packet) -> tuple[list[Splice], list[str]]:
    """The missing items of lists that are there; and the properties to which none can be added."""
    splices, unusual = [], []
    for key in KEYWORD_LISTS:
        if key not in ours.lists or key not in theirs.properties:
            continue
        list_ = theirs.lists.get(key)
        added = _missing_items(list_, ours.lists[key]) if list_ else [theirs.properties[key]]
        tag = _LIST_END.match(existing, list_.end) if list_ else None
        if added and tag:
            # Behind the last item, with the space between it and the end of the list, as other programs indent.
            at = len(existing[: tag.start()].rstrip(b" \t\r\n"))
            space = existing[at : tag.start()].decode()
            text = items(added, prefix=tag[1].decode(), before=f"{space} " if "\n" in space else space)
            splices.append(Splice(at, 0, text.encode()))
        elif added:
            unusual.append(key.split(" ")[1])
    return splices, unusual


def _missing_items(theirs: XmpList, ours: XmpList) -> list[str]:
    known = {normalize("NFC", each) for each in theirs.items}
    return [each for each in ours.items if normalize("NFC", each) not in known]


def _is_sum(merged: bytes, theirs: Packet, ours: Packet, missing: Properties, unusual: list[str]) -> bool:
    """Whether a reader finds in `merged` what was there, what was added, and nothing else."""
    found = parse_packet(merged)
    if found is None or found.properties.keys() != theirs.properties.keys() | missing.keys():
        return False
    return all(found.values(key) == _expected(key, theirs, ours, missing, unusual) for key in found.properties)


def _expected(key: str, theirs: Packet, ours: Packet, missing: Properties, unusual: list[str]) -> tuple[str, ...]:
    if key in missing:
        return missing[key]
    if key in KEYWORD_LISTS and key in ours.lists and key.split(" ")[1] not in unusual:
        return (*theirs.values(key), *_missing_items(theirs.lists[key], ours.lists[key]))
    return theirs.values(key)
