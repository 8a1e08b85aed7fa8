"""MP4, QuickTime and 3GP: creation times that are 0 are set; nothing else is written.

ISO/IEC 14496-12, 8.2.2, 8.3.2 and 8.4.2: `mvhd`, `tkhd` and `mdhd` begin with version and flags, then the creation time
in seconds since 1904 in UTC, of 32 bits (version 0) or 64. QuickTime File Format, 'Metadata': `meta` holds `keys` and
`ilst`, where Apple keeps the creation date with its offset; 'User data': `©day` is the date of the content. 3GPP TS
26.244, 8.9: `yrrc` is the recording year. Only headers of boxes are read, so size does not matter.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from photosync.formats.boxes import Box, boxes, child, children, content_of
from photosync.formats.sniff import Format
from photosync.formats.window import MalformedError, Window
from photosync.metadata.capture_time.read_date import Unreadable, WrittenDate, read_date
from photosync.metadata.capture_time.sources import TimeSource
from photosync.metadata.containers.container import Container, EditPlan, Range
from photosync.metadata.exif.content_identifier import QUICKTIME_KEY, read_identifier
from photosync.metadata.facts import Facts
from photosync.metadata.missing import Missing
from photosync.metadata.result import Change, Left
from photosync.metadata.splice import Splice, in_order
from photosync.metadata.xmp.read import MAX_PACKET_BYTES, read_xmp
from photosync.model import CaptureTime, TimeMeaning

EPOCH = datetime(1904, 1, 1, tzinfo=UTC)
MOVIE_TIME = "movie creation time"

_XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
_DATE_KEYS = {
    b"com.apple.quicktime.creationdate": TimeSource.QUICKTIME_DATE,
    b"com.apple.quicktime.year": TimeSource.MOVIE_TEXT,
    b"\xa9day": TimeSource.MOVIE_TEXT,
    b"date": TimeSource.MOVIE_TEXT,
}
_MAX_KEYS = 1000
_MAX_TEXT_BYTES = 1000


@dataclass(frozen=True, slots=True)
class _CreationTime:
    """A creation time field."""

    box: str
    position: int
    size: int
    seconds: int


class Movie(Container):
    """A video of boxes."""

    parts = "boxes"

    def __init__(self, window: Window, format_: Format) -> None:
        self._times: list[_CreationTime] = []
        super().__init__(window, format_)
        self.facts |= Facts.of_dates({TimeSource.MOVIE_HEADER: self._movie_time()})
        self.facts |= Facts(can_tell=not self.problem)

    def _read(self) -> None:
        movie = None
        try:
            for box in boxes(self.window, 0, self.window.size):
                if box.type == b"moov":
                    movie = movie or box
                elif box.type == b"uuid" and self.window.read(box.content, 16) == _XMP_UUID:
                    packet = content_of(self.window, box, skip=16).read(0, MAX_PACKET_BYTES)
                    self.facts = read_xmp(packet) | self.facts
        except MalformedError:  # a trailer that is no box, such as Samsung's SEF, may follow the movie
            if movie is None:
                raise
        if movie is not None:
            self._read_movie(movie)
        if not any(time.box == "mvhd" for time in self._times):
            self.problem = "there is no movie header that can be read"

    def _read_movie(self, movie: Box) -> None:
        for box in children(self.window, movie):
            if box.type == b"mvhd":
                self._read_time(box)
            elif box.type == b"trak":
                self._read_track(box)
            elif box.type == b"udta":
                self._read_user_data(box)
            elif box.type == b"meta":
                self._read_metadata(box)

    def _read_user_data(self, box: Box) -> None:
        """User data may end in four zero bytes; damage in it is ignored."""
        with suppress(MalformedError):
            for each in children(self.window, box):
                if each.type in (b"\xa9xyz", b"loci"):
                    self.facts |= Facts(has_position=True)
                elif each.type == b"\xa9day":  # length and language, then the text
                    length = int.from_bytes(content_of(self.window, each).read(0, 2))
                    self._read_date(TimeSource.MOVIE_TEXT, content_of(self.window, each, skip=4).read(0, length))
                elif each.type == b"yrrc":
                    year = int.from_bytes(content_of(self.window, each, skip=4).read(0, 2))
                    self._read_date(TimeSource.MOVIE_TEXT, f"{year:04}".encode())
                elif each.type == b"XMP_":
                    self.facts |= read_xmp(content_of(self.window, each).read(0, MAX_PACKET_BYTES))
                elif each.type == b"meta":
                    self._read_metadata(each)

    def _read_date(self, source: TimeSource, content: bytes) -> None:
        text = content[:_MAX_TEXT_BYTES].decode("utf-8", "replace")
        self.facts |= Facts.of_dates({source: read_date(text)})

    def _read_track(self, track: Box) -> None:
        for box in children(self.window, track):
            if box.type == b"tkhd":
                self._read_time(box)
            elif box.type == b"mdia":
                header = child(self.window, box, b"mdhd")
                if header is not None:
                    self._read_time(header)

    def _read_time(self, box: Box) -> None:
        version = self.window.exactly(box.content, 1)[0]
        size = {0: 4, 1: 8}.get(version, 0)
        if not size or box.content + 4 + 2 * size > box.end:
            raise MalformedError(f"the {box.type.decode('latin-1')} box has an unknown version")
        position = box.content + 4
        seconds = int.from_bytes(self.window.exactly(position, size))
        self._times.append(_CreationTime(box.type.decode("latin-1"), position, size, seconds))

    def _read_metadata(self, meta: Box) -> None:
        """In QuickTime `meta` is a plain box, in MP4 a full one."""
        skip = 0 if self.window.read(meta.content + 4, 4) == b"hdlr" else 4
        try:
            tables = {box.type: box for box in children(self.window, meta, skip)}
            if b"ilst" in tables:
                self._read_values(tables.get(b"keys"), tables[b"ilst"])
        except MalformedError:
            self.notes = (*self.notes, "the QuickTime metadata cannot be read")

    def _read_values(self, keys: Box | None, ilst: Box) -> None:
        """A key is a box with its name; a value's type is the number of its key, or in iTunes' metadata the name."""
        found = islice(children(self.window, keys, skip=8), _MAX_KEYS) if keys else ()
        names = dict(enumerate((content_of(self.window, key).read(0, _MAX_TEXT_BYTES) for key in found), start=1))
        for box in children(self.window, ilst):
            name = names.get(int.from_bytes(box.type), box.type)
            if name == b"com.apple.quicktime.location.ISO6709":
                self.facts |= Facts(has_position=True)
            elif (name in _DATE_KEYS or name == QUICKTIME_KEY) and (
                data := child(self.window, box, b"data")
            ) is not None:
                content = content_of(self.window, data, skip=8).read(0, _MAX_TEXT_BYTES)
                if name in _DATE_KEYS:
                    self._read_date(_DATE_KEYS[name], content)
                else:
                    self.facts |= Facts(content_identifier=read_identifier(content))

    def _movie_time(self) -> WrittenDate:
        """That of the movie; if it is 0, that of a track."""
        ordered = sorted(self._times, key=lambda time: time.box != "mvhd")
        seconds = next((time.seconds for time in ordered if time.seconds), 0)
        if not seconds:
            return None
        try:
            return CaptureTime((EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None), TimeMeaning.INSTANT)
        except OverflowError:
            return Unreadable(f"{seconds} seconds")

    def mutable(self) -> tuple[Range, ...]:
        """The creation times."""
        return tuple(sorted((time.position, time.position + time.size) for time in self._times))

    def plan(self, missing: Missing) -> EditPlan:
        """Write the instant to every creation time that is 0."""
        others = {"artist": missing.artist, "copyright": missing.copyright, "position": missing.gps}
        left = [Left(name, "of a video only creation times are written") for name, value in others.items() if value]
        if missing.movie_time is None:
            if missing.taken is not None:
                left.append(Left("capture time", "videos keep UTC, and the offset from UTC is not known"))
            return EditPlan(left=tuple(left))
        seconds = round((missing.movie_time - EPOCH) / timedelta(seconds=1))
        empty = [time for time in self._times if time.seconds == 0]
        fitting = [time for time in empty if 0 < seconds < 1 << 8 * time.size]
        if len(fitting) < len(empty):
            left.append(Left("a creation time", "it cannot hold so early or late a year"))
        shown = f"{missing.movie_time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
        names = {"mvhd": MOVIE_TIME, "tkhd": "track creation time", "mdhd": "media creation time"}
        return EditPlan(
            in_order(Splice(time.position, time.size, seconds.to_bytes(time.size)) for time in fitting),
            tuple(Change(names[time.box], "0", shown) for time in fitting),
            tuple(left),
        )
