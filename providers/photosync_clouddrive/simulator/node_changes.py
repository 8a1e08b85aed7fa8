"""Changes of a simulated drive's nodes: names, folders, labels, descriptions, properties and contents.

Facts: protocol notes on Amazon Cloud Drive, sections 3.6, 3.7, 3.9 to 3.11 and 5.3.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping

from aiohttp import BodyPartReader, web

from photosync.testing.receiving import Inbox
from photosync.testing.routes import Route
from photosync.testing.tolerance import Tolerance
from photosync_clouddrive.simulator.drive import ROOT, Drive, Raw, parents_of
from photosync_clouddrive.simulator.faults import CloudDriveFaults
from photosync_clouddrive.simulator.stream import refused
from photosync_clouddrive.simulator.uploads import body_refusal

OWNER = "simulator"
"""The friendly name of the client, which owns its properties."""
_CHANGEABLE = frozenset({"name", "description", "labels", "parents", "status", "properties"})
_MOST_CHARACTERS = {"name": 280, "description": 500}
_MOST_LABELS, _MOST_LABEL_CHARACTERS = 10, 256
_MOST_KEYS, _MOST_VALUE_CHARACTERS = 10, 500
_KEY = re.compile(r"[A-Za-z0-9_]{1,50}")
_PIECE_BYTES = 1 << 18


class NodeChanges:
    """The routes that change a node."""

    def __init__(
        self, drive: Drive, faults: CloudDriveFaults, inbox: Inbox, tolerance: Tolerance, metadata_url: str
    ) -> None:
        self._drive = drive
        self._tolerance = tolerance
        self._faults = faults
        self._inbox = inbox
        self._path = metadata_url
        self.properties: dict[tuple[str, str], dict[str, str]] = {}
        """The properties of each node, by node and owner."""

    def metadata_routes(self) -> list[Route]:
        """Those of the metadata host."""
        node = f"{self._path}/nodes/{{id}}"
        owned = f"{node}/properties/{{owner}}"
        return [
            Route("PATCH", node, self._patch, changes=True),
            Route("POST", f"{node}/children", self._move, changes=True),
            Route("PUT", f"{node}/children/{{child}}", self._add_child, changes=True),
            Route("DELETE", f"{node}/children/{{child}}", self._remove_child, changes=True),
            Route("GET", owned, self._list_properties),
            Route("GET", f"{owned}/{{key}}", self._property),
            Route("PUT", f"{owned}/{{key}}", self._set_property, changes=True),
            Route("DELETE", f"{owned}/{{key}}", self._delete_property, changes=True),
        ]

    def content_routes(self) -> list[Route]:
        """Those of the content host."""
        return [Route("PUT", "/cdproxy/nodes/{id}/content", self._overwrite, "upload", changes=True)]

    # Metadata

    async def _patch(self, request: web.Request) -> web.StreamResponse:
        """Section 3.7."""
        node_id, wanted = request.match_info["id"], await _body(request)
        if not self._drive.knows(node_id):
            return refused("Node not found", 404)
        if problem := self._problem(node_id, wanted):
            return problem
        return self._changed(node_id, **wanted)

    def _problem(self, node_id: str, wanted: Mapping[str, object]) -> web.Response | None:
        if not wanted or wanted.keys() - _CHANGEABLE or node_id == ROOT:
            return refused("Invalid request")
        for field, most in _MOST_CHARACTERS.items():
            if field in wanted and len(str(wanted[field])) > most:
                return refused(f"1 validation error detected: Value at '{field}' failed to satisfy constraint")
        labels = wanted.get("labels", [])
        if not isinstance(labels, list) or len(labels) > _MOST_LABELS:
            return refused("1 validation error detected: Value at 'labels' failed to satisfy constraint")
        if any(len(str(label)) > _MOST_LABEL_CHARACTERS for label in labels):
            return refused("1 validation error detected: Value at 'labels' failed to satisfy constraint")
        node = self._drive.node(node_id)
        parents = wanted.get("parents", parents_of(node))
        assert isinstance(parents, list)
        return self._conflict(node_id, str(wanted.get("name", node.get("name"))), parents)

    def _conflict(self, node_id: str, name: str, parents: list[str]) -> web.Response | None:
        """Names are unique in a folder, ignoring case. Nodes in the trash have no conflicts: rclone renames and moves a
        file there if its new name is taken in its old folder."""
        if not name or "/" in name:
            return refused(f"Value '{name}' at 'name' failed to satisfy constraint")
        own = self._drive.node(node_id)
        if own.get("status") == "TRASH":
            return None
        for parent in parents:
            if not self._drive.is_open_folder(parent):
                return refused("One of the parentId doesn't exist")
            holder = self._drive.holder(parent, name)
            is_own = holder == node_id and not (
                name != own.get("name") and self._faults.fires("conflicts_with_itself", "other")
            )
            if holder is not None and not is_own:
                message = f"Node with the name {name.lower()} already exists under parentId {parent}"
                answer = {"logref": "simulated", "message": message, "code": "NAME_ALREADY_EXISTS"}
                return web.json_response({**answer, "info": {"nodeId": holder}}, status=409)
        return None

    def _changed(self, node_id: str, **fields: object) -> web.Response:
        before = self._drive.node(node_id)
        version = before.get("version", 1)
        assert isinstance(version, int)
        self._drive.say(node_id, **fields, version=version + 1, modifiedDate="2016-02-03T04:05:06.789Z")
        if self._faults.fires("lost_answer", "other"):
            return web.Response(status=504)
        return web.json_response(self._drive.node(node_id))

    # Folders

    async def _move(self, request: web.Request) -> web.StreamResponse:
        """Section 3.6: other folders of the node stay."""
        wanted = await _body(request)
        child, before, after = str(wanted.get("childId")), str(wanted.get("fromParent")), request.match_info["id"]
        if not self._drive.knows(child):
            return refused("Node not found", 404)
        parents = parents_of(self._drive.node(child))
        if before not in parents:
            return refused("fromParent is no parent of the child")
        if self._drive.node(child).get("status") != "AVAILABLE":
            return refused("Node is not available")
        return self._in_folders(child, [*(each for each in parents if each != before), after], after)

    async def _add_child(self, request: web.Request) -> web.StreamResponse:
        child, parent = request.match_info["child"], request.match_info["id"]
        if not self._drive.knows(child):
            return refused("Node not found", 404)
        return self._in_folders(child, [*parents_of(self._drive.node(child)), parent], parent)

    async def _remove_child(self, request: web.Request) -> web.StreamResponse:
        child, parent = request.match_info["child"], request.match_info["id"]
        parents = parents_of(self._drive.node(child)) if self._drive.knows(child) else []
        if parent not in parents:
            return refused("Node not found", 404)
        rest = [each for each in parents if each != parent]
        return self._changed(child, parents=rest or [ROOT])  # without any folder it would be lost

    def _in_folders(self, child: str, parents: list[str], new: str) -> web.Response:
        if conflict := self._conflict(child, str(self._drive.node(child).get("name")), [new]):
            return conflict
        return self._changed(child, parents=list(dict.fromkeys(parents)))

    # Properties

    def _owned(self, request: web.Request) -> dict[str, str]:
        return self.properties.setdefault((request.match_info["id"], request.match_info["owner"]), {})

    async def _list_properties(self, request: web.Request) -> web.StreamResponse:
        """Section 3.11: another owner's properties are not shown."""
        if not self._drive.knows(request.match_info["id"]):
            return refused("Node not found", 404)
        data = self._owned(request) if request.match_info["owner"] == OWNER else {}
        return web.json_response({"count": len(data), "data": data})

    async def _property(self, request: web.Request) -> web.StreamResponse:
        key = request.match_info["key"]
        if key not in self._owned(request):
            return refused("Property not found", 404)
        return web.json_response(self._described(request, key))

    async def _set_property(self, request: web.Request) -> web.StreamResponse:
        key, value = request.match_info["key"], (await _body(request)).get("value")
        if not self._drive.knows(request.match_info["id"]):
            return refused("Node not found", 404)
        if request.match_info["owner"] != OWNER:
            return refused("Not the owner of these properties", 403)
        is_valid = _KEY.fullmatch(key) and isinstance(value, str) and len(value) <= _MOST_VALUE_CHARACTERS
        owned = self._owned(request)
        if not is_valid or (key not in owned and len(owned) >= _MOST_KEYS):
            return refused("Invalid property")
        owned[key] = str(value)
        return web.json_response(self._described(request, key), status=201)

    async def _delete_property(self, request: web.Request) -> web.StreamResponse:
        if self._owned(request).pop(request.match_info["key"], None) is None:
            return refused("Property not found", 404)
        return web.Response(status=204)

    def _described(self, request: web.Request, key: str) -> Raw:
        return {"key": key, "location": str(request.url), "value": self._owned(request)[key]}

    # Content

    async def _overwrite(self, request: web.Request) -> web.StreamResponse:
        """Section 5.3: the content alone is sent, and name, folders and labels stay."""
        node_id = request.match_info["id"]
        number = self._drive.library.number_of(node_id)
        if number is None or not self._drive.knows(node_id):
            return refused("Node not found", 404)
        if refusal := body_refusal(request, self._tolerance):
            return refusal
        part = await (await request.multipart()).next()
        named = 'form-data; name="content"; filename="'
        if not isinstance(part, BodyPartReader) or not part.headers.get("Content-Disposition", "").startswith(named):
            return refused("The first part must be the content, with a filename")
        upload = await self._inbox.take(_pieces(part))
        if request.content_length is None and not upload.size_bytes:
            return refused("Cannot complete upload")
        if fault := self._faults.fires("short_store", "upload"):
            upload = await self._inbox.take(_one(upload.content()[: int(upload.size_bytes * (fault.value or 0.5))]))
        if self._faults.fires("broken_transfer", "upload"):
            return refused("Cannot read from request.")
        self._drive.library.overwrite(node_id, upload)
        return self._changed(node_id)


async def _body(request: web.Request) -> Mapping[str, object]:
    try:
        content: object = json.loads(await request.read())
    except ValueError:
        return {}
    return content if isinstance(content, Mapping) else {}


async def _pieces(part: BodyPartReader) -> AsyncIterator[bytes]:
    while piece := await part.read_chunk(_PIECE_BYTES):
        yield piece


async def _one(content: bytes) -> AsyncIterator[bytes]:
    yield content
