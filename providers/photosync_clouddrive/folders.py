"""The folders of one push.

Facts: protocol notes on Amazon Cloud Drive, sections 3.4, 3.6, 3.8 and 3.9.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from photosync.errors import UsageError
from photosync.provider_kit.amazon_drive.folders import PushFolders, name_problem
from photosync.provider_kit.amazon_drive.nodes import DriveNode, NodeKind
from photosync_clouddrive.api import SERVICE, CloudDriveApi
from photosync_clouddrive.folder_paths import FolderPaths
from photosync_clouddrive.refusals import CloudDriveRefusal

ID = re.compile(r"[A-Za-z0-9_-]{22}")


class CloudDriveFolders(PushFolders):
    """The folders of a push, and the paths of the nodes in them. Thread-safe."""

    def __init__(self, account: str, api: CloudDriveApi, wanted: str | None) -> None:
        """Paths begin in `wanted`, which is a folder's id or a path that need not exist. Nothing is created.

        Raises `UsageError` for an invalid destination.
        """
        super().__init__(account, SERVICE, api, CloudDriveRefusal)
        self._nodes: dict[str, DriveNode | None] = {}
        """None: the service has no folder of this id."""
        if wanted is None:
            return
        if ID.fullmatch(wanted) and (node := api.node(wanted)) is not None:
            if node.kind is not NodeKind.FOLDER:
                raise UsageError(f"account '{account}': {node.id} is a file; name a folder with --to")
            self._seen(node)
            if not node.is_available or not self.paths_of([node.id]):
                where = f"account '{account}': {node.id} lies in the trash"
                raise UsageError(f"{where}; name another folder, or restore it first")
            self._base = node.id
            return
        self._above = tuple(name for name in wanted.split("/") if name)
        for name in self._above:
            problem = "it means no folder" if name in (".", "..") else name_problem(name)
            if problem:
                raise UsageError(f"account '{account}': '{name}' in '{wanted}' cannot be a folder: {problem}")

    def paths_of(self, parents: Iterable[str]) -> tuple[str, ...]:
        """The paths of the folders that contain a node with `parents`. Empty: it is in the trash."""
        parents = tuple(parents)
        with self._lock:
            return self._paths_above(parents).paths_of(parents)

    def above(self, parents: Iterable[str]) -> frozenset[str]:
        """All folders that contain a node with `parents`, directly or not, outside the trash."""
        parents = tuple(parents)
        with self._lock:
            return self._paths_above(parents).above(parents)

    def _paths_above(self, parents: Iterable[str]) -> FolderPaths:
        todo = list(parents)
        while todo:
            current = todo.pop()
            if current not in self._nodes:
                node = self._calls.node(current)
                self._nodes[current] = node if node is not None and node.kind is NodeKind.FOLDER else None
            folder = self._nodes[current]
            todo += [each for each in (folder.parents if folder else ()) if each not in self._nodes]
        return FolderPaths({id_: folder for id_, folder in self._nodes.items() if folder})

    def _seen(self, folder: DriveNode) -> None:
        self._nodes[folder.id] = folder

    def _forget(self) -> None:
        super()._forget()
        self._nodes.clear()
