"""The Library API of the simulated Google: uploads, items and albums.

An uploaded item is an item of the library like all others, with one id for both APIs, so that it can be picked.
Facts: protocol notes on Google Photos, section 5.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiohttp import web

from photosync.model import Kind
from photosync.testing.receiving import Upload
from photosync.testing.routes import Route
from photosync_google.simulator.errors import disabled, google_error, insufficient_scope, invalid, quota_exceeded
from photosync_google.simulator.receiving import Receiver

if TYPE_CHECKING:
    from photosync_google.simulator import GoogleSimulator

_PATH = "/v1"
PATHS = (f"{_PATH}/uploads", f"{_PATH}/mediaItems:", f"{_PATH}/albums")
"""The beginnings of this API's paths: the Picker API has others below `/v1`, at a host of its own."""
_MOST_AT_ONCE = 50
_TITLE_CHARACTERS = 500
_NAME_CHARACTERS = 255
_WRITING_S = 0.01
"""The time in which a request that creates items blocks all others."""
_MARKS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"II", b"MM", b"BM", b"\x1aE\xdf\xa3", b"\0\0\1\xba")


@dataclass
class Album:
    """An album of the client."""

    title: str
    items: list[str] = field(default_factory=list)


class Uploads:
    """The routes of the Library API."""

    def __init__(self, simulator: GoogleSimulator) -> None:
        self._simulator = simulator
        self.receiver = Receiver(simulator)
        self.albums: dict[str, Album] = {}
        """By id; a test deletes one where a user would."""
        self.created = 0
        """The number of requests to create items that were served."""
        self.collisions = 0
        """The number of requests that came during another and were refused."""
        self.mimes: dict[str, str] = {}
        """The media type of each item that was uploaded."""
        self._ours: set[str] = set()
        """The ids of items that this client created, and may add to albums."""
        self._is_writing = False

    def routes(self) -> Sequence[Route]:
        """The routes."""
        receive, create = self.receiver.uploads, self.batch_create
        return [
            Route("POST", f"{_PATH}/uploads", receive, "upload", changes=True),
            Route("POST", f"{_PATH}/mediaItems:batchCreate", create, "upload", changes=True),
            Route("POST", f"{_PATH}/albums", self.create_album, changes=True),
            Route("POST", f"{_PATH}/albums/{{album}}:batchAddMediaItems", self.add, changes=True),
        ]

    def refusal(self, request: web.Request, route: Route) -> web.Response | None:
        """Faults of any call of this API."""
        consent, faults, kind = self._simulator.consent, self._simulator.faults, route.kind
        if consent.granted(request.headers.get("Authorization", "")) is not consent.uploading:
            return insufficient_scope()
        if faults.fires("library_disabled", kind):
            return disabled("Photos Library API", "photoslibrary.googleapis.com")
        if faults.fires("upload_scope", kind):
            return insufficient_scope()
        if faults.fires("quota_day", kind):
            return quota_exceeded("All requests per day")
        if faults.fires("quota_minute", kind):
            return quota_exceeded("Write requests per minute per user")
        return None

    # For tests

    def uploaded(self) -> dict[tuple[str, str], str]:
        """The md5 of each uploaded item by (title of the album, file name); the title is empty outside albums."""
        library = self._simulator.library
        found: dict[tuple[str, str], str] = {}
        for item in library.expected():
            if item.id in self._ours:
                titles = [album.title for album in self.albums.values() if item.id in album.items]
                found.update({(title, item.name): item.md5 for title in titles or [""]})
        return found

    # Items

    async def batch_create(self, request: web.Request) -> web.StreamResponse:
        """Creates items from uploaded content; one request at a time per user."""
        if self._is_writing:
            self.collisions += 1
            return google_error(409, "ABORTED", "Another write to this library is under way.")
        self._is_writing = True
        try:
            await asyncio.sleep(_WRITING_S)
            return self._batch_create(await request.json())
        finally:
            self._is_writing = False

    def _batch_create(self, content: Mapping[str, object]) -> web.Response:
        wanted = content.get("newMediaItems")
        if set(content) - {"albumId", "newMediaItems", "albumPosition"} or not isinstance(wanted, list) or not wanted:
            return invalid("Request contains an invalid argument.")
        if len(wanted) > _MOST_AT_ONCE:
            return invalid("Request must have less than 50 items.")
        if any(len(_simple(each).get("fileName", "")) > _NAME_CHARACTERS for each in wanted):
            return invalid("File name is too long.")
        if self._simulator.faults.fires("storage_full", "upload"):
            return invalid("The remaining storage in the user's account is not enough to perform this operation.")
        album = None
        if "albumId" in content:
            album = self._writable(str(content["albumId"]))
            if album is None:
                return invalid("No permission to add media items to this album.")
        self.created += 1
        results = [self._result(_simple(each), album) for each in wanted]
        shown = [each for each in results if each is not None]
        is_whole = all(each["status"].get("message") == "Success" for each in shown)
        return web.json_response({"newMediaItemResults": shown}, status=200 if is_whole else 207)

    def _result(self, wanted: Mapping[str, str], album: Album | None) -> dict[str, dict[str, object]] | None:
        token, name = self.receiver.known(wanted.get("uploadToken", "")), wanted.get("fileName", "")
        result: dict[str, dict[str, object]] = {"uploadToken": token}  # type: ignore[dict-item]  # the one text
        problem = self._problem(token, name)
        if problem is not None:
            code, message = problem
            return result | {"status": {"code": code, "message": message}}
        received = self.receiver.take(token)
        item_id = self._item_of(received.upload, name, received.mime)
        if album is not None and item_id not in album.items:
            album.items.append(item_id)
        faults = self._simulator.faults
        if faults.fires("item_forgotten", "upload", name):
            return None
        status: dict[str, object] = {"message": "Success"}
        if faults.fires("item_exists", "upload", name):
            status = {"code": 6, "message": "ALREADY_EXISTS"}
        return result | {"status": status, "mediaItem": self._described(item_id)}

    def _problem(self, token: str, name: str) -> tuple[int, str] | None:
        """The error code and message if no item can be created."""
        faults = self._simulator.faults
        if faults.fires("item_internal", "upload", name):
            return 13, "Internal error encountered."
        if faults.fires("item_exhausted", "upload", name):
            return 8, "Quota exceeded."
        if faults.fires("item_storage", "upload", name):
            return 8, "The remaining storage in the user's account is not enough to perform this operation."
        if faults.fires("token_old", "upload", name):
            return 3, f"Invalid upload token: {token}"
        # Google's answer to a used token is not known: this is the most misleading one.
        is_bad = faults.fires("item_bad", "upload", name) is not None or not self.receiver.is_good(token)
        if is_bad or not _is_media(self.receiver.peek(token).upload.head(16)):
            return 3, "BAD_IMAGE: There was an error while trying to create this media item."
        return None

    def _item_of(self, upload: Upload, name: str, mime: str) -> str:
        """The item with this content: equal content is one item, under its first name."""
        library = self._simulator.library
        numbers = library.with_md5(upload.md5)
        if numbers:
            item_id = library.item(numbers[0]).id
        else:
            kind = Kind.VIDEO if mime.startswith("video/") else Kind.PHOTO
            item_id = library.receive(upload, name=name, kind=kind)
            self.mimes[item_id] = mime
        self._ours.add(item_id)
        return item_id

    def _described(self, item_id: str) -> dict[str, object]:
        library = self._simulator.library
        number = library.number_of(item_id)
        assert number is not None
        item = library.item(number)
        return {
            "id": item_id,
            "productUrl": f"https://photos.google.com/lr/photo/{item_id}",
            "mimeType": self.mimes.get(item_id, "image/jpeg"),
            "mediaMetadata": {"creationTime": f"{item.instant.isoformat()}Z", "width": "4000", "height": "3000"},
            "filename": item.name,
        }

    # Albums

    async def create_album(self, request: web.Request) -> web.StreamResponse:
        """Create an album; titles need not be unique."""
        content = await request.json()
        title = content.get("album", {}).get("title")
        if not isinstance(title, str) or not 0 < len(title) <= _TITLE_CHARACTERS:
            return invalid("Request contains an invalid album title.")
        album_id = f"album-{hashlib.sha256(f'{self._simulator.seed}/{len(self.albums)}'.encode()).hexdigest()[:24]}"
        self.albums[album_id] = Album(title)
        url = f"https://photos.google.com/lr/album/{album_id}"
        return web.json_response({"id": album_id, "title": title, "productUrl": url, "isWriteable": True})

    async def add(self, request: web.Request) -> web.StreamResponse:
        """Add existing items to an album, all or none."""
        try:
            ids = (await request.json())["mediaItemIds"]
        except (json.JSONDecodeError, KeyError):
            ids = []
        album = self._writable(request.match_info["album"])
        if album is None:
            return invalid("No permission to add media items to this album.")
        if not 0 < len(ids) <= _MOST_AT_ONCE or len(set(ids)) < len(ids):
            return invalid("Request contains an invalid argument.")
        if not all(map(self._may_be_added, ids)):
            return invalid("Request contains an invalid media item id.")
        album.items += [each for each in ids if each not in album.items]
        return web.json_response({})

    def _may_be_added(self, item_id: str) -> bool:
        library, faults = self._simulator.library, self._simulator.faults
        number = library.number_of(item_id)
        is_there = number is not None and library.has(number) and item_id in self._ours
        return is_there and not faults.fires("items_refused", "other", item_id)

    def _writable(self, album_id: str) -> Album | None:
        return None if self._simulator.faults.fires("album_refused", "upload") else self.albums.get(album_id)


def _simple(wanted: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    return wanted.get("simpleMediaItem", {})


def _is_media(head: bytes) -> bool:
    """Whether the content looks like a picture or a video."""
    return head.startswith(_MARKS) or head[4:8] in (b"ftyp", b"moov", b"mdat")
