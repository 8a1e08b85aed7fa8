"""Finds the files that a push is about, and tells those that are none of its business."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from photosync.errors import ItemError, UsageError
from photosync.jobs.push.local_file import LocalFile, sendable, unreadable
from photosync.library import PROGRAM_FOLDER, SUMS_NAME
from photosync.model import Kind

BATCH = 200
"""So many files are handed on together."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file that lies there."""

    path: Path
    file: LocalFile | None
    """None for what cannot be read, or is not to go up."""
    error: ItemError | None = None
    """Why it cannot be read."""


class Walk:
    """The files of a push: those that were named, and all that lie in the folders that were named, in a fixed order,
    each once.

    A folder keeps its own name at the service, as `cp -r` does it. Links to files are followed, links to folders are
    not. What is hidden, and what this program keeps for itself, stays here.
    """

    def __init__(self, paths: Sequence[Path], *, all_files: bool, on_bytes: Callable[[int], None]) -> None:
        """Raises `UsageError` for a path where nothing lies."""
        for path in paths:
            if not path.exists():
                raise UsageError(f"there is no file or folder '{path}'")
        named = dict.fromkeys(Path(os.path.abspath(path)) for path in paths)  # noqa: PTH100 - links stay what they are
        self._paths = [path for path in named if not any(folder in named for folder in path.parents)]
        self._all_files = all_files
        self._on_bytes = on_bytes

    def sizes(self) -> Iterator[int]:
        """The size of each file, without a look into it."""
        for path, _ in self._all():
            size_bytes = size_of(path)
            if size_bytes is not None:
                yield size_bytes

    def batches(self) -> Iterator[list[Found]]:
        """All files, looked at."""
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
            if not stat.S_ISREG(path.stat().st_mode):
                return Found(path, None)  # a pipe or a device: opening it could wait for ever
            file = LocalFile(path, folder, self._on_bytes)
        except OSError as error:
            return Found(path, None, unreadable(path, error))
        return Found(path, file if self._all_files or file.kind is not Kind.OTHER else None)

    def _all(self) -> Iterator[tuple[Path, tuple[str, ...]]]:
        for path in self._paths:
            if path.is_dir():
                yield from _below(path, (sendable(path.name),) if path.name else ())
            else:
                yield path, ()


def _below(folder: Path, names: tuple[str, ...]) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """What lies in a folder, files first; in the order of the names, so that each run goes the same way."""
    try:
        with os.scandir(folder) as entries:
            found = sorted((entry for entry in entries if not _is_ours(entry.name)), key=lambda entry: entry.name)
    except OSError:
        yield folder, names  # a folder that cannot be read fails like a file that cannot
        return
    folders = [entry for entry in found if entry.is_dir(follow_symlinks=False)]
    for entry in found:
        if not entry.is_dir():
            yield Path(entry.path), names
    for entry in folders:
        yield from _below(Path(entry.path), (*names, sendable(entry.name)))


def _is_ours(name: str) -> bool:
    """Whether no service is to get it: what is hidden, or what this program made."""
    return name.startswith(".") or name in (PROGRAM_FOLDER, SUMS_NAME)


def size_of(path: Path) -> int | None:
    """The size of a file, or None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None
