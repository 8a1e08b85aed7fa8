"""Chooses the capture time among the times that a file and its provider give.

The best source without a doubt is chosen. Its offset from UTC is searched in the file, then with the provider, then in
the settings; the times for folder and file follow. Nothing here reads or writes a file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from photosync import clock
from photosync.metadata.capture_time.candidate import Candidate
from photosync.metadata.capture_time.dates import shifted
from photosync.metadata.capture_time.names import date_in_name
from photosync.metadata.capture_time.period import refines
from photosync.metadata.capture_time.sources import TimeSource
from photosync.metadata.capture_time.testimony import contradict, judge
from photosync.metadata.capture_time.zones import (
    CLOCK_TOLERANCE,
    GPS_TOLERANCE,
    difference,
    named_zone,
    zone_offset,
)
from photosync.metadata.exif.read import OFFSET_TIME, OFFSET_TIME_ORIGINAL
from photosync.metadata.facts import Facts
from photosync.metadata.request import Given, Settings
from photosync.model import CaptureTime, TimeMeaning

_HAS_TRUSTED_OFFSET = (
    *(TimeSource.XMP_ORIGINAL, TimeSource.XMP_PHOTOSHOP, TimeSource.XMP_CREATED),
    TimeSource.QUICKTIME_DATE,
)
_ACCOUNT_ZONE = "time_zone of the account"


@dataclass(frozen=True, slots=True)
class KnownOffset:
    """The offset of local time from UTC, and its source."""

    value: timedelta
    source: str

    @property
    def is_assumed(self) -> bool:
        """Whether it is the account's. A local reading may be from another place, so it is not written for that."""
        return self.source == _ACCOUNT_ZONE


@dataclass(frozen=True, slots=True)
class CaptureTimeChoice:
    """All candidates, best first, and the choice."""

    candidates: tuple[Candidate, ...] = ()
    winner: Candidate | None = None
    offset: KnownOffset | None = None
    folder_time: datetime | None = None
    """The naive local reading for the folder's name."""
    file_time: datetime | None = None
    """The aware instant for the file's modification time."""
    notes: tuple[str, ...] = ()
    """The assumptions and the doubts."""

    @property
    def folder_date(self) -> CaptureTime | None:
        """The folder time, and how much of it is known."""
        if self.folder_time is None or self.winner is None:
            return None
        meaning = self.winner.time.meaning
        return CaptureTime(self.folder_time, meaning if meaning.is_partial else TimeMeaning.LOCAL)

    @property
    def doubts_provider(self) -> bool:
        """Whether the provider's capture time is doubted, and another one chosen."""
        doubted = (each for each in self.candidates if each.source is TimeSource.PROVIDER and each.doubt)
        return any(each is not self.winner for each in doubted)

    @property
    def writable(self) -> CaptureTime | None:
        """The local reading that may be written. An instant without a known offset is written in UTC, and says so."""
        winner = self.winner
        if winner is None or winner.doubt or not winner.source.may_be_written or winner.time.meaning.is_partial:
            return None
        is_instant = winner.time.meaning is TimeMeaning.INSTANT
        offset = timedelta() if is_instant else None
        if self.offset is not None and (is_instant or not self.offset.is_assumed):
            offset = self.offset.value
        return CaptureTime(self.folder_time or winner.time.reading, TimeMeaning.LOCAL, offset)


def choose(facts: Facts, given: Given, settings: Settings) -> CaptureTimeChoice:
    """The capture time of a file with these `facts`."""
    settings = settings.of(given)
    candidates = _candidates(facts, given, settings)
    believed = tuple(each for each in candidates if not each.doubt)
    notes = (
        *(note for each in candidates if (note := _note(each))),
        *(f"{each.label} '{text}' cannot be read, and is kept" for each, text in facts.unreadable.items()),
    )
    winner = _winner(believed, facts, settings)
    if winner is None or not winner.source.may_be_written:
        winner = next((each for each in candidates if each.is_last_resort), winner)
    if winner is None:
        return CaptureTimeChoice(candidates, notes=notes)
    provider = _time_from(TimeSource.PROVIDER, TimeMeaning.INSTANT, believed)
    if winner.source is TimeSource.MOVIE_HEADER and provider is not None:
        # QuickTime times are UTC, but several makers write the local reading
        local = difference(winner.time.reading, provider.reading, CLOCK_TOLERANCE)
        if local:
            known = KnownOffset(local, "movie header minus provider")
            notes = (*notes, "the movie header is in local time, by the provider's instant")
            return CaptureTimeChoice(candidates, winner, known, winner.time.reading, provider.utc, notes)
    offset = _offset(winner, believed, facts, settings)
    folder_time, file_time, assumption = _folder_and_file_time(winner.time, offset)
    notes = (*notes, assumption) if assumption else notes
    return CaptureTimeChoice(candidates, winner, offset, folder_time, file_time, notes)


def _candidates(facts: Facts, given: Given, settings: Settings) -> tuple[Candidate, ...]:
    taken, added = given.taken, given.added
    now = clock.now()
    # This computer's clock may be wrong. What has arrived at a service is past.
    now = max(now, added or now).astimezone(UTC).replace(tzinfo=None)
    if taken is not None and taken.meaning is TimeMeaning.UNKNOWN:
        taken = replace(taken, meaning=TimeMeaning.LOCAL if settings.time_zone else TimeMeaning.INSTANT)
    uploaded = CaptureTime(added.astimezone(UTC).replace(tzinfo=None), TimeMeaning.INSTANT) if added else None
    known = {TimeSource.FILE_NAME: date_in_name(given.name), TimeSource.PROVIDER: taken, TimeSource.UPLOAD: uploaded}
    times = {**facts.times, **known}
    found = ((source, times.get(source)) for source in TimeSource)
    return judge((Candidate(source, time) for source, time in found if time is not None), now)


def _note(each: Candidate) -> str:
    """What is wrong with a candidate."""
    if each.correction:
        return f"{each.source.label} {each.correction}: {each.time.reading}"
    return f"{each.source.label} {each.time.reading} {each.doubt}" if each.doubt else ""


def _winner(believed: tuple[Candidate, ...], facts: Facts, settings: Settings) -> Candidate | None:
    """The first; if that is partial, a later one that says more and does not contradict it, and may be written.

    The day of a scan gives way to the day of the picture.
    """
    winner = next(iter(believed), None)
    if winner is not None and winner.source.is_digitized:
        taken = next((each for each in believed if each.source.means_original), winner)
        winner = taken if contradict(taken.time, winner.time) else winner
    for other in believed:
        if winner is None or not winner.time.meaning.is_partial:
            break
        known = _offset(other, believed, facts, settings)
        reading, *_ = _folder_and_file_time(other.time, known)
        if other.source.may_be_written and refines(reading, other.time.meaning, winner.time):
            winner = other
    return winner


def _time_from(source: TimeSource, meaning: TimeMeaning, believed: tuple[Candidate, ...]) -> CaptureTime | None:
    return next((each.time for each in believed if each.source is source and each.time.meaning is meaning), None)


def _offset(winner: Candidate, believed: tuple[Candidate, ...], facts: Facts, settings: Settings) -> KnownOffset | None:
    """The offset of local time from UTC, from the best source that has one."""
    if winner.time.meaning.is_partial:
        return None
    if winner.time.offset is not None:
        return KnownOffset(winner.time.offset, winner.source.label)
    if (written := _lone_offset(winner, facts)) is not None:
        return KnownOffset(written, "Exif offset")
    by_others = _offset_of_local if winner.time.meaning is TimeMeaning.LOCAL else _offset_of_instant
    known = by_others(winner, believed)
    if known is not None or settings.time_zone is None:
        return known
    found = zone_offset(named_zone(settings.time_zone), winner.time)
    return None if found is None else KnownOffset(found, _ACCOUNT_ZONE)


def _lone_offset(winner: Candidate, facts: Facts) -> timedelta | None:
    """That of a DateTimeOriginal that is not there: some phones write it without a date."""
    if facts.has(TimeSource.EXIF_ORIGINAL):
        return None
    if OFFSET_TIME_ORIGINAL in facts.exif_offsets:
        return facts.exif_offsets[OFFSET_TIME_ORIGINAL]
    modified = facts.times.get(TimeSource.EXIF_MODIFIED)
    is_same = modified is not None and abs(modified.reading - winner.time.reading) < timedelta(seconds=1)
    is_of_another = facts.has(TimeSource.EXIF_MODIFIED) and not is_same
    return None if is_of_another else facts.exif_offsets.get(OFFSET_TIME)


def _offset_of_local(winner: Candidate, believed: tuple[Candidate, ...]) -> KnownOffset | None:
    reading, label = winner.time.reading, winner.source.label
    for other in believed:
        same_reading = abs(other.time.reading - reading) < timedelta(seconds=1)
        if other.source in _HAS_TRUSTED_OFFSET and other.time.offset is not None and same_reading:
            return KnownOffset(other.time.offset, other.source.label)
    gps = _time_from(TimeSource.GPS, TimeMeaning.INSTANT, believed)
    if gps is not None and (offset := difference(reading, gps.reading, GPS_TOLERANCE)) is not None:
        return KnownOffset(offset, f"{label} minus GPS time")
    provider = _time_from(TimeSource.PROVIDER, TimeMeaning.INSTANT, believed)
    if provider is not None and (offset := difference(reading, provider.reading, CLOCK_TOLERANCE)):
        return KnownOffset(offset, f"{label} minus provider")
    return None


def _offset_of_instant(winner: Candidate, believed: tuple[Candidate, ...]) -> KnownOffset | None:
    """From the difference between an instant of the file and a local reading of the provider."""
    provider = _time_from(TimeSource.PROVIDER, TimeMeaning.LOCAL, believed)
    if provider is None or not winner.source.is_in_file:
        return None
    tolerance = GPS_TOLERANCE if winner.source is TimeSource.GPS else CLOCK_TOLERANCE
    offset = difference(provider.reading, winner.time.reading, tolerance)
    return KnownOffset(offset, f"provider minus {winner.source.label}") if offset else None


def _folder_and_file_time(time: CaptureTime, known: KnownOffset | None) -> tuple[datetime, datetime | None, str]:
    """Folder time, file time, and the assumptions for them."""
    if time.meaning is TimeMeaning.INSTANT:
        local = shifted(time.reading, known.value) if known else None
        return local or time.reading, time.utc, ""
    if time.meaning is TimeMeaning.DAY:
        noon = time.reading.replace(hour=12, minute=0, second=0, microsecond=0)
        return time.reading, _on_this_computer(noon), "only the day is known: the file time is its noon"
    if time.meaning.is_partial:
        start = _on_this_computer(time.reading)
        return time.reading, start, f"only the {time.meaning} is known: the file time is its first moment"
    if known is None:
        assumption = "no offset is known: the file time takes the reading in this computer's time zone"
        return time.reading, _on_this_computer(time.reading), assumption
    assumption = "the offset is assumed from the account's time_zone" if known.is_assumed else ""
    return time.reading, replace(time, offset=known.value).utc, assumption


def _on_this_computer(reading: datetime) -> datetime:
    try:
        return reading.replace(fold=0).astimezone().astimezone(UTC)
    except (OverflowError, OSError, ValueError):
        return reading.replace(tzinfo=UTC)
