"""The folders of one push: looked for before they are made, and asked for once.

Facts: protocol notes on Amazon Photos, sections 5 and 8, and on Amazon Cloud Drive, sections 3.4 to 3.9. Names are
unique in a folder whatever their case, so a folder that cannot be made because its name is taken is the one wanted.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Protocol

from photosync.errors import ItemError, Reason
from photosync.provider_kit.amazon_drive.nodes import PENDING, DriveNode, NodeKind, folded, parse_node
from photosync.provider_kit.amazon_drive.refusals import DriveRefusal
from photosync.provider_kit.amazon_drive.uploads import STORED
from photosync.provider_kit.json_fields import json_object
from photosync.transport import Answer

FolderPath = tuple[str, ...]
"""Names, the outermost first."""
_PASSING = frozenset({Reason.NOT_READY, Reason.STORAGE_FULL})
"""The next file that wants the folder asks for it again, or ends the push."""


class FolderCalls(Protocol):
    """The calls of the service that this needs."""

    def root_id(self) -> str:
        """The id of the root folder."""
        ...

    def node(self, node_id: str) -> DriveNode | None:
        """One node as it is now; None: there is none of this id."""
        ...

    def folders_in(self, parent: str) -> Iterable[DriveNode]:
        """The folders in a folder that are available."""
        ...

    def named(self, parent: str, name: str) -> Iterator[DriveNode]:
        """What has this name in a folder, whatever the case: files at least."""
        ...

    def make_folder(self, name: str, parent: str) -> Answer:
        """Make a folder. It may be sent twice: the second time is refused with the id of the first."""
        ...


@dataclass(frozen=True, slots=True)
class _Children:
    """The ids of the folders in a folder, by name."""

    exact: dict[str, str] = field(default_factory=dict)
    folded: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, id_: str) -> None:
        self.exact.setdefault(name, id_)
        self.folded.setdefault(folded(name), id_)

    def get(self, name: str) -> str | None:
        return self.exact.get(name) or self.folded.get(folded(name))


class _StaleParentError(Exception):
    """The folder in which something was to be made is gone."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class PushFolders:
    """The folders in which a push puts its files. Thread-safe."""

    def __init__(
        self,
        account: str,
        service: str,
        calls: FolderCalls,
        refusal: type[DriveRefusal],
        *,
        base: str | None = None,
        above: FolderPath = (),
    ) -> None:
        """Paths begin in the folder `base`, or else the root, and there below `above`. `service` is its name."""
        self._account = account
        self._service = service
        self._calls = calls
        self._refusal = refusal
        self._base = base
        self._above = above
        self._lock = threading.Lock()
        self._known: dict[FolderPath, str | ItemError] = {}
        self._children: dict[str, _Children] = {}

    def find(self, path: FolderPath) -> str | None:
        """The id of a folder; None: there is none yet. Nothing is made."""
        with self._lock:
            current: str | None = self._start()
            for name in (*self._above, *path):
                current = current and self._children_of(current).get(name)
            return current

    def make(self, path: FolderPath) -> str:
        """The id of a folder, made with all above it if need be. Raises `ItemError`, for this folder each time."""
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
        """Look at everything again: what was known is no longer so."""
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        self._known.clear()
        self._children.clear()

    def _start(self) -> str:
        if self._base is None:
            self._base = self._calls.root_id()
        return self._base

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
        children = self._children_of(parent)
        id_ = children.get(path[-1])
        if id_ is None:
            id_ = self._created(parent, path)
            children.add(path[-1], id_)
        return id_

    def _children_of(self, parent: str) -> _Children:
        if parent not in self._children:
            found = _Children()
            for folder in self._calls.folders_in(parent):
                found.add(folder.name or "", folder.id)
            self._children[parent] = found
        return self._children[parent]

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
        self._children[node.id] = _Children()
        return node.id

    def _in_the_way(self, parent: str, path: FolderPath, refusal: DriveRefusal) -> str:
        """The folder of this name, which no listing showed."""
        name, where = path[-1], f"the folder {'/'.join(path)} cannot be made"
        node = self._calls.node(refusal.node_id) if refusal.node_id else None
        if node is None:
            self._children.pop(parent, None)  # somebody may have made it meanwhile
            if (found := self._children_of(parent).get(name)) is not None:
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
        return node.id
