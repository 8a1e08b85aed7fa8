"""The trash of a simulated drive (protocol notes, section 6)."""

from __future__ import annotations

from aiohttp import web

from photosync.testing.routes import Route
from photosync.testing.tolerance import Tolerance
from photosync_clouddrive.simulator import queries
from photosync_clouddrive.simulator.drive import Drive, Raw, parents_of
from photosync_clouddrive.simulator.stream import refused
from photosync_clouddrive.simulator.uploads import DriveUploads


class DriveTrash:
    """The routes of the trash."""

    def __init__(self, drive: Drive, uploads: DriveUploads, tolerance: Tolerance, api: str) -> None:
        self._drive = drive
        self._tolerance = tolerance
        self._uploads = uploads
        self._api = api

    def routes(self) -> list[Route]:
        """All of them; no app may delete a node for good."""
        return [
            Route("GET", f"{self._api}/trash", self._list, "list"),
            Route("PUT", f"{self._api}/trash/{{id}}", self._uploads.trash, changes=True),
            Route("POST", f"{self._api}/trash/{{id}}/restore", self._restore, changes=True),
            Route("DELETE", f"{self._api}/nodes/{{id}}", self._purge, changes=True),
        ]

    def nodes(self) -> list[Raw]:
        """What was put into the trash itself."""
        return [node for node in self._drive.all() if node.get("status") == "TRASH"]

    async def _list(self, request: web.Request) -> web.StreamResponse:
        try:
            return web.json_response(queries.page(self.nodes(), request.query, self._tolerance))
        except queries.QueryRefusedError as error:
            return refused(str(error))

    async def _restore(self, request: web.Request) -> web.StreamResponse:
        node_id = request.match_info["id"]
        if not self._drive.knows(node_id):
            return refused("Node not found", 404)
        node = self._drive.node(node_id)
        for parent in parents_of(node):
            holder = self._drive.holder(parent, str(node.get("name")))
            if holder not in (None, node_id):
                answer = {"logref": "simulated", "message": "Conflict", "code": "NAME_ALREADY_EXISTS"}
                return web.json_response({**answer, "info": {"nodeId": holder}}, status=409)
        self._drive.say(node_id, status="AVAILABLE")
        return web.json_response(self._drive.node(node_id))

    async def _purge(self, _request: web.Request) -> web.StreamResponse:
        return refused("Insufficient permissions granted for operation: purgeNode", 403)
