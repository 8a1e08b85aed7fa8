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
from photosync.metadata.capture_time.epochs import FROM_UNIX, LOCAL_DAYS, WEEKS, Miscount, miscounts
from photosync.metadata.capture_time.sources import TimeSource
from photosync.metadata.capture_time.unset_clock import is_default, is_in_milliseconds, is_start_of_year, is_zero
from photosync.metadata.capture_time.zones import GPS_TOLERANCE, difference
from photosync.model import CaptureTime, TimeMeaning

AGREEMENT = timedelta(days=2)
"""Times of one moment differ by less, whatever their time zones, and also if a receiver had its last fix before."""

_MACHINES = (TimeSource.GPS, TimeSource.MOVIE_HEADER)
"""Sources that nobody writes by hand."""
_IN_FILE = "the dates in the file"
_NEVER_SET = "is what a clock shows that was never set"
_OF_UPLOAD = "is the time of the upload"
_FIRST_YEAR_OF_MP4 = 1991
_FIRST_GPS_DATE = datetime(2002, 4, 1)  # noqa: DTZ001
"""When Exif 2.2 defined the day of the GPS time. An earlier one is 1,024 weeks early, or of a clock never set."""
_LENGTHS = {
    TimeMeaning.DAY: timedelta(days=1),
    TimeMeaning.MONTH: timedelta(days=31),
    TimeMeaning.YEAR: timedelta(days=366),
}
"""The periods of partial dates."""


def judge(candidates: Iterable[Candidate], now: datetime) -> tuple[Candidate, ...]:
    """The candidates with their doubts and corrections. `now` is the UTC reading of the clock."""
    judged = [_unless_impossible(each, now) for each in candidates]
    judged = [each if _is_witness(each, judged) else replace(each, is_witness=False) for each in judged]
    judged = [_recounted(each, judged, now) if each.source in _MACHINES else each for each in judged]
    uploaded = next((each.time for each in judged if each.source is TimeSource.UPLOAD), None)
    judged = [_outvoted(each, _witnesses(each, judged), uploaded) for each in judged]
    judged = [_not_of_upload(each, judged, uploaded) if _is_of_upload(each, uploaded) else each for each in judged]
    return tuple(_with_unset_clocks(judged, uploaded))


def contradict(one: CaptureTime, two: CaptureTime) -> bool:
    """Whether they cannot be of one moment, in any time zones."""
    return _distance(one, two) > AGREEMENT


def _unless_impossible(each: Candidate, now: datetime) -> Candidate:
    doubt_ = _impossible(each.source, each.time, now)
    return replace(each, doubt=doubt_) if doubt_ else each


def _impossible(source: TimeSource, time: CaptureTime, now: datetime) -> str:
    never_set = is_zero(time.reading, by_hand=_clock(source) == _IN_FILE) and time.meaning not in (
        TimeMeaning.MONTH,
        TimeMeaning.YEAR,
    )
    return doubt(time.reading, now) or (_NEVER_SET if never_set else "")


def _recounted(each: Candidate, judged: Sequence[Candidate], now: datetime) -> Candidate:
    """A machine's time, corrected if a known error explains it and others confirm that, else doubted."""
    witnesses = _witnesses(each, judged)
    if each.source is TimeSource.GPS:
        each = _with_right_day(each, witnesses)
    if each.correction or _agrees_with_any(each.time, witnesses):
        return each
    counts = _recounts(each.time, miscounts(each.source))
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


def _with_right_day(gps: Candidate, witnesses: Sequence[Candidate]) -> Candidate:
    """GPS time with another day, if that is the moment of a witness.

    Early weeks are recognised even if another source agrees with them: a camera may set its clock by its receiver.
    """
    is_moment = any(_is_same_moment(gps.time, other.time) for other in witnesses)
    for count, time in _recounts(gps.time, WEEKS if is_moment else (*WEEKS, *LOCAL_DAYS)):
        if any(_is_same_moment(time, other.time) for other in witnesses):
            return replace(gps, time=time, doubt="", correction=count.text)
    return gps


def _recounts(time: CaptureTime, counts: Iterable[Miscount]) -> list[tuple[Miscount, CaptureTime]]:
    """`time` without each of these errors."""
    found = ((count, shifted(time.reading, count.by)) for count in counts)
    return [(count, replace(time, reading=reading)) for count, reading in found if reading is not None]


def _outvoted(each: Candidate, witnesses: Sequence[Candidate], uploaded: CaptureTime | None) -> Candidate:
    """Doubted if two others agree and it contradicts all; what a person may have written, only for a known error."""
    if each.doubt or _agrees_with_any(each.time, witnesses):
        return each
    agreeing = _agreeing(witnesses)
    if not agreeing:
        return each
    if each.source in _MACHINES:
        others = [other for other in witnesses if other.source.may_be_written or other in agreeing]
        spread = max(_distance(one.time, two.time) for one in others for two in others)
        nearest = min(_distance(each.time, other.time) for other in others)
        labels = " and ".join(other.source.label for other in agreeing[:2])
        return replace(each, doubt=f"contradicts {labels}") if nearest > max(spread, AGREEMENT) else each
    if _is_of_upload(each, uploaded):
        return replace(each, doubt=_OF_UPLOAD)
    for count, time in _recounts(each.time, miscounts(each.source)):
        if any(_is_same_moment(time, other.time) for other in agreeing):
            return replace(each, doubt=count.text)
    return each


def _is_of_upload(each: Candidate, uploaded: CaptureTime | None) -> bool:
    """Whether the service seems to give the time of the upload, for want of another."""
    return bool(each.source is TimeSource.PROVIDER and uploaded and _distance(each.time, uploaded) <= timedelta(days=1))


def _not_of_upload(each: Candidate, judged: Sequence[Candidate], uploaded: CaptureTime | None) -> Candidate:
    """Doubted if the service gives the time of the upload: that second, its day, or where something else is older.

    Only what may be written takes its place for folder and file time. A date in the file does that anyway.
    """
    witnesses = _witnesses(each, judged)
    if each.doubt or uploaded is None or any(other.source.is_in_file for other in witnesses):
        return each
    firm = [other for other in witnesses if not _suspicion(other)]
    if _agrees_with_any(each.time, firm):
        return each
    reading = each.time.reading
    older = [other for other in firm if other.time.reading < reading]
    is_day = reading.time() == datetime.min.time()
    if not older and not is_day and abs(reading - uploaded.reading) > timedelta(seconds=1):
        return each
    return replace(each, doubt=_OF_UPLOAD, is_last_resort=not any(other.source.may_be_written for other in older))


def _with_unset_clocks(judged: Sequence[Candidate], uploaded: CaptureTime | None) -> Iterable[Candidate]:
    """The defaults of clocks, doubted."""
    suspicions = [_suspicion(each) for each in judged]
    firm = [each for each, suspicion in zip(judged, suspicions, strict=True) if not suspicion]
    for each, suspicion in zip(judged, suspicions, strict=True):
        if each.doubt or each.source is TimeSource.UPLOAD:
            yield each
        elif suspicion:
            yield _unless_confirmed(each, _others(each, firm), suspicion)
        elif each.source is TimeSource.GPS and each.time.reading < _FIRST_GPS_DATE:
            yield _unless_confirmed(each, _others(each, judged), "is older than the field that holds it")
        else:
            others = _witnesses(each, firm)
            is_confirmed = each.time.meaning.is_partial or _agrees_with_any(each.time, others)
            within = timedelta() if is_confirmed else _unset_for(each, others, uploaded)
            yield replace(each, doubt=_NEVER_SET) if is_start_of_year(each.time.reading, within) else each


def _unless_confirmed(each: Candidate, others: Iterable[Candidate], doubt_: str) -> Candidate:
    """Doubted, if none of the others agrees. An edit may be of any later day, and so is no contradiction."""
    others = [other for other in others if other.source.may_be_written]
    return each if _agrees_with_any(each.time, others) else replace(each, doubt=doubt_, is_last_resort=not others)


def _unset_for(each: Candidate, others: Sequence[Candidate], uploaded: CaptureTime | None) -> timedelta:
    """How long after the start of a year a time may be that of a clock never set, against these others."""
    is_machine = each.source in _MACHINES
    independent = (*_MACHINES, TimeSource.PROVIDER, *((TimeSource.FILE_NAME,) if is_machine else ()))
    one = any(other.source in independent and not _is_of_upload(other, uploaded) for other in others)
    if _agreeing(others) or (one and is_machine):
        return timedelta(hours=1)
    return timedelta(minutes=1) if one else timedelta()


def _suspicion(each: Candidate) -> str:
    """Why a time counts only if another source confirms it; empty if it counts alone."""
    if each.time.meaning.is_partial:
        return ""
    # GPS time is in UTC, so it is no default of another zone.
    if is_default(each.time.reading, by_hand=_clock(each.source) in (_IN_FILE, TimeSource.GPS.label)):
        return _NEVER_SET
    if each.source is TimeSource.PROVIDER and is_in_milliseconds(each.time.reading):
        return "counts seconds as milliseconds"
    return ""


def _witnesses(each: Candidate, judged: Iterable[Candidate]) -> list[Candidate]:
    """The believed candidates that do not depend on `each`."""
    return [other for other in _others(each, judged) if _clock(other.source) != _clock(each.source)]


def _others(each: Candidate, judged: Iterable[Candidate]) -> list[Candidate]:
    """The other believed candidates that are about the capture."""
    return [other for other in judged if other.source is not each.source and other.is_witness and not other.doubt]


def _is_witness(each: Candidate, judged: Iterable[Candidate]) -> bool:
    originals = (other for other in judged if other.source is TimeSource.EXIF_ORIGINAL or other.source.means_original)
    is_scan = each.source.is_digitized and any(contradict(each.time, other.time) for other in originals)
    return each.source is not TimeSource.UPLOAD and not is_scan


_CLOCKS = (*_MACHINES, TimeSource.PROVIDER, TimeSource.FILE_NAME)
"""The sources that have a clock of their own."""


def _clock(source: TimeSource) -> str:
    """The origin of a time: sources with the same one prove nothing about each other."""
    return source.label if source in _CLOCKS else _IN_FILE


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
    if not (one.meaning.is_partial or two.meaning.is_partial):
        return abs(one.reading - two.reading)
    (start, end), (other_start, other_end) = _span(one), _span(two)
    return max(start - other_end, other_start - end, timedelta())


def _span(time: CaptureTime) -> tuple[datetime, datetime]:
    length = _LENGTHS.get(time.meaning, timedelta())
    return time.reading, shifted(time.reading, length) or time.reading
