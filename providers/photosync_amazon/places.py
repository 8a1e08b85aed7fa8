"""The folders of one push: looked for before they are made, and asked for once.

Facts: protocol notes on Amazon Photos, sections 5 and 8.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from photosync.errors import ItemError, Reason, StorageFullError
from photosync.transport import Answer
from photosync_amazon.api import AmazonApi
from photosync_amazon.changes import STORED, Changes, Refusal, content_of
from photosync_amazon.nodes import Json, folded, is_available, is_file, text

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Folders:
    """The folders in a folder: ids by name, and by what names have in common that differ in case."""

    exact: dict[str, str] = field(default_factory=dict)
    folded: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, id_: str) -> None:
        self.exact.setdefault(name, id_)
        self.folded.setdefault(folded(name), id_)

    def get(self, name: str) -> str | None:
        return self.exact.get(name) or self.folded.get(folded(name))


class Places:
    """Where files go. `above` are the folders, the outermost first, below which a push takes place."""

    def __init__(self, account: str, api: AmazonApi, changes: Changes, above: Path) -> None:
        self._account = account
        self._api = api
        self._changes = changes
        self._above = above
        self._lock = threading.Lock()
        self._known: dict[Path, str | ItemError] = {}
        self._inside: dict[str, _Folders] = {}

    def make(self, path: Path) -> str:
        """The id of a folder, made with all above it if need be. Raises `ItemError`, for this folder each time."""
        with self._lock:
            known = self._made((*self._above, *path))
        if isinstance(known, ItemError):
            raise ItemError(str(known), known.reason)
        return known

    def forget(self) -> None:
        """Look at everything again: what was known is no longer so."""
        with self._lock:
            self._known.clear()
            self._inside.clear()

    def _made(self, path: Path) -> str | ItemError:
        if path not in self._known:
            parent = self._made(path[:-1]) if path else self._api.root().id
            try:
                self._known[path] = self._child(parent, path) if path and isinstance(parent, str) else parent
            except StorageFullError:
                raise
            except ItemError as error:
                self._known[path] = error
        return self._known[path]

    def _child(self, parent: str, path: Path) -> str:
        folders = self._folders_in(parent)
        id_ = folders.get(path[-1])
        if id_ is None:
            id_ = self._created(parent, path)
            folders.add(path[-1], id_)
        return id_

    def _folders_in(self, parent: str) -> _Folders:
        if parent not in self._inside:
            found = _Folders()
            for page in self._api.children(parent, "kind:FOLDER"):
                for node in page.nodes:
                    id_, name = text(node, "id"), text(node, "name")
                    if id_ and name and node.get("kind") == "FOLDER" and is_available(node):
                        found.add(name, id_)
            self._inside[parent] = found
        return self._inside[parent]

    def _created(self, parent: str, path: Path) -> str:
        answer = self._changes.make_folder(path[-1], parent)
        if answer.status in STORED:
            return self._new(answer, path)
        refusal = Refusal.of(answer)
        if refusal.status != 409:
            raise refusal.error(self._account, f"the folder {'/'.join(path)}")
        return self._in_the_way(parent, path, refusal)

    def _new(self, answer: Answer, path: Path) -> str:
        node = content_of(answer)
        id_ = text(node, "id")
        if id_ is None or node.get("kind") not in (None, "FOLDER"):
            raise ItemError(
                f"Amazon Photos made the folder {'/'.join(path)} and did not say as what. Push again.",
                Reason.BAD_ANSWER,
            )
        self._inside[id_] = _Folders()
        return id_

    def _in_the_way(self, parent: str, path: Path, refusal: Refusal) -> str:
        """The folder of this name that no listing showed, by what the service says of it; or what else it is."""
        name, where = path[-1], f"the folder {'/'.join(path)} cannot be made"
        node = self._node_of(refusal) or self._listed(parent, name)
        if node is None:
            raise ItemError(
                f"{where}: Amazon Photos says that there is something of this name, and does not show it "
                f"({refusal.said}). Push again in a few minutes.",
                Reason.NOT_READY,
            )
        if is_file(node):
            raise ItemError(f"{where}: a file has this name there. Rename one of the two.", Reason.NAME_TAKEN)
        if not is_available(node):
            raise ItemError(
                f"{where}: one of this name lies in the trash of Amazon Photos. Restore it there, or empty the trash.",
                Reason.IN_TRASH,
            )
        return str(node["id"])

    def _node_of(self, refusal: Refusal) -> Json | None:
        return self._api.node(refusal.node_id) if refusal.node_id else None

    def _listed(self, parent: str, name: str) -> Json | None:
        """Another look at what is there: somebody may have made it meanwhile."""
        self._inside.pop(parent, None)
        if (id_ := self._folders_in(parent).get(name)) is not None:
            return {"id": id_, "kind": "FOLDER"}
        return next(self._api.named(parent, name), None)
