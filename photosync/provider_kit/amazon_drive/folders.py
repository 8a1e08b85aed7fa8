"""The folders of one push or command: searched before they are created, and requested once.

Facts: protocol notes on Amazon Photos, sections 5 and 8, and on Amazon Cloud Drive, sections 3.4 to 3.9. Names are
unique in a folder, ignoring case, so a folder that cannot be created because its name is taken is the wanted one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Protocol

from photosync.errors import ItemError, Reason
from photosync.provider_kit.amazon_drive.nodes import PENDING, DriveNode, NodeKind, folded, parse_node
from photosync.provider_kit.amazon_drive.refusals import DriveRefusal
from photosync.provider_kit.amazon_drive.uploads import STORED
from photosync.provider_kit.json_fields import json_object
from photosync.transport import Answer

MOST_NAME_CHARACTERS = 280
FolderPath = tuple[str, ...]
"""Names, the outermost first."""
_PASSING = frozenset({Reason.NOT_READY, Reason.STORAGE_FULL})
"""The next file for the folder requests it again, or ends the push."""


class FolderCalls(Protocol):
    """The calls of the service that `PushFolders` needs."""

    def root(self) -> DriveNode:
        """The root folder."""

    def node(self, node_id: str) -> DriveNode | None:
        """The current node of this id; None if there is none."""

    def folders_in(self, parent: str) -> Iterable[DriveNode]:
        """The available folders in a folder."""

    def named(self, parent: str, name: str) -> Iterator[DriveNode]:
        """The nodes of this name in a folder, ignoring case; files at least."""

    def make_folder(self, name: str, parent: str) -> Answer:
        """Create a folder. It may be sent twice: the second request is refused with the id of the first."""


class _StaleParentError(Exception):
    """The parent of a new folder is gone."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


def name_problem(name: str) -> str | None:
    """Why the service refuses files and folders of this name; None: it does not (Cloud Drive, section 3.9)."""
    if not name:
        return "it has no name"
    if "/" in name or "\0" in name:
        return "its name has characters that no name can have there"
    if len(name) > MOST_NAME_CHARACTERS:
        return f"its name is longer than {MOST_NAME_CHARACTERS} characters"
    return None


class PushFolders:
    """The folders for the files of a push, or of a command about them. Thread-safe."""

    def __init__(
        self, account: str, service: str, calls: FolderCalls, refusal: type[DriveRefusal], above: FolderPath = ()
    ) -> None:
        """All paths begin below `above`. `service` is the name of the service, for messages."""
        self._account = account
        self._service = service
        self._calls = calls
        self._refusal = refusal
        self._base: str | None = None
        self._above = above
        self._lock = threading.Lock()
        self._known: dict[FolderPath, str | ItemError] = {}
        self._children: dict[str, dict[str, str]] = {}
        """For each listed folder: the ids of its folders by name."""

    def find(self, path: FolderPath) -> str | None:
        """The id of a folder; None if there is none yet. Nothing is created."""
        with self._lock:
            current: str | None = self._start()
            for name in (*self._above, *path):
                current = current and self._child_named(current, name)
            return current

    def node_at(self, path: FolderPath) -> DriveNode | None:
        """The available file or folder at a path; None if there is none. Nothing is created.

        Case is ignored, as in the service's names; of several, the one that is written so.
        """
        if not path:
            return self._calls.root()
        parent, name = self.find(path[:-1]), path[-1]
        if parent is None:
            return None
        nodes = (*self._calls.folders_in(parent), *self._calls.named(parent, name))
        there = (node for node in nodes if node.is_available and (not node.parents or parent in node.parents))
        found = sorted((node for node in there if node.is_named(name)), key=lambda node: node.name != name)
        return found[0] if found else None

    def make(self, path: FolderPath) -> str:
        """The id of a folder, created with its parents if necessary. Raises `ItemError`, each time for this folder."""
        with self._lock:
            try:
                known = self._made((*self._above, *path))
            except _StaleParentError:
                self._forget()
                try:
                    known = self._made((*self._above, *path))
                except _StaleParentError as error:
                    raise error.error from error
        if isinstance(known, ItemError):
            raise ItemError(str(known), known.reason)
        return known

    def forget(self) -> None:
        """Forget all known folders: they are out of date."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        self._known.clear()
        self._children.clear()

    def _start(self) -> str:
        if self._base is None:
            root = self._calls.root()
            self._seen(root)
            self._base = root.id
        return self._base

    def _seen(self, folder: DriveNode) -> None:
        """Called with each folder in an answer, for subclasses that need more than its id."""

    def _made(self, path: FolderPath) -> str | ItemError:
        if path not in self._known:
            parent = self._made(path[:-1]) if path else self._start()
            try:
                self._known[path] = self._child(parent, path) if path and isinstance(parent, str) else parent
            except ItemError as error:
                if error.reason in _PASSING:
                    raise
                self._known[path] = error
        return self._known[path]

    def _child(self, parent: str, path: FolderPath) -> str:
        id_ = self._child_named(parent, path[-1])
        if id_ is None:
            id_ = self._children[parent][path[-1]] = self._created(parent, path)
        return id_

    def _child_named(self, parent: str, name: str) -> str | None:
        if parent not in self._children:
            found: dict[str, str] = {}
            for folder in self._calls.folders_in(parent):
                found.setdefault(folder.name or "", folder.id)
                self._seen(folder)
            self._children[parent] = found
        children = self._children[parent]
        return children.get(name) or next((children[each] for each in children if folded(each) == folded(name)), None)

    def _created(self, parent: str, path: FolderPath) -> str:
        answer = self._calls.make_folder(path[-1], parent)
        if answer.status not in STORED:
            refusal = self._refusal.of(answer)
            if refusal.status == HTTPStatus.CONFLICT:
                return self._in_the_way(parent, path, refusal)
            error = refusal.error(self._account, f"the folder {'/'.join(path)}")
            raise _StaleParentError(error) if refusal.is_stale_parent else error
        node = parse_node(json_object(answer.body), missing_kind=NodeKind.FOLDER)
        if node is None or node.kind is not NodeKind.FOLDER:
            raise ItemError(
                f"{self._service} made the folder {'/'.join(path)} and did not say as what. Push again.",
                Reason.BAD_ANSWER,
            )
        self._children[node.id] = {}
        self._seen(node)
        return node.id

    def _in_the_way(self, parent: str, path: FolderPath, refusal: DriveRefusal) -> str:
        """The folder of this name, which was missing in listings."""
        name, where = path[-1], f"the folder {'/'.join(path)} cannot be made"
        node = self._calls.node(refusal.node_id) if refusal.node_id else None
        if node is None:
            self._children.pop(parent, None)  # it may have been created in the meantime
            if (found := self._child_named(parent, name)) is not None:
                return found
            node = next(self._calls.named(parent, name), None)
        if node is None or not node.is_named(name) or (node.parents and parent not in node.parents):
            raise ItemError(
                f"{where}: {self._service} says that there is something of this name, and does not show it "
                f"({refusal.said}). Push again in a few minutes.",
                Reason.NOT_READY,
            )
        if node.status == PENDING:
            raise ItemError(f"{where}: one of this name is not finished yet. Push again later.", Reason.NOT_READY)
        if not node.is_available:
            raise ItemError(
                f"{where}: one of this name is in the trash of {self._service} ({node.id}). Restore it there, or empty "
                "the trash, and push again in a few minutes.",
                Reason.IN_TRASH,
            )
        if node.kind is not NodeKind.FOLDER:
            raise ItemError(f"{where}: a file has this name there. Rename one of the two.", Reason.NAME_TAKEN)
        self._seen(node)
        return node.id
