"""The folders of the drive as paths.

A folder can have several parents, and cycles of folders are possible, so a node has a set of paths, and every search
records the folders that it has visited.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from photosync.provider_kit.amazon_drive.nodes import DriveNode

MOST_PATHS = 50
"""Links to folders with links multiply; more paths than this are not useful."""
MOST_STEPS = 10_000
"""A limit for the search too, for folders of which most paths lead into the trash."""


class FolderPaths:
    """A snapshot of all folders."""

    def __init__(self, folders: Mapping[str, DriveNode]) -> None:
        self._folders = folders
        self._known: dict[str, tuple[str, ...]] = {}

    def paths_of(self, parents: Iterable[str]) -> tuple[str, ...]:
        """The paths of the folders that contain a node with `parents`. Empty: it is in the trash."""
        parents = tuple(parents)
        found = dict.fromkeys(path for parent in parents for path in self.paths(parent))
        # A node without parents is shown in the root folder.
        return tuple(found)[:MOST_PATHS] if parents else ("",)

    def paths(self, folder_id: str) -> tuple[str, ...]:
        """The paths of a folder, `A/B`, in the order of its parents; empty for one in the trash."""
        if folder_id not in self._known:
            self._known[folder_id] = self._walk(folder_id)
        return self._known[folder_id]

    def _walk(self, folder_id: str) -> tuple[str, ...]:
        """Follow every path to the top that is not a cycle."""
        found: dict[str, None] = {}
        in_cycles: list[str] = []
        todo: list[tuple[str, tuple[str, ...], frozenset[str]]] = [(folder_id, (), frozenset())]
        steps = 0
        while todo and len(found) < MOST_PATHS and steps < MOST_STEPS:
            steps += 1
            current, below, trail = todo.pop()
            folder = self._folders.get(current)
            if folder is None or folder.is_root:
                found["/".join(below)] = None
            elif current in trail:
                in_cycles.append("/".join(below))
            elif folder.is_available:
                path = ((folder.name or current).replace("/", "_"), *below)
                if not folder.parents:
                    found["/".join(path)] = None
                todo += [(parent, path, trail | {current}) for parent in reversed(folder.parents)]
        # A cycle without a path to the root: shown in the root folder, so that its items are found.
        return tuple(found) or tuple(in_cycles[:1])

    def below(self, folder_id: str) -> frozenset[str]:
        """The folder and all folders below it that can be reached outside the trash."""
        children: dict[str, list[str]] = {}
        for each, folder in self._folders.items():
            if folder.is_available:
                for parent in folder.parents:
                    children.setdefault(parent, []).append(each)
        found, todo = {folder_id}, [folder_id]
        while todo:
            fresh = [child for child in children.get(todo.pop(), ()) if child not in found]
            found.update(fresh)
            todo += fresh
        return frozenset(found)

    def above(self, parents: Iterable[str]) -> frozenset[str]:
        """All folders that contain a node with `parents`, directly or not, outside the trash."""
        found: set[str] = set()
        todo = list(parents)
        while todo:
            current = todo.pop()
            folder = self._folders.get(current)
            if current not in found and folder is not None and folder.is_available:
                found.add(current)
                todo += folder.parents
        return frozenset(found)

    def visible(self) -> Iterator[tuple[str, str]]:
        """Every folder that is not in the trash, except the root: its id and its first path."""
        for folder_id, folder in self._folders.items():
            if not folder.is_root and (paths := self.paths(folder_id)):
                yield folder_id, paths[0]

    def roots(self) -> list[str]:
        """The id of the root; empty if the listing was not complete."""
        return [folder_id for folder_id, folder in self._folders.items() if folder.is_root]

    def orphans(self) -> int:
        """The number of folders with parents that the service does not list."""
        return sum(any(parent not in self._folders for parent in folder.parents) for folder in self._folders.values())

    def __contains__(self, folder_id: object) -> bool:
        return folder_id in self._folders

    @property
    def has_root(self) -> bool:
        """Whether there is a root; without one the listing was not complete."""
        return bool(self.roots())
