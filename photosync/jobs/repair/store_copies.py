"""A copy of the library in an object store, as a source of a repair: `verify --repair --from NAME`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress

from photosync.copies import CopyStore
from photosync.errors import ItemError, PhotosyncError
from photosync.jobs.copy.library_files import path_in_copy
from photosync.jobs.repair.contents import Content
from photosync.jobs.repair.copies import Copy
from photosync.library import PROGRAM_FOLDER, SUMS_NAME, Library
from photosync.library.own_folders import temporary_path
from photosync.library.sums import SumsLine
from photosync.model import Location


class StoreCopies:
    """What the copy has at the same path, or by its own SHA256SUMS. Nothing is believed: each file is hashed."""

    def __init__(self, name: str, store: CopyStore, library: Library) -> None:
        self.place = f"the copy '{name}'"
        """For messages."""
        self.source = f"copy: {name}"
        """For a finding."""
        self._store = store
        self._library = library
        self._listed: dict[str, list[str]] | None = None

    def of(self, location: Location, content: Content) -> Iterator[Copy]:
        """Copies of the content: each is there as long as the next one is not asked for."""
        for path in self._paths(location, content):
            fetched = temporary_path(self._library.workspace(""))
            try:
                with suppress(FileNotFoundError, ItemError):
                    with fetched.open("xb") as file:
                        file.writelines(self._store.read(path))
                    yield Copy(fetched, f"{self.source}: {path}")
            finally:
                fetched.unlink(missing_ok=True)

    def undo_record(self, sha256: str, before: str) -> bytes | None:
        """The record that turns a content into an earlier one; None if the copy has none."""
        with suppress(FileNotFoundError, ItemError):
            return b"".join(self._store.read(f"{PROGRAM_FOLDER}/undo/{sha256[:2]}/{sha256}-{before}.json"))
        return None

    def _paths(self, location: Location, content: Content) -> Iterator[str]:
        same = path_in_copy(location.root, location.path)
        yield same
        yield from (path for path in self._by_hash().get(content.sha256, []) if path != same)

    def _by_hash(self) -> dict[str, list[str]]:
        if self._listed is None:
            self._listed = {}
            with suppress(FileNotFoundError, PhotosyncError):
                for line in b"".join(self._store.read(SUMS_NAME)).split(b"\n"):
                    if found := SumsLine.parse(line):
                        self._listed.setdefault(found.sha256.decode(), []).append(os.fsdecode(found.name))
        return self._listed
