"""The photos of a simulated service: any number of them, generated from a seed when they are read.

Items are numbered in the order in which they came to the service. Nothing is stored for an unchanged item;
additions, changes and removals are stored by number. Which of them a listing has, and in which order, is `index`.
"""

from __future__ import annotations

import hashlib
from bisect import insort
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import RLock
from typing import ClassVar, NamedTuple

from photosync.model import Kind
from photosync.testing.media import CAMERAS, Media, Shape, SizeClass, pool_size
from photosync.testing.names import HOSTILE_NAMES, REPEATED_NAME
from photosync.testing.receiving import Upload

_MASK = (1 << 64) - 1
# An odd number has an inverse modulo a power of two: ids look random, and the number can be computed from them.
_SCRAMBLE = 0x9E3779B97F4A7C15
_UNSCRAMBLE = pow(_SCRAMBLE, -1, 1 << 64)

MISSABLE = frozenset({"name", "taken", "md5", "size", "details"})
"""The data that a service can omit from its description of an item. `details`: dimensions, camera and the like."""


@dataclass(frozen=True, slots=True)
class ExpectedItem:
    """A file that must be on the disk after a complete pull."""

    id: str
    name: str
    """As the service gives it; empty where it gives none."""
    kind: Kind
    md5: str
    """Of the content, also where listings do not have it."""
    size_bytes: int
    taken: datetime | None
    """The capture time as the service lists it, naive."""


@dataclass(frozen=True, slots=True)
class ItemTraits:
    """Properties of an item that a test sets, in place of those from the seed. A subclass adds a service's own."""

    name: str | None = None
    kind: Kind | None = None
    taken: datetime | None = None
    """As the camera's clock reads, naive."""
    favorite: bool | None = None
    missing: frozenset[str] = frozenset()
    """Of `MISSABLE`."""
    content_identifier: str = ""
    """Apple's identifier in the content, the same in both halves of a live photo."""

    def __post_init__(self) -> None:
        if unknown := set(self.missing) - MISSABLE:
            raise ValueError(f"an item cannot miss {', '.join(sorted(unknown))}; it can miss {sorted(MISSABLE)}")


class SimulatedItem(NamedTuple):
    """One generated item."""

    number: int
    id: str
    revision: int
    kind: Kind
    name: str
    reading: datetime
    """The camera's clock, also where the service does not know it."""
    offset_hours: int | None
    """The camera's offset from UTC, if known."""
    favorite: bool
    missing: frozenset[str]
    shape: Shape
    size_bytes: int
    content_identifier: str

    @property
    def instant(self) -> datetime:
        """The reading as services write it: in UTC where the offset is known, else the camera's clock as it is."""
        return self.reading - timedelta(hours=self.offset_hours) if self.offset_hours else self.reading

    @property
    def taken(self) -> datetime | None:
        """The capture time as the service lists it."""
        return None if "taken" in self.missing else self.instant


class Draw(NamedTuple):
    """The properties that the seed gives to a number."""

    luck: int
    """64 random bits for further use."""
    date: tuple[int, int, int]
    second: int
    """Of the day, on the camera's clock. By daylight, so that the date is the same in UTC."""
    camera: int
    video: bool
    favorite: bool
    dateless: bool


class SimulatedLibrary:
    """The items of one account. Thread-safe; tests change it while the service runs."""

    traits_type: ClassVar[type[ItemTraits]] = ItemTraits

    def __init__(
        self,
        count: int,
        *,
        seed: int = 1,
        size: SizeClass = "small",
        years: Sequence[int] = tuple(range(2016, 2026)),
        hostile: bool = False,
        gaps: bool = True,
    ) -> None:
        """`hostile`: a part of the names are traps. `gaps`: some items lack a date, a hash or details."""
        self.seed = seed
        self.years = tuple(years)
        self.lock = RLock()
        self.version = 0
        """Increases with every change, so that an index can tell that it is out of date."""
        self.removed: list[int] = []
        """Numbers, in order."""
        self.marked: dict[int, bool] = {}
        """The items, by number, that were made favourites later, or ceased to be."""
        self._next = count
        self._revisions: dict[int, int] = {}
        self._traits: dict[int, ItemTraits] = {}
        self._uploads: dict[int, Upload] = {}
        """Contents that were uploaded and not generated."""
        self._by_md5: dict[str, list[int]] | None = None
        self._hostile = hostile
        self._gaps = gaps
        self._media = Media(seed, size)
        self._salt = _mix(seed, 1)

    # For tests

    def add(self, count: int = 1, **traits: object) -> list[str]:
        """Add `count` new items, with `ItemTraits` if given; returns their ids."""
        if isinstance(missing := traits.get("missing"), str | list | tuple | set):
            traits["missing"] = frozenset([missing] if isinstance(missing, str) else missing)
        wanted = self.traits_type(**traits) if traits else None  # type: ignore[arg-type]
        with self.lock:
            numbers = range(self._next, self._next + count)
            if wanted is not None:
                self._traits.update(dict.fromkeys(numbers, wanted))
            self._next += count
            self._changed()
        return [self.id_of(number) for number in numbers]

    def receive(self, upload: Upload, **traits: object) -> str:
        """Store uploaded content as a new item with these `ItemTraits`; returns its id."""
        with self.lock:
            by_md5 = self._by_md5
            (item_id,) = self.add(1, **({"missing": {"taken", "details"}} | traits))
            self._uploads[self._next - 1] = upload
            if by_md5 is not None:  # kept up to date, because each upload may be searched by its hash
                by_md5.setdefault(upload.md5, []).append(self._next - 1)
                self._by_md5 = by_md5
        return item_id

    def change(self, item_id: str) -> None:
        """Give an item another content."""
        with self.lock:
            number = self._existing(item_id)
            self._revisions[number] = self._revisions.get(number, 0) + 1
            self._uploads.pop(number, None)
            self._changed()

    def overwrite(self, item_id: str, upload: Upload) -> None:
        """Give an item an uploaded content."""
        with self.lock:
            self.change(item_id)
            self._uploads[self._existing(item_id)] = upload

    def rename(self, item_id: str, name: str) -> None:
        """Give an item another name."""
        with self.lock:
            number = self._existing(item_id)
            before = self._traits.get(number) or self.traits_type(missing=self._missing(self.draw(number)))
            self._traits[number] = replace(before, name=name)
            self._changed()

    def mark(self, item_id: str, *, favorite: bool) -> None:
        """Make an item a favourite, or end that."""
        with self.lock:
            self.marked[self._existing(item_id)] = favorite
            self._changed()

    def remove(self, item_id: str) -> None:
        """Remove an item from the service."""
        with self.lock:
            insort(self.removed, self._existing(item_id))
            self._changed()

    def restore(self, item_id: str) -> None:
        """Bring an item back that was removed."""
        with self.lock:
            number = self.number_of(item_id)
            if number in self.removed:
                self.removed.remove(number)
                self.__dict__.pop("_removed_known", None)  # it is known by the number of removed ones
                self._changed()

    def expected(self) -> Iterator[ExpectedItem]:
        """All items that exist, in the order of arrival."""
        for number in range(self._next):
            if self.has(number):
                item = self.item(number)
                name = "" if "name" in item.missing else item.name
                yield ExpectedItem(item.id, name, item.kind, self.md5(item), item.size_bytes, item.taken)

    def content_of(self, item_id: str) -> bytes:
        """The bytes of an item that exists."""
        return self.content(self.item(self._existing(item_id)))

    # For simulators

    def __len__(self) -> int:
        return self._next - len(self.removed)

    @property
    def next_number(self) -> int:
        """The number of the next new item; all earlier items have lower numbers."""
        return self._next

    def has(self, number: int) -> bool:
        """Whether there is such an item now."""
        return 0 <= number < self._next and not (self.removed and number in self._removed_set())

    def id_of(self, number: int) -> str:
        """The id of a number. A service with another form of ids overrides this and `number_of`."""
        return f"{self._salt >> 40:06x}{(number * _SCRAMBLE + self._salt) & _MASK:016x}"

    def number_of(self, item_id: str) -> int | None:
        """The number of an id; None for an id that was never used."""
        try:
            number = (int(item_id[6:], 16) - self._salt) * _UNSCRAMBLE & _MASK
        except ValueError:
            return None
        return number if number < self._next and self.id_of(number) == item_id else None

    def item(self, number: int) -> SimulatedItem:
        """The item `number`, removed or not."""
        draw, traits = self.draw(number), self._traits.get(number)
        revision = self._revisions.get(number, 0)
        video = draw.video if traits is None or traits.kind is None else traits.kind is Kind.VIDEO
        identifier = "" if traits is None else traits.content_identifier
        picture = ((draw.luck >> 7) + revision) % pool_size(video=video)
        shape = Shape(video, draw.camera, picture, live=bool(identifier))
        camera = None if video else CAMERAS[draw.camera]
        hour, rest = divmod(draw.second, 3600)
        year, month, day = draw.date
        reading = datetime(year, month, day, hour, rest // 60, rest % 60)  # noqa: DTZ001  # a camera's clock is naive
        name, favorite = self._name(draw, number, video=video), draw.favorite
        missing = self._missing(draw)
        if traits is not None:
            name = name if traits.name is None else traits.name
            reading = traits.taken or reading
            favorite = favorite if traits.favorite is None else traits.favorite
            missing = traits.missing
        favorite = self.marked.get(number, favorite)
        return SimulatedItem(
            number,
            self.id_of(number),
            revision,
            Kind.VIDEO if video else Kind.PHOTO,
            name,
            reading,
            camera.offset_hours if camera else None,
            favorite,
            missing,
            shape,
            self._uploads[number].size_bytes if number in self._uploads else self._media.size_bytes(shape),
            identifier,
        )

    def content(self, item: SimulatedItem) -> bytes:
        """The bytes of an item."""
        if item.number in self._uploads:
            return self._uploads[item.number].content()
        return self._media.content(item.number, item.revision, item.shape, item.reading, item.content_identifier)

    def md5(self, item: SimulatedItem) -> str:
        """Of the content."""
        if item.number in self._uploads:
            return self._uploads[item.number].md5
        return hashlib.md5(self.content(item), usedforsecurity=False).hexdigest()

    def with_md5(self, md5: str) -> list[int]:
        """The numbers of all items that have this content now, the oldest first."""
        with self.lock:
            if self._by_md5 is None:
                self._by_md5 = {}
                for number in filter(self.has, range(self._next)):
                    self._by_md5.setdefault(self.md5(self.item(number)), []).append(number)
            return list(self._by_md5.get(md5, ()))

    def dimensions(self, item: SimulatedItem) -> tuple[int, int]:
        """Width and height in pixels."""
        return self._media.dimensions(item.shape)

    def duration_s(self, item: SimulatedItem) -> float:
        """The duration of a video."""
        return self._media.duration_s(item.shape)

    def has_traits(self, number: int) -> bool:
        """Whether a test set properties of this item, so that `draw` alone is not enough."""
        return number in self._traits

    def draw(self, number: int) -> Draw:
        """The properties that the seed gives to `number`, without its `traits`."""
        luck = _mix(self.seed, number)
        date = (
            self.years[(luck >> 11 & 0xFFF) % len(self.years)],
            1 + (luck >> 23 & 0xFF) % 12,
            1 + (luck >> 31 & 0xFF) % 28,
        )
        camera = luck >> 55 & 0b111
        dateless = self._gaps and CAMERAS[camera] is None and luck % 3 == 0
        return Draw(
            luck, date, 9 * 3600 + (luck >> 39 & 0xFFFF) % 36000, camera, luck % 1009 < 20, luck % 997 < 50, dateless
        )

    def _changed(self) -> None:
        self.version += 1
        self._by_md5 = None

    def _existing(self, item_id: str) -> int:
        number = self.number_of(item_id)
        if number is None or not self.has(number):
            raise KeyError(f"the simulated library has no item {item_id}")
        return number

    def _removed_set(self) -> frozenset[int]:
        known = getattr(self, "_removed_known", None)
        if known is None or known[0] != len(self.removed):
            known = (len(self.removed), frozenset(self.removed))
            self._removed_known = known
        return known[1]

    def _missing(self, draw: Draw) -> frozenset[str]:
        if not self._gaps:
            return frozenset()
        gaps = [
            word
            for word, happens in (
                ("taken", draw.dateless),
                ("md5", draw.luck % 101 == 7),
                ("details", draw.luck % 89 == 5),
            )
            if happens
        ]
        return frozenset(gaps)

    def _name(self, draw: Draw, number: int, *, video: bool) -> str:
        if self._hostile and number % 10 == 3:
            return HOSTILE_NAMES[number // 10 % len(HOSTILE_NAMES)]
        if self._hostile and number % 10 == 6:
            return REPEATED_NAME
        if video:
            return f"MVI_{number:04d}.MP4"
        return f"{'DSC' if draw.camera % 2 else 'IMG'}_{number:04d}.JPG"


def foreign_photos(seed: int = 1) -> Iterator[bytes]:
    """An endless iterator of different photos that no simulated service has."""
    library = SimulatedLibrary(0, seed=10_000 + seed)
    while True:
        (item_id,) = library.add(kind=Kind.PHOTO)
        yield library.content_of(item_id)


def _mix(seed: int, number: int) -> int:
    """64 bits that look random: the finaliser of SplitMix64 (Steele, Lea and Flood, 2014)."""
    bits = (seed * 0xD1342543DE82EF95 + (number + 1) * _SCRAMBLE) & _MASK
    bits = ((bits ^ bits >> 30) * 0xBF58476D1CE4E5B9) & _MASK
    bits = ((bits ^ bits >> 27) * 0x94D049BB133111EB) & _MASK
    return bits ^ bits >> 31
