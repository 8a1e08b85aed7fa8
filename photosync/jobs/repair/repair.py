"""Repairs what `verify` found, as far as a source has it. Read this first to learn what a repair does.

`contents` says which contents give a file, `copies` finds them in the library and in other folders, `downloads` in the
accounts; `good_file` tries them in order, and `placement` puts a proved one into its place. A file that is right is
never touched. Then come sidecars, undo records and lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event

from photosync import metadata
from photosync.catalog import Catalog, CatalogEntry, Sidecar
from photosync.copies import CopyStore
from photosync.errors import CancelledError, DestinationError, ItemError, PhotosyncError, Reason
from photosync.jobs.albums.json_files import JsonFiles
from photosync.jobs.findings import Finding, FindingKind
from photosync.jobs.repair.contents import Contents
from photosync.jobs.repair.copies import FolderCopies, LibraryCopies
from photosync.jobs.repair.downloads import AccountSource, Downloads
from photosync.jobs.repair.good_file import GoodFile, GoodFiles, OtherContentError, has_content
from photosync.jobs.repair.lists import ListRepair
from photosync.jobs.repair.placement import Placement, Wanted
from photosync.jobs.repair.sidecars import SidecarRepair
from photosync.jobs.repair.store_copies import StoreCopies
from photosync.jobs.repair.undo_records import UndoRecordRepair
from photosync.jobs.sums_list import SumsList, repair_lists
from photosync.library import MADE_NAMES, PROGRAM_FOLDER, SUMS_NAME, Library, UndoRecords
from photosync.library.disk_errors import file_errors
from photosync.library.own_folders import fix_workspace
from photosync.model import Location

_UNDO_FOLDER = f"{PROGRAM_FOLDER}/undo/"
_FILE_ITSELF = "the file itself, which can be read again"


@dataclass(frozen=True, slots=True)
class RepairOptions:
    """The sources of a repair."""

    folders: Sequence[Path]
    """Older backups, or second libraries; they are only read."""
    stores: Mapping[str, CopyStore]
    """Copies of the library in object stores, by name."""
    accounts: Mapping[str, AccountSource]
    settings: Callable[[str], metadata.Settings]
    """Of the fixer, for an account."""
    note: Callable[[str], None]
    """Gets messages for the user."""
    on_bytes: Callable[[int], None]
    """Gets the size of what is downloaded."""
    cancel: Event
    """When set, the repair ends."""


@dataclass(slots=True)
class _Work:
    """A finding, and what the catalog knows about its file."""

    finding: Finding
    location: Location
    entry: CatalogEntry | None
    sidecar: Sidecar | None = None

    @property
    def is_list(self) -> bool:
        return self.location.path == SUMS_NAME

    @property
    def is_made(self) -> bool:
        """Whether it may be a file that is made from the catalog."""
        return self.finding.account is None and self.location.path in MADE_NAMES

    @property
    def is_undo_record(self) -> bool:
        return self.location.path.startswith(_UNDO_FOLDER)

    @property
    def is_file(self) -> bool:
        return self.entry is not None and self.entry.location == self.location

    @property
    def order(self) -> int:
        """Photos first: sidecars and undo records are made again from them."""
        return next(
            place for place, is_it in enumerate((self.is_file, self.sidecar, self.is_undo_record, True)) if is_it
        )


class Repair:
    """One run: `for finding in Repair(…).run()`. The caller holds the library's lock."""

    def __init__(
        self, library: Library, catalog: Catalog, run: int, findings: Iterable[Finding], options: RepairOptions
    ) -> None:
        """`run`: the number of the run in the catalog."""
        self._library = library
        self._catalog = catalog
        self._note, self._cancel = options.note, options.cancel
        self._error: PhotosyncError | None = None
        """Why the repair ended early."""
        self._is_left = False
        self._roots = sorted(filter(None, catalog.roots()), key=len, reverse=True)
        self._others: list[Finding] = []
        self._work: list[_Work] = []
        for each in findings:
            self._take(each)
        self._run = run
        entries = {(each.entry.account, each.entry.id): each.entry for each in self._work if each.entry}
        undo_records = [UndoRecords(folder / PROGRAM_FOLDER / "undo") for folder in options.folders]
        contents = Contents([library.undo, *undo_records])
        sizes: set[int | None] = {None} if any(each.sidecar for each in self._work) else set()
        sizes.update(size for entry in entries.values() for size in contents.sizes(entry))
        alike = catalog.repairs.alike(entries.values())
        self._stores = [StoreCopies(name, store, library, options.cancel) for name, store in options.stores.items()]
        others: list[FolderCopies | StoreCopies] = [
            *(FolderCopies(folder, sizes) for folder in options.folders),
            *self._stores,
        ]
        wanted: dict[str, set[str]] = {}
        for entry in (*entries.values(), *alike):
            wanted.setdefault(entry.account, set()).add(entry.id)
        self._downloads = Downloads(library, catalog, options.accounts, wanted, options.note, options.on_bytes)
        copies = LibraryCopies(library, catalog, sizes, alike)
        settings = options.settings
        self._good_files = GoodFiles(library, contents, copies, others, self._downloads, alike, settings)
        self._placement = Placement(library, catalog, run, copies.add)
        self._lists = ListRepair(library, catalog, self._placement, options.note)
        self._sidecars = SidecarRepair(library, catalog, self._good_files, self._placement, settings)
        self._undo_records = UndoRecordRepair(library, catalog, self._good_files, others, self._placement, settings)

    def run(self) -> Iterator[Finding]:
        """Each finding again: with the source that repaired it, or with a sentence why none did."""
        self._library.remove_temporary_files(self._catalog.roots())
        with self._downloads:
            for work in sorted(self._work, key=lambda each: each.order):
                finding = work.finding if self._error else self._repaired(work)
                self._is_left |= finding.repaired_from is None
                yield finding
        try:
            repair_lists(self._library, self._catalog, self._note)
        except DestinationError as error:
            self._error = self._error or error
        for finding in self._others:
            if finding.path is None or (self._library.root / finding.path).exists():
                yield finding  # not an unknown file that was moved back

    @property
    def errors(self) -> list[PhotosyncError]:
        """Why accounts and copies could not be asked, if that left something damaged; why the repair ended early."""
        sources = (*self._downloads.failures.values(), *(each.failure for each in self._stores))
        return list(filter(None, [*(sources if self._is_left else ()), self._error]))

    def _take(self, finding: Finding) -> None:
        if finding.path is None or not finding.finding.is_damage:
            self._others.append(finding)
            return
        path = Path(finding.path)
        root = next((each for each in self._roots if path.is_relative_to(each)), "")
        location = Location(root, str(path.relative_to(root) if root else path))
        entry = sidecar = None
        if finding.account is not None and finding.id is not None:
            entry = self._catalog.entry(finding.account, finding.id)
            sidecars = self._catalog.fixes.sidecars(finding.account, finding.id)
            sidecar = next((each for each in sidecars if each.location == location), None)
        self._work.append(_Work(finding, location, entry, sidecar))

    def _repaired(self, work: _Work) -> Finding:
        finding = work.finding
        try:
            return self._repair(work)
        except ItemError as error:
            return replace(finding, error=f"{finding.error}. Not repaired: {error}")
        except (DestinationError, CancelledError) as error:
            self._error = error
            return finding

    def _repair(self, work: _Work) -> Finding:
        if self._cancel.is_set():
            raise CancelledError("interrupted; what was repaired stays repaired")
        finding, entry = work.finding, work.entry
        if work.is_made and self._catalog.made_files.at(work.location) is not None:
            return self._make_again(work)
        if entry is None and not work.is_list:
            raise ItemError(
                "it is a file of your own, which the catalog does not have; put it back from your own backup",
                Reason.NOT_FOUND,
            )
        SumsList(self._library, self._catalog, work.location.root).check_there()  # before anything is made there
        workspaces = self._library.workspace(work.location.root)
        with file_errors(self._library.file(work.location)), fix_workspace(workspaces) as workspace:
            if entry is None:
                source = self._lists.repair(Wanted(work.location, None, finding), workspace)
            elif work.is_file:
                return self._repair_file(work, entry, workspace)
            elif work.sidecar is not None:
                wanted = Wanted(work.location, work.sidecar.sha256, finding)
                source = self._sidecars.repair(wanted, entry, work.sidecar, workspace)
            else:
                source = self._undo_records.repair(Wanted(work.location, None, finding), entry, workspace)
            return replace(finding, repaired_from=source)

    def _make_again(self, work: _Work) -> Finding:
        wanted, source = Wanted(work.location, None, work.finding), "the catalog"
        SumsList(self._library, self._catalog, work.location.root).check_there()
        with file_errors(self._library.file(work.location)):
            self._placement.move_away(wanted, source)
        JsonFiles(self._library, self._catalog, self._note).make()
        with self._catalog.transaction():
            self._placement.record(wanted, source)
        return replace(work.finding, repaired_from=source)

    def _repair_file(self, work: _Work, entry: CatalogEntry, workspace: Path) -> Finding:
        finding, wanted = work.finding, Wanted(work.location, entry.stored_sha256, work.finding)
        path = self._library.file(work.location)
        if has_content(path, str(entry.stored_sha256)):
            return replace(finding, repaired_from=_FILE_ITSELF)
        try:
            good = self._good_files.find(entry, work.location, workspace)
        except OtherContentError:
            return self._save_changed(wanted, entry)
        has_changed = good.sha256 != entry.stored_sha256
        if has_changed:
            self._intend(good, entry, work.location)
        self._placement.replace(wanted, good.path, good.source)
        with self._catalog.transaction():
            if has_changed:
                self._catalog.fixes.settle(entry.account, entry.id)
            self._placement.record(wanted, good.source)
            self._catalog.repairs.record_read(self._run, entry.account, entry.id)
        return replace(finding, repaired_from=good.source)

    def _intend(self, good: GoodFile, entry: CatalogEntry, location: Location) -> None:
        """The fixer made another content of the delivered one than before, by other settings."""
        with self._catalog.transaction():
            SumsList(self._library, self._catalog, location.root).mark_changing()
            size_bytes = good.path.stat().st_size
            self._catalog.fixes.intend(entry.account, entry.id, good.sha256, size_bytes, good.fix_record)

    def _save_changed(self, wanted: Wanted, entry: CatalogEntry) -> Finding:
        """Nobody has the earlier content, and the provider has another one now: save that, as a pull would."""
        source = f"account: {entry.account}"
        downloaded = self._downloads.changed(entry, wanted.location.root)
        self._placement.move_away(wanted, source)
        self._downloads.save(downloaded, entry.account, self._run)
        with self._catalog.transaction():
            self._placement.record(wanted, source)
        return replace(
            wanted.finding,
            finding=FindingKind.DIFFERENT,
            error=f"{wanted.finding.error}. Nobody has this content any more; the account has another one now, "
            "which was saved in its place.",
            repaired_from=source,
        )
