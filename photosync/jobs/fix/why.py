"""Why a file is as it is: where it came from, which times it had to choose from, what was written, why it lies there.

The ladder is climbed again over the bytes as they were delivered, or else what we wrote would pass for the camera's.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from photosync import metadata
from photosync.catalog import Record, Story
from photosync.errors import UsageError
from photosync.jobs.fix.file_owner import Home, Homes, real_name
from photosync.jobs.fix.fix_record import from_text
from photosync.jobs.fix.undo import original_of
from photosync.jobs.pull.location import Namer, fitting_name
from photosync.library import Layout, UndoRecords, path_key


@dataclass(frozen=True, slots=True)
class Why:
    """All that can be told of one file or item."""

    path: Path | None
    """Where the file lies; None where there is none."""
    story: Story | None
    """What the catalog knows; None for a file that no pull brought."""
    ladder: metadata.Ladder | None
    outcome: str
    """What the fixer did; empty where there is no file."""
    changes: tuple[metadata.Change, ...]
    notes: tuple[str, ...]
    is_done: bool
    """Whether `changes` were made; else they are what `fix` would do now."""
    place: str
    """Why the file lies in its folder; empty where nobody can tell."""
    pushes: tuple[Record, ...] = ()
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
        story = home.story(path) if home else None
        if os.path.lexists(path) or story:
            return [self._with_pushes(self._about(path, home, story))]
        home = self._homes.configured()
        stories = [
            story
            for account in (home.catalog.fixes.accounts_with(target) if home else [])
            if home and (story := home.catalog.fixes.story(account, target))
        ]
        if not home or not stories:
            raise UsageError(
                f"there is no file '{target}', and the catalog has no item with that id. An item that no selection "
                "asked for is not in the catalog; `photosync list ACCOUNT` shows what the service has."
            )
        return [
            self._with_pushes(self._about(home.base / each.path if each.path else None, home, each)) for each in stories
        ]

    def _with_pushes(self, told: Why) -> Why:
        home = self._homes.configured()
        if home is None:
            return told
        records = home.catalog.push_records(path=told.path) if told.path else []
        if not records and told.story is not None:
            records = home.catalog.push_records(item=(told.story.account, told.story.item.id))
        return replace(told, pushes=tuple(records))

    def _about(self, path: Path | None, home: Home | None, story: Story | None) -> Why:
        if path is None or not path.is_file():
            return Why(None, story, None, "", (), (), is_done=False, place="")
        settings = self._settings(story.account if story else None)
        found, is_changed = self._look(path, home, story, settings)
        outcome, changes, notes = found.outcome.value, found.changes, found.notes
        if story and story.mended:
            outcome, changes, notes = from_text(story.mended)
        is_done = is_changed or bool(story and story.mended)
        place = (
            self._place(home, story, found.ladder, fitting_name(story.item.name, found.format))
            if home and story
            else ""
        )
        return Why(path, story, found.ladder, outcome, changes, notes, is_done, place)

    def _look(
        self, path: Path, home: Home | None, story: Story | None, settings: metadata.Settings
    ) -> tuple[metadata.FixResult, bool]:
        """What the fixer makes of the delivered bytes, and whether the file has others now."""
        given = metadata.Given.of(story.item) if story else metadata.Given(path.name)
        records: Sequence[UndoRecords] = [home.library.undo, self._stray] if home else [self._stray]
        with tempfile.TemporaryDirectory() as workspace:
            original = None
            if not path.is_symlink():
                delivered = story.delivered_sha256 if story else None
                original = original_of(path, records, Path(workspace), delivered)
            return metadata.preview(original or path, given, settings), original is not None

    def _place(self, home: Home, story: Story, ladder: metadata.Ladder, name: str) -> str:
        """`name` is the item's with the extension that its content asks for; some services' names have another."""
        layout = self._layout(story.account)
        if layout is None or story.path is None:
            return f"account '{story.account}' is not in the configuration, so its layout is not known"
        namer = Namer(story.account, home.catalog, home.library, layout, None)
        there = PurePosixPath(story.path)
        item = replace(story.item, name=name) if there.suffix == PurePosixPath(name).suffix else story.item
        expected = next(namer.paths(item, story.outside, ladder.folder_time))
        source = ladder.winner.source if ladder.winner else ""
        date = f"the {source} says {ladder.folder_time}" if ladder.folder_time else "no date is known"
        said = f"the layout {layout.text} gives {expected}: {date}"
        if path_key(there) == path_key(expected):
            return said
        return f"{said}; it was saved as {there}, under another name or layout, and files stay where they are"
