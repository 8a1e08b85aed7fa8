"""Looks at a finished file: which time names its folder, and which becomes its file time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from photosync.metadata.formats import sniff
from photosync.metadata.request import Given, Settings, named_zone
from photosync.metadata.result import Ladder, Mended, Outcome
from photosync.model import CaptureTime, TimeMeaning


def mend(path: Path, given: Given, settings: Settings, workspace: Path) -> Mended:  # noqa: ARG001
    """The file as it is, with the times that the provider gave for it."""
    with path.open("rb") as file:
        head = file.read(512)
    folder_time = given.taken.reading if given.taken else None
    file_time = _instant(given.taken, settings) if given.taken else given.added
    ladder = Ladder((), None, None, "", folder_time, file_time)
    return Mended(path, Outcome.UNTOUCHED, sniff(head, given.name), ladder)


def _instant(taken: CaptureTime, settings: Settings) -> datetime:
    if taken.meaning is TimeMeaning.INSTANT or (taken.meaning is TimeMeaning.UNKNOWN and not settings.time_zone):
        return taken.reading.replace(tzinfo=UTC)
    if settings.time_zone:
        return taken.reading.replace(tzinfo=named_zone(settings.time_zone))
    return taken.reading.astimezone()
