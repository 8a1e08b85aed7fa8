"""Brings files back into the library that were removed from it, and that only its copies have.

First the disk, then the catalog, then SHA256SUMS and what else names files. A run that is killed has the file at its
place or nothing; the next one goes on from there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from photosync.catalog import Catalog, CatalogEntry, OffsiteFile
from photosync.errors import Exit, PhotosyncError, UsageError
from photosync.jobs.albums.folders import WantedFolders, update_album_folders
from photosync.jobs.albums.json_files import JsonFiles
from photosync.jobs.copy.bring_files import BringFiles, Brought
from photosync.jobs.copy.fetch import Fetcher
from photosync.jobs.copy.library_files import LibraryFile, item_file, offsite_files
from photosync.jobs.copy.parallel import WORKERS
from photosync.jobs.report import Reporter, Summary
from photosync.jobs.sums_list import SumsList, repair_lists
from photosync.library import Library
from photosync.model import Item


@dataclass(frozen=True, slots=True)
class WantedBack:
    """Which files come back."""

    account: str | None = None
    """None: of all accounts."""
    ids: Sequence[str] | None = None
    """None: all that are in copies alone, as far as `matches`."""
    matches: Callable[[Item], bool] | None = None

    def files(self, library: Library, catalog: Catalog) -> Iterator[LibraryFile]:
        """Raises `UsageError` for an id without a file, before anything is done."""
        if self.ids is None:
            return self._selected(library, catalog)
        return iter([file for id_ in self.ids for file in self._named(library, catalog, id_)])

    def _selected(self, library: Library, catalog: Catalog) -> Iterator[LibraryFile]:
        for file in offsite_files(library, catalog):
            assert file.offsite is not None
            if self.account in (None, file.offsite.account):
                entry = catalog.entry(file.offsite.account, file.offsite.id)
                if self.matches is None or (entry is not None and self.matches(entry.item)):
                    yield file

    def _named(self, library: Library, catalog: Catalog, id_: str) -> list[LibraryFile]:
        entries = catalog.entries_with_id(id_)
        of_account = [each for each in entries if self.account in (None, each.account)]
        files = [file for each in of_account if (file := _file_of(each, library))]
        if not files:
            whose = f" of the account '{self.account}'" if self.account else ""
            raise UsageError(f"the library never had a file of {id_}{whose}; see: photosync list ACCOUNT --saved")
        return files


def _file_of(entry: CatalogEntry, library: Library) -> LibraryFile | None:
    """The file of an item; None if none was ever saved."""
    location = entry.own_location
    if location is None or entry.stored_sha256 is None:
        return None
    offsite = None
    if entry.offsite is not None:
        offsite = OffsiteFile(entry.account, entry.id, location, entry.stored_size or 0, entry.stored_sha256)
    return item_file(library, (entry.account, entry.id), location, entry.stored_sha256, offsite)


@dataclass
class BringBack:
    """One run: `BringBack(…).run()`. The caller holds the library's lock."""

    name: str
    """For the summary: of the copy, or of the account."""
    library: Library
    catalog: Catalog
    fetcher: Fetcher
    wanted: WantedBack
    reporter: Reporter
    folders: Collection[str]
    """Those outside the library that the configuration names."""
    albums: Mapping[str, WantedFolders]
    """Whether the albums of an account have folders."""
    workers: int = WORKERS
    dry_run: bool = False
    """Say what would come; the catalog may be open to read only."""
    summary: Summary = field(init=False)

    def __post_init__(self) -> None:
        self.summary = Summary("restore", self.name, dry_run=self.dry_run)

    def run(self) -> Summary:
        """Bring them all."""
        for _ in self.results():
            pass
        return self.summary

    def results(self) -> Iterator[Brought]:
        """What became of each file. An error that ends the run is in the summary; only bugs are raised."""
        summary, began = self.summary, time.monotonic()
        errors: list[PhotosyncError] = []
        try:
            yield from self._results()
            summary.complete = True
        except PhotosyncError as error:
            errors.append(error)
        if not self.dry_run:
            try:
                self._finish()
            except PhotosyncError as error:
                errors.append(error)
        if summary.failed:
            errors += self.fetcher.unusable.values()
        partial = [Exit.PARTIAL] if summary.failed else []
        summary.exit = Exit.worst([Exit.OK, *partial, *(each.exit for each in errors)])
        summary.error = errors[0] if errors else None
        summary.message = " ".join(dict.fromkeys(map(str, errors))) or None
        summary.seconds = time.monotonic() - began
        summary.check_totals()

    def _results(self) -> Iterator[Brought]:
        files = self._at_home(self.wanted.files(self.library, self.catalog))
        bringing = BringFiles(
            self.library, self.catalog, self.fetcher, self.reporter, self.summary, self.workers, self.folders
        )
        if self.dry_run:
            yield from bringing.plan(files)
            return
        self.library.remove_temporary_files(self.catalog.roots())
        yield from bringing.bring(files)

    def _at_home(self, files: Iterable[LibraryFile]) -> Iterator[LibraryFile]:
        """The files, of folders that are there: the disk of one outside the library may not be mounted."""
        checked = set[str]()
        for file in files:
            assert file.location is not None
            root = file.location.root
            if root not in checked:
                SumsList(self.library, self.catalog, root).check_there()
                checked.add(root)
            yield file

    def _finish(self) -> None:
        """What names the files follows, also what a killed run left."""
        repair_lists(self.library, self.catalog, self.reporter.note)
        JsonFiles(self.library, self.catalog, self.reporter.note).update()
        update_album_folders(self.library, self.catalog, self.albums, self.reporter.note, self.fetcher.cancel)
