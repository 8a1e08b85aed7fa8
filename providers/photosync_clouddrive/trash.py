"""The trash of a drive: one file or folder a call; a folder takes its contents along. No app may empty it.

Facts: protocol notes on Amazon Cloud Drive, section 6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from threading import Event

from photosync import clock
from photosync.errors import ItemError, Reason
from photosync.model import Item, Kind
from photosync.provider import FileOrFolder
from photosync.provider_kit.amazon_drive.nodes import AVAILABLE, PURGED, TRASH, DriveNode, NodeKind
from photosync.transport import Answer
from photosync_clouddrive.api import SERVICE, CloudDriveApi
from photosync_clouddrive.items import item_of
from photosync_clouddrive.refusals import CloudDriveRefusal
from photosync_clouddrive.tree import DriveTree

NO_PURGE = (
    "Amazon Cloud Drive lets no program delete for good. Empty the trash on its web site; it empties itself "
    "30 days after a file came there."
)
_DONE = frozenset({HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.ACCEPTED, HTTPStatus.NO_CONTENT})
_LOOKS = 3
_BETWEEN_LOOKS_S = 1.0


class CloudDriveTrash:
    """The trash of one account."""

    def __init__(self, account: str, api: CloudDriveApi, cancel: Event) -> None:
        self._account = account
        self._api = api
        self._cancel = cancel

    def find(self, id_: str) -> FileOrFolder | None:
        """The file or folder of this id; None also for what was purged."""
        node = self._api.node(id_)
        return None if node is None or node.status == PURGED else _found(node)

    def trashed(self) -> Iterator[Sequence[FileOrFolder]]:
        """What was put into the trash itself."""
        for nodes in self._api.trashed():
            yield [_found(node) for node in nodes if node.status == TRASH]

    def trash(self, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Move them to the trash."""
        return self._each(ids, self._api.trash, TRASH)

    def restore(self, ids: Sequence[str]) -> Mapping[str, ItemError]:
        """Move them back into their folders."""
        return self._each(ids, self._api.restore, AVAILABLE)

    def _each(self, ids: Sequence[str], call: Callable[[str], Answer], wanted: str) -> dict[str, ItemError]:
        refused: dict[str, ItemError] = {}
        for id_ in ids:
            clock.check(self._cancel)
            answer = call(id_)
            if self._has_status(id_, wanted, looks=_LOOKS if answer.status in _DONE else 1):
                continue  # a refused call may have been the repetition of one that was carried out
            if answer.status in _DONE:
                words = f"{SERVICE} took the request, and does not show the change. Look again later."
                refused[id_] = ItemError(f"{id_}: {words}", Reason.NOT_READY)
            else:
                refused[id_] = self._refusal(answer, id_)
        return refused

    def _has_status(self, id_: str, wanted: str, looks: int) -> bool:
        for look in range(looks):
            if look:
                clock.wait(self._cancel, _BETWEEN_LOOKS_S)
            node = self._api.node(id_)
            if node is not None and node.status == wanted:
                return True
        return False

    def _refusal(self, answer: Answer, id_: str) -> ItemError:
        """Raises `SignInError` if the sign-in may not write: that concerns all of them."""
        refusal = CloudDriveRefusal.of(answer)
        if refusal.status == HTTPStatus.CONFLICT:
            return ItemError(
                f"{id_} does not come back, because its folder has another file of its name ({refusal.said}). "
                "Rename that one first.",
                Reason.NAME_TAKEN,
            )
        if refusal.status == HTTPStatus.NOT_FOUND:
            return ItemError(f"{SERVICE} has nothing with the id {id_} ({refusal.said})", Reason.NOT_FOUND)
        error = refusal.error(self._account, id_)
        if isinstance(error, ItemError):
            return error
        raise error


def files_below(tree: DriveTree, folder: FileOrFolder) -> Iterator[Sequence[Item]]:
    """All files in a folder and its folders, of any kind, from a tree that is up to date."""
    folders = tree.folders()
    if folder.id not in folders or tree.unusable:
        raise ItemError(
            f"the folder {folder.name}: {SERVICE} does not list all that is in it, so that nothing is proved",
            Reason.NOT_SAVED,
        )
    below = folders.below(folder.id)
    for nodes in tree.files(tuple(Kind)):
        yield [item_of(node, ()) for node in nodes if not below.isdisjoint(node.parents)]


def _found(node: DriveNode) -> FileOrFolder:
    name = node.name or node.id
    item = item_of(node, ()) if node.kind is NodeKind.FILE else None
    return FileOrFolder(node.id, name, item, is_trashed=node.status == TRASH, is_permanent=node.is_root)
