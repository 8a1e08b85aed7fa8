"""Repairs sidecars. One that the program made can be made again; of another, only a copy has the user's own data.

What another program has written since is no damage: it stays, and the catalog takes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from photosync import metadata
from photosync.catalog import Catalog, CatalogEntry, Sidecar
from photosync.errors import ItemError, Reason
from photosync.jobs.findings import FindingReason
from photosync.jobs.fix.item_facts import facts_of
from photosync.jobs.repair.good_file import GoodFiles, has_content, only_in_copies
from photosync.jobs.repair.placement import Placement, Wanted
from photosync.jobs.sums_list import SumsList
from photosync.library import Library, write_durably
from photosync.library.own_folders import temporary_path

_MADE_AGAIN = "made again from the photo"
_AS_IT_IS = "the sidecar as it is, with what another program has written"


@dataclass(frozen=True, slots=True)
class SidecarRepair:
    """Repairs sidecars of one library."""

    library: Library
    catalog: Catalog
    good_files: GoodFiles
    placement: Placement
    settings: Callable[[str], metadata.Settings]

    def repair(self, wanted: Wanted, entry: CatalogEntry, sidecar: Sidecar, workspace: Path) -> str:
        """Returns the source. Raises `ItemError` or `OSError`."""
        copy = self.good_files.sidecar(sidecar.sha256, sidecar.location, workspace)
        if wanted.finding.reason is FindingReason.EDITED and not (copy and self._is_as_long(copy.path, sidecar)):
            self._accept(wanted, entry, sidecar)
            return _AS_IT_IS
        if copy is not None:
            self.placement.replace(wanted, copy.path, copy.source)
            with self.catalog.transaction():
                self.placement.record(wanted, copy.source)
            return copy.source
        if not sidecar.ours:
            raise ItemError(
                "no copy of it was found, and it has data of another program, which only a backup has: name one "
                "with --from DIR",
                Reason.NOT_FOUND,
            )
        self._make_again(wanted, entry, sidecar, workspace)
        return _MADE_AGAIN

    def _make_again(self, wanted: Wanted, entry: CatalogEntry, sidecar: Sidecar, workspace: Path) -> None:
        content = self._content(entry)
        sha256, path = hashlib.sha256(content).hexdigest(), temporary_path(workspace)
        write_durably(path, content)
        self.library.undo.keep_made(sha256)
        self.placement.replace(wanted, path, _MADE_AGAIN)
        self._record(wanted, entry, sidecar, replace(sidecar, sha256=sha256), _MADE_AGAIN)

    def _is_as_long(self, copy: Path, sidecar: Sidecar) -> bool:
        """Whether the sidecar has as many bytes as before: then it is damaged, and not written by a program."""
        return copy.stat().st_size == self.library.file(sidecar.location).stat().st_size

    def _accept(self, wanted: Wanted, entry: CatalogEntry, sidecar: Sidecar) -> None:
        """What another program has written to a sidecar stays: the catalog takes the new content."""
        path = self.library.file(sidecar.location)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        self._record(wanted, entry, sidecar, replace(sidecar, sha256=sha256, ours=False), _AS_IT_IS)

    def _record(self, wanted: Wanted, entry: CatalogEntry, before: Sidecar, after: Sidecar, source: str) -> None:
        known = self.catalog.fixes.sidecars(entry.account, entry.id)
        with self.catalog.transaction():
            if after != before:
                SumsList(self.library, self.catalog, before.location.root).mark_changing()
                sidecars = [after if each == before else each for each in known]
                self.catalog.fixes.set_sidecars(entry.account, entry.id, self.placement.run, sidecars)
            self.placement.record(wanted, source)

    def _content(self, entry: CatalogEntry) -> bytes:
        """What the photo lacks and what the service knows, by the present settings."""
        if entry.location is None:
            raise only_in_copies(entry)
        photo = self.library.file(entry.location)
        if not has_content(photo, str(entry.stored_sha256)):
            raise ItemError("it is made again when its photo is right", Reason.NOT_FOUND)
        settings = replace(self.settings(entry.account), mode=metadata.Mode.SIDECAR)
        fixed = metadata.fix(photo, metadata.Given.of(entry.item), settings, None)
        facts = facts_of(self.catalog, entry.account, [entry.item], settings)
        content = metadata.joined(fixed.sidecar, facts[entry.id])
        if content is None:
            raise ItemError(
                "no copy of it was found, and with the present settings the photo needs no sidecar. 'photosync fix "
                "--sidecar' with the settings of that time makes it again",
                Reason.NOT_FOUND,
            )
        return content
