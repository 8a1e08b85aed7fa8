"""Moves downloaded files to their locations and records them: first the disk, then the catalog, then SHA256SUMS.

A file is recorded at once, or with a few others that came meanwhile, which survives a kill; a batch of files is synced,
which survives a power failure. A crash leaves the old state, the new one, or a file that is not in the catalog yet. The
next run finds that file, compares its hash with the provider's and records it.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from photosync import metadata
from photosync.catalog import Catalog, SavedFile, Sidecar
from photosync.errors import ItemError
from photosync.jobs.fix.fix_record import as_text
from photosync.jobs.fix.sidecar_files import found_sidecars, write_sidecar
from photosync.jobs.pull.fetch import AdoptedFile, Downloaded
from photosync.jobs.pull.location import LocationChooser
from photosync.jobs.pull.verify import proof_of
from photosync.jobs.sums_list import SumsList, update_each
from photosync.library import Library, digest_of
from photosync.library.disk_errors import file_error, file_errors
from photosync.library.names import SHORT_NAME_BYTES
from photosync.model import Item, Location

BATCH = 256
"""The number of files that are synced together, if they are saved within `BATCH_S`."""
BATCH_S = 2.0


@dataclass(kw_only=True, slots=True)
class Saver:
    """Saves the files of one run."""

    account: str
    run: int
    library: Library
    catalog: Catalog
    locations: LocationChooser
    settings: metadata.Settings
    note: Callable[[str], None]
    """Gets messages for the user."""
    _saved: list[SavedFile] = field(default_factory=list, init=False)
    """Not recorded yet."""
    _unsynced: int = field(default=0, init=False)
    """The number of saved files that a power failure may take back."""
    _sync_at_once: bool = field(default=False, init=False)
    """A file was replaced: if the catalog had the new content and the disk the old one, it would be damaged."""
    _described: list[Item] = field(default_factory=list, init=False)
    _folders_to_sync: set[Location] = field(default_factory=set, init=False)
    _used_folders: set[Location] = field(default_factory=set, init=False)
    _oldest: float = field(default_factory=time.monotonic, init=False)
    _outdated_sums: set[str] = field(default_factory=set, init=False)
    _sums_to_rewrite: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self.locations.side_by_side.record = self._record
        self.locations.side_by_side.note = self.note

    def save(self, downloaded: Downloaded) -> Location:
        """Move a downloaded file to its location. An older content of the item is moved to the trash.

        Raises `ItemError` if the file cannot be at its location.
        """
        item, known = downloaded.task.item, downloaded.task.entry
        is_known = known is not None and known.own_location is not None
        sidecars = self.catalog.fixes.sidecars(self.account, item.id) if is_known else []
        try:
            location = self._place(downloaded, sidecars)
        except ItemError:
            with suppress(OSError):  # the next run downloads it again; a fixed file cannot be resumed
                downloaded.fixed.path.unlink()
            raise
        if is_known:
            self._sums_to_rewrite.add(location.root)
            self._sync_at_once = True
        self._add(
            SavedFile(
                item,
                location,
                downloaded.delivered,
                downloaded.stored_size,
                downloaded.stored_sha256,
                sidecars=self._sidecars(downloaded.fixed, location, sidecars),
                fix_record=as_text(downloaded.fixed),
                proof=downloaded.proof,
                content_identifier=downloaded.fixed.content_identifier,
                is_new=known is None,
            )
        )
        return location

    def _place(self, downloaded: Downloaded, sidecars: list[Sidecar]) -> Location:
        """Move the file to its location, with a shorter name where the file system does not take the first."""
        location = self.locations.final(downloaded)
        try:
            self._move_in(downloaded, location, sidecars)
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:
                raise file_error(error, self.library.file(location)) from error
            location = self.locations.final(downloaded, SHORT_NAME_BYTES)
            with file_errors(self.library.file(location)):
                self._move_in(downloaded, location, sidecars)
        return location

    def _move_in(self, downloaded: Downloaded, location: Location, sidecars: list[Sidecar]) -> None:
        known, is_taken = downloaded.task.entry, self.library.is_taken(location)
        if is_taken and digest_of(self.library.file(location)).sha256 == downloaded.stored_sha256:
            downloaded.fixed.path.unlink()
            return
        if known and known.delivered_md5 != downloaded.delivered.md5:
            for each in sidecars:  # before the file: after a crash they must not belong to another content
                self.library.to_trash(each.location)
        if is_taken:
            self.library.to_trash(location)
        self.library.move_in(downloaded.fixed.path, location)

    def _sidecars(self, fixed: metadata.FixResult, location: Location, before: list[Sidecar]) -> tuple[Sidecar, ...]:
        """Write missing metadata to the file's sidecar. Returns all sidecars that belong to the file now."""
        if fixed.sidecar is None and not before:
            return ()
        root = location.root
        there = {each.location.key: each for each in before if self.library.file(each.location).exists()}
        if fixed.sidecar and self.catalog.entry_at(Location(root, f"{location.path}.xmp")):
            self.note(f"{location.path}: no sidecar: the service has an item of that name")
            return tuple(there.values())
        workspace = self.library.workspace(root, self.account)
        try:
            written = write_sidecar(self.library.file(location), fixed, self.settings, self.library.undo, workspace)
        except ItemError as error:  # the photo is saved all the same
            self.note(f"{location.path}: no sidecar: {error}")
            return tuple(there.values())
        if written is not None and written.note:
            self.note(f"{location.path}: {written.note}")
        if written is not None and written.sha256:
            sidecar = Sidecar(self.locations.location_of(written.path, root), written.sha256, written.ours)
            there[sidecar.location.key] = sidecar
        return tuple(there.values())

    def adopt(self, adopted: AdoptedFile) -> None:
        """Record an existing file that has the provider's content."""
        task, file = adopted.task, adopted.file
        location = self.locations.location_of(file.path, task.root)
        self.locations.take(task.item, location)  # until the catalog has it
        sidecars = [
            Sidecar(self.locations.location_of(each.path, task.root), each.sha256, each.ours)
            for each in found_sidecars(file.path, self.library.undo)
        ]
        if adopted.fixed is not None:
            sidecars = [*self._sidecars(adopted.fixed, location, sidecars)]
        stored = file.stored
        proof = proof_of(task.item, file.delivered, is_whole=file.path in task.legacy)
        content = (task.item, location, file.delivered, stored.size_bytes, stored.sha256)
        identifier = adopted.content_identifier
        self._add(SavedFile(*content, sidecars=tuple(sidecars), proof=proof, content_identifier=identifier))

    def describe(self, item: Item) -> None:
        """Record a new description of a saved item."""
        self._described.append(item)

    def _add(self, saved: SavedFile) -> None:
        if not self._unsynced:
            self._oldest = time.monotonic()
        self._unsynced += 1
        self._saved.append(saved)
        self.locations.side_by_side.saved(saved)
        folder = _folder_of(saved.location)
        self._folders_to_sync.add(folder)
        while folder.path and folder not in self._used_folders:  # the folder and its parents may be new
            self._used_folders.add(folder)
            folder = _folder_of(folder)
            self._folders_to_sync.add(folder)

    def record(self, *, is_idle: bool, workers: int) -> None:
        """Record what was saved, and sync it if the batch is full or the oldest file has waited long enough.

        While further results wait (not `is_idle`), up to as many files as there are workers are recorded together: a
        kill loses at least that much work in progress.
        """
        is_time = bool(self._unsynced) and time.monotonic() - self._oldest > BATCH_S
        if is_time or self._sync_at_once or self._unsynced + len(self._described) >= BATCH:
            self.commit()
        elif self._saved and self.catalog.has_log and (is_idle or len(self._saved) >= workers):
            self._record()

    def commit(self) -> None:
        """Sync the folders and the files' records in the catalog."""
        if not self._unsynced and not self._described:
            return
        self.library.sync_folders(map(self.library.file, self._folders_to_sync))
        self._record()
        self.catalog.sync()
        self._unsynced = 0
        self._sync_at_once = False
        self._folders_to_sync.clear()

    def _record(self) -> None:
        outdated = {each.location.root for each in self._saved} - self._outdated_sums
        with self.catalog.transaction(synced=not self.catalog.has_log):
            for root in outdated:
                self._mark_sums(root)
            self.catalog.record_saved(self.account, self.run, self._saved)
            self.catalog.record_described(self.account, self._described)
        self._outdated_sums |= outdated
        for each in self._saved:
            self.locations.release(each.item)
        self.locations.side_by_side.recorded()
        self._saved.clear()
        self._described.clear()

    def _mark_sums(self, root: str) -> None:
        sums_list = self._sums_list(root)
        if not sums_list.can_be_appended_to:
            self._sums_to_rewrite.add(root)
        sums_list.mark_changing()

    def write_sums(self) -> None:
        """Update every SHA256SUMS that this run made out of date. Raises `ListError`, after the others are updated."""
        roots = sorted(self._outdated_sums)
        self._outdated_sums.clear()
        update_each(partial(self._write_sums, root) for root in roots)

    def _write_sums(self, root: str) -> None:
        if root in self._sums_to_rewrite:
            self._sums_list(root).rewrite(self.note)
        else:
            self._sums_list(root).append(self.run)

    def _sums_list(self, root: str) -> SumsList:
        return SumsList(self.library, self.catalog, root)


def _folder_of(location: Location) -> Location:
    """The folder that has a file or a folder."""
    return Location(location.root, location.path.rpartition("/")[0])
