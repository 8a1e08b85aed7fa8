"""Changes to single nodes of the simulated account: favourite, hidden, names (protocol notes, section 9)."""

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
        if number is not None and not self._library.has(number):
            return self._simulator.not_found_answer()
        if number is not None and "settings" in wanted:
            return self._mark(number, wanted["settings"])
        return self._rename(node_id, number, wanted.get("name"))

    def _rename(self, node_id: str, number: int | None, name: object) -> web.StreamResponse:
        nodes = (
            self._account.special_nodes(self._library)
            if number is None
            else [file_node(self._library, self._account, number, search=False)]
        )
        node = next((each for each in nodes if each["id"] == node_id), None)
        if node is None or node["status"] != "AVAILABLE":
            return self._simulator.not_found_answer()
        if not isinstance(name, str) or not name:
            return refused("Invalid parameters")
        if node["ownerId"] != self._account.owner or node_id in (self._account.root, self._account.pictures):
            return refused("Forbidden", 403)
        parents = node["parents"]
        for parent in parents if isinstance(parents, list) else ():
            # A name that differs in case alone conflicts with itself, which a client has to stand.
            if self._simulator.uploads.named(name, parent) is not None and name != node["name"]:
                return refused("Conflict", 409, "NAME_ALREADY_EXISTS")
        if number is not None:
            self._library.rename(node_id, name)
            self._tree.renamed.add(number)
            self._tree.version += 1
        elif node["kind"] == "FOLDER":
            self._tree.folders[node_id].name = name
            self._tree.version += 1
        else:
            self._tree.rename_album(node_id, name)
        return web.json_response({**node, "name": name})

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
