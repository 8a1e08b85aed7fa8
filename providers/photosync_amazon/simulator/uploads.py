"""Uploads to the simulated account: files, folders, albums and their members (protocol notes, sections 8 and 9)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Literal

from aiohttp import web

from photosync.model import Kind
from photosync.testing.receiving import Upload
from photosync.testing.routes import Route
from photosync_amazon.simulator.nodes import ALBUMS, Json, file_node
from photosync_amazon.simulator.refused import body_of, refused
from photosync_amazon.simulator.tree import ItemNames, numbered

if TYPE_CHECKING:
    from photosync_amazon.simulator import AmazonSimulator

UPLOAD_PATH = "/cdproxy/nodes"
_BOX = b"ftyp"
_STILLS = (b"heic", b"heix", b"mif1", b"avif")

ConflictBody = Literal["code", "node", "nothing"]
"""The body of an answer 409: a code with an id, the existing node, or nothing."""


class AmazonUploads:
    """The upload routes of one simulator."""

    def __init__(self, simulator: AmazonSimulator, api: str) -> None:
        self.conflict_body: ConflictBody = "code"
        self._simulator = simulator
        self._api = api
        self._account = simulator.account
        self._library = simulator.library
        self._tree = simulator.account.tree
        self._tolerance = simulator.tolerance
        self._names = ItemNames(self._library, self._tree, self._account.pictures)

    def routes(self) -> list[Route]:
        """All routes that change anything."""
        return [
            Route("POST", UPLOAD_PATH, self._upload, "upload", changes=True),
            Route("POST", f"{self._api}/nodes", self._make, changes=True),
            Route("PATCH", f"{self._api}/nodes/{{id}}/children", self._join, changes=True),
        ]

    # For tests

    def tree(self) -> dict[str, str]:
        """The md5 of the stored content of every uploaded file, by its folders and name."""
        files = {}
        for number, parent in self._tree.parents.items():
            if self._library.has(number):
                item = self._library.item(number)
                above = ("Pictures",) if parent == self._account.pictures else self._tree.path(parent)
                files["/".join((*above, item.name))] = self._library.md5(item)
        return files

    def albums(self) -> dict[str, list[str]]:
        """The md5 of each item that was added to an album, by the album's name. Added albums are listed when empty;
        a second one of a name has a number: `Holiday (2)`."""
        made = [(album.id, album.name) for album in self._tree.albums.values()]
        usual = [(self._account.album(index), name) for index, name in enumerate(ALBUMS)]
        wanted = [*(each for each in usual if each[0] in self._tree.members), *made]
        names = numbered(name for _, name in wanted)
        return {
            name: [self._library.md5(self._library.item(number)) for number in self._tree.members.get(album_id, ())]
            for name, (album_id, _) in zip(names, wanted, strict=True)
        }

    # Files

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        query, faults = request.query, self._simulator.faults
        if refusal := self._upload_refusal(request):
            return refusal
        if faults.fires("not_registered", "upload"):
            return refused("Not Registered", 403)
        if faults.fires("quota", "upload"):
            return refused("File size exceeds account allowance", 403, "NO_ACTIVE_SUBSCRIPTION_FOUND")
        upload = await self._simulator.inbox.take(request.content)
        if (number := self._with_content(upload)) is not None:
            return self._conflict("MD5_DUPLICATE", self._file(number))
        if (node := self.named(query["name"], query["parentNodeId"])) is not None:
            return self._conflict("NAME_ALREADY_EXISTS", node)
        if fault := faults.fires("short_store", "upload"):
            upload = await self._simulator.inbox.take(_beginning(upload, fault.value or 0.5))
        if faults.fires("wrong_store", "upload"):
            upload = await self._simulator.inbox.take(_reversed(upload))
        kind = Kind.VIDEO if _is_video(upload.head()) else Kind.PHOTO
        with self._library.lock:
            self._tree.put(self._library.next_number, query["parentNodeId"])
            item_id = self._library.receive(upload, name=query["name"], kind=kind)
        node = self._file(self._library.number_of(item_id))
        if faults.fires("silent", "upload"):
            properties = node["contentProperties"]
            assert isinstance(properties, dict)
            del properties["md5"]
        return web.json_response(node, status=201)

    def _upload_refusal(self, request: web.Request) -> web.Response | None:
        query = request.query
        if query.get("kind") != "FILE" or not query.get("name") or "parents" in query:
            return refused("Invalid parameters")
        has_type = "Content-Type" in request.headers or self._tolerance.serves("no Content-Type")
        if not has_type or request.content_type != "application/octet-stream":  # the default
            return refused("Unsupported content type", 415)
        if request.content_length is None and not self._tolerance.serves("no Content-Length"):
            return refused("Content-Length is required", 411)
        if not self._is_folder(query.get("parentNodeId", "")):
            return self._simulator.not_found_answer()
        return None

    def _with_content(self, upload: Upload) -> int | None:
        """The item with this content; the trash is searched as well."""
        if numbers := set(self._library.with_md5(upload.md5)) - self._tree.foreign:
            return min(numbers)
        trashed = [number for number in self._library.removed if number not in self._tree.purged]
        return next((each for each in trashed if self._library.md5(self._library.item(each)) == upload.md5), None)

    def _file(self, number: int | None) -> Json:
        assert number is not None
        return file_node(self._library, self._account, number, search=False)

    def _conflict(self, code: str, node: Json) -> web.Response:
        if self.conflict_body == "node":
            return web.json_response(node, status=409)
        if self.conflict_body == "nothing":
            return web.Response(status=409)
        body = {"logref": "simulated", "message": "Conflict", "code": code, "info": {"nodeId": node["id"]}}
        return web.json_response(body, status=409)

    # Folders and albums

    async def _make(self, request: web.Request) -> web.StreamResponse:
        wanted = await body_of(request)
        name = wanted.get("name")
        if not isinstance(name, str) or not name:
            return refused("Invalid parameters")
        if wanted.get("kind") == "VISUAL_COLLECTION":
            return web.json_response(self._special(self._tree.make_album(name).id), status=201)
        parents = wanted.get("parents")
        if wanted.get("kind") != "FOLDER" or not isinstance(parents, list) or len(parents) != 1:
            return refused("Invalid parameters")
        if not self._is_folder(parents[0]):
            return self._simulator.not_found_answer()
        if (node := self.named(name, parents[0])) is not None:
            return self._conflict("NAME_ALREADY_EXISTS", node)
        return web.json_response(self._special(self._tree.make_folder(name, parents[0]).id), status=201)

    async def _join(self, request: web.Request) -> web.StreamResponse:
        wanted, album_id = await body_of(request), request.match_info["id"]
        ids, change = wanted.get("value"), wanted.get("op")
        if change not in ("add", "remove") or not isinstance(ids, list) or not ids:
            return refused("Invalid parameters")
        album = self._special(album_id)
        if album.get("kind") != "VISUAL_COLLECTION":
            return self._simulator.not_found_answer()
        if album["ownerId"] != self._account.owner:
            return refused("Forbidden", 403)
        numbers = [self._library.number_of(str(each)) for each in ids]
        known = [number for number in numbers if number is not None and self._library.has(number)]
        if len(known) != len(ids):
            return self._simulator.not_found_answer()
        if change == "add":
            self._tree.join(album_id, known)
        else:
            self._tree.take_out(album_id, known)
        return web.json_response(self._special(album_id))

    def _is_folder(self, node_id: str) -> bool:
        node = self._special(node_id)
        return node.get("kind") == "FOLDER" and node.get("status") == "AVAILABLE"

    def _special(self, node_id: str) -> Json:
        nodes = self._account.special_nodes(self._library)
        return next((node for node in nodes if node["id"] == node_id), {})

    def named(self, name: str, parent: str) -> Json | None:
        """The file or folder of this name in a folder, ignoring case."""
        number = self._names.find(name, parent)
        if number is not None:
            return self._file(number)
        if parent == self._account.root and name.casefold() == "pictures":
            return self._special(self._account.pictures)
        folder = self._tree.folder_named(name, parent)
        return self._special(folder.id) if folder else None


async def _beginning(upload: Upload, part: float) -> AsyncIterator[bytes]:
    yield upload.content()[: int(upload.size_bytes * part)]


async def _reversed(upload: Upload) -> AsyncIterator[bytes]:
    yield upload.content()[::-1]


def _is_video(head: bytes) -> bool:
    return head[4:8] == _BOX and head[8:12] not in _STILLS
