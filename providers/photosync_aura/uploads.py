"""One push to one frame.

Facts: protocol notes on Aura, 8.1. A picture is promised to the frame under an identifier that follows from its
content, its bytes go to the store, and then the promise is kept. The same identifier again means the same picture
again, so that nothing that was interrupted makes a second one.
"""

from __future__ import annotations

import base64
import hashlib
import io
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar
from zoneinfo import ZoneInfo

from photosync.errors import ItemError, LostAnswerError, ProviderError, Reason, TemporaryError
from photosync.model import Item, TimeMeaning
from photosync.provider import FileToUpload, Sent, UploadRequest
from photosync_aura.api import AssetsPage
from photosync_aura.assets import MOTION, Frame, Json, items_of, text
from photosync_aura.budget import MOST_A_CALL
from photosync_aura.picture import Picture, as_is, reduced
from photosync_aura.s3 import Content, UploadStore
from photosync_aura.writes import Writes

_NOT_JOINED = (
    "Aura would not put it on this frame as well; perhaps it is no longer at Aura. "
    "A full pull (`photosync pull ACCOUNT --full`) finds out, and the next push sends it anew."
)

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a push goes, and who pushes."""

    frame: Frame
    pages: Callable[[], Iterable[AssetsPage]]
    """Lists what is on the frame."""
    user_id: str
    zone: ZoneInfo | None = None
    """Given: the frame's times are what the clocks there read."""


class AuraUploader:
    """Fulfils `Uploader`. What was on the frame is listed once, at the beginning."""

    wait_s = 10.0
    batch = MOST_A_CALL

    def __init__(self, target: Target, request: UploadRequest, writes: Writes, store: UploadStore) -> None:
        self._target = target
        self._request = request
        self._writes = writes
        self._store = store
        self._there: dict[str, Item] = {}
        """What is on the frame, by md5 and by identifier."""
        self._ids: set[str] = set()
        """Of all assets there, promises included."""
        self._stored: dict[str, Json] = {}
        """What the service is to be told of pictures whose bytes are in the store, by identifier."""
        self._refused: dict[str, str] = {}
        """Why the service will not have a picture, by identifier."""
        self._under_way: set[str] = set()
        """Promised, and neither failed nor finished yet."""
        self._stopped: TemporaryError | None = None
        """Why no more is promised in this run."""
        self._look()

    @property
    def destination(self) -> str:
        """The frame's id."""
        return self._target.frame.id

    def find(self, file: FileToUpload) -> Item | None:
        """What is on the frame of this content: as it is, or as the reduced copy that an earlier push made of it."""
        there = self._there.get(_identifier(file)) or self._there.get(file.digest().md5)
        if there is None and as_is(file, resize=self._request.resize) is None:
            reduced(file)  # what cannot be reduced must not be promised
        return there

    def prepare(self, files: Sequence[FileToUpload]) -> None:
        """Promise them to the frame. Calls for keeping the promises are reserved as well."""
        if self._stopped is not None:
            return
        try:
            self._promise_all(list(dict.fromkeys(map(_identifier, files))))
        except ProviderError as error:
            raise ItemError(f"Aura would not prepare for new pictures: {error}", Reason.REFUSED) from error
        except TemporaryError as error:
            if not self._under_way:
                raise
            self._stopped = error  # told by `send`, after what is under way: the run's end would break that off

    def _promise_all(self, identifiers: Sequence[str]) -> None:
        budget = self._writes.budget
        budget.check_lock()
        chunks = list(_chunks(identifiers, budget.most_a_call))
        budget.reserve(2 * len(chunks))
        for some in chunks:
            self._promise(some)
        self._under_way.update(identifiers)

    def _promise(self, identifiers: Sequence[str]) -> None:
        def select(wanted: Sequence[str]) -> int:
            return self._writes.select(self.destination, [{"asset_local_identifier": each} for each in wanted])

        try:
            failed = select(identifiers)
        except LostAnswerError:
            promised = self._look()
            missing = [each for each in identifiers if each not in promised]
            failed = self._once_more(select, missing) or 0
        if failed:  # the service says only how many
            promised = self._look()
            missing = [each for each in identifiers if each not in promised]
            self._refused.update(dict.fromkeys(missing, "Aura would not have it on this frame"))

    def send(self, file: FileToUpload) -> Sent:
        """Bring the bytes to the store. Nobody can look what is there, so the store's word has to do."""
        identifier = _identifier(file)
        if self._stopped is not None and identifier not in self._under_way:
            raise self._stopped
        if identifier in self._stored or identifier in self._there:  # the same content under another name
            return Sent(file, token=identifier, was_there=True)
        try:
            self._stored[identifier] = self._put(file)
        except BaseException:
            self._under_way.discard(identifier)
            raise
        return Sent(file, token=identifier)

    def _put(self, file: FileToUpload) -> Json:
        if _identifier(file) in self._refused:
            raise self._refusal(file)
        picture, content = self._content(file)
        key = f"{uuid.uuid4()}{picture.suffix}"
        description = self._description(file, picture, key, content.md5)
        self._store.put(key, content, str(file.path))
        return description

    def _content(self, file: FileToUpload) -> tuple[Picture, Content]:
        picture = as_is(file, resize=self._request.resize)
        if picture is not None:
            digest = file.digest()
            return picture, Content(file.open, digest.md5, digest.sha256, picture.mime)
        picture, made = reduced(file)
        md5 = hashlib.md5(made, usedforsecurity=False).hexdigest()
        return picture, Content(lambda: io.BytesIO(made), md5, hashlib.sha256(made).hexdigest(), picture.mime)

    def _description(self, file: FileToUpload, picture: Picture, key: str, md5: str) -> Json:
        zone = self._target.zone
        return {
            "local_identifier": _identifier(file),
            "file_name": key,
            "data_uti": picture.uti,
            "md5_hash": base64.b64encode(bytes.fromhex(md5)).decode(),
            "width": picture.width,
            "height": picture.height,
            "orientation": picture.orientation,
            "taken_at": _written(_shown_time(file, zone)),
            "modified_at": _written(file.modified.astimezone(UTC)),
            "favorite": False,
            "selected": True,
            "upload_priority": 0,
            "location": None,
        }

    def finish(self, sent: Sequence[Sent]) -> Sequence[Sent | ItemError]:
        """Keep the promises, and put on this frame what is at the service already."""
        stored = [each for each in dict.fromkeys(each.token for each in sent) if each in self._stored]
        for some in _chunks(stored, self._writes.budget.most_a_call):
            self._keep(some)
        found = dict.fromkeys(_asset_id(each.item) for each in sent if each.item is not None)
        refused = self._join([id_ for id_ in found if id_ not in self._ids])
        return [self._finished(each, refused) for each in sent]

    def _keep(self, identifiers: Sequence[str]) -> None:
        assets = {each: self._stored.pop(each) for each in identifiers}
        self._under_way.difference_update(identifiers)
        try:
            kept = self._update(assets)
        except ProviderError as error:
            self._refused.update(dict.fromkeys(identifiers, str(error)))
            return
        for success in kept:
            identifier, id_ = text(success, "local_identifier"), text(success, "id")
            if identifier in assets and id_ is not None:
                user_id = text(success, "user_id") or self._target.user_id
                self._note({**assets[identifier], "id": id_, "user_id": user_id})

    def _update(self, assets: Mapping[str, Json]) -> Sequence[Json]:
        def update(wanted: Sequence[str]) -> Sequence[Json]:
            return self._writes.update([assets[each] for each in wanted])

        try:
            return update(list(assets))
        except LostAnswerError:
            self._look()
            return self._once_more(update, [each for each in assets if each not in self._there]) or ()

    def _once_more(self, call: Callable[[Sequence[str]], Result], identifiers: Sequence[str]) -> Result | None:
        """Repeat a call whose answer was lost, for what it did not do. The service takes an identifier twice for one
        picture, so that it does no harm where the service only was slow."""
        if not identifiers:
            return None
        self._writes.budget.spend()
        return call(identifiers)

    def _join(self, ids: Sequence[str]) -> dict[str, ItemError]:
        """Put assets on this frame that are at the service for another one; why some of them did not get there."""
        refused: dict[str, ItemError] = {}
        for some in _chunks(ids, self._writes.budget.most_a_call):
            try:
                self._writes.budget.reserve(1)
                failed = self._writes.select(self.destination, [{"asset_id": id_} for id_ in some])
            except (TemporaryError, ProviderError) as error:
                # Others of this batch have arrived, and must not be forgotten for this.
                reason = error.reason if isinstance(error, TemporaryError) else Reason.REFUSED
                refused.update({id_: ItemError(str(error), reason) for id_ in some})
                continue
            if failed:
                self._look()
                missing = [id_ for id_ in some if id_ not in self._ids]
                refused.update({id_: ItemError(_NOT_JOINED, Reason.REFUSED) for id_ in missing})
        return refused

    def _finished(self, sent: Sent, refused: Mapping[str, ItemError]) -> Sent | ItemError:
        if sent.item is not None:
            return refused.get(_asset_id(sent.item)) or sent
        item = self._there.get(sent.token)
        return replace(sent, item=item) if item is not None else self._refusal(sent.file)

    def _refusal(self, file: FileToUpload) -> ItemError:
        why = self._refused.get(_identifier(file), "its bytes arrived, but Aura made no picture of them")
        return ItemError(f"{file.path}: {why.rstrip('.')}. The next push tries it again.", Reason.REFUSED)

    def _look(self) -> set[str]:
        """List the frame, and note what is there; the identifiers of all assets, promises among them."""
        identifiers = set()
        for page in self._target.pages():
            for asset in page.assets:
                self._note(asset, page.hidden)
                identifiers.add(text(asset, "local_identifier") or "")
        return identifiers

    def _note(self, asset: Json, hidden: frozenset[str] = frozenset()) -> None:
        self._ids.add(text(asset, "id") or "")
        item = next(items_of([asset], hidden, self._target.frame), None)
        if item is None:  # a promise
            return
        self._there |= {key: item for key in (text(asset, "local_identifier"), item.md5_hint) if key}


def _identifier(file: FileToUpload) -> str:
    """The same for the same content, everywhere and for ever: what it is called at the service."""
    return f"photosync-{file.digest().sha256[:32]}"


def _asset_id(item: Item) -> str:
    return item.id.removesuffix(MOTION)


def _shown_time(file: FileToUpload, zone: ZoneInfo | None) -> datetime:
    """What the frame is to show as the time of a picture; it knows no zones, and shows what it is told."""
    taken = file.taken()
    if taken is not None and taken.meaning is not TimeMeaning.INSTANT:
        return taken.reading
    moment = taken.reading.replace(tzinfo=UTC) if taken is not None else file.modified
    return moment.astimezone(zone or UTC)


def _written(moment: datetime) -> str:
    """`2024-04-28T19:03:11.250Z`: always three digits, cut and not rounded, and always a Z."""
    return f"{moment.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def _chunks(things: Iterable[str], size: int) -> Iterator[list[str]]:
    rest = iter(things)
    while chunk := list(islice(rest, size)):
        yield chunk
