"""Lets the candidates for a capture time testify for and against each other.

No candidate is judged by constants alone: a known error of a clock is recognised by the other sources, a source that
all others contradict is doubted, and the default of a clock counts only while nothing contradicts it. A date that a
person may have written into the file (Exif, XMP, IPTC) is doubted only for a known error: it may be right although
all others give the day of a scan.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from photosync.metadata.capture_time.candidate import Candidate
from photosync.metadata.capture_time.dates import doubt, shifted
from photosync.metadata.capture_time.epochs import FROM_UNIX, miscounts
from photosync.metadata.capture_time.sources import TimeSource
from photosync.metadata.capture_time.unset_clock import is_default, is_start_of_year, is_zero
from photosync.metadata.capture_time.zones import GPS_TOLERANCE, difference
from photosync.model import CaptureTime, TimeMeaning

AGREEMENT = timedelta(days=2)
"""Times of one moment differ by less, whatever their time zones, and also if a receiver had its last fix before."""

_MACHINES = (TimeSource.GPS, TimeSource.MOVIE_HEADER)
"""Sources that nobody writes by hand."""
_DIGITIZED = (TimeSource.EXIF_CREATED, TimeSource.XMP_CREATED)
"""Of a scan, the day of the scan: no testimony about the other dates in the file."""
_IN_FILE = "the dates in the file"
_NEVER_SET = "is what a clock shows that was never set"
_FIRST_YEAR_OF_MP4 = 1991
_LENGTHS = {
    TimeMeaning.DAY: timedelta(days=1),
    TimeMeaning.MONTH: timedelta(days=31),
    TimeMeaning.YEAR: timedelta(days=366),
}
"""The periods of partial dates."""


def judge(candidates: Iterable[Candidate], now: datetime) -> tuple[Candidate, ...]:
    """The candidates with their doubts and corrections. `now` is the UTC reading of the clock."""
    judged = [replace(each, doubt=_impossible(each.source, each.time, now)) for each in candidates]
    judged = [_recounted(each, _witnesses(each, judged), now) for each in judged]
    uploaded = next((each.time for each in judged if each.source is TimeSource.UPLOAD), None)
    judged = [_outvoted(each, _witnesses(each, judged), uploaded) for each in judged]
    return tuple(_with_unset_clocks(judged, uploaded))


def _impossible(source: TimeSource, time: CaptureTime, now: datetime) -> str:
    never_set = is_zero(time.reading, by_hand=_clock(source) == _IN_FILE) and time.meaning not in (
        TimeMeaning.MONTH,
        TimeMeaning.YEAR,
    )
    return doubt(time.reading, now) or (_NEVER_SET if never_set else "")


def _recounted(each: Candidate, witnesses: Sequence[Candidate], now: datetime) -> Candidate:
    """A machine's time, corrected if a known error explains it and others confirm that, else doubted."""
    if each.source not in _MACHINES or _agrees_with_any(each.time, witnesses):
        return each
    counts = [
        (count, replace(each.time, reading=moved))
        for count in miscounts(each.source)
        if (moved := shifted(each.time.reading, count.by)) is not None
    ]
    for count, time in counts:
        if any(_is_same_moment(time, other.time) for other in witnesses):
            return replace(each, time=time, doubt="", correction=count.text)
    for count, time in counts:
        if count is FROM_UNIX and time.reading.year >= _FIRST_YEAR_OF_MP4 and not _impossible(each.source, time, now):
            # ExifTool reads every movie header before 1970 in this way.
            return replace(each, time=time, doubt="", correction=count.text)
        if _agrees_with_any(time, witnesses):
            return replace(each, doubt=count.text)
    return each


def _outvoted(each: Candidate, witnesses: Sequence[Candidate], uploaded: CaptureTime | None) -> Candidate:
    """Doubted if two others agree and it contradicts all; what a person may have written, only for a known error."""
    agreeing = _agreeing(witnesses)
    if each.doubt or not agreeing or _agrees_with_any(each.time, witnesses):
        return each
    if each.source in _MACHINES:
        others = [other for other in witnesses if other.source.may_be_written or other in agreeing]
        spread = max(_distance(one.time, two.time) for one in others for two in others)
        nearest = min(_distance(each.time, other.time) for other in others)
        labels = " and ".join(other.source.label for other in agreeing[:2])
        return replace(each, doubt=f"contradicts {labels}") if nearest > max(spread, AGREEMENT) else each
    if _is_of_upload(each, uploaded):
        return replace(each, doubt="is the time of the upload")
    for count in miscounts(each.source):
        moved = shifted(each.time.reading, count.by)
        time = replace(each.time, reading=moved) if moved else each.time
        if moved and any(_is_same_moment(time, other.time) for other in agreeing):
            return replace(each, doubt=count.text)
    return each


def _is_of_upload(each: Candidate, uploaded: CaptureTime | None) -> bool:
    """Whether the service seems to give the time of the upload, for want of another."""
    return bool(each.source is TimeSource.PROVIDER and uploaded and _distance(each.time, uploaded) <= timedelta(days=1))


def _with_unset_clocks(judged: Sequence[Candidate], uploaded: CaptureTime | None) -> Iterable[Candidate]:
    """The defaults of clocks, doubted."""
    firm = [each for each in judged if not _may_be_unset(each)]
    for each in judged:
        if each.doubt or each.source is TimeSource.UPLOAD:
            yield each
        elif each not in firm:
            # An edit may be of any later day, and so is no contradiction.
            others = [other for other in _others(each, firm) if other.source.may_be_written]
            is_confirmed = _agrees_with_any(each.time, others)
            yield each if is_confirmed else replace(each, doubt=_NEVER_SET, is_last_resort=not others)
        else:
            others = _witnesses(each, firm)
            independent = (*_MACHINES, TimeSource.PROVIDER)
            one = any(other.source in independent and not _is_of_upload(other, uploaded) for other in others)
            within = timedelta(hours=1) if _agreeing(others) else timedelta(minutes=1) if one else timedelta()
            is_default = is_start_of_year(each.time.reading, within) and not each.time.meaning.is_partial
            is_contradicted = is_default and not _agrees_with_any(each.time, others)
            yield replace(each, doubt=_NEVER_SET) if is_contradicted else each


def _may_be_unset(each: Candidate) -> bool:
    return not each.time.meaning.is_partial and is_default(each.time.reading, by_hand=_clock(each.source) == _IN_FILE)


def _witnesses(each: Candidate, judged: Iterable[Candidate]) -> list[Candidate]:
    """The believed candidates that do not depend on `each`."""
    return [other for other in _others(each, judged) if _clock(other.source) != _clock(each.source)]


def _others(each: Candidate, judged: Iterable[Candidate]) -> list[Candidate]:
    """The other believed candidates that are about the capture. The upload says nothing of it."""
    return [
        other
        for other in judged
        if other.source not in (each.source, TimeSource.UPLOAD, *_DIGITIZED) and not other.doubt
    ]


def _clock(source: TimeSource) -> str:
    """The origin of a time: sources with the same one prove nothing about each other."""
    own = (*_MACHINES, TimeSource.PROVIDER, TimeSource.FILE_NAME)
    return source.label if source in own else _IN_FILE


def _agreeing(witnesses: Sequence[Candidate]) -> list[Candidate]:
    """Those that agree with a witness of another origin."""
    return [
        each
        for each in witnesses
        if any(
            _clock(other.source) != _clock(each.source) and _distance(each.time, other.time) <= AGREEMENT
            for other in witnesses
        )
    ]


def _agrees_with_any(time: CaptureTime, others: Iterable[Candidate]) -> bool:
    return any(_distance(time, other.time) <= AGREEMENT for other in others)


def _is_same_moment(one: CaptureTime, two: CaptureTime) -> bool:
    """Whether they differ by a time zone only."""
    if one.meaning.is_partial or two.meaning.is_partial:
        return False
    pairs = ((one.reading, two.reading), (two.reading, one.reading))
    return any(difference(local, utc, GPS_TOLERANCE) is not None for local, utc in pairs)


def _distance(one: CaptureTime, two: CaptureTime) -> timedelta:
    """The time between them; none if one lies in the day, month or year of the other."""
    (start, end), (other_start, other_end) = _span(one), _span(two)
    return max(start - other_end, other_start - end, timedelta())


def _span(time: CaptureTime) -> tuple[datetime, datetime]:
    length = _LENGTHS.get(time.meaning, timedelta())
    return time.reading, shifted(time.reading, length) or time.reading
