"""Puts a good file into its place, and keeps what lay there: the library never has less than before.

The good file is complete, proved and on the same disk before anything is moved. After a crash, the place has the
earlier file, no file, or the good one; the next `verify --repair` or `pull` goes on from there.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from photosync import clock
from photosync.catalog import Catalog
from photosync.file_systems import sync_folder
from photosync.jobs.findings import Finding
from photosync.library import Library, digest_of
from photosync.library.damaged import move_to_damaged
from photosync.library.disk_errors import file_errors
from photosync.library.move import move_file
from photosync.model import Location


@dataclass(frozen=True, slots=True)
class Wanted:
    """What should be at a location."""

    location: Location
    sha256: str | None
    """None where it is not known."""
    finding: Finding
    """What is wrong with it."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Replaces files, and records it, for one run."""

    library: Library
    catalog: Catalog
    run: int
    on_file: Callable[[Path], None]
    """Gets the path of each file that is there now: what was moved away, and what was repaired."""

    def replace(self, wanted: Wanted, good: Path, source: str) -> None:
        """Move a good file to its location. What is there is moved to `damaged/`.

        Raises `ItemError` or `DestinationError`.
        """
        target = self.library.file(wanted.location)
        with file_errors(target):
            self._clear_way(wanted, source)
            new_folders = _make_folder(target.parent)
            self.move_away(wanted, source)
            move_file(good, target, workspace=self.library.workspace(wanted.location.root))
            for folder in (target.parent, *new_folders):
                sync_folder(folder)
            if good.parent.exists():  # it may have been a file of the user
                sync_folder(good.parent)
        self.on_file(target)

    def move_away(self, wanted: Wanted, source: str) -> None:
        """Move what is at a location to `damaged/`, with a note. Raises `OSError`."""
        path = self.library.file(wanted.location)
        if os.path.lexists(path):
            moved = move_to_damaged(self.library, wanted.location, _note(path, wanted, source))
            if moved is not None:
                self.on_file(moved)

    def _clear_way(self, wanted: Wanted, source: str) -> None:
        """Move away a file in the place of a folder. A link may lead to a disk that is not mounted: it stays."""
        location = wanted.location
        for folder in reversed(PurePosixPath(location.path).parents):
            path = self.library.base(location.root) / folder
            if os.path.lexists(path) and not (path.is_dir() or path.is_symlink()):
                in_the_way = Location(location.root, str(folder))
                if self.catalog.entry_at(in_the_way) is None:
                    self.move_away(replace(wanted, location=in_the_way), source)

    def record(self, wanted: Wanted, source: str) -> None:
        """Record the repair. The caller holds a transaction."""
        finding = wanted.finding
        reason = f"{finding.finding.value}: {finding.reason.value}"
        self.catalog.repairs.record(
            run=self.run,
            account=finding.account or "",
            id_=finding.id or "",
            location=wanted.location,
            reason=reason,
            source=source,
        )


def _make_folder(folder: Path) -> list[Path]:
    """Make a folder and its parents. Returns the folders that have a new one in them."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return [each.parent for each in missing]


def _note(path: Path, wanted: Wanted, source: str) -> str:
    finding = wanted.finding
    lines = [
        f"photosync moved this away on {clock.now():%Y-%m-%d %H:%M:%S} UTC, and put a good file in its place.",
        "",
        f"place:       {finding.path}",
        f"account, id: {finding.account or '-'}, {finding.id or '-'}",
        f"what:        {finding.finding.value} ({finding.reason.value}): {finding.error}",
        f"saved as:    sha256 {wanted.sha256 or 'not known'}",
        f"was found:   {_description(path)}",
        f"good file:   {source}",
    ]
    return "".join(f"{line}\n" for line in lines)


def _description(path: Path) -> str:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return f"a link to {path.readlink()}"
    if stat.S_ISDIR(mode):
        return "a folder"
    if not stat.S_ISREG(mode):
        return "a special file"
    try:
        found = digest_of(path)
    except OSError as error:
        return f"it cannot be read: {error.strerror or error}"
    return f"sha256 {found.sha256}, {found.size_bytes} bytes"
