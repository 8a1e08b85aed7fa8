"""The folders of one push: where it begins, the calls that make them, and the paths of what is in them.

Facts: protocol notes on Amazon Cloud Drive, sections 3.4, 3.6, 3.8 and 3.9.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator

from photosync.errors import ItemError, Reason, UsageError
from photosync.provider_kit.amazon_drive.folders import PushFolders
from photosync.provider_kit.amazon_drive.nodes import AVAILABLE, DriveNode, NodeKind
from photosync.provider_kit.amazon_drive.uploads import STORED
from photosync.provider_kit.json_fields import json_object
from photosync.transport import Answer
from photosync_clouddrive.api import SERVICE, CloudDriveApi
from photosync_clouddrive.folder_paths import FolderPaths
from photosync_clouddrive.items import parse_node
from photosync_clouddrive.refusals import CloudDriveRefusal

MOST_NAME_CHARACTERS = 280
_ID = re.compile(r"[A-Za-z0-9_-]{22}")


class KnownFolders:
    """The calls that `PushFolders` makes, and the folders that they brought. Thread-safe."""

    def __init__(self, api: CloudDriveApi) -> None:
        self._api = api
        self._lock = threading.RLock()
        self._known: dict[str, DriveNode | None] = {}
        """None: the service does not know a folder of this id."""

    def root_id(self) -> str:
        """The id of the root folder."""
        root = self._api.root_id()
        self._remember(DriveNode(root, NodeKind.FOLDER, AVAILABLE, None, is_root=True))
        return root

    def node(self, node_id: str) -> DriveNode | None:
        """One node as it is now; None: there is none of this id."""
        node = self._api.node(node_id)
        if node is not None:
            self._remember(node)
        return node

    def folders_in(self, parent: str) -> Iterator[DriveNode]:
        """The folders in a folder that are available."""
        for folder in self._api.folders_in(parent):
            self._remember(folder)
            yield folder

    def named(self, parent: str, name: str) -> Iterator[DriveNode]:
        """What is called `name` in a folder, whatever the case."""
        return self._api.named(parent, name)

    def make_folder(self, name: str, parent: str) -> Answer:
        """Make a folder. Raises `ItemError` where the service made it in another one."""
        answer = self._api.make_folder(name, parent)
        if answer.status not in STORED:
            if CloudDriveRefusal.of(answer).is_stale_parent:
                self.forget()
            return answer
        node = parse_node(json_object(answer.body))
        if node is not None and node.parents and parent not in node.parents:
            self._api.trash(node.id)
            raise ItemError(
                f"{SERVICE} made the folder {name} in another place than it was told to. That one was put to the "
                "trash. Push again.",
                Reason.BAD_ANSWER,
            )
        if node is not None:
            self._remember(node)
        return answer

    def forget(self) -> None:
        """Ask for everything again: what was known is no longer so."""
        with self._lock:
            self._known.clear()

    def paths_of(self, parents: Iterable[str]) -> tuple[str, ...]:
        """The folders, as paths, in which something with `parents` can be seen. Empty: it is in the trash."""
        parents = tuple(parents)
        with self._lock:
            todo = list(parents)
            while todo:
                current = todo.pop()
                if current not in self._known:
                    node = self._api.node(current)
                    self._known[current] = node if node is not None and node.kind is NodeKind.FOLDER else None
                folder = self._known[current]
                todo += [each for each in (folder.parents if folder else ()) if each not in self._known]
            return FolderPaths({id_: folder for id_, folder in self._known.items() if folder}).paths_of(parents)

    def _remember(self, node: DriveNode) -> None:
        if node.kind is NodeKind.FOLDER:
            with self._lock:
                self._known[node.id] = node


def push_folders(account: str, folders: KnownFolders, wanted: str | None) -> PushFolders:
    """The folders of a push to `wanted`: a folder's id, or a path that need not exist. Nothing is made.

    Raises `UsageError` for what cannot be a destination.
    """

    def folders_below(base: str | None, above: tuple[str, ...]) -> PushFolders:
        return PushFolders(account, SERVICE, folders, CloudDriveRefusal, base=base, above=above)

    if wanted is None:
        return folders_below(None, ())
    if _ID.fullmatch(wanted) and (node := folders.node(wanted)) is not None:
        where = f"account '{account}': {node.id}"
        if node.kind is not NodeKind.FOLDER:
            raise UsageError(f"{where} is a file; name a folder with --to")
        if not node.is_available or not folders.paths_of([node.id]):
            raise UsageError(f"{where} lies in the trash; name another folder, or restore it first")
        return folders_below(node.id, ())
    names = tuple(name for name in wanted.split("/") if name)
    for name in names:
        problem = "it means no folder" if name in (".", "..") else problem_of(name)
        if problem:
            raise UsageError(f"account '{account}': '{name}' in '{wanted}' cannot be a folder: {problem}")
    return folders_below(None, names)


def problem_of(name: str) -> str | None:
    """Why the service takes no file or folder of this name; None: it does (section 3.9)."""
    if not name:
        return "it has no name"
    if "/" in name or "\0" in name:
        return "its name has characters that no name can have there"
    if len(name) > MOST_NAME_CHARACTERS:
        return f"its name is longer than {MOST_NAME_CHARACTERS} characters"
    return None
