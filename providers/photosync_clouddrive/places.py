"""The folders that files go to: found by their names, made where there are none, and remembered for one push.

Facts: protocol notes on Amazon Cloud Drive, sections 3.4, 3.6, 3.8 and 3.9. Names are unique in a folder whatever
their case, so a folder that cannot be made because its name is taken is the one that was wanted.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from http import HTTPStatus

from photosync.errors import ItemError, Reason, UsageError
from photosync.transport import Transport
from photosync_clouddrive import api
from photosync_clouddrive.endpoints import Endpoints
from photosync_clouddrive.folders import Folder, Folders
from photosync_clouddrive.lookup import Nodes, folded, is_at
from photosync_clouddrive.nodes import AVAILABLE, PENDING, Node, NodeKind, json_object, parse_node
from photosync_clouddrive.refusals import ANSWERED, Refusal

MOST_NAME_CHARACTERS = 280
_ID = re.compile(r"[A-Za-z0-9_-]{22}")


class StaleParentError(Exception):
    """The folder in which something was to be made is gone. Never leaves the uploads."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.said)
        self.refusal = refusal


class Places:
    """The folders of one push. Thread-safe."""

    def __init__(self, account: str, transport: Transport, endpoints: Endpoints, nodes: Nodes) -> None:
        self._account = account
        self._transport = transport
        self._endpoints = endpoints
        self._nodes = nodes
        self._lock = threading.RLock()
        self._base: str | None = None
        """Where all paths begin: the folder whose id the user gave, else the root."""
        self._above: tuple[str, ...] = ()
        """The path below the base that the user gave."""
        self._folders: dict[str, Folder] = {}
        self._strangers: set[str] = set()
        """Ids of parents that the service does not know."""
        self._children: dict[str, dict[str, str]] = {}
        """Of each folder that was listed: its folders' ids by their folded names."""

    def begin_at(self, wanted: str | None) -> None:
        """Take a folder's id, or a path that need not exist, as where everything goes. Nothing is made."""
        if wanted is None:
            return
        if _ID.fullmatch(wanted) and (node := self._nodes.get(wanted)) is not None:
            self._begin_in(node)
            return
        names = tuple(name for name in wanted.split("/") if name)
        for name in names:
            if name in (".", "..") or (problem := problem_of(name)):
                problem = "it means no folder" if name in (".", "..") else problem
                raise UsageError(f"account '{self._account}': '{name}' in '{wanted}' cannot be a folder: {problem}")
        self._above = names

    def _begin_in(self, node: Node) -> None:
        where = f"account '{self._account}': {node.id}"
        if node.kind is not NodeKind.FOLDER:
            raise UsageError(f"{where} is a file; name a folder with --to")
        if node.status != AVAILABLE or not self.paths_of([node.id]):
            raise UsageError(f"{where} lies in the trash; name another folder, or take it out of there first")
        self._base = node.id

    # Folders by their names

    def known(self, names: tuple[str, ...]) -> str | None:
        """The id of a folder; None: there is none yet. Nothing is made."""
        with self._lock:
            current = self._start()
            for name in (*self._above, *names):
                found = self._listed(current).get(folded(name))
                if found is None:
                    return None
                current = found
            return current

    def make(self, names: tuple[str, ...]) -> str:
        """The id of a folder, made with all above it if need be. Raises `ItemError`."""
        with self._lock:
            try:
                return self._make(names)
            except StaleParentError:
                self.forget()
            try:
                return self._make(names)
            except StaleParentError as error:
                raise error.refusal.error(self._account, f"the folder {'/'.join(names) or '/'}") from error

    def forget(self) -> None:
        """Look at everything again: what was known is no longer so."""
        with self._lock:
            self._children.clear()
            self._folders.clear()
            self._strangers.clear()

    def _make(self, names: tuple[str, ...]) -> str:
        current = self._start()
        for name in (*self._above, *names):
            children = self._listed(current)
            if folded(name) not in children:
                children[folded(name)] = self._created(current, name)
            current = children[folded(name)]
        return current

    def _start(self) -> str:
        if self._base is None:
            self._base = api.root_id(self._transport, self._endpoints)
            self._folders[self._base] = Folder("", (), is_root=True, is_available=True)
        return self._base

    def _listed(self, parent: str) -> dict[str, str]:
        if parent not in self._children:
            found: dict[str, str] = {}
            for node in self._nodes.children(parent, NodeKind.FOLDER):
                self._remember(node)
                found.setdefault(folded(node.name or ""), node.id)
            self._children[parent] = found
        return self._children[parent]

    def _created(self, parent: str, name: str) -> str:
        # It may be sent twice: the second time is answered with the id of the first.
        answer = self._transport.request(
            "POST",
            f"{self._endpoints.metadata}nodes",
            json={"kind": NodeKind.FOLDER, "name": name, "parents": [parent]},
            accept=ANSWERED,
        )
        if answer.status not in (HTTPStatus.OK, HTTPStatus.CREATED):
            refusal = Refusal.of(answer)
            if refusal.is_stale_parent:
                raise StaleParentError(refusal)
            if refusal.status != HTTPStatus.CONFLICT:
                raise refusal.error(self._account, f"the folder {name}")
            return self._in_the_way(parent, name, refusal)
        node = parse_node(json_object(answer.body))
        if node is None or node.kind is not NodeKind.FOLDER:
            raise ItemError(
                f"Amazon Cloud Drive made the folder {name} and did not say as what. Push again.", Reason.BAD_ANSWER
            )
        if node.parents and parent not in node.parents:
            self._nodes.trash(node.id)
            raise ItemError(
                f"Amazon Cloud Drive made the folder {name} in another place than it was told to. That one was put to "
                "the trash. Push again.",
                Reason.BAD_ANSWER,
            )
        self._remember(node)
        self._children[node.id] = {}
        return node.id

    def _in_the_way(self, parent: str, name: str, refusal: Refusal) -> str:
        """The folder that has this name already, though no listing showed it."""
        node = self._nodes.get(refusal.node_id) if refusal.node_id else next(self._nodes.named(parent, name), None)
        if node is None and refusal.node_id is None:
            self._children.pop(parent, None)
            if (found := self._listed(parent).get(folded(name))) is not None:
                return found
        where = f"the folder {name} cannot be made"
        if node is None or not is_at(node, parent, name):
            raise ItemError(
                f"{where}: Amazon Cloud Drive says that there is something of this name, and does not show it "
                f"({refusal.said}). Push again in a few minutes.",
                Reason.NOT_READY,
            )
        if node.status == PENDING:
            raise ItemError(f"{where}: one of this name is not finished yet. Push again later.", Reason.NOT_READY)
        if node.status != AVAILABLE:
            raise ItemError(
                f"{where}: one of this name is on its way to the trash ({node.id}). Push again in a few minutes, or "
                "take it out of the trash.",
                Reason.IN_TRASH,
            )
        if node.kind is not NodeKind.FOLDER:
            raise ItemError(f"{where}: a file has this name there. Rename one of the two.", Reason.NAME_TAKEN)
        self._remember(node)
        return node.id

    # Where things lie

    def paths_of(self, parents: Iterable[str]) -> tuple[str, ...]:
        """The folders, as paths, in which something with `parents` can be seen. Empty: it lies in the trash."""
        parents = tuple(parents)
        with self._lock:
            todo = list(parents)
            while todo:
                current = todo.pop()
                if current not in self._folders and current not in self._strangers:
                    node = self._nodes.get(current)
                    if node is None or node.kind is not NodeKind.FOLDER:
                        self._strangers.add(current)
                    else:
                        self._remember(node)
                if current in self._folders:
                    todo += [each for each in self._folders[current].parents if each not in self._folders]
            return Folders(self._folders).paths_of(parents)

    def _remember(self, node: Node) -> None:
        self._folders[node.id] = Folder(node.name or node.id, node.parents, node.is_root, node.status == AVAILABLE)


def problem_of(name: str) -> str | None:
    """Why the service takes no file or folder of this name; None: it does (section 3.9)."""
    if not name:
        return "it has no name"
    if "/" in name or "\0" in name:
        return "its name has characters that no name can have there"
    if len(name) > MOST_NAME_CHARACTERS:
        return f"its name is longer than {MOST_NAME_CHARACTERS} characters"
    return None
