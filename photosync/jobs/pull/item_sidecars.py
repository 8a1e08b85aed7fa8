"""Writes what the service knows about items to the sidecars of their files, at the end of a run.

Only for items about which something has changed since: an interrupted run leaves the rest to the next one. A sidecar
that cannot be written is a note, and the photo stays saved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from photosync import metadata
from photosync.catalog import Catalog, CatalogEntry, Sidecar
from photosync.errors import ItemError, Reason
from photosync.formats.sniff import HEAD_BYTES, sniff
from photosync.jobs.fix.item_facts import facts_of
from photosync.jobs.fix.sidecar_files import is_damaged, write_facts
from photosync.jobs.sums_list import SumsList, update_each
from photosync.library import Library
from photosync.library.disk_errors import file_errors
from photosync.model import Location

_BATCH = 100
"""The number of sidecars that are recorded together."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemSidecars:
    """The sidecars of one account, in one run."""

    account: str
    run: int
    library: Library
    catalog: Catalog
    settings: metadata.Settings
    note: Callable[[str], None]
    """Gets messages for the user."""
    _roots: set[str] = field(default_factory=set, init=False)
    """Those with changed sidecars."""

    def write(self, check_end: Callable[[], None]) -> None:
        """Write all that are due. `check_end` is called before each, and may raise.

        Raises `DestinationError`; `ListError` after all are written.
        """
        if self.settings.sidecar is not metadata.SidecarContent.METADATA:
            return
        after = ""
        try:
            while entries := self.catalog.sidecars_due.entries(self.account, after, _BATCH):
                if not after and len(entries) == _BATCH:  # it takes a while
                    self.note(
                        f"bringing the sidecars of {self.catalog.sidecars_due.count(self.account):,} files up to date"
                    )
                after = entries[-1].id
                self._write_some(entries, check_end)
        finally:
            update_each(SumsList(self.library, self.catalog, root).rewrite for root in sorted(self._roots))

    def _write_some(self, entries: Sequence[CatalogEntry], check_end: Callable[[], None]) -> None:
        facts = facts_of(self.catalog, self.account, [entry.item for entry in entries], self.settings)
        settled: list[CatalogEntry] = []
        changed: dict[CatalogEntry, list[Sidecar]] = {}
        try:
            for entry in entries:
                check_end()
                try:
                    before, now = self._write_one(entry, facts[entry.id])
                except ItemError as error:  # it stays due
                    self.note(f"{entry.location}: its sidecar is not up to date: {error}")
                    continue
                settled.append(entry)
                if before != now:
                    changed[entry] = now
        finally:
            self._record(settled, changed)

    def _record(self, settled: Sequence[CatalogEntry], changed: Mapping[CatalogEntry, Sequence[Sidecar]]) -> None:
        if not settled:
            return
        roots = {entry.location.root for entry in changed if entry.location}
        with self.catalog.transaction():
            for root in roots:
                SumsList(self.library, self.catalog, root).mark_changing()
            for entry, sidecars in changed.items():
                self.catalog.fixes.set_sidecars(self.account, entry.id, self.run, sidecars)
            self.catalog.sidecars_due.settle(self.account, [entry.id for entry in settled])
        self._roots.update(roots)

    def _write_one(self, entry: CatalogEntry, facts: bytes | None) -> tuple[list[Sidecar], list[Sidecar]]:
        """The sidecars of an item's file, before and now. Raises `ItemError` or `DestinationError`."""
        before = self.catalog.fixes.sidecars(self.account, entry.id)
        if entry.location is None:
            return before, before
        photo = self.library.file(entry.location)
        known = next((each for each in before if each.ours), before[0] if before else None)
        with file_errors(photo):
            if not photo.is_file() or (known is None and facts is None):  # a later run brings a missing file again
                return before, before
            target = self.library.file(known.location) if known else self._new_path(photo)
            is_there = target.exists()
            if known and is_there and is_damaged(target, known.sha256, self.library.undo):
                why = f"{target.name} is damaged; repair it with: photosync verify --repair"
                raise ItemError(why, Reason.REFUSED)
            lost = self._lost(entry, photo) if known and not is_there else None
        location = Location(entry.location.root, str(PurePosixPath(entry.location.path).with_name(target.name)))
        if self.catalog.entry_at(location):
            self.note(f"{entry.location}: no sidecar: the service has an item of that name")
            return before, before
        workspace = self.library.workspace(location.root, self.account)
        written = write_facts(target, facts, lost, self.library.undo, workspace)
        if written.note:
            self.note(f"{entry.location}: {written.note}")
        others = [each for each in before if each.location.key != location.key]
        return before, [*others, *([Sidecar(location, written.sha256, written.ours)] if written.sha256 else [])]

    def _new_path(self, photo: Path) -> Path:
        format_ = None
        if self.settings.sidecar_name is not metadata.SidecarName.FULL:
            with photo.open("rb") as file:
                format_ = sniff(file.read(HEAD_BYTES), photo.name)
        return metadata.sidecar_path(photo, format_, self.settings)

    def _lost(self, entry: CatalogEntry, photo: Path) -> bytes | None:
        """What the fixer writes to a sidecar that was removed."""
        return metadata.fix(photo, metadata.Given.of(entry.item), self.settings, None).sidecar
