"""Finds a file or folder by the names from the root to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from photosync.provider_kit.amazon_drive.nodes import DriveNode


class Folders(Protocol):
    """The calls that are needed."""

    def root(self) -> DriveNode:
        """The root folder."""

    def folders_in(self, parent: str) -> Iterator[DriveNode]:
        """The folders in a folder."""

    def named(self, parent: str, name: str) -> Iterator[DriveNode]:
        """The files of a name in a folder."""


def node_at(api: Folders, path: Sequence[str]) -> DriveNode | None:
    """The available file or folder at a path; None if there is none. Case is ignored, as in the service's names."""
    current = api.root()
    for depth, name in enumerate(path, start=1):
        found = next((each for each in api.folders_in(current.id) if each.is_named(name)), None)
        if found is None and depth == len(path):
            return next((each for each in api.named(current.id, name) if each.is_available), None)
        if found is None:
            return None
        current = found
    return current
