"""One push to one frame.

Facts: protocol notes on Aura, 8.1. A picture is announced to the frame under an identifier that is made from its
content, which creates a placeholder; its content is sent to the store; then the placeholder is completed. An
identifier is unique at the service, so that a push that is repeated after an interruption creates no second picture.
"""

from __future__ import annotations

import base64
import hashlib
import io
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from photosync.errors import ItemError, LostAnswerError, ProviderError, Reason, TemporaryError
from photosync.model import Item, TimeMeaning
from photosync.provider import FileToUpload, Sent, UploadRequest
from photosync.provider_kit.json_fields import Json
from photosync_aura.acceptance import SUFFIXES, TYPE_IDENTIFIERS, as_is
from photosync_aura.api import AuraApi
from photosync_aura.decoding import Picture, reduced
from photosync_aura.items import MOTION, Frame, items_of, text
from photosync_aura.upload_store import UploadContent, UploadStore
from photosync_aura.write_api import AuraWriteApi
from photosync_aura.write_budget import MOST_A_CALL

_NOT_ADDED = (
    "Aura would not put it on this frame as well; perhaps it is no longer at Aura. "
    "A full pull (`photosync pull ACCOUNT --full`) finds out, and the next push sends it anew."
)

Result = TypeVar("Result")


class AuraUploader:
    """Implements `Uploader`. The frame is listed once, at the beginning."""

    wait_s = 10.0
    batch = MOST_A_CALL

    def __init__(
        self,
        frame: Frame,
        request: UploadRequest,
        *,
        user_id: str,
        api: AuraApi,
        writes: AuraWriteApi,
        store: UploadStore,
    ) -> None:
        self._frame = frame
        self._request = request
        self._user_id = user_id
        self._api = api
        self._writes = writes
        self._store = store
        self._on_frame: dict[str, Item] = {}
        """The items on the frame, by md5 and by identifier."""
        self._asset_ids: set[str] = set()
        """The identifiers of all assets on the frame, placeholders included."""
        self._stored: dict[str, Json] = {}
        """The descriptions of pictures whose content is in the store, by identifier."""
        self._refused: dict[str, str] = {}
        """Why the service refused a picture, by identifier."""
        self._pending: set[str] = set()
        """Announced identifiers that have neither failed nor been completed yet."""
        self._stopped: TemporaryError | None = None
        """Why no more pictures are announced in this run."""
        self._list_frame()

    @property
    def destination(self) -> str:
        """The frame's id."""
        return self._frame.id

    def find(self, file: FileToUpload) -> Item | None:
        """The item on the frame with this content, or with the reduced copy that an earlier push made of it."""
        found = self._on_frame.get(_identifier(file)) or self._on_frame.get(file.digest().md5)
        if found is None and as_is(file, resize=self._request.resize) is None:
            reduced(file)  # a picture that cannot be reduced must not be announced
        return found

    def prepare(self, files: Sequence[FileToUpload]) -> None:
        """Announce the pictures to the frame. Calls to complete them are reserved in the budget as well."""
        if self._stopped is not None:
            return
        try:
            self._announce_all(list(dict.fromkeys(map(_identifier, files))))
        except ProviderError as error:
            raise ItemError(f"Aura would not prepare for new pictures: {error}", Reason.REFUSED) from error
        except TemporaryError as error:
            if not self._pending:
                raise
            self._stopped = error  # raised by `send` after the pending ones are completed

    def _announce_all(self, identifiers: Sequence[str]) -> None:
        budget = self._writes.budget
        budget.check_lock()
        chunks = _chunks(identifiers, budget.most_a_call)
        budget.reserve(2 * len(chunks))
        for some in chunks:
            self._announce(some)
        self._pending.update(identifiers)

    def _announce(self, identifiers: Sequence[str]) -> None:
        def select(wanted: Sequence[str]) -> int:
            return self._writes.select(self.destination, [{"asset_local_identifier": each} for each in wanted])

        try:
            failed = select(identifiers)
        except LostAnswerError:
            known = self._list_frame()
            missing = [each for each in identifiers if each not in known]
            failed = self._repeat(select, missing) or 0
        if failed:  # the answer has only their number
            known = self._list_frame()
            missing = [each for each in identifiers if each not in known]
            self._refused.update(dict.fromkeys(missing, "Aura would not have it on this frame"))

    def send(self, file: FileToUpload) -> Sent:
        """Send the content to the store. The store cannot be listed, so only its answer is checked."""
        identifier = _identifier(file)
        if self._stopped is not None and identifier not in self._pending:
            raise self._stopped
        if identifier in self._stored or identifier in self._on_frame:  # the same content under another name
            return Sent(file, token=identifier, was_there=True)
        try:
            self._stored[identifier] = self._put(file)
        except BaseException:
            self._pending.discard(identifier)
            raise
        return Sent(file, token=identifier)

    def _put(self, file: FileToUpload) -> Json:
        if _identifier(file) in self._refused:
            raise self._refusal(file)
        picture, content = self._content(file)
        key = f"{uuid.uuid4()}{SUFFIXES[picture.mime]}"
        description = self._description(file, picture, key, content.md5)
        self._store.put(key, content, str(file.path))
        return description

    def _content(self, file: FileToUpload) -> tuple[Picture, UploadContent]:
        picture = as_is(file, resize=self._request.resize)
        if picture is not None:
            digest = file.digest()
            return picture, UploadContent(file.open, digest.md5, digest.sha256, picture.mime)
        picture, made = reduced(file)
        md5 = hashlib.md5(made, usedforsecurity=False).hexdigest()
        return picture, UploadContent(lambda: io.BytesIO(made), md5, hashlib.sha256(made).hexdigest(), picture.mime)

    def _description(self, file: FileToUpload, picture: Picture, key: str, md5: str) -> Json:
        return {
            "local_identifier": _identifier(file),
            "file_name": key,
            "data_uti": TYPE_IDENTIFIERS[picture.mime],
            "md5_hash": base64.b64encode(bytes.fromhex(md5)).decode(),
            "width": picture.width,
            "height": picture.height,
            "orientation": picture.orientation,
            "taken_at": _written(_shown_time(file, self._frame.time_zone)),
            "modified_at": _written(file.modified.astimezone(UTC)),
            "favorite": False,
            "selected": True,
            "upload_priority": 0,
            "location": None,
        }

    def finish(self, sent: Sequence[Sent]) -> Sequence[Sent | ItemError]:
        """Complete the announced pictures, and add existing pictures to this frame."""
        stored = [each for each in dict.fromkeys(each.token for each in sent) if each in self._stored]
        for some in _chunks(stored, self._writes.budget.most_a_call):
            self._complete(some)
        found = dict.fromkeys(_asset_id(each.item) for each in sent if each.item is not None)
        refused = self._add_to_frame([id_ for id_ in found if id_ not in self._asset_ids])
        return [self._finished(each, refused) for each in sent]

    def _complete(self, identifiers: Sequence[str]) -> None:
        assets = {each: self._stored.pop(each) for each in identifiers}
        self._pending.difference_update(identifiers)
        try:
            accepted = self._update(assets)
        except ProviderError as error:
            self._refused.update(dict.fromkeys(identifiers, str(error)))
            return
        for success in accepted:
            identifier, id_ = text(success, "local_identifier"), text(success, "id")
            if identifier in assets and id_ is not None:
                user_id = text(success, "user_id") or self._user_id
                self._note({**assets[identifier], "id": id_, "user_id": user_id})

    def _update(self, assets: Mapping[str, Json]) -> Sequence[Json]:
        def update(wanted: Sequence[str]) -> Sequence[Json]:
            return self._writes.update([assets[each] for each in wanted])

        try:
            return update(list(assets))
        except LostAnswerError:
            self._list_frame()
            return self._repeat(update, [each for each in assets if each not in self._on_frame]) or ()

    def _repeat(self, call: Callable[[Sequence[str]], Result], identifiers: Sequence[str]) -> Result | None:
        """After a lost answer, repeat a call for the pictures that are not there. This is safe if the service was
        only slow: the same identifier twice creates one picture."""
        if not identifiers:
            return None
        self._writes.budget.spend()
        return call(identifiers)

    def _add_to_frame(self, ids: Sequence[str]) -> dict[str, ItemError]:
        """Add assets of other frames to this one; returns the errors by asset id."""
        refused: dict[str, ItemError] = {}
        for some in _chunks(ids, self._writes.budget.most_a_call):
            try:
                self._writes.budget.reserve(1)
                failed = self._writes.select(self.destination, [{"asset_id": id_} for id_ in some])
            except (TemporaryError, ProviderError) as error:
                # An exception would lose the other pictures of this batch, which have succeeded.
                reason = error.reason if isinstance(error, TemporaryError) else Reason.REFUSED
                refused.update({id_: ItemError(str(error), reason) for id_ in some})
                continue
            if failed:
                self._list_frame()
                missing = [id_ for id_ in some if id_ not in self._asset_ids]
                refused.update({id_: ItemError(_NOT_ADDED, Reason.REFUSED) for id_ in missing})
        return refused

    def _finished(self, sent: Sent, refused: Mapping[str, ItemError]) -> Sent | ItemError:
        if sent.item is not None:
            return refused.get(_asset_id(sent.item)) or sent
        item = self._on_frame.get(sent.token)
        return replace(sent, item=item) if item is not None else self._refusal(sent.file)

    def _refusal(self, file: FileToUpload) -> ItemError:
        why = self._refused.get(_identifier(file), "its bytes arrived, but Aura made no picture of them")
        return ItemError(f"{file.path}: {why.rstrip('.')}. The next push tries it again.", Reason.REFUSED)

    def _list_frame(self) -> set[str]:
        """List the frame; returns the identifiers of all assets, placeholders included."""
        identifiers = set()
        for page in self._api.assets(self._frame):
            for asset in page.assets:
                self._note(asset, page.hidden)
                identifiers.add(text(asset, "local_identifier") or "")
        return identifiers

    def _note(self, asset: Json, hidden: frozenset[str] = frozenset()) -> None:
        self._asset_ids.add(text(asset, "id") or "")
        item = next(items_of([asset], hidden, self._frame), None)
        if item is None:  # a placeholder
            return
        self._on_frame |= {key: item for key in (text(asset, "local_identifier"), item.md5_hint) if key}


def _identifier(file: FileToUpload) -> str:
    """The service's identifier of a content. It must never change, or pictures are sent twice."""
    return f"photosync-{file.digest().sha256[:32]}"


def _asset_id(item: Item) -> str:
    return item.id.removesuffix(MOTION)


def _shown_time(file: FileToUpload, zone: ZoneInfo | None) -> datetime:
    """The time that the frame shows for a picture; the service has no time zones."""
    taken = file.taken()
    if taken is not None and taken.meaning is not TimeMeaning.INSTANT:
        return taken.reading
    moment = taken.reading.replace(tzinfo=UTC) if taken is not None else file.modified
    return moment.astimezone(zone or UTC)


def _written(moment: datetime) -> str:
    """`2024-04-28T19:03:11.250Z`: always three digits, truncated and not rounded, and always a Z."""
    return f"{moment.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def _chunks(values: Sequence[str], size: int) -> list[Sequence[str]]:
    return [values[start : start + size] for start in range(0, len(values), size)]
