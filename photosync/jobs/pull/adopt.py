"""Finds the file of an item among files that the catalog does not know.

A crash leaves such files, another program, or the loss of the catalog. Only the provider's hash proves that a file is
the item's, or for a file of another program the provider itself. A name, a date and a size do not: without a hash the
content is downloaded and compared. Undo records give the delivered content of a fixed file.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path, PurePosixPath
from threading import Lock

from photosync import metadata
from photosync.catalog import Catalog
from photosync.errors import ItemError
from photosync.jobs.sums_list import SumsList
from photosync.library import PROGRAM_FOLDER, Library, UndoRecords, digest_of, sums
from photosync.library.names import split_extension
from photosync.library.own_folders import fix_workspace
from photosync.model import Digest, Item, Location
from photosync.provider import HasLegacyFiles, Provider


@dataclass(frozen=True, slots=True)
class ExistingFile:
    """A file that has the item's content."""

    path: Path
    stored: Digest
    delivered: Digest
    """Of the content before it was fixed."""


class Claims:
    """Files that belong to an item of this run already: two items with one content get two files. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._owners: dict[Path, str] = {}

    def claim(self, path: Path, item: Item) -> bool:
        """Whether the file belongs to the item now."""
        with self._lock:
            return self._owners.setdefault(path, item.id) == item.id


def existing_file(
    item: Item,
    files: Iterable[Path],
    *,
    legacy: Iterable[Path],
    provider: Provider,
    undo: UndoRecords,
    workspace: Path,
    claims: Claims,
) -> ExistingFile | None:
    """The first of `files` that is the item's. `legacy`: those that the provider knows from another program."""
    for path in files:
        # What cannot be read, or not be undone, is not adopted.
        with suppress(OSError, ItemError), fix_workspace(workspace) as second_files:
            is_sound = path in legacy and isinstance(provider, HasLegacyFiles) and provider.is_sound(item, path)
            if item.md5 is None and not is_sound:
                continue
            md5 = item.md5 or item.md5_hint
            stored = digest_of(path)
            before = _contents_before(path, stored, undo, second_files)
            delivered = next((each for each in chain([stored], before) if each.md5 == md5), None)
            if delivered is None and is_sound:
                delivered = _only_content(path, stored, undo, second_files)
            if delivered is not None and claims.claim(path, item):
                return ExistingFile(path, stored, delivered)
    return None


def _contents_before(path: Path, stored: Digest, undo: UndoRecords, workspace: Path) -> Iterator[Digest]:
    """The contents that the file may have had before it was fixed, the latest first. Raises `ItemError`."""
    files, seen = deque([(path, stored.sha256)]), {stored.sha256}
    while files:
        current, sha256 = files.popleft()
        for before, record in undo.find(sha256).items():
            if before not in seen:
                seen.add(before)
                earlier = metadata.undo(current, record, workspace)
                files.append((earlier, before))
                yield digest_of(earlier)


def _only_content(path: Path, stored: Digest, undo: UndoRecords, workspace: Path) -> Digest | None:
    """The delivered content, if it is known which of several became this one. Raises `ItemError`."""
    sha256s = [stored.sha256]
    for digest in (contents := list(_contents_before(path, stored, undo, workspace))):
        sha256s.append(digest.sha256)
    is_known = all(len(undo.find(sha256)) <= 1 for sha256 in sha256s)
    return (contents or [stored])[-1] if is_known else None


@dataclass(slots=True)
class UnknownFiles:
    """Files of an account that SHA256SUMS has and the catalog does not: those of a catalog that was lost."""

    account: str
    library: Library
    catalog: Catalog
    _by_size: dict[str, dict[int, list[Path]]] = field(default_factory=dict, init=False)

    def of(self, item: Item, root: str) -> list[Path]:
        """Files below a root whose delivered content has the size of the item; those with its name come first."""
        if item.md5 is None or item.size_bytes is None:
            return []
        if root not in self._by_size:
            self._by_size[root] = self._find(root)
        stem = split_extension(item.name)[0]
        return sorted(self._by_size[root].get(item.size_bytes, []), key=lambda path: not path.name.startswith(stem))

    def _find(self, root: str) -> dict[int, list[Path]]:
        found: dict[int, list[Path]] = {}
        if SumsList(self.library, self.catalog, root).can_be_appended_to:
            return found  # all its lines are of files in the catalog
        try:
            lines = list(sums.read(self.library.base(root)))
        except PermissionError:
            return found  # said when the list is written
        for line in lines:
            location = Location(root, os.fsdecode(line.name))
            path = self.library.file(location)
            if self._is_ours(location) and path.is_file() and self.catalog.entry_at(location) is None:
                for size_bytes in _sizes(path, line.sha256.decode(), self.library.undo):
                    found.setdefault(size_bytes, []).append(path)
        return found

    def _is_ours(self, location: Location) -> bool:
        path = PurePosixPath(location.path)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            return False  # the user, or somebody else, wrote that line
        first = path.parts[0]
        return first != PROGRAM_FOLDER if location.root else first == self.account


def _sizes(path: Path, sha256: str, undo: UndoRecords) -> set[int]:
    """The sizes of a file and of the contents that it may have had before it was fixed."""
    sizes, seen = set[int](), set[str]()
    contents = [(sha256, path.stat().st_size)]
    while contents:
        sha256, size_bytes = contents.pop()
        sizes.add(size_bytes)
        seen.add(sha256)
        records: dict[str, bytes] = {}
        with suppress(ItemError):  # records that cannot be read
            records = undo.find(sha256)
        for before, record in records.items():
            if before not in seen:
                with suppress(ItemError):  # a damaged record
                    contents.append((before, size_bytes + metadata.growth(record)))
    return sizes
