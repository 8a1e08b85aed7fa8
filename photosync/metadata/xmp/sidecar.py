"""XMP sidecars: small files with data that is missing in a file and cannot be written there.

Only a few properties are written. An existing sidecar belongs to another program or person: missing data is added
before its last tag, and all its bytes are kept. ISO 16684-1 for the packet; Adobe XMP
specification part 2 for the properties; dates are ISO 8601, positions `degrees,minutesN`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from photosync.formats.sniff import Format, FormatKind
from photosync.metadata.request import Settings, SidecarName
from photosync.metadata.splice import Splice
from photosync.metadata.undo_record import UndoRecord
from photosync.metadata.xmp.read import DC, EXIF, PHOTOSHOP, RDF, XMP, parse_packet, read_xmp
from photosync.model import CaptureTime, GpsPosition

_PREFIXES = {EXIF: "exif", PHOTOSHOP: "photoshop", XMP: "xmp", DC: "dc"}
_WRITER = 'x:xmptk="photosync"'
"""The name of the program in new sidecars; every program that rewrites one puts its own name there."""
_GROUPS: tuple[tuple[str, ...], ...] = (
    (f"{EXIF} DateTimeOriginal", f"{EXIF} DateTimeDigitized", f"{PHOTOSHOP} DateCreated", f"{XMP} CreateDate"),
    (f"{DC} creator",),
    (f"{DC} rights",),
    tuple(f"{EXIF} GPS{name}" for name in ("VersionID", "Latitude", "Longitude", "AltitudeRef", "Altitude")),
)
"""Properties that are added together or not at all, because values of two sources do not fit together."""


@dataclass(frozen=True, slots=True)
class SidecarMerge:
    """The plan for an existing sidecar."""

    content: bytes | None
    """The new content; None if it is not changed."""
    note: str = ""
    """Why it is not changed although it lacks data."""
    undo: UndoRecord | None = None
    """Restores the earlier content, if it has not changed since."""


def sidecar_path(path: Path, format_: Format | None, settings: Settings) -> Path:
    """`IMG_1.HEIC.xmp` for `IMG_1.HEIC`, or `IMG_1.xmp` for a raw file if no other file has that stem."""
    full = path.with_name(path.name + ".xmp")
    if settings.sidecar_name is SidecarName.FULL or format_ is None or format_.kind is not FormatKind.RAW:
        return full
    stem = path.with_suffix(".xmp")
    others = (each for each in path.parent.iterdir() if each.stem == path.stem and each not in (path, stem))
    return full if any(others) else stem


def sidecar(
    *, taken: CaptureTime | None, artist: str, copyright_: str, gps: GpsPosition | None, is_video: bool
) -> bytes | None:
    """A new sidecar with the given data; None without data."""
    properties: dict[str, str] = {}
    if taken is not None:
        dates = (f"{EXIF} DateTimeOriginal", f"{PHOTOSHOP} DateCreated", *([f"{XMP} CreateDate"] if is_video else []))
        properties |= dict.fromkeys(dates, taken.isoformat())
    if artist:
        properties[f"{DC} creator"] = artist
    if copyright_:
        properties[f"{DC} rights"] = copyright_
    if gps is not None:
        properties[f"{EXIF} GPSVersionID"] = "2.3.0.0"
        properties[f"{EXIF} GPSLatitude"] = _degrees(gps.latitude, "NS")
        properties[f"{EXIF} GPSLongitude"] = _degrees(gps.longitude, "EW")
    if not properties:
        return None
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/" {_WRITER}>\n'
        f' <rdf:RDF xmlns:rdf="{RDF}">\n{_description(properties, "")} </rdf:RDF>\n</x:xmpmeta>\n'
    ).encode()


def has_date(existing: bytes) -> bool:
    """Whether a sidecar has a date, or may have one where it is damaged."""
    facts = read_xmp(existing)
    return bool(facts.times or facts.unreadable) or not facts.can_tell


def is_of_another_program(content: bytes) -> bool:
    """Whether it is a complete sidecar that another program has written. One without the program's name counts too."""
    return parse_packet(content) is not None and _WRITER.encode() not in content


def merge_sidecar(existing: bytes, wanted: bytes) -> SidecarMerge:
    """`existing` with the properties of `wanted` that it lacks; all its bytes are kept."""
    theirs, ours = parse_packet(existing), parse_packet(wanted)
    if theirs is None or ours is None:
        return SidecarMerge(None, "the sidecar that is there cannot be read; it stays as it is")
    missing = {
        key: text
        for group in _GROUPS
        if not any(key in theirs.properties for key in group)
        for key, text in ours.properties.items()
        if key in group
    }
    if not missing:
        return SidecarMerge(None)
    end = theirs.rdf_end
    if theirs.encoding not in ("utf-8", "utf8", "us-ascii") or end is None or existing[end : end + 2] != b"</":
        return SidecarMerge(None, "the sidecar that is there is written in an unusual way; it stays as it is")
    merged = existing[:end] + _description(missing, theirs.about).encode() + existing[end:]
    again = parse_packet(merged)
    if again is None or again.properties != {**theirs.properties, **missing}:
        return SidecarMerge(None, "nothing can be added to the sidecar that is there; it stays as it is")
    back = (Splice(end, len(merged) - len(existing), b""),)
    record = UndoRecord(hashlib.sha256(existing).hexdigest(), hashlib.sha256(merged).hexdigest(), back)
    return SidecarMerge(merged, undo=record)


def _description(properties: Mapping[str, str], about: str) -> str:
    spaces = sorted({key.split(" ")[0] for key in properties})
    declared = "".join(f'\n    xmlns:{_PREFIXES[space]}="{space}"' for space in spaces)
    lines = "".join(f"   {_element(key, text)}\n" for key, text in properties.items())
    about_text = quoteattr(about)
    return f'  <rdf:Description xmlns:rdf="{RDF}" rdf:about={about_text}{declared}>\n{lines}  </rdf:Description>\n'


def _element(key: str, text: str) -> str:
    space, name = key.split(" ")
    tag = f"{_PREFIXES[space]}:{name}"
    value = escape("".join(letter for letter in text if letter.isprintable() or letter in "\t\n"))
    if key == f"{DC} creator":
        value = f"<rdf:Seq><rdf:li>{value}</rdf:li></rdf:Seq>"
    elif key == f"{DC} rights":
        value = f'<rdf:Alt><rdf:li xml:lang="x-default">{value}</rdf:li></rdf:Alt>'
    return f"<{tag}>{value}</{tag}>"


def _degrees(value: float, letters: str) -> str:
    units = round(abs(value) * 600_000)
    return f"{units // 600_000},{units % 600_000 / 10_000:.4f}{letters[value < 0]}"
