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
from photosync.catalog import Catalog, CatalogEntry
from photosync.errors import ItemError
from photosync.jobs.sums_list import SumsList
from photosync.jobs.user_files import UserFiles
from photosync.library import PROGRAM_FOLDER, Library, UndoRecords, digest_of, sums
from photosync.library.names import split_extension
from photosync.library.own_folders import fix_workspace
from photosync.model import Digest, Item, Kind, Location
from photosync.provider import HasLegacyFiles, Provider


@dataclass(frozen=True, slots=True)
class ExistingFile:
    """A file that has the item's content."""

    path: Path
    stored: Digest
    delivered: Digest
    """Of the content before it was fixed."""


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file that the catalog does not know, and its line in SHA256SUMS."""

    path: Path
    sha256: str


class Claims:
    """Files that belong to an item of this run already: two items with one content get two files. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._owners: dict[Path, str] = {}

    def claim(self, path: Path, item: Item) -> bool:
        """Whether the file belongs to the item now."""
        with self._lock:
            return self._owners.setdefault(path, item.id) == item.id


@dataclass(slots=True)
class Adoption:
    """The numbers of a run that adopts files. Items that are missing are in no other number."""

    adopted: int = 0
    missing: int = 0
    """Items without a file, where nothing may be downloaded. The next pull brings them."""
    has_new: bool = False
    """Whether some of them are in no catalog, so that only a complete listing has them."""

    def miss(self, item: Item, entry: CatalogEntry | None) -> None:
        """Count an item without a file."""
        self.missing += item.kind is not Kind.OTHER  # such items are pulled on request alone
        self.has_new |= entry is None or not entry.needs_download


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
            md5 = item.md5 or item.md5_hint
            if md5 is None and not is_sound:
                continue
            stored = digest_of(path)
            before = contents_before(path, stored, undo, second_files)
            delivered = next((each for each in chain([stored], before) if each.md5 == md5), None)
            if delivered is None and is_sound:
                delivered = _only_content(path, stored, undo, second_files)
            if delivered is not None and claims.claim(path, item):
                return ExistingFile(path, stored, delivered)
    return None


def file_by_size(
    item: Item, listed: ListedFile, *, undo: UndoRecords, workspace: Path, claims: Claims
) -> ExistingFile | None:
    """The listed file, if it is as SHA256SUMS has it and was delivered with the item's size.

    That is as much as a download proves where the provider gives no hash.
    """
    with suppress(OSError, ItemError), fix_workspace(workspace) as second_files:
        stored = digest_of(listed.path)
        before = contents_before(listed.path, stored, undo, second_files)
        delivered = next((each for each in chain([stored], before) if each.size_bytes == item.size_bytes), None)
        if delivered is not None and stored.sha256 == listed.sha256 and claims.claim(listed.path, item):
            return ExistingFile(listed.path, stored, delivered)
    return None


def contents_before(path: Path, stored: Digest, undo: UndoRecords, workspace: Path) -> Iterator[Digest]:
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
    for digest in (contents := list(contents_before(path, stored, undo, workspace))):
        sha256s.append(digest.sha256)
    is_known = all(len(undo.find(sha256)) <= 1 for sha256 in sha256s)
    return (contents or [stored])[-1] if is_known else None


@dataclass(slots=True)
class UnrecordedFiles:
    """Files of an account that SHA256SUMS has and the catalog does not: those of a catalog that was lost."""

    account: str
    library: Library
    catalog: Catalog
    with_unlisted: bool = False
    """Also those that SHA256SUMS does not have."""
    _by_size: dict[str, dict[int, list[Path]]] = field(default_factory=dict, init=False)
    _hashes: dict[Path, str] = field(default_factory=dict, init=False)
    """Those of SHA256SUMS."""

    def of(self, item: Item, root: str) -> list[Path]:
        """Files below a root whose delivered content has the size of the item; those with its name come first."""
        if item.md5 is None:
            return []
        stem = split_extension(item.name)[0]
        return sorted(self._of_size(item, root), key=lambda path: not path.name.startswith(stem))

    def listed_of(self, item: Item, root: str) -> ListedFile | None:
        """The only file that has the name and the size of an item without a hash, if SHA256SUMS has it."""
        stem = split_extension(item.name)[0]
        named = [path for path in self._of_size(item, root) if path.name.startswith(stem)]
        sha256 = self._hashes.get(named[0]) if len(named) == 1 else None
        return ListedFile(named[0], sha256) if sha256 else None

    def _of_size(self, item: Item, root: str) -> list[Path]:
        if item.size_bytes is None:
            return []
        if root not in self._by_size:
            self._by_size[root] = self._find(root)
        return self._by_size[root].get(item.size_bytes, [])

    def _find(self, root: str) -> dict[int, list[Path]]:
        found: dict[int, list[Path]] = {}
        listed = self._listed(root)
        unlisted = unrecorded_files(self.library, self.catalog, self.account, root) if self.with_unlisted else ()
        for location in dict.fromkeys((*listed, *unlisted)):
            path = self.library.file(location)
            if self._is_ours(location) and path.is_file() and self.catalog.entry_at(location) is None:
                with suppress(OSError):  # what cannot be read is not adopted
                    sha256 = listed.get(location) or digest_of(path).sha256
                    if location in listed:
                        self._hashes[path] = sha256
                    for size_bytes in _sizes(path, sha256, self.library.undo):
                        found.setdefault(size_bytes, []).append(path)
        return found

    def _listed(self, root: str) -> dict[Location, str]:
        """The files in the list below a root, and their hashes; none if all of them are in the catalog."""
        if SumsList(self.library, self.catalog, root).can_be_appended_to:
            return {}
        try:
            lines = list(sums.read(self.library.base(root)))
        except PermissionError:
            return {}  # said when the list is written
        return {Location(root, os.fsdecode(line.name)): line.sha256.decode() for line in lines}

    def _is_ours(self, location: Location) -> bool:
        path = PurePosixPath(location.path)
        if path.is_absolute() or ".." in path.parts or not path.parts:
            return False  # the user, or somebody else, wrote that line
        first = path.parts[0]
        return first != PROGRAM_FOLDER if location.root else first == self.account


def unrecorded_files(library: Library, catalog: Catalog, account: str, root: str) -> Iterator[Location]:
    """The files of an account below a root that the catalog does not know. Sidecars are left out."""
    base = library.base(root)
    for path, _ in UserFiles().below(base if root else base / account):
        location = Location(root, str(path.relative_to(base)))
        if path.suffix.lower() != ".xmp" and path.is_file() and catalog.entry_at(location) is None:
            yield location


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
