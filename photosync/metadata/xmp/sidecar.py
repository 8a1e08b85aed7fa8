"""XMP sidecars: small files with data that is missing in a file and cannot be written there, or that a service knows.

Adobe XMP specification part 2 for the properties of the fixer; dates are ISO 8601, positions `degrees,minutesN`.
"""

from __future__ import annotations

from pathlib import Path

from photosync.formats.sniff import Format, FormatKind
from photosync.metadata.request import Settings, SidecarName
from photosync.metadata.xmp.item_facts import ItemFacts
from photosync.metadata.xmp.packet import CREATOR, RIGHTS, WRITER, packet
from photosync.metadata.xmp.read import EXIF, PHOTOSHOP, XMP, parse_packet, read_xmp
from photosync.model import CaptureTime, GpsPosition


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
    properties: dict[str, tuple[str, ...]] = {}
    if taken is not None:
        dates = (f"{EXIF} DateTimeOriginal", f"{PHOTOSHOP} DateCreated", *([f"{XMP} CreateDate"] if is_video else []))
        properties |= dict.fromkeys(dates, (taken.isoformat(),))
    if artist:
        properties[CREATOR] = (artist,)
    if copyright_:
        properties[RIGHTS] = (copyright_,)
    if gps is not None:
        properties[f"{EXIF} GPSVersionID"] = ("2.3.0.0",)
        properties[f"{EXIF} GPSLatitude"] = (_degrees(gps.latitude, "NS"),)
        properties[f"{EXIF} GPSLongitude"] = (_degrees(gps.longitude, "EW"),)
    return packet(properties) if properties else None


def facts_sidecar(facts: ItemFacts) -> bytes | None:
    """A new sidecar with what a service knows about an item; None if that is nothing."""
    properties = facts.properties()
    return packet(properties) if properties else None


def has_date(existing: bytes) -> bool:
    """Whether a sidecar has a date, or may have one where it is damaged."""
    facts = read_xmp(existing)
    return bool(facts.times or facts.unreadable) or not facts.can_tell


def is_of_another_program(content: bytes) -> bool:
    """Whether it is a complete sidecar that another program has written. One without the program's name counts too."""
    return parse_packet(content) is not None and WRITER.encode() not in content


def _degrees(value: float, letters: str) -> str:
    units = round(abs(value) * 600_000)
    return f"{units // 600_000},{units % 600_000 / 10_000:.4f}{letters[value < 0]}"
