"""The JSON that services send: listings, sessions, results and refusals of each provider."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Unpack

from fuzz.harness import Harness
from fuzz.texts import assert_safe
from photosync.catalog.item_json import from_text, to_text
from photosync.errors import PhotosyncError, ProviderError
from photosync.library import Layout
from photosync.library.layout import LayoutFields
from photosync.model import Collection, Item
from photosync.provider_kit.json_fields import LARGEST_FILE
from photosync.transport import Answer, Transport, TransportSettings, json_document
from photosync.transport.types import RequestOptions
from photosync_amazon.api import AmazonApi
from photosync_amazon.items import AmazonAlbum
from photosync_amazon.items import items_of as amazon_items
from photosync_aura.api import AuraApi
from photosync_aura.items import Frame
from photosync_aura.items import items_of as aura_items
from photosync_clouddrive.api import CloudDriveApi
from photosync_clouddrive.changes_stream import ChangesFollower
from photosync_clouddrive.endpoints import Endpoints
from photosync_clouddrive.items import item_of
from photosync_clouddrive.tree import DriveTree
from photosync_google.library.items import results_of
from photosync_google.picker.api import PickerApi
from photosync_google.picker.items import session_of
from photosync_google.refusals import ErrorStatus

_HOST = "https://service.example"
_LAYOUTS = tuple(map(Layout, ("{collection}/{name}", "{year}/{month}/{stem}_{id}{ext}")))
_LARGEST = 2**63 - 1


class OneAnswer(Transport):
    """Answers every request with the same content."""

    def __init__(self, content: bytes) -> None:
        super().__init__(TransportSettings(own_hosts=(_HOST,)))
        self.content = content

    def json(
        self,
        method: str,  # noqa: ARG002 - the same for all
        url: str,
        *,
        check: Callable[[object], object] | None = None,
        **options: Unpack[RequestOptions],  # noqa: ARG002
    ) -> object:
        """The content, checked as the transport does."""
        try:
            document = json_document.parse(self.content)
        except ValueError:
            raise ProviderError(f"{url}: no JSON") from None
        if check is not None:
            check(document)
        return document

    @contextmanager
    def stream(
        self,
        method: str,  # noqa: ARG002
        url: str,
        **options: Unpack[RequestOptions],  # noqa: ARG002
    ) -> Iterator[tuple[Answer, Iterator[bytes]]]:
        """The content as a stream."""
        yield Answer(200, url, {}), iter([self.content])


def _check(read: Callable[[OneAnswer], None], content: bytes) -> None:
    """A page gives items, or one of our errors.

    - Every listing ends.
    - Every item can be stored in the catalog and read again, and has a safe path.
    """
    transport = OneAnswer(content)
    with suppress(PhotosyncError):
        read(transport)


def _check_items(items: Iterator[Item]) -> None:
    for item in items:
        assert from_text(to_text(item)) == item
        assert item.size_bytes is None or 0 <= item.size_bytes <= LARGEST_FILE
        assert all(each is None or 0 < each <= _LARGEST for each in (item.width, item.height))
        item.id.encode()
        item.name.encode()
        for layout in _LAYOUTS:
            folder = item.folder or next(iter(item.collections), "")
            assert_safe(layout.path(LayoutFields("a", item.id, item.name, item.kind.value, item.taken, folder)))


def _check_collections(collections: Iterator[Collection]) -> None:
    for each in collections:
        each.id.encode()
        each.name.encode()
        assert each.count is None or 0 <= each.count <= 2 * _LARGEST


def _read_amazon(transport: OneAnswer) -> None:
    api = AmazonApi(transport, _HOST, _HOST, None, _HOST)
    for call in (api.root, api.usage, partial(api.node, "id"), lambda: list(api.albums())):
        with suppress(PhotosyncError):
            call()
    for page in api.children("id"):
        _check_items(amazon_items(page.nodes, AmazonAlbum("id", "An album", owner=None, is_shared=False, count=None)))


def _read_aura(transport: OneAnswer) -> None:
    api = AuraApi("aura", _HOST, lambda: transport)
    with suppress(PhotosyncError):
        _check_collections(api.frames())
    frame = Frame("f", "A frame")
    for page in api.assets(frame):
        _check_items(aura_items(page.assets, page.hidden, frame))


def _read_clouddrive(transport: OneAnswer) -> None:
    api = CloudDriveApi("drive", transport, Endpoints(f"{_HOST}/", f"{_HOST}/"))
    for call in (api.root, api.usage, partial(api.node, "id")):
        with suppress(PhotosyncError):
            call()
    _check_items(item_of(node, ("A/B", "C")) for node in api.matching())


def _read_changes(transport: OneAnswer) -> None:
    api = CloudDriveApi("drive", transport, Endpoints(f"{_HOST}/", f"{_HOST}/"))
    with tempfile.TemporaryDirectory() as folder:
        tree = DriveTree(Path(folder, "tree.db"))
        try:
            ChangesFollower(api, tree, Path(folder)).follow()
        finally:
            tree.close()


def _read_google(transport: OneAnswer) -> None:
    for result in results_of(transport.content).values():
        _check_items(iter([result.item] if result.item else []))
    ErrorStatus.of(Answer(403, _HOST, {}, transport.content))
    with suppress(PhotosyncError):
        session_of(transport.json("GET", _HOST))
    for page in PickerApi(transport, _HOST).pages("id"):
        _check_items(each.item for each in page.picked)


_FILE = {
    "id": "n-1",
    "kind": "FILE",
    "name": "IMG_1.JPG",
    "status": "AVAILABLE",
    "parents": ["f-1"],
    "ownerId": "A1",
    "createdDate": "2023-08-14T18:02:11.123Z",
    "settings": {"favorite": True},
    "contentProperties": {
        "md5": "d41d8cd98f00b204e9800998ecf8427e",
        "size": 12345,
        "version": 1,
        "extension": "jpg",
        "contentType": "image/jpeg",
        "contentDate": "2019-07-06T18:22:00.000Z",
        "image": {"width": "4032", "height": 3024, "location": "49.2827, -123.1207", "dateTime": "2019-07-06 18:22:00"},
    },
}
_VIDEO = {"id": "n-2", "kind": "FILE", "contentProperties": {"size": 0}, "video": {"creationDate": "2019-07-06T18:22"}}
_FOLDER = {"id": "f-1", "kind": "FOLDER", "name": "A", "isRoot": True, "parents": [], "ownerId": "A1"}
_ALBUM = {"id": "a-1", "kind": "VISUAL_COLLECTION", "name": "Holiday", "collectionProperties": {"photoCount": 3}}
_PURGED = {"id": "n-3", "status": "PURGED"}
_ASSET = {
    "id": "c5dd8b12",
    "file_name": "abc.jpg",
    "md5_hash": "1B2M2Y8AsgTpgAmY7PhCfg==",
    "taken_at": "2012-04-15T03:15:04.000Z",
    "uploaded_at": "2020-01-02T03:04:05.000Z",
    "user": {"id": "u-1"},
    "width": 4032,
    "height": 3024,
    "favorite": False,
}
_LIVE = {**_ASSET, "id": "c5dd8b13", "is_live": True, "video_url": "https://video.example/1.mp4", "duration": None}
_PICKED = {
    "id": "p-1",
    "type": "PHOTO",
    "createTime": "2023-08-14T18:02:11.123456789Z",
    "mediaFile": {
        "baseUrl": "https://media.example/1",
        "mimeType": "image/jpeg",
        "filename": "IMG_1.JPG",
        "mediaFileMetadata": {"width": 4032, "height": 3024, "videoMetadata": {"processingStatus": "READY"}},
    },
}
_CREATED = {
    "uploadToken": "token",
    "status": {"code": 3, "message": "BAD_IMAGE"},
    "mediaItem": {
        "id": "m-1",
        "filename": "a.jpg",
        "mimeType": "video/mp4",
        "mediaMetadata": {"width": "12", "creationTime": "2023-08-14T18:02:11Z"},
    },
}
_SESSION = {
    "id": "s-1",
    "pickerUri": "https://photos.example/s-1",
    "pollingConfig": {"pollInterval": "3.5s", "timeoutIn": "1799s"},
    "mediaItemsSet": False,
}
_REFUSED = {"error": {"code": 403, "status": "PERMISSION_DENIED", "message": "no", "details": [{"reason": "A"}]}}
_USAGE = {"photo": {"total": {"bytes": 1, "count": 2}, "billable": {"bytes": 0, "count": 0}}}
_LINES = (
    {"checkpoint": "c-1", "reset": True, "nodes": [_FOLDER, _FILE, _PURGED]},
    {"checkpoint": "c-2", "nodes": [_VIDEO], "statusCode": 200},
    {"end": True},
)


def _harness(name: str, read: Callable[[OneAnswer], None], *answers: object) -> Harness:
    seeds = [json.dumps(each).encode() for each in answers]
    return Harness(name, partial(_check, read), lambda: seeds)


HARNESSES = [
    _harness(
        "amazon-page",
        _read_amazon,
        {"data": [_FILE, _VIDEO, _FOLDER, _ALBUM], "count": 3, "nextToken": None},
        {"data": [_FILE], "count": 10_000, "nextToken": "t"},
        _USAGE,
    ),
    _harness(
        "aura-page",
        _read_aura,
        {"assets": [_ASSET, _LIVE], "next_page_cursor": "c", "asset_settings": [{"asset_id": "x", "hidden": True}]},
        {"frames": [{"id": "f", "name": "Wall", "num_assets": 3}], "assets": []},
    ),
    _harness("clouddrive-page", _read_clouddrive, {"data": [_FILE, _VIDEO, _FOLDER, _PURGED], "count": 4}, _USAGE),
    Harness(
        "clouddrive-changes",
        partial(_check, _read_changes),
        lambda: [b"\n".join(json.dumps(each).encode() for each in _LINES), json.dumps(_LINES[0]).encode()],
    ),
    _harness(
        "google-page",
        _read_google,
        {"mediaItems": [_PICKED], "nextPageToken": "n"},
        {"newMediaItemResults": [_CREATED]},
        _SESSION,
        _REFUSED,
    ),
]
