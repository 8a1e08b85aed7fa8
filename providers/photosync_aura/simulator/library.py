"""The pictures on the simulated frames: assets as the service lists them (protocol notes on Aura, sections 3 to 5)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import Any, ClassVar

from photosync.model import Kind
from photosync.testing.library import ExpectedItem, ItemTraits, SimulatedItem, SimulatedLibrary
from photosync.testing.media import Shape, pool_size
from photosync.testing.receiving import Upload
from photosync_aura.items import MOTION

Json = dict[str, object]

ANN = "5f2e6c9a-1111-4222-8333-aaaabbbbcccc"
"""The owner of the account."""
BOB = "77770000-1111-4222-8333-aaaabbbbcccc"
"""Another contributor: the address of a photo has the id of the user who added it."""
KITCHEN = "abf50000-0000-4000-8000-000000000001"
"""The frame that has everything, unless a trait says otherwise."""
GRANDMA = "ABF50000-0000-4000-8000-000000000002"
"""Another person's frame, with some of the same pictures."""
FRAMES = {KITCHEN: "Kitchen", GRANDMA: "Grandma's frame"}

_SHARED_EVERY = 7
_UPPER_CASE_EVERY = 5


@dataclass(frozen=True, slots=True)
class AuraTraits(ItemTraits):
    """The properties of an asset that a test sets."""

    live: bool = False
    """A live photo: it has a video as well."""
    hidden: bool = False
    """Not shown on its frames."""
    placeholder: bool = False
    """An upload that was never finished."""
    frame: str | None = None
    """Only on this frame."""
    milliseconds: int = 0
    """The capture time."""
    file_name: str | None = None
    """The stored file's name, instead of a generated one."""
    video_file_name: str | None = None
    duration_s: float | None = None
    """A live photo that has one is a video."""
    local_identifier: str | None = None
    """The uploader's identifier."""
    details: Mapping[str, object] = field(default_factory=dict)
    """Fields of the asset that the uploader set."""


class AuraLibrary(SimulatedLibrary):
    """Items with ids like the service's own: UUIDs, those of some uploaders in upper case."""

    traits_type: ClassVar[type[ItemTraits]] = AuraTraits

    def __init__(self, count: int, **options: Any) -> None:
        super().__init__(count, **options)
        self.joined: set[tuple[int, str]] = set()
        """Items that were put on another frame too, with that frame."""
        self.switched: dict[tuple[int, str], bool] = {}
        """Whether items were hidden on a frame later, or shown there again."""
        self._uploaded: dict[str, int] = {}
        """Contents that Ann uploaded, by the stored file's name."""
        self._identifiers: dict[str, int] = {}

    def announce(self, identifier: str, frame_id: str) -> int:
        """Make a placeholder for an upload; returns its number, the same for the same identifier."""
        with self.lock:
            if identifier not in self._identifiers:
                self.add(placeholder=True, local_identifier=identifier, frame=frame_id)
                self._identifiers[identifier] = self.next_number - 1
            number = self._identifiers[identifier]
            self.joined.add((number, frame_id))
            return number

    def announced(self, identifier: str) -> int | None:
        """The number of an announced picture, completed or not."""
        return self._identifiers.get(identifier)

    def complete(self, number: int, upload: Upload, details: Mapping[str, object]) -> None:
        """Make an asset of a placeholder, or give an asset another content."""
        with self.lock:
            taken = datetime.fromisoformat(str(details["taken_at"])).replace(tzinfo=None)
            camera = self.item(number).offset_hours or 0
            file_name = str(details["file_name"])
            self._traits[number] = replace(
                self.traits_of(number),
                placeholder=False,
                kind=Kind.PHOTO,
                file_name=file_name,
                taken=taken.replace(microsecond=0) + timedelta(hours=camera),
                milliseconds=taken.microsecond // 1000,
                details=details,
            )
            self._uploads[number] = upload
            self._uploaded[file_name] = number
            self._changed()

    def number_of_file(self, file_name: str) -> int | None:
        """Of the item with this stored file, which may be a video's still picture."""
        return self._uploaded.get(file_name, number_in(file_name))

    def user_of(self, number: int) -> str:
        """The user who added an item."""
        return ANN if self.traits_of(number).local_identifier is not None else user_of(number)

    def id_of(self, number: int) -> str:
        """The number is in the last group."""
        id_ = _uuid(f"{self.seed} asset", number)
        return id_.upper() if number % _UPPER_CASE_EVERY == 3 else id_

    def number_of(self, item_id: str) -> int | None:
        """Also for the motion of a live photo."""
        asset_id = item_id.removesuffix(MOTION)
        number = _number(asset_id)
        return number if number is not None and number < self.next_number and self.id_of(number) == asset_id else None

    def traits_of(self, number: int) -> AuraTraits:
        """The properties that a test set."""
        traits = self._traits.get(number)
        return traits if isinstance(traits, AuraTraits) else AuraTraits()

    def is_hidden(self, number: int, frame_id: str) -> bool:
        """Whether a frame has the item, and does not show it."""
        return self.switched.get((number, frame_id), self.traits_of(number).hidden)

    def is_on(self, number: int, frame_id: str) -> bool:
        """Whether a frame has the item now."""
        only = self.traits_of(number).frame
        wanted = {only} if only else {KITCHEN} | ({GRANDMA} if number % _SHARED_EVERY == 3 else set())
        return (frame_id in wanted or (number, frame_id) in self.joined) and self.has(number)

    def motion(self, item: SimulatedItem) -> SimulatedItem:
        """The video of a live photo."""
        shape = Shape(True, item.shape.camera, item.shape.picture % pool_size(video=True), item.shape.live)
        return item._replace(
            id=item.id + MOTION, kind=Kind.VIDEO, shape=shape, size_bytes=self._media.size_bytes(shape)
        )

    def poster(self, item: SimulatedItem) -> bytes:
        """The still picture that the service shows for a video."""
        shape = Shape(False, item.shape.camera, item.shape.picture % pool_size(video=False))
        return self.content(item._replace(kind=Kind.PHOTO, shape=shape))

    def expected(self) -> Iterator[ExpectedItem]:
        """Placeholders give no file, live photos two. Times are exact to the millisecond."""
        for known in super().expected():
            number = self.number_of(known.id)
            assert number is not None
            traits = self.traits_of(number)
            if traits.placeholder:
                continue
            yield known
            if traits.live and traits.duration_s is None:
                motion = self.motion(self.item(number))
                yield ExpectedItem(motion.id, known.name, Kind.VIDEO, self.md5(motion), motion.size_bytes, known.taken)

    def file_name(self, item: SimulatedItem) -> str:
        """Of the stored photo; for a video, of its still picture, with a meaningless extension."""
        if name := self.traits_of(item.number).file_name:
            return name
        ending = ".url" if item.kind is Kind.VIDEO else (".jpeg", ".JPG", ".jpg")[item.number % 3]
        return _uuid(f"{self.seed} file {item.revision}", item.number) + ending

    def video_file_name(self, item: SimulatedItem) -> str:
        """One uploading program writes the word null."""
        if name := self.traits_of(item.number).video_file_name:
            return name
        return "null" if item.number % 3 == 1 else _uuid(f"{self.seed} video {item.revision}", item.number) + ".mp4"

    def asset(self, number: int, video_url: str) -> Json:
        """The asset, with `video_url` if it has a video."""
        item, traits = self.item(number), self.traits_of(number)
        moves = item.kind is Kind.VIDEO or traits.live
        user_id = self.user_of(number)
        asset: Json = {
            "id": item.id,
            "user_id": user_id,
            "user": {"id": user_id, "name": "Ann" if user_id == ANN else "Bob"},
            "source_id": "9a000000-0000-4000-8000-000000000001",
            "local_identifier": traits.local_identifier or f"simulated-{number}/L0/001",
            "file_name": self.file_name(item),
            "original_file_name": None if "name" in item.missing else item.name,
            "data_uti": "public.movie" if item.kind is Kind.VIDEO else "public.jpeg",
            "taken_at": _time(item.taken, traits.milliseconds),
            "created_at_on_client": _time(item.instant),
            "uploaded_at": f"2026-05-{1 + number % 28:02}T10:00:07.000Z",
            "favorite": item.favorite or None,
            "selected": True,
            "is_live": 1 if traits.live else None,
            "md5_hash": self._md5_hash(item),
            "video_file_name": self.video_file_name(item) if moves else None,
            "video_url": video_url if moves else None,
            "duration": traits.duration_s if traits.live else self.duration_s(item) or None,
            "good_resolution": True,
            "something_new_in_2027": {"unknown": [1, None]},
        }
        if "details" not in item.missing:
            width, height = self.dimensions(item)
            asset |= {"width": width, "height": height, "exif_orientation": 1, "rotation_cw": 0, "location": None}
        asset |= traits.details
        if traits.placeholder:
            asset |= dict.fromkeys(("uploaded_at", "file_name", "md5_hash", "taken_at", "video_url"))
            del asset["good_resolution"]
        return asset

    def _md5_hash(self, item: SimulatedItem) -> str | None:
        """The service has none for videos."""
        if item.kind is Kind.VIDEO or "md5" in item.missing:
            return None
        return base64.b64encode(hashlib.md5(self.content(item), usedforsecurity=False).digest()).decode()

    def settings(self, number: int, frame_id: str) -> Json:
        """Whether a frame shows the asset; the asset's own `selected` is always true."""
        hidden = self.is_hidden(number, frame_id)
        return {
            "id": _uuid("setting", number),
            "asset_id": self.id_of(number),
            "frame_id": frame_id,
            "hidden": hidden,
            "selected": not hidden,
            "reason": "user",
        }


def frame(frame_id: str, count: int) -> Json:
    """A frame as it is listed: with nulls, and an unknown feature; the second frame lacks most keys."""
    if frame_id != KITCHEN:
        return {"id": frame_id, "name": FRAMES[frame_id], "user_id": BOB}
    return {
        "id": frame_id,
        "name": FRAMES[frame_id],
        "user_id": ANN,
        "user": {"id": ANN, "name": "Ann", "email": "ann@example.com"},
        "contributors": None,
        "features": ["telepathy"],
        "email_address": "kitchen-k3f9@send.auraframes.com",
        "num_assets": count + 22,  # never decreases
        "time_zone": "America/New_York",
        "last_impression_at": None,
        "deleted_at": None,
    }


def user_of(number: int) -> str:
    """The user who added an item."""
    return BOB if number % 4 == 1 else ANN


def number_in(file_name: str) -> int | None:
    """The number in a generated file name."""
    return _number(PurePosixPath(file_name).stem)


def _uuid(words: str, number: int) -> str:
    digits = hashlib.sha256(f"{words} {number}".encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[12:15]}-8{digits[15:18]}-{number:012x}"


def _number(id_: str) -> int | None:
    try:
        return int(id_.rpartition("-")[2], 16)
    except ValueError:
        return None


def _time(reading: datetime | None, milliseconds: int = 0) -> str | None:
    return None if reading is None else f"{reading.isoformat(timespec='seconds')}.{milliseconds:03}Z"
