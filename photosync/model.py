"""The values that all other modules use: items, collections, selections, locations, usage.

Frozen, without input or output, the same for all providers. A provider parses its service's answers into these once;
the core never sees raw JSON.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum

FIRST_PHOTO_YEAR = 1826
"""No photo is older."""
PERSON = "person"
"""The kind of a collection that has the items on which one person is seen."""
GPS_STRIPPED, REENCODED = "gps_stripped", "reencoded"
NOT_ORIGINAL = frozenset({REENCODED, GPS_STRIPPED})
"""Notes of items whose content the service changes before it delivers it."""


class Kind(StrEnum):
    """The kind of an item. `OTHER`: some services also store files that are neither photo nor video."""

    PHOTO = "photo"
    VIDEO = "video"
    OTHER = "other"


class Proof(StrEnum):
    """How it is known that a saved file has the item's content. The strongest come first, but for the last."""

    HASH = "hash"
    """The provider's hash matched."""
    SIZE = "size"
    """The provider's size matched; it gives no hash."""
    DECODED = "decoded"
    """The provider gives neither; the structure of the file's format was read to its end, and no part is missing."""
    OWN = "own"
    """Only the hash of the saved bytes: it proves that the file stays as it came."""
    REENCODED = "reencoded"
    """The service delivers a changed content, encoded again or without its GPS position: not the original."""


class TimeMeaning(StrEnum):
    """The meaning of a time. Services label a camera's wall clock as UTC, so the label alone proves nothing."""

    LOCAL = "local"
    """The reading of the camera's clock, in an unknown time zone."""
    INSTANT = "instant"
    """An instant, given in UTC."""
    UNKNOWN = "unknown"
    """Local time or an instant; an account's `time_zone` decides, else it is treated as an instant."""
    DAY = "day"
    """A local day; the time is not known. The reading is its first moment, and so for months and years."""
    MONTH = "month"
    """A month; the day is not known."""
    YEAR = "year"
    """A year; nothing else is known."""

    @property
    def is_partial(self) -> bool:
        """Whether the date has no time, or says even less."""
        return self in _PARTIAL


_PARTIAL = (TimeMeaning.DAY, TimeMeaning.MONTH, TimeMeaning.YEAR)


@dataclass(frozen=True, slots=True)
class CaptureTime:
    """When a picture was taken: a naive date and time, and its meaning (an instant has its UTC reading)."""

    reading: datetime
    meaning: TimeMeaning
    offset: timedelta | None = None
    """The offset of local time from UTC, if a file has it. Items have none, so the catalog does not store it."""

    def __post_init__(self) -> None:
        if self.reading.tzinfo is not None:
            raise ValueError("a capture time is a naive reading; its meaning gives the time zone")

    def isoformat(self) -> str:
        """`2019-07-06T18:22:00.250+02:00`, the milliseconds and the offset only if present; `1978-09` for a month."""
        if self.meaning.is_partial:
            known = {TimeMeaning.YEAR: 4, TimeMeaning.MONTH: 7}.get(self.meaning, 10)
            return self.reading.isoformat()[:known]
        reading = self.reading if self.offset is None else self.reading.replace(tzinfo=timezone(self.offset))
        return reading.isoformat(timespec="milliseconds" if self.reading.microsecond else "seconds")

    @property
    def utc(self) -> datetime | None:
        """The instant, aware; None if it is unknown, or is before the year 1 or after 9999."""
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
        """Whether it can be a real position: services send 0,0 for 'none'."""
        return (
            -90 <= self.latitude <= 90
            and -180 <= self.longitude <= 180
            and (abs(self.latitude) > 1e-9 or abs(self.longitude) > 1e-9)
        )


@dataclass(frozen=True, slots=True)
class Item:
    """One photo or video as its provider describes it. Values that the service omitted are `None`.

    `id` never changes and is unique in the account. It is the item's whole identity: names, sizes and dates repeat.
    """

    id: str
    name: str
    kind: Kind
    taken: CaptureTime | None = None
    size_bytes: int | None = None
    md5: str | None = None
    """The md5 of the service's content, 32 lower-case hex digits. A download that differs is refused."""
    md5_hint: str | None = None
    """The md5 of content that the service may have changed since: a content that differs is
    downloaded once more, and believed if it comes again."""
    width: int | None = None
    height: int | None = None
    favorite: bool | None = None
    collections: tuple[str, ...] = ()
    """The names of those that the listing shows it in."""
    collection_ids: tuple[str, ...] = ()
    """Their ids at the service, in the same order; empty if it has none: then the names are used."""
    folder: str | None = None
    """The item's folder at the service, `A/B/C`; layouts call it `{collection}`. By default the first collection."""
    gps: GpsPosition | None = None
    """Where it was taken."""
    added: datetime | None = None
    """When it arrived at the service: an aware time. A last resort for a file's date, never used as an item's."""
    revision: str | None = None
    """Changes exactly when the content does, for services that give neither hash nor size."""
    locator: Mapping[str, str] = field(default_factory=dict)
    """What the provider needs to fetch the content. Only the provider reads it; the catalog keeps it."""
    link: str | None = field(default=None, repr=False, compare=False)
    """The current address of the content, for services whose addresses expire. Never stored, never logged."""
    description: str | None = None
    """What a person wrote about it."""
    labels: tuple[str, ...] = ()
    """Keywords."""
    hidden: bool | None = None
    """True if it is hidden at the service; else None."""
    pair: str | None = None
    """The id of a live photo's other half, where the service says which it is."""
    notes: tuple[str, ...] = ()
    """Facts about this item for the user, such as those of `NOT_ORIGINAL`."""


@dataclass(frozen=True, slots=True)
class Location:
    """The location of a saved file."""

    root: str
    """Empty for the library's own folder, else the absolute path of a folder outside it that an account names."""
    path: str
    """Relative to the root, with `/` between folders."""

    @property
    def key(self) -> str:
        """Equal for two paths below one root that some file system treats as the same file."""
        return unicodedata.normalize("NFC", self.path).casefold()

    @property
    def stem_key(self) -> str:
        """`key` without the file's extension."""
        folder, slash, name = self.key.rpartition("/")
        return folder + slash + (name.rpartition(".")[0] or name)

    def __str__(self) -> str:
        """Relative to the library, or absolute outside it."""
        return f"{self.root}/{self.path}" if self.root else self.path


@dataclass(frozen=True, slots=True)
class Collection:
    """A group of items at a provider: an album, a frame, a folder path, a picking session."""

    id: str
    name: str
    kind: str
    """The service's word for it: `album`, `frame`, `folder`; or `PERSON`."""
    count: int | None = None
    mark: str | None = None
    """Changes when its items change, as far as the service tells; None: it tells nothing."""
    cover: str | None = None
    """The id of the item that stands for it."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Storage used by one type of content."""

    type: str
    size_bytes: int
    count: int
    billable_bytes: int | None = None
    """The part that counts against what the account is allowed; None if the service does not tell."""
    billable_count: int | None = None


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder at a service."""

    id: str
    path: tuple[str, ...]
    """The names from the root to it; empty for the root."""
    count: int | None
    """The number of files in it, without those in the folders in it."""


@dataclass(frozen=True, slots=True)
class AccountDetails:
    """What a service tells about an account. None: it does not."""

    owner: str | None
    """The customer's id."""
    root: str | None
    """The id of the folder that has all others."""
    status: str | None = None
    signed_in_until: datetime | None = None
    """When the present token ends: an aware time. Most are renewed by themselves."""


@dataclass(frozen=True, slots=True)
class Facet:
    """One value by which a service's search can select, such as a place or a thing."""

    category: str
    value: str
    name: str | None
    """What a person calls it, where that is not its value."""
    count: int | None
    query: str | None
    """The filter that selects its items, in the provider's language: for `--query`."""


@dataclass(frozen=True, slots=True)
class Quota:
    """How much an account may store. None: the service does not tell, or sets no limit."""

    size_bytes: int | None
    available_bytes: int | None


@dataclass(frozen=True, slots=True)
class Digest:
    """The values that identify a content."""

    size_bytes: int
    md5: str
    """32 lower-case hex digits."""
    sha256: str
    """64 lower-case hex digits."""


CONTEXTS = ("customer", "all", "family", "groups", "unknown")
"""Whose items a selection can be about, in the words of Amazon Photos."""


class SortField(StrEnum):
    """What a listing can be sorted by."""

    TAKEN = "taken"
    ADDED = "added"
    NAME = "name"


class Period(StrEnum):
    """What items are grouped by."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"

    def of(self, taken: CaptureTime | None) -> str | None:
        """`2023-07` for a month; None without a capture time. Less where less is known."""
        return None if taken is None else taken.isoformat()[: {"year": 4, "month": 7}.get(self.value, 10)]


@dataclass(frozen=True, slots=True)
class Sort:
    """The order of a listing."""

    by: SortField
    descending: bool


@dataclass(frozen=True, slots=True)
class Selection:
    """Which items a command is about. The empty selection has all items.

    `since` is the first moment that belongs to it and `until` the first that does not; both, like `years` and
    `months`, are about the capture time on the camera's clock.
    """

    ids: frozenset[str] | None = None
    """Only the items with these ids, which may be none; None: all."""
    years: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    kind: Kind | None = None
    favorites: bool = False
    all_files: bool = False
    """Also items that are neither photo nor video, at services that store such files."""
    hidden: bool = False
    """Only items that are hidden at the service."""
    query: str | None = None
    """A filter in the provider's language."""
    context: str | None = None
    """Whose items: one of `CONTEXTS`; None: the account's own."""
    sort: Sort | None = None
    """The order; None: the provider's usual one."""
    offset: int | None = None
    """Without this many of the first, in the service's order."""
    recent: int | None = None
    """Only this many of the newest, by the order of arrival at the service."""
    limit: int | None = None
    """At most this many matching items."""

    def matches(self, item: Item) -> bool:
        """Whether `item` matches, as far as its own data can show.

        The provider evaluates a query; `recent` and `limit` are about the listing as a whole.
        An item without a capture time matches no year, month, since or until.
        """
        if self.ids is not None and item.id not in self.ids:
            return False
        if self.kind is not None and item.kind is not self.kind:
            return False
        if (self.favorites and not item.favorite) or (self.hidden and not item.hidden):
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
        """Whether `matches` decides alone, without the provider."""
        return not (self.query or self.max_items or self.context or self.offset)

    def possible_years(self, today: date) -> tuple[int, ...]:
        """The years of possible matches, for services that filter by year only; empty: no such bound.

        `today` bounds a selection without an end; a year is added for clocks that are ahead.
        """
        if self.years:
            return self.years
        if self.since is None:
            return ()
        last = self.until.year if self.until is not None else max(today.year, self.since.year) + 1
        return tuple(range(self.since.year, last + 1))
