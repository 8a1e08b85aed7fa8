"""The copies of the library: whether each place can be used and is the one that it was, and what its files lack."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from photosync.catalog import Catalog
from photosync.copies import CopyRecord, CopySettings, address_of, check_overlap, folder_of, open_place
from photosync.errors import Exit
from photosync.jobs.copy.contents import mark
from photosync.jobs.copy.library_files import folders
from photosync.jobs.copy.state import record_path, state_of
from photosync.jobs.doctor.check import Check, Result
from photosync.library import Library


@dataclass(frozen=True, slots=True)
class CopyDoctor:
    """Looks at one copy, and writes nothing."""

    name: str
    copies: Mapping[str, CopySettings]
    """All copies of the configuration."""
    base: Path
    """Where relative folders start."""
    library: Library
    catalog: Catalog
    retry_budget: timedelta | None
    """How long a request to an object store is retried; None: none is sent."""

    def checks(self) -> Iterator[Check]:
        """Raises `UsageError` for a place that cannot be used, and the errors of the store."""
        check_overlap(self.name, self.copies, self.base, folders(self.library, self.catalog))
        folder = folder_of(self.copies[self.name], self.base)
        if folder is not None and folder.is_dir():
            yield from self._folder(folder)
        if folder is not None or self.retry_budget is not None:
            yield self._place()
        yield from self._files()

    def _folder(self, folder: Path) -> Iterator[Check]:
        if not os.access(folder, os.W_OK | os.X_OK):
            advice = "Mount its disk writable, or give yourself the right to write there."
            yield self._check(Result.ERROR, f"{folder} cannot be written", advice, Exit.DESTINATION)
        if self.library.exists and folder.stat().st_dev == self.library.root.stat().st_dev:
            advice = "What happens to this disk happens to both: choose another one."
            yield self._check(Result.WARNING, f"{folder} is on the disk of the library", advice)

    def _place(self) -> Check:
        settings = self.copies[self.name]
        store = open_place(self.name, settings.model_copy(update={"retry_budget": self.retry_budget}), self.base)
        next(store.files(), None)
        path, place = record_path(self.library, self.name), None
        if path.exists():
            with CopyRecord(path, to_read=True) as record:
                place = record.place
        try:
            if place is not None:
                next(store.read(mark(self.library, place).path), None)
        except FileNotFoundError:
            advice = f"Mount the right disk; or run: photosync copy {self.name}, which compares all files there."
            return self._check(Result.WARNING, f"{settings.to} is not the place to which it was brought last", advice)
        return self._check(Result.OK, f"{settings.to} can be read")

    def _files(self) -> Iterator[Check]:
        address = address_of(self.copies[self.name], self.base)
        state = state_of(self.name, address, self.library, self.catalog)
        if state.totals.last_good_at is None:
            yield self._check(Result.WARNING, "it was never complete", f"Run: photosync copy {self.name}")
        else:
            yield self._check(Result.OK, f"{state.totals.files:,} files; it lacks {state.compared.lacking:,}")
        if wrong := state.totals.wrong:
            advice = f"Run: photosync verify --copy {self.name} --repair"
            yield self._check(Result.WARNING, f"files there that were found damaged or missing: {wrong:,}", advice)

    def _check(self, result: Result, text: str, advice: str = "", status: Exit = Exit.OK) -> Check:
        return Check("copy", result, f"copy '{self.name}': {text}", advice, exit=status)
