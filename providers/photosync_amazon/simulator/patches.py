"""Changes to single nodes of the simulated account: favourite, hidden, an album's name (protocol notes, section 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from photosync.testing.routes import Route
from photosync_amazon.simulator.nodes import file_node
from photosync_amazon.simulator.refused import body_of, refused

if TYPE_CHECKING:
    from photosync_amazon.simulator import AmazonSimulator

_SETTINGS = frozenset({"favorite", "hidden"})


class AmazonPatches:
    """The route of one simulator that changes single nodes."""

    def __init__(self, simulator: AmazonSimulator, api: str) -> None:
        self._simulator = simulator
        self._api = api
        self._account = simulator.account
        self._library = simulator.library
        self._tree = simulator.account.tree

    def routes(self) -> list[Route]:
        """The route."""
        return [Route("PATCH", f"{self._api}/nodes/{{id}}", self._patch, changes=True)]

    async def _patch(self, request: web.Request) -> web.StreamResponse:
        wanted, node_id = await body_of(request), request.match_info["id"]
        number = self._library.number_of(node_id)
        if number is not None and self._library.has(number):
            return self._mark(number, wanted.get("settings"))
        return self._rename(node_id, wanted.get("name"))

    def _rename(self, node_id: str, name: object) -> web.StreamResponse:
        nodes = self._account.special_nodes(self._library)
        album = next((each for each in nodes if each["id"] == node_id and each["kind"] == "VISUAL_COLLECTION"), None)
        if album is None:
            return self._simulator.not_found_answer()
        if not isinstance(name, str) or not name:
            return refused("Invalid parameters")
        if album["ownerId"] != self._account.owner:
            return refused("Forbidden", 403)
        self._tree.rename_album(node_id, name)
        return web.json_response({**album, "name": name})

    def _mark(self, number: int, settings: object) -> web.StreamResponse:
        if not isinstance(settings, dict) or not settings.keys() <= _SETTINGS:
            return refused("Invalid parameters")
        if number in self._tree.foreign:
            return refused("Forbidden", 403)
        if isinstance(favorite := settings.get("favorite"), bool):
            self._library.mark(self._library.id_of(number), favorite=favorite)
        if isinstance(hidden := settings.get("hidden"), bool):
            self._tree.written.setdefault(number, {})["hidden"] = hidden
            self._tree.version += 1
        return web.json_response(file_node(self._library, self._account, number, search=False))
