"""Gives finished files their names, and records them: first the disk, then the catalog, then SHA256SUMS.

A crash at any point leaves either the old state or the new one, or a file that the catalog does not know yet; the next
run finds that, proves it by its hash and records it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

from photosync import metadata
from photosync.catalog import Catalog, SavedFile, Sidecar
from photosync.errors import DestinationError
from photosync.jobs.fix.fix_record import as_text
from photosync.jobs.fix.sidecar_files import write_sidecar
from photosync.jobs.pull.fetch import AdoptedFile, Downloaded
from photosync.jobs.pull.location import LocationChooser
from photosync.library import PROGRAM_FOLDER, SUMS_NAME, Library, digest_of, sums
from photosync.model import Item, Location

BATCH = 256
"""So many files are recorded in one transaction …"""
BATCH_S = 2.0
"""… or as many as came in this time."""


class Saver:
    """Saves the files of one run."""

    def __init__(
        self,
        *,
        account: str,
        run: int,
        library: Library,
        catalog: Catalog,
        locations: LocationChooser,
        settings: metadata.Settings,
        note: Callable[[str], None],
    ) -> None:
        """`note` gets what the user should know."""
        self._account = account
        self._run = run
        self._library = library
        self._catalog = catalog
        self._locations = locations
        self._settings = settings
        self._note = note
        self._saved: list[SavedFile] = []
        self._described: list[Item] = []
        self._folders: set[Path] = set()
        self._met_folders: set[Path] = set()
        self._oldest = time.monotonic()
        self._touched: set[str] = set()
        self._rewritten: set[str] = set()

    def save(self, downloaded: Downloaded) -> Location:
        """Move a downloaded file to its location. The item's older content, if any is there, goes to the trash."""
        item, known = downloaded.task.item, downloaded.task.entry
        location = self._locations.final(downloaded)
        target, is_known = self._library.file(location), known is not None and known.location is not None
        sidecars = self._catalog.fixes.sidecars(self._account, item.id) if is_known else []
        if not target.exists() or digest_of(target).sha256 != downloaded.stored_sha256:
            if known and known.delivered_md5 != downloaded.delivered.md5:
                for each in sidecars:  # before the file: a crash in between must not leave them to another content
                    self._library.to_trash(each.location)
            if target.exists():
                self._library.to_trash(location)
            self._library.move_in(downloaded.fixed.path, location)
        else:
            downloaded.fixed.path.unlink()
        if is_known:
            self._rewritten.add(location.root)
        self._add(
            SavedFile(
                item,
                location,
                downloaded.delivered,
                downloaded.stored_size,
                downloaded.stored_sha256,
                sidecars=self._sidecars(downloaded, location, sidecars),
                fix_record=as_text(downloaded.fixed),
            )
        )
        return location

    def _sidecars(self, downloaded: Downloaded, location: Location, before: list[Sidecar]) -> tuple[Sidecar, ...]:
        """Write what the file lacks to its sidecar. Returns all sidecars that belong to the file now."""
        root, fixed = location.root, downloaded.fixed
        there = {each.location.key: each for each in before if self._library.file(each.location).exists()}
        if fixed.sidecar and self._catalog.entry_at(Location(root, f"{location.path}.xmp")):
            self._note(f"{location.path}: no sidecar: the service has an item of that name")
            return tuple(there.values())
        workspace = self._library.workspace(root, self._account)
        written = write_sidecar(self._library.file(location), fixed, self._settings, self._library.undo, workspace)
        if written is not None and written.note:
            self._note(f"{location.path}: {written.note}")
        if written is not None and written.sha256:
            sidecar = Sidecar(self._locations.location_of(written.path, root), written.sha256, written.ours)
            there[sidecar.location.key] = sidecar
        return tuple(there.values())

    def adopt(self, adopted: AdoptedFile) -> None:
        """Record a file that was there already and has the provider's content."""
        task, digest = adopted.task, adopted.digest
        location = self._locations.location_of(adopted.path, task.root)
        self._add(SavedFile(task.item, location, digest, digest.size_bytes, digest.sha256))

    def describe(self, item: Item) -> None:
        """The provider describes a saved item anew."""
        self._described.append(item)

    def _add(self, saved: SavedFile) -> None:
        if not self._saved:
            self._oldest = time.monotonic()
        self._saved.append(saved)
        self._to_sync(self._library.file(saved.location).parent, self._library.base(saved.location.root))

    def _to_sync(self, folder: Path, base: Path) -> None:
        """The folder got a name; met for the first time, it may be new itself, and so may those above it."""
        self._folders.add(folder)
        while folder != base and folder not in self._met_folders:
            self._met_folders.add(folder)
            folder = folder.parent
            self._folders.add(folder)

    def commit_if_due(self) -> None:
        """Record what came, if enough did or the oldest has waited long enough."""
        if len(self._saved) + len(self._described) >= BATCH or (
            self._saved and time.monotonic() - self._oldest > BATCH_S
        ):
            self.commit()

    def commit(self) -> None:
        """Bring the names to the disk, and then into the catalog."""
        if not self._saved and not self._described:
            return
        self._library.sync_folders(self._folders)
        with self._catalog.transaction():
            for root in {each.location.root for each in self._saved} - self._touched:
                self._begin_to_change_sums(root)
            self._catalog.record_saved(self._account, self._run, self._saved)
            self._catalog.record_described(self._account, self._described)
        for each in self._saved:
            self._locations.release(each.item)
        self._saved.clear()
        self._described.clear()
        self._folders.clear()

    def _begin_to_change_sums(self, root: str) -> None:
        """Note that SHA256SUMS lags behind now. Lines can be appended later only if it is as it was left."""
        if self._catalog.sums_state(root) != sums.state(self._library.base(root)):
            self._rewritten.add(root)
        self._catalog.set_sums_state(root, "")
        self._touched.add(root)

    def write_sums(self) -> None:
        """Bring SHA256SUMS up to date, wherever this run or one that was killed left it behind."""
        for root in self._touched | self._left_behind():
            base = self._library.base(root)
            if root in self._rewritten or root not in self._touched:
                sums.rewrite(base, self._catalog.sums(root))
            else:
                sums.append(base, self._catalog.sums(root, since_run=self._run))
            self._catalog.set_sums_state(root, sums.state(base))
        self._touched.clear()

    def _left_behind(self) -> set[str]:
        return {
            root
            for root in self._catalog.roots()
            if self._catalog.sums_state(root) != sums.state(self._library.base(root))
        }


def missing_files(library: Library, catalog: Catalog, account: str) -> Iterator[str]:
    """The ids of items whose files are not where the catalog has them. Each folder is read once.

    Raises `DestinationError` when a whole folder outside the library is gone: its disk may not be mounted.
    """
    for (root, folder), files in groupby(
        catalog.files(account), key=lambda file: (file[1].root, file[1].path.rpartition("/")[0])
    ):
        _check_is_there(library.base(root))
        try:
            names = {entry.name for entry in os.scandir(library.base(root) / folder)}
        except (FileNotFoundError, NotADirectoryError):
            names = set()
        yield from (id_ for id_, location in files if location.path.rpartition("/")[2] not in names)


def _check_is_there(base: Path) -> None:
    """The list of sums, or the program's folder, is in every folder that has files; an empty mount point has none."""
    if not (base / SUMS_NAME).exists() and not (base / PROGRAM_FOLDER).exists():
        raise DestinationError(
            f"the folder {base} is gone: photos were saved there before. Is the disk mounted? "
            f"To have them brought there again, make a folder {PROGRAM_FOLDER} in it and run again."
        )
