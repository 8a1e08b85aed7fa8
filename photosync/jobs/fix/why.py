"""Why a file is as it is: where it came from, which times it had to choose from, what was written, why it lies there.

The capture time is chosen from the bytes as they were delivered: in the fixed file, what we wrote looks like the
camera's own.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from photosync import metadata
from photosync.catalog import CatalogEntry, PushRecord
from photosync.errors import UsageError
from photosync.jobs.fix.file_owner import Home, Homes, real_name
from photosync.jobs.fix.fix_record import from_text
from photosync.jobs.fix.undo import original_of
from photosync.jobs.pull.location import LocationChooser, fitting_name
from photosync.library import Layout, UndoRecords


@dataclass(frozen=True, slots=True)
class Why:
    """All that can be told of one file or item."""

    path: Path | None
    """Where the file lies; None where there is none."""
    entry: CatalogEntry | None
    """What the catalog knows; None for a file that no pull brought."""
    capture_time: metadata.CaptureTimeChoice | None
    outcome: str
    """What the fixer did; empty where there is no file."""
    changes: tuple[metadata.Change, ...]
    notes: tuple[str, ...]
    is_done: bool
    """Whether `changes` were made; else they are what `fix` would do now."""
    place: str
    """Why the file lies in its folder; empty where nobody can tell."""
    pushes: tuple[PushRecord, ...] = ()
    """When it went up, and as which items."""


class Asker:
    """Answers for paths and ids."""

    def __init__(
        self,
        homes: Homes,
        stray: UndoRecords,
        settings: Callable[[str | None], metadata.Settings],
        layout: Callable[[str], Layout | None],
    ) -> None:
        """`stray` has the undo records of files that belong to no library; `layout` is an account's."""
        self._homes = homes
        self._stray = stray
        self._settings = settings
        self._layout = layout

    def ask(self, target: str) -> list[Why]:
        """About the file of that path, or else every item with that id. Raises `UsageError` where there is neither."""
        path = real_name(Path(target))
        home = self._homes.of(path)
        entry = home.entry(path) if home else None
        if os.path.lexists(path) or entry:
            return [self._with_pushes(self._about(path, home, entry))]
        home = self._homes.configured()
        entries = home.catalog.entries_with_id(target) if home else []
        if not home or not entries:
            raise UsageError(
                f"there is no file '{target}', and the catalog has no item with that id. An item that no selection "
                "asked for is not in the catalog; `photosync list ACCOUNT` shows what the service has."
            )
        return [
            self._with_pushes(
                self._about(home.base / each.location.root / each.location.path if each.location else None, home, each)
            )
            for each in entries
        ]

    def _with_pushes(self, told: Why) -> Why:
        home = self._homes.configured()
        if home is None:
            return told
        records = home.catalog.push_records(path=told.path) if told.path else []
        if not records and told.entry is not None:
            records = home.catalog.push_records(item=(told.entry.account, told.entry.item.id))
        return replace(told, pushes=tuple(records))

    def _about(self, path: Path | None, home: Home | None, entry: CatalogEntry | None) -> Why:
        if path is None or not path.is_file():
            return Why(None, entry, None, "", (), (), is_done=False, place="")
        settings = self._settings(entry.account if entry else None)
        found, is_changed = self._look(path, home, entry, settings)
        outcome, changes, notes = found.outcome.value, found.changes, found.notes
        if entry and entry.fix_record:
            outcome, changes, notes = from_text(entry.fix_record)
        is_done = is_changed or bool(entry and entry.fix_record)
        place = (
            self._place(home, entry, found.capture_time, fitting_name(entry.item.name, found.format))
            if home and entry
            else ""
        )
        return Why(path, entry, found.capture_time, outcome, changes, notes, is_done, place)

    def _look(
        self, path: Path, home: Home | None, entry: CatalogEntry | None, settings: metadata.Settings
    ) -> tuple[metadata.FixResult, bool]:
        """What the fixer makes of the delivered bytes, and whether the file has others now."""
        given = metadata.Given.of(entry.item) if entry else metadata.Given(path.name)
        records: Sequence[UndoRecords] = [home.library.undo, self._stray] if home else [self._stray]
        with tempfile.TemporaryDirectory() as workspace:
            original = None
            if not path.is_symlink():
                delivered = entry.delivered_sha256 if entry else None
                original = original_of(path, records, Path(workspace), delivered)
            return metadata.preview(original or path, given, settings), original is not None

    def _place(self, home: Home, entry: CatalogEntry, choice: metadata.CaptureTimeChoice, name: str) -> str:
        """`name` is the item's with the extension that its content asks for; some services' names have another."""
        layout = self._layout(entry.account)
        if layout is None or entry.location is None:
            return f"account '{entry.account}' is not in the configuration, so its layout is not known"
        locations = LocationChooser(entry.account, home.catalog, home.library, layout, None)
        there = entry.location
        is_suffixed = PurePosixPath(there.path).suffix == PurePosixPath(name).suffix
        item = replace(entry.item, name=name) if is_suffixed else entry.item
        expected = next(locations.free(item, there.root, choice.folder_time))
        source = choice.winner.source.label if choice.winner else ""
        date = f"the {source} says {choice.folder_time}" if choice.folder_time else "no date is known"
        said = f"the layout {layout.text} gives {expected.path}: {date}"
        if there.key == expected.key:
            return said
        return f"{said}; it was saved as {there.path}, under another name or layout, and files stay where they are"
