"""The trash of the simulated account: what goes there, comes back, and is purged (protocol notes, section 9)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from aiohttp import web

from photosync.testing.routes import Route
from photosync_amazon.simulator.nodes import Json, file_node
from photosync_amazon.simulator.refused import body_of, refused

if TYPE_CHECKING:
    from photosync_amazon.simulator import AmazonSimulator

MOST_IDS = 50


class AmazonTrash:
    """The trash of one simulator, and the routes that change it."""

    def __init__(self, simulator: AmazonSimulator, api: str) -> None:
        self._simulator = simulator
        self._api = api
        self._account = simulator.account
        self._library = simulator.library
        self._tree = simulator.account.tree
        self._is_deep = True
        self.takes_photos_along = False
        """Whether a deleted album takes its photos along, whatever the request says."""

    def routes(self) -> list[Route]:
        """All routes that change anything."""
        return [
            Route("PATCH", f"{self._api}/trash", self._change, changes=True),
            Route("POST", f"{self._api}/bulk/nodes/purge", self._purge, changes=True),
        ]

    def nodes(self) -> list[Json]:
        """What was put into the trash itself, the newest first; not what went there with its folder."""
        tree, library = self._tree, self._library
        went_along = tree.went_along
        numbers = [number for number in library.removed if number not in tree.purged and number not in went_along]
        files = [file_node(library, self._account, number, search=False) for number in reversed(numbers)]
        folders = [
            node
            for node in self._account.special_nodes(library)
            if node["status"] == "TRASH" and node["id"] not in went_along
        ]
        return [*folders, *files]

    # Routes

    async def _change(self, request: web.Request) -> web.StreamResponse:
        wanted = await body_of(request)
        change = wanted.get("op")
        if change not in ("add", "remove") or wanted.get("recurse") not in ("true", "false"):
            return refused("Invalid parameters")
        self._is_deep = wanted["recurse"] == "true"
        act = self._trash_one if change == "add" else self._restore_one
        return self._for_each(wanted.get("value"), act)

    async def _purge(self, request: web.Request) -> web.StreamResponse:
        wanted = await body_of(request)
        return self._for_each(wanted.get("nodeIds"), self._purge_one)

    def _for_each(self, ids: object, act: Callable[[str, int | None], None]) -> web.StreamResponse:
        """All of them, or none: an id that cannot be changed is a refusal of the call."""
        if not isinstance(ids, list) or not 1 <= len(ids) <= MOST_IDS:
            return refused("Invalid parameters")
        with self._library.lock:
            found = [(str(id_), self._library.number_of(str(id_))) for id_ in ids]
            if not all(self._is_known(*each) for each in found):
                return self._simulator.not_found_answer()
            if not all(self._is_own(*each) for each in found):
                return refused("Forbidden", 403)
            if act == self._purge_one and not all(self._is_trashed(*each) for each in found):
                return refused("Node is not in the trash")
            for each in found:
                act(*each)
        return web.json_response({})

    def _is_known(self, id_: str, number: int | None) -> bool:
        return (number is not None and number not in self._tree.purged) or any(
            node["id"] == id_ for node in self._account.special_nodes(self._library)
        )

    def _is_own(self, id_: str, number: int | None) -> bool:
        """Whether the account may change it: no one may trash the root, or what belongs to somebody else."""
        if number is not None:
            return number not in self._tree.foreign
        return self._tree.folder(id_) is not None or self._is_album(id_)

    def _is_album(self, id_: str) -> bool:
        return any(
            node["id"] == id_ and node["kind"] == "VISUAL_COLLECTION" and node["ownerId"] == self._account.owner
            for node in self._account.special_nodes(self._library)
        )

    def _is_trashed(self, id_: str, number: int | None) -> bool:
        if number is not None:
            return not self._library.has(number)
        folder = self._tree.folder(id_)
        return folder is not None and folder.status == "TRASH"

    def _trash_one(self, id_: str, number: int | None) -> None:
        if number is not None:
            if self._library.has(number):
                self._library.remove(id_)
        elif self._tree.folder(id_) is not None:
            for each in self._tree.trash_folder(id_, filter(self._library.has, range(self._library.next_number))):
                self._library.remove(self._library.id_of(each))
        else:
            self._trash_album(id_)

    def _trash_album(self, album_id: str) -> None:
        """An album; with `recurse`, all that is in it goes along, which no user wants."""
        numbers = range(self._library.next_number)
        members = [n for n in numbers if self._library.has(n) and self._account.is_member(album_id, n)]
        if self._is_deep or self.takes_photos_along:
            for number in members:
                self._library.remove(self._library.id_of(number))
        self._tree.delete_album(album_id)

    def _restore_one(self, id_: str, number: int | None) -> None:
        numbers: Sequence[int] = [number] if number is not None else self._tree.restore_folder(id_)
        for each in numbers:
            self._library.restore(self._library.id_of(each))

    def _purge_one(self, id_: str, number: int | None) -> None:
        self._tree.purged.update([number] if number is not None else self._tree.purge_folder(id_))
        self._tree.version += 1
