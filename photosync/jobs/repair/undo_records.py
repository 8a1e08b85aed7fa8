"""Repairs undo records: from a folder that has the record, or from the delivered content, fixed once more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from photosync import metadata
from photosync.catalog import Catalog, CatalogEntry
from photosync.errors import ItemError, Reason
from photosync.jobs.repair.copies import FolderCopies, proved_copy
from photosync.jobs.repair.good_file import GoodFiles, only_in_copies
from photosync.jobs.repair.placement import Placement, Wanted
from photosync.jobs.repair.store_copies import StoreCopies
from photosync.jobs.verify.undo_steps import BadRecord, steps_back
from photosync.library import Library

_NOT_NEEDED = "not needed any more: the photo has another content now"


@dataclass(frozen=True, slots=True)
class UndoRecordRepair:
    """Repairs the undo records of one library."""

    library: Library
    catalog: Catalog
    good_files: GoodFiles
    others: Sequence[FolderCopies | StoreCopies]
    placement: Placement
    settings: Callable[[str], metadata.Settings]

    def repair(self, wanted: Wanted, entry: CatalogEntry, workspace: Path) -> str:
        """Returns the source. Raises `ItemError` or `OSError`."""
        entry = self.catalog.entry(entry.account, entry.id) or entry  # its file may have been repaired meanwhile
        sha256, _, before = PurePosixPath(wanted.location.path).stem.partition("-")
        sidecars = {each.sha256: each for each in self.catalog.fixes.sidecars(entry.account, entry.id)}
        if sha256 in sidecars and sidecars[sha256].ours:
            self.placement.move_away(wanted, "the catalog")
            self.library.undo.keep_made(sha256)
            return self._recorded(wanted, "the catalog")
        if sha256 not in sidecars and not self._is_needed(wanted, entry):
            self.placement.move_away(wanted, _NOT_NEEDED)
            return self._recorded(wanted, _NOT_NEEDED)
        if self._is_right(entry, self._found(sha256, before), workspace):
            return self._recorded(wanted, "made again with the photo")
        for other in self.others:
            with suppress(ItemError):
                record = other.undo_record(sha256, before)
                if self._is_right(entry, record, workspace):
                    return self._kept(wanted, (sha256, before), record or b"", other.source)
        if sha256 != entry.stored_sha256:
            raise ItemError(
                "it cannot be made again; an older backup may have it: name one with --from DIR", Reason.NOT_FOUND
            )
        return self._make_again(wanted, entry, workspace)

    def _make_again(self, wanted: Wanted, entry: CatalogEntry, workspace: Path) -> str:
        if entry.location is None:
            raise only_in_copies(entry)
        delivered = self.good_files.delivered(entry, entry.location, workspace)
        settings = replace(self.settings(entry.account), mode=metadata.Mode.FIX)
        given = metadata.Given.of(entry.item, delivered.sha256)
        fixed = metadata.fix(delivered.path, given, settings, workspace)
        if fixed.undo is None or fixed.undo.stored_sha256 != entry.stored_sha256:
            raise ItemError(
                f"the delivered content is known ({delivered.source}), but with the present settings the fixer does "
                "not make this file of it. The file itself is right; an older backup may have the record: --from DIR",
                Reason.NOT_FOUND,
            )
        hashes = fixed.undo.stored_sha256, fixed.undo.delivered_sha256
        return self._kept(wanted, hashes, fixed.undo.encode(), delivered.source)

    def _is_needed(self, wanted: Wanted, entry: CatalogEntry) -> bool:
        """Whether the way back from the file leads over this record: the file may have another content by now."""
        if entry.stored_sha256 is None or entry.delivered_sha256 is None:
            return True
        back = steps_back(self.library.undo, entry.stored_sha256, entry.delivered_sha256)
        path = self.library.file(wanted.location)
        return back.path == path if isinstance(back, BadRecord) else any(step.path == path for step in back)

    def _found(self, sha256: str, before: str) -> bytes | None:
        with suppress(ItemError):
            return self.library.undo.find(sha256).get(before)
        return None

    def _is_right(self, entry: CatalogEntry, record: bytes | None, workspace: Path) -> bool:
        """Whether the record turns the file of the item, or a sidecar, into the earlier content."""
        if record is None or entry.location is None:
            return False
        sidecars = self.catalog.fixes.sidecars(entry.account, entry.id)
        with suppress(ItemError):
            stored = metadata.UndoRecord.decode(record).stored_sha256
            for location in (entry.location, *(each.location for each in sidecars)):
                copy = proved_copy(self.library.file(location), stored, workspace)
                if copy is not None:
                    metadata.undo(copy, record, workspace)
                    return True
        return False

    def _kept(self, wanted: Wanted, hashes: tuple[str, str], record: bytes, source: str) -> str:
        self.placement.move_away(wanted, source)
        self.library.undo.keep(*hashes, record)
        return self._recorded(wanted, source)

    def _recorded(self, wanted: Wanted, source: str) -> str:
        with self.catalog.transaction():
            self.placement.record(wanted, source)
        return source
