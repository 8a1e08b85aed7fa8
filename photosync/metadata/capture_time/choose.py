"""The capture-time ladder: which of the times that a file and its provider give is the one, and what follows from it.

The first source that is not doubted wins. Its offset from UTC is looked for in the file, then with the provider, then
in the settings; folder and file time follow. Nothing here reads or writes a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from photosync.metadata.capture_time.dates import ReadDate, doubt, instant, shifted
from photosync.metadata.capture_time.names import date_in_name
from photosync.metadata.capture_time.zones import (
    CLOCK_TOLERANCE,
    GPS_TOLERANCE,
    KnownOffset,
    difference,
    offset_at_instant,
    offset_at_local,
)
from photosync.metadata.file_metadata import FileMetadata
from photosync.metadata.request import Given, Settings, named_zone
from photosync.metadata.result import Candidate, Ladder, TimeKind
from photosync.model import TimeMeaning

ORIGINAL, CREATED, EMBEDDED, VIDEO, GPS, PROVIDER, FILE_NAME, MODIFIED, ADDED = range(1, 10)
"""The ranks, best first."""

LAST_WRITABLE = FILE_NAME

_MOVIE_HEADER = "QuickTime movie header"
_ACCOUNT_ZONE = "time_zone of the account"


def climb(facts: FileMetadata, given: Given, settings: Settings, now: datetime | None = None) -> Ladder:
    """The ladder of one file."""
    clock = (now or datetime.now(UTC)).astimezone(UTC).replace(tzinfo=None)
    candidates = tuple(
        replace(candidate, doubt=doubt(candidate.reading, clock)) for candidate in _candidates(facts, given, settings)
    )
    believed = tuple(candidate for candidate in candidates if not candidate.doubt)
    notes = [f"{candidate.source} {candidate.reading} {candidate.doubt}" for candidate in candidates if candidate.doubt]
    winner = _winner(believed)
    if winner is None:
        return Ladder(candidates, None, None, "", None, None, tuple(notes))
    local_movie = _movie_in_local_time(winner, believed)
    if local_movie is not None:
        provider, offset = local_movie
        notes.append("the movie header is in local time, by the provider's instant")
        known = KnownOffset(offset, "movie header minus provider")
        true_time = provider.reading.replace(tzinfo=UTC)
        return Ladder(candidates, winner, known.value, known.source, winner.reading, true_time, tuple(notes))
    found = _offset(winner, believed, settings)
    folder_time, file_time, assumption = _times(winner, found)
    notes.extend([assumption] if assumption else [])
    return Ladder(
        candidates,
        winner,
        found.value if found else None,
        found.source if found else "",
        folder_time,
        file_time,
        tuple(notes),
    )


def _candidates(facts: FileMetadata, given: Given, settings: Settings) -> Iterator[Candidate]:
    exif, video = facts.exif, facts.video
    original_offset = exif.offset_original if exif.offset_original is not None else exif.offset
    created_offset = exif.offset_created if exif.offset_created is not None else exif.offset
    yield from _read("Exif DateTimeOriginal", ORIGINAL, exif.original, original_offset)
    yield from _read("Exif CreateDate", CREATED, exif.created, created_offset)
    for source, date in facts.xmp.dates:
        yield from _read(source, EMBEDDED, date)
    yield from _read("IPTC date created", EMBEDDED, facts.iptc.created)
    yield from _read("QuickTime creationdate", VIDEO, video.tagged)
    if video.movie is not None:
        yield Candidate(_MOVIE_HEADER, VIDEO, TimeKind.INSTANT, video.movie)
    if exif.gps is not None:
        yield Candidate("Exif GPS time", GPS, TimeKind.INSTANT, exif.gps)
    if given.taken is not None:
        is_instant = given.taken.meaning is TimeMeaning.INSTANT or (
            given.taken.meaning is TimeMeaning.UNKNOWN and settings.time_zone is None
        )
        kind = TimeKind.INSTANT if is_instant else TimeKind.LOCAL
        yield Candidate("provider", PROVIDER, kind, given.taken.reading)
    named = date_in_name(given.name)
    if named is not None:
        yield Candidate("file name", FILE_NAME, named[1], named[0])
    yield from _read("Exif ModifyDate", MODIFIED, exif.modified, exif.offset)
    yield from _read("PNG creation text", MODIFIED, facts.png_created)
    if given.added is not None:
        yield Candidate("upload", ADDED, TimeKind.INSTANT, given.added.astimezone(UTC).replace(tzinfo=None))


def _read(source: str, rank: int, date: ReadDate | None, offset: timedelta | None = None) -> Iterator[Candidate]:
    if date is not None:
        kind = TimeKind.LOCAL if date.has_time else TimeKind.DAY
        yield Candidate(source, rank, kind, date.reading, date.offset if date.offset is not None else offset)


def _winner(believed: tuple[Candidate, ...]) -> Candidate | None:
    """The first; but a day without a time gives way to a time of about that day from a source nearly as good."""
    first = next(iter(believed), None)
    if first is None or first.kind is not TimeKind.DAY:
        return first
    for other in believed:
        same_day = abs(other.reading.date() - first.reading.date()) <= timedelta(days=1)
        if other.kind is not TimeKind.DAY and other.rank <= LAST_WRITABLE and same_day:
            return other
    return first


def _movie_in_local_time(winner: Candidate, believed: tuple[Candidate, ...]) -> tuple[Candidate, timedelta] | None:
    """QuickTime times are UTC, but several makers write the local reading: the provider's instant shows it."""
    provider = _instant_of_provider(believed)
    if winner.source != _MOVIE_HEADER or provider is None:
        return None
    offset = difference(winner.reading, provider.reading, CLOCK_TOLERANCE)
    return (provider, offset) if offset else None


def _instant_of_provider(believed: tuple[Candidate, ...]) -> Candidate | None:
    return next((each for each in believed if each.rank == PROVIDER and each.kind is TimeKind.INSTANT), None)


def _offset(winner: Candidate, believed: tuple[Candidate, ...], settings: Settings) -> KnownOffset | None:
    """How far local time was from UTC, from the best source that tells."""
    if winner.kind is TimeKind.DAY:
        return None
    if winner.offset is not None:
        return KnownOffset(winner.offset, winner.source)
    by_others = _offset_of_local if winner.kind is TimeKind.LOCAL else _offset_of_instant
    known = by_others(winner, believed)
    if known is not None:
        return known
    if settings.time_zone is None:
        return None
    zone = named_zone(settings.time_zone)
    at = offset_at_local if winner.kind is TimeKind.LOCAL else offset_at_instant
    found = at(zone, winner.reading)
    return None if found is None else KnownOffset(found, _ACCOUNT_ZONE)


def _offset_of_local(winner: Candidate, believed: tuple[Candidate, ...]) -> KnownOffset | None:
    for other in believed:
        same_reading = abs(other.reading - winner.reading) < timedelta(seconds=1)
        is_trusted = other.rank == VIDEO or other.source.startswith("XMP")
        if is_trusted and other.offset is not None and same_reading:
            return KnownOffset(other.offset, other.source)
    satellite = next((each for each in believed if each.rank == GPS), None)
    if satellite is not None:
        offset = difference(winner.reading, satellite.reading, GPS_TOLERANCE)
        if offset is not None:
            return KnownOffset(offset, f"{winner.source} minus GPS time")
    provider = _instant_of_provider(believed)
    if provider is not None:
        offset = difference(winner.reading, provider.reading, CLOCK_TOLERANCE)
        if offset:
            return KnownOffset(offset, f"{winner.source} minus provider")
    return None


def _offset_of_instant(winner: Candidate, believed: tuple[Candidate, ...]) -> KnownOffset | None:
    """An instant of the file and a local reading of the provider: the same difference, the other way round."""
    tolerance = GPS_TOLERANCE if winner.rank == GPS else CLOCK_TOLERANCE
    for other in believed:
        if other.rank == PROVIDER and other.kind is TimeKind.LOCAL and winner.rank < PROVIDER:
            offset = difference(other.reading, winner.reading, tolerance)
            if offset:
                return KnownOffset(offset, f"provider minus {winner.source}")
    return None


def _times(winner: Candidate, known: KnownOffset | None) -> tuple[datetime, datetime | None, str]:
    """Folder time, file time, and what was assumed for them."""
    if winner.kind is TimeKind.INSTANT:
        local = shifted(winner.reading, known.value) if known else None
        return local or winner.reading, winner.reading.replace(tzinfo=UTC), ""
    if winner.kind is TimeKind.DAY:
        noon = winner.reading.replace(hour=12, minute=0, second=0, microsecond=0)
        return winner.reading, _on_this_computer(noon), "only the day is known: the file time is its noon"
    if known is None:
        assumption = "no offset is known: the file time takes the reading in this computer's time zone"
        return winner.reading, _on_this_computer(winner.reading), assumption
    assumption = "the offset is assumed from the account's time_zone" if known.source == _ACCOUNT_ZONE else ""
    return winner.reading, instant(winner.reading, known.value), assumption


def _on_this_computer(reading: datetime) -> datetime | None:
    try:
        return reading.replace(fold=0).astimezone().astimezone(UTC)
    except (OverflowError, OSError, ValueError):
        return instant(reading, timedelta())
