"""Finds the nodes in a folder and the node of a name, quickly at any number of nodes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from photosync.testing.names import folded


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """The name and the folders of a node."""

    name: str
    parents: tuple[str, ...]
    holds_name: bool
    """Whether the name is reserved for the node: so it is outside the trash."""


class NameIndex:
    """An index that is updated for changed nodes only."""

    def __init__(self, entry_of: Callable[[str], FolderEntry | None]) -> None:
        """`entry_of` gives a node's current entry; None: the node does not exist."""
        self._entry_of = entry_of
        self._fresh: dict[str, None] = {}
        self._known: dict[str, FolderEntry] = {}
        self._children: dict[str, dict[str, None]] = {}
        self._holders: dict[tuple[str, str], dict[str, None]] = {}

    def touch(self, node_id: str) -> None:
        """Record a change of a node."""
        self._fresh[node_id] = None

    def children(self, parent: str) -> list[str]:
        """All nodes in a folder, with any status."""
        self._catch_up()
        return list(self._children.get(parent, ()))

    def holder(self, parent: str, name: str) -> str | None:
        """The node of this name in a folder, ignoring case and Unicode normalisation."""
        self._catch_up()
        return next(iter(self._holders.get((parent, folded(name)), ())), None)

    def _catch_up(self) -> None:
        fresh, self._fresh = self._fresh, {}
        for node_id in fresh:
            if (before := self._known.pop(node_id, None)) is not None:
                for parent in before.parents:
                    self._children[parent].pop(node_id, None)
                    self._holders.get((parent, folded(before.name)), {}).pop(node_id, None)
            if (entry := self._entry_of(node_id)) is not None:
                self._known[node_id] = entry
                for parent in entry.parents:
                    self._children.setdefault(parent, {})[node_id] = None
                    if entry.holds_name:
                        self._holders.setdefault((parent, folded(entry.name)), {})[node_id] = None
