"""The vault of the simulated account's family (protocol notes, section 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from photosync.testing.routes import Route
from photosync_amazon.simulator.refused import body_of, refused
from photosync_amazon.simulator.trash import MOST_IDS

if TYPE_CHECKING:
    from photosync_amazon.simulator import AmazonSimulator


class AmazonFamilyVault:
    """The route of one simulator that changes the vault."""

    def __init__(self, simulator: AmazonSimulator, api: str) -> None:
        self._simulator = simulator
        self._api = api
        self._account = simulator.account
        self._library = simulator.library

    def routes(self) -> list[Route]:
        """The route."""
        return [Route("POST", f"{self._api}/familyArchive/", self._change, changes=True)]

    async def _change(self, request: web.Request) -> web.StreamResponse:
        """All of it, or none: an id that cannot be changed is a refusal of the call."""
        wanted, tree = await body_of(request), self._account.tree
        added, removed = wanted.get("nodesToAdd"), wanted.get("nodesToRemove")
        if not isinstance(added, list) or not isinstance(removed, list):
            return refused("Invalid parameters")
        if wanted.get("familyId") != self._account.family:
            return refused("Not a member of the family", 403)
        if not 1 <= len(added) + len(removed) <= MOST_IDS:
            return refused("Invalid parameters")
        with self._library.lock:
            numbers = {str(id_): self._library.number_of(str(id_)) for id_ in (*added, *removed)}
            known = [number for number in numbers.values() if number is not None and self._library.has(number)]
            if len(known) < len(numbers):
                return self._simulator.not_found_answer()
            if not tree.foreign.isdisjoint(known):
                return refused("Forbidden", 403)
            for id_, number in numbers.items():
                assert number is not None
                change = tree.vault.add if id_ in added else tree.vault.discard
                change(number)
            tree.version += 1
        return web.json_response({})
