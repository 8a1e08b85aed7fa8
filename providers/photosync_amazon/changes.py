"""Changes to what the account has: the trash, favourites, hidden items, albums.

Facts: protocol notes on Amazon Photos, section 9. The answer to a change proves little, and listings show a change of
the trash a second or so later: it is looked at afterwards, up to three times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from threading import Event

from photosync import clock
from photosync.errors import ItemError, Reason
from photosync.model import Item
from photosync.provider import FileOrFolder
from photosync.provider_kit.amazon_drive.nodes import AVAILABLE, PENDING, PURGED, TRASH, DriveNode, NodeKind
from photosync.provider_kit.amazon_drive.uploads import STORED
from photosync.provider_kit.json_fields import identifier, text
from photosync.transport import Answer
from photosync_amazon.api import SERVICE, AmazonApi
from photosync_amazon.items import item_of
from photosync_amazon.refusals import AmazonRefusal

_TOGETHER = 50
"""The ids that a call for the trash takes."""
_LOOKS = 3
_BETWEEN_LOOKS_S = 1.0
_ENDED: frozenset[str | None] = frozenset({TRASH, PURGED})
_NO_FILES = frozenset({"VISUAL_COLLECTION", "ASSET"})
"""Kinds of nodes that are not content of their own: albums, and previews of files."""
DONE = frozenset((*STORED, HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT))


class AmazonChanges:
    """The changes of one account."""

    def __init__(self, api: AmazonApi, cancel: Event) -> None:
        self._api = api
        self._cancel = cancel

    # What there is

    def find(self, id_: str) -> FileOrFolder | None:
        """The file or folder of this id, wherever it is; None also for what was purged."""
        node = self._api.node(id_)
        return None if node is None or node.status == PURGED else found_at(node)

    def trashed(self) -> Iterator[Sequence[FileOrFolder]]:
        """Everything in the trash, the last changed first. Only that: the service checks filters loosely."""
        for page in self._api.trashed():
            yield [found_at(node) for node in page.nodes if node.status == TRASH]

    def files_below(self, folder: FileOrFolder) -> Iterator[Sequence[Item]]:
        """The files in a folder and all folders below; those in the trash if it is there itself."""
        waiting, seen = [folder.id], {folder.id}
        while waiting:
            files = dict[str, Item]()
            for page in self._children(waiting.pop(), folder):
                for node in page:
                    if node.kind is NodeKind.FOLDER and node.id not in seen:
                        seen.add(node.id)
                        waiting.append(node.id)
                    elif node.kind is NodeKind.FILE:
                        files[node.id] = item_of(node)
            yield list(files.values())

    def _children(self, folder_id: str, top: FileOrFolder) -> Iterator[list[DriveNode]]:
        """The nodes in one of the folders. Raises `ItemError` if the listing may lack some.

        Whether what is in a trashed folder has its status is not known, so that both are asked for.
        """
        unwanted = {PURGED} if top.is_trashed else _ENDED
        for filters in ("", f" AND status:{TRASH}") if top.is_trashed else ("",):
            ids, total, is_clear = set[object](), None, True
            for page in self._api.children(folder_id, f"kind:(FILE* OR FOLDER*){filters}"):
                nodes = {node.id: node for node in page.nodes}
                unknown = [each for each in page.content if identifier(each) not in nodes]
                is_clear = is_clear and not page.unusable
                is_clear = is_clear and all(text(each, "kind") in _NO_FILES for each in unknown)
                ids.update(page.ids)
                total = page.total if page.total is not None else total
                yield [node for node in nodes.values() if node.status not in unwanted]
            if not is_clear or (total is not None and len(ids) < total):
                raise ItemError(
                    f"the folder {top.name}: {SERVICE} does not list all that is in it, so that nothing is proved",
                    Reason.NOT_SAVED,
                )

    # The trash

    def trash(self, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Move files, and folders with all that is in them, to the trash."""
        refused = self.in_one_call(self._api.trash, ids)
        return self._settled(ids, refused, is_done=_ENDED | {None}, is_done_anyway=_ENDED)

    def restore(self, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Move them back."""
        refused = self.in_one_call(self._api.restore, ids)
        there = frozenset({AVAILABLE, PENDING})
        return self._settled(ids, refused, is_done=there, is_done_anyway=there)

    def restore_all(self, ids: Sequence[str]) -> None:
        """Move any number of them back, as far as they are in the trash. Raises `ItemError` if one stays there."""
        for first in range(0, len(ids), _TOGETHER):
            for error in self.restore(ids[first : first + _TOGETHER]).values():
                raise error

    def purge(self, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Delete for good what is in the trash; looked at once more before, because it cannot be undone."""
        refused = {
            id_: ItemError(f"{id_} is not in the trash of {SERVICE}", Reason.NOT_IN_TRASH)
            for id_ in ids
            if self._status(id_) != TRASH
        }
        sent = [id_ for id_ in ids if id_ not in refused]
        gone = frozenset({PURGED, None})
        return refused | self._settled(sent, self.in_one_call(self._api.purge, sent), is_done=gone, is_done_anyway=gone)

    # Favourites and hidden items

    def set_favorite(self, items: Sequence[Item], *, on: bool) -> Mapping[str, ItemError]:
        """Make them favourites, or end that."""
        refused = self._one_by_one(items, lambda id_: self._api.change_settings(id_, favorite=on))
        return refused | self._unseen(items, refused, lambda node: node.favorite is on)

    def set_hidden(self, items: Sequence[Item], *, on: bool) -> Mapping[str, ItemError]:
        """Hide them, or show them again."""
        refused = self._one_by_one(items, lambda id_: self._api.change_settings(id_, hidden=on))
        return refused | self._unseen(items, refused, lambda node: node.hidden is on)

    def _one_by_one(self, items: Sequence[Item], call: Callable[[str], Answer]) -> dict[str, ItemError]:
        refused: dict[str, ItemError] = {}
        for item in items:
            clock.check(self._cancel)
            if (answer := call(item.id)).status not in DONE:
                refused[item.id] = refusal_of(answer, item.name)
        return refused

    def _unseen(
        self, items: Sequence[Item], refused: Mapping[str, ItemError], is_done: Callable[[DriveNode], bool]
    ) -> dict[str, ItemError]:
        """Those that were not refused, and that the service does not show as they should be now."""
        sent = [item.id for item in items if item.id not in refused]

        def shows(id_: str) -> bool:
            node = self._api.node(id_)
            return node is not None and is_done(node)

        return self.left_after_looking(sent, shows)

    def left_after_looking(self, ids: Sequence[str], is_done: Callable[[str], bool]) -> dict[str, ItemError]:
        """Those that are not done; looked at up to three times."""
        left = list(ids)
        for look in range(_LOOKS):
            if look and left:
                clock.wait(self._cancel, _BETWEEN_LOOKS_S)
            left = [id_ for id_ in left if not is_done(id_)]
        unseen = f"{SERVICE} took the request, and does not show the change. Look again later."
        return {id_: ItemError(f"{id_}: {unseen}", Reason.NOT_READY) for id_ in left}

    # Requests

    def in_one_call(self, call: Callable[[Sequence[str]], Answer], ids: Sequence[str]) -> dict[str, ItemError]:
        """The refusals by id. If the call is refused, each id has its own one: the others are not stopped."""
        if not ids:
            return {}
        answer = call(ids)
        if answer.status in DONE:
            return {}
        if len(ids) == 1:
            return {ids[0]: refusal_of(answer, ids[0])}
        clock.check(self._cancel)
        return {id_: error for each in ids for id_, error in self.in_one_call(call, [each]).items()}

    def _settled(
        self,
        ids: Sequence[str],
        refused: Mapping[str, ItemError],
        *,
        is_done: frozenset[str | None],
        is_done_anyway: frozenset[str | None],
    ) -> dict[str, ItemError]:
        """What the service refused or does not show; the statuses of `is_done` are the wanted ones.

        A refused request may have been the repetition of one that was carried out: then it is `is_done_anyway`.
        """
        failed = {id_: error for id_, error in refused.items() if self._status(id_) not in is_done_anyway}
        sent = [id_ for id_ in ids if id_ not in refused]
        return failed | self.left_after_looking(sent, lambda id_: self._status(id_) in is_done)

    def _status(self, id_: str) -> str | None:
        """The status of a file or folder; None if there is none."""
        node = self._api.node(id_)
        return None if node is None else node.status


def found_at(node: DriveNode) -> FileOrFolder:
    """What a node stands for."""
    name = node.name or node.id
    item = item_of(node) if node.kind is NodeKind.FILE else None
    return FileOrFolder(node.id, name, item, is_trashed=node.status == TRASH, is_permanent=node.is_root)


def refusal_of(answer: Answer, what: str) -> ItemError:
    """The refusal of one file, folder or album."""
    refusal = AmazonRefusal.of(answer)
    reasons: dict[int, Reason] = {HTTPStatus.NOT_FOUND: Reason.NOT_FOUND, HTTPStatus.FORBIDDEN: Reason.FORBIDDEN}
    return ItemError(f"{SERVICE} refuses {what} ({refusal.said})", reasons.get(answer.status, Reason.REFUSED))
