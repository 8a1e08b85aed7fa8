"""Finds the files of a push, and decides which to upload."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from photosync.catalog import Catalog, PushRecord
from photosync.errors import ItemError, UsageError
from photosync.jobs.push.local_file import LocalFile, sendable, unreadable
from photosync.jobs.user_files import UserFiles
from photosync.library import Library
from photosync.model import Kind, Location

BATCH = 200
"""The number of files in one batch."""


@dataclass(frozen=True, slots=True)
class Found:
    path: Path
    file: LocalFile | None
    """None if it cannot be read or should not be uploaded."""
    error: ItemError | None = None
    """The error if it cannot be read."""


def check_paths(paths: Iterable[Path]) -> None:
    """Raise `UsageError` for a path that does not exist."""
    for path in paths:
        try:
            path.stat()
        except FileNotFoundError:
            raise UsageError(f"there is no file or folder '{path}'; name one that is there") from None
        except OSError as error:
            raise UsageError(f"'{path}' cannot be read: {error.strerror}") from error


class Walk:
    """The named files, and all files in the named folders, in a fixed order, each once.

    A folder keeps its own name at the service, as with `cp -r`.
    """

    def __init__(
        self, paths: Sequence[Path], files: UserFiles, *, all_files: bool, on_bytes: Callable[[int], None]
    ) -> None:
        """Raises `UsageError` for a path that does not exist."""
        check_paths(paths)
        named = dict.fromkeys(Path(os.path.abspath(path)) for path in paths)  # noqa: PTH100 - links stay what they are
        self._paths = [path for path in named if not any(folder in named for folder in path.parents)]
        self._files = files
        self._all_files = all_files
        self._on_bytes = on_bytes

    def sizes(self) -> Iterator[int]:
        """The size of each file, without opening it."""
        for path, _ in self._all():
            size_bytes = size_of(path)
            if size_bytes is not None:
                yield size_bytes

    def batches(self) -> Iterator[list[Found]]:
        """All files, in batches, with the format from their first bytes."""
        batch: list[Found] = []
        for path, folder in self._all():
            batch.append(self._look(path, folder))
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def _look(self, path: Path, folder: tuple[str, ...]) -> Found:
        try:
            mode = path.stat().st_mode
            if stat.S_ISDIR(mode):  # in place of the files of a folder that can be read
                return Found(path, None, unreadable(path, OSError(errno.EACCES, "the folder cannot be listed")))
            if not stat.S_ISREG(mode):
                return Found(path, None)  # a pipe or a device: opening it could block forever
            file = LocalFile(path, folder, self._on_bytes)
        except OSError as error:
            return Found(path, None, unreadable(path, error))
        return Found(path, file if self._all_files or file.kind is not Kind.OTHER else None)

    def _all(self) -> Iterator[tuple[Path, tuple[str, ...]]]:
        for path in self._paths:
            if os.path.isdir(path):  # noqa: PTH112 - false for what cannot be examined
                own_name = (path.name,) if path.name else ()
                for file, names in self._files.below(path):
                    yield file, tuple(map(sendable, (*own_name, *names)))
            elif not self._files.is_excluded(path):
                yield path, ()


def has_pushed_file(library: Library, catalog: Catalog, account: str, id_: str) -> bool:
    """Whether a file that was uploaded as this item is still there, with its size; or copies of the library have it."""
    records = catalog.push_records(item=(account, id_))
    return any(size_of(each.path) == each.size_bytes or _is_offsite(library, catalog, each) for each in records)


def _is_offsite(library: Library, catalog: Catalog, record: PushRecord) -> bool:
    """Whether the uploaded file was one of the library, and was removed from it."""
    root = next((each for each in (library.root, library.root.resolve()) if record.path.is_relative_to(each)), None)
    owner = catalog.owner_of(Location("", record.path.relative_to(root).as_posix())) if root else None
    entry = catalog.entry(*owner) if owner else None
    return entry is not None and entry.offsite is not None and entry.stored_size == record.size_bytes


def size_of(path: Path) -> int | None:
    """The size of a file; None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None
