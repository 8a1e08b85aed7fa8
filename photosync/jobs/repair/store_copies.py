"""A copy of the library in an object store, as a source of a repair: `verify --repair --from NAME`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from threading import Event

from photosync.copies import CopyStore
from photosync.errors import CancelledError, ItemError, PhotosyncError, Reason, TemporaryError
from photosync.jobs.copy.library_files import path_in_copy
from photosync.jobs.copy.parallel import interruptible
from photosync.jobs.repair.contents import Content
from photosync.jobs.repair.copies import Copy
from photosync.library import PROGRAM_FOLDER, SUMS_NAME, Library
from photosync.library.own_folders import temporary_path
from photosync.library.sums import SumsLine
from photosync.model import Location


class StoreCopies:
    """What the copy has at the same path, or by its own SHA256SUMS. Nothing is believed: each file is hashed."""

    def __init__(self, name: str, store: CopyStore, library: Library, cancel: Event) -> None:
        self._cancel = cancel
        self._name = name
        self.source = f"copy: {name}"
        """For a finding."""
        self.failure: PhotosyncError | None = None
        """Why it is not asked any more."""
        self._failures = 0
        """In a row."""
        self._store = store
        self._library = library
        self._listed: dict[str, list[str]] | None = None

    @property
    def place(self) -> str:
        """For messages."""
        return f"the copy '{self._name}'" + (f" ({self.failure})" if self.failure else "")

    def of(self, location: Location, content: Content) -> Iterator[Copy]:
        """Copies of the content: each is there as long as the next one is not asked for."""
        for path in self._paths(location, content):
            fetched = temporary_path(self._library.workspace(""))
            try:
                with suppress(FileNotFoundError, ItemError):
                    with fetched.open("xb") as file:
                        file.writelines(self._read(path))
                    yield Copy(fetched, f"{self.source}: {path}")
            finally:
                fetched.unlink(missing_ok=True)

    def undo_record(self, sha256: str, before: str) -> bytes | None:
        """The record that turns a content into an earlier one; None if the copy has none."""
        with suppress(FileNotFoundError, ItemError):
            return b"".join(self._read(f"{PROGRAM_FOLDER}/undo/{sha256[:2]}/{sha256}-{before}.json"))
        return None

    def _paths(self, location: Location, content: Content) -> Iterator[str]:
        same = path_in_copy(location.root, location.path)
        yield same
        yield from (path for path in self._by_hash().get(content.sha256, []) if path != same)

    def _by_hash(self) -> dict[str, list[str]]:
        if self._listed is None:
            self._listed = {}
            with suppress(FileNotFoundError, ItemError):
                for line in b"".join(self._read(SUMS_NAME)).split(b"\n"):
                    if found := SumsLine.parse(line):
                        self._listed.setdefault(found.sha256.decode(), []).append(os.fsdecode(found.name))
        return self._listed

    def _read(self, path: str) -> Iterator[bytes]:
        """The content. Raises `FileNotFoundError`, and `ItemError` also if the copy cannot be used: others may have it.

        Then it is not asked any more; a temporary error has to come twice for that.
        """
        if self.failure is not None:
            raise ItemError(str(self.failure), Reason.UNREACHABLE)
        try:
            yield from interruptible(self._store.read(path), self._cancel)
        except (ItemError, CancelledError):
            raise
        except PhotosyncError as error:
            self._failures += 1
            if self._failures > 1 or not isinstance(error, TemporaryError):
                self.failure = error
            raise ItemError(str(error), Reason.UNREACHABLE) from error
        self._failures = 0
