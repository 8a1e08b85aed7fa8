"""The values that everything else speaks of: items, collections, selections, locations, usage.

Frozen, provider-neutral, without input or output. A provider parses its service's answers into these once, at the
border; the core never sees raw JSON.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum


class Kind(StrEnum):
    """What an item is. `OTHER`: some services also store files that are neither."""

    PHOTO = "photo"
    VIDEO = "video"
    OTHER = "other"


class TimeMeaning(StrEnum):
    """What a time says. Services label a camera's wall clock as UTC, so the label alone proves nothing."""

    LOCAL = "local"
    """The camera's clock as it read, whatever zone it stood in."""
    INSTANT = "instant"
    """A true moment, given in UTC."""
    UNKNOWN = "unknown"
    """One of these; an account's `time_zone` decides, else it is taken for an instant."""
    DAY = "day"
    """A local day; the time is not known."""


@dataclass(frozen=True, slots=True)
class CaptureTime:
    """When a picture was taken: a naive date and time, and what it means (for an instant: its UTC reading)."""

    reading: datetime
    meaning: TimeMeaning
    offset: timedelta | None = None
    """Of local time from UTC, where a file tells it. Items have none, so the catalog does not store it."""

    def __post_init__(self) -> None:
        if self.reading.tzinfo is not None:
            raise ValueError("a capture time is a naive reading; its meaning says what of")

    def isoformat(self) -> str:
        """`2019-07-06T18:22:00.250+02:00`, the milliseconds and the offset only where there are any."""
        reading = self.reading if self.offset is None else self.reading.replace(tzinfo=timezone(self.offset))
        return reading.isoformat(timespec="milliseconds" if self.reading.microsecond else "seconds")

    @property
    def utc(self) -> datetime | None:
        """The instant, aware; None where it is not known, or is before the year 1 or after 9999."""
        if self.meaning is TimeMeaning.INSTANT:
            return self.reading.replace(tzinfo=UTC)
        if self.offset is None:
            return None
        try:
            return self.reading.replace(tzinfo=timezone(self.offset)).astimezone(UTC)
        except OverflowError:
            return None


@dataclass(frozen=True, slots=True)
class GpsPosition:
    """Degrees, north and east positive."""

    latitude: float
    longitude: float

    @property
    def is_real(self) -> bool:
        """Whether it can be a position at all: services send 0,0 for 'none'."""
        return (
            -90 <= self.latitude <= 90
            and -180 <= self.longitude <= 180
            and (abs(self.latitude) > 1e-9 or abs(self.longitude) > 1e-9)
        )


@dataclass(frozen=True, slots=True)
class Item:
    """One photo or video as its provider describes it. Whatever the service left out is `None`.

    `id` never changes and is unique in the account. It is the item's whole identity: names, sizes and dates repeat.
    """

    id: str
    name: str
    kind: Kind
    taken: CaptureTime | None = None
    size_bytes: int | None = None
    md5: str | None = None
    """Of the content as the service has it, 32 lower-case hex digits. A download that differs is refused."""
    md5_hint: str | None = None
    """A hash of content that the service may have changed since: a difference is a note, never a failure."""
    width: int | None = None
    height: int | None = None
    favorite: bool | None = None
    collections: tuple[str, ...] = ()
    folder: str | None = None
    """The item's folder at the service, `A/B/C`; layouts call it `{collection}`. By default the first collection."""
    gps: GpsPosition | None = None
    """Where it was taken."""
    added: datetime | None = None
    """When it came to the service: an aware time. Good for a file's date at the worst, never for an item's."""
    revision: str | None = None
    """Changes exactly when the content does, for services that give neither hash nor size."""
    locator: Mapping[str, str] = field(default_factory=dict)
    """What the provider needs to fetch the content. Only the provider reads it; the catalog keeps it."""
    link: str | None = field(default=None, repr=False, compare=False)
    """Where the content is right now, for services whose addresses expire. Never stored, never logged."""
    notes: tuple[str, ...] = ()
    """What a person should know of this item, `gps_stripped` for example."""


@dataclass(frozen=True, slots=True)
class Location:
    """The location of a saved file."""

    root: str
    """Empty for the library's own folder, else the absolute path of a folder outside it that an account names."""
    path: str
    """Relative to the root, with `/` between folders."""

    @property
    def key(self) -> str:
        """Equal for two paths below one root that some file system takes for the same file."""
        return unicodedata.normalize("NFC", self.path).casefold()

    def __str__(self) -> str:
        """Relative to the library, or absolute outside it."""
        return f"{self.root}/{self.path}" if self.root else self.path


@dataclass(frozen=True, slots=True)
class Collection:
    """What a provider groups items by: an album, a frame, a folder path, a picking session."""

    id: str
    name: str
    kind: str
    """The service's own word for it: `album`, `frame`, `folder`."""
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Storage used by one type of content."""

    type: str
    size_bytes: int
    count: int


@dataclass(frozen=True, slots=True)
class Digest:
    """What a content is known by."""

    size_bytes: int
    md5: str
    """32 lower-case hex digits."""
    sha256: str
    """64 lower-case hex digits."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which items a command is about. The empty selection is everything.

    `since` is the first moment that belongs to it and `until` the first that does not; both, like `years` and
    `months`, are about the capture time as the camera's clock read.
    """

    years: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    kind: Kind | None = None
    favorites: bool = False
    all_files: bool = False
    """Also what is neither photo nor video, at services that keep such files."""
    query: str | None = None
    """In the provider's own filter language."""
    recent: int | None = None
    """Only so many of the newest, in the order in which they came to the service."""
    limit: int | None = None
    """At most so many matching items."""

    def matches(self, item: Item) -> bool:
        """Whether `item` belongs here, as far as the item itself can tell.

        A query is the provider's business; `recent` and `limit` are about the listing as a whole.
        An item without a capture time matches no year, month, since or until.
        """
        if self.kind is not None and item.kind is not self.kind:
            return False
        if self.favorites and not item.favorite:
            return False
        if not (self.years or self.months or self.since or self.until):
            return True
        return item.taken is not None and self._matches_time(item.taken.reading)

    def _matches_time(self, reading: datetime) -> bool:
        if self.years and reading.year not in self.years:
            return False
        if self.months and reading.month not in self.months:
            return False
        if self.since is not None and reading < self.since:
            return False
        return self.until is None or reading < self.until

    @property
    def max_items(self) -> int | None:
        """How many items it can have at most, where `recent` or `limit` says so."""
        return self.recent or self.limit

    @property
    def is_local(self) -> bool:
        """Whether `matches` is the whole truth, so that no provider has to be asked."""
        return not (self.query or self.max_items)

    def possible_years(self, today: date) -> tuple[int, ...]:
        """The years of possible matches, for services that filter by year alone; empty: no such bound.

        `today` bounds a selection that has only a beginning; a year is added for clocks that run ahead.
        """
        if self.years:
            return self.years
        if self.since is None:
            return ()
        last = self.until.year if self.until is not None else max(today.year, self.since.year) + 1
        return tuple(range(self.since.year, last + 1))
