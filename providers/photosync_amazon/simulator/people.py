"""The people of the simulated account: names, merging, pictures (protocol notes, section 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from photosync.testing.routes import Route
from photosync_amazon.simulator.nodes import PEOPLE
from photosync_amazon.simulator.refused import body_of, refused

if TYPE_CHECKING:
    from photosync_amazon.simulator import AmazonSimulator


class AmazonClusters:
    """The routes of one simulator that change people."""

    def __init__(self, simulator: AmazonSimulator, api: str) -> None:
        self._simulator = simulator
        self._api = api
        self._tree = simulator.account.tree

    def routes(self) -> list[Route]:
        """All routes that change people."""
        return [
            Route("PUT", f"{self._api}/cluster/name", self._name, changes=True),
            Route("POST", f"{self._api}/cluster", self._merge, changes=True),
            Route("PUT", f"{self._api}/cluster/hero/{{id}}", self._cover, changes=True),
        ]

    def _knows(self, cluster: object) -> bool:
        return cluster in PEOPLE and cluster not in self._tree.merged

    async def _name(self, request: web.Request) -> web.StreamResponse:
        wanted = await body_of(request)
        cluster, name = wanted.get("sourceCluster"), wanted.get("newName")
        if wanted.get("context") != "customer" or not isinstance(name, str) or not name:
            return refused("Invalid parameters")
        if not self._knows(cluster):
            return self._simulator.not_found_answer()
        self._tree.people[str(cluster)] = name
        return web.json_response({"clusterId": cluster, "name": name})

    async def _merge(self, request: web.Request) -> web.StreamResponse:
        wanted = await body_of(request)
        ids, name = wanted.get("clusterIds"), wanted.get("newName")
        if wanted.get("context") != "customer" or not isinstance(name, str) or not isinstance(ids, list):
            return refused("Invalid parameters")
        if len(ids) < 2 or not all(map(self._knows, ids)):
            return self._simulator.not_found_answer()
        first, *others = map(str, ids)
        self._tree.merged.update(dict.fromkeys(others, first))
        self._tree.people[first] = name
        return web.json_response({"clusterId": first, "name": name})

    async def _cover(self, request: web.Request) -> web.StreamResponse:
        wanted, cluster = await body_of(request), request.match_info["id"]
        node_id = wanted.get("nodeId")
        number = self._simulator.library.number_of(str(node_id))
        if wanted.get("clusterId") != cluster:
            return refused("Invalid parameters")
        if not self._knows(cluster) or number is None or not self._simulator.library.has(number):
            return self._simulator.not_found_answer()
        self._tree.heroes[cluster] = str(node_id)
        return web.json_response({"clusterId": cluster, "heroNodeId": node_id})
