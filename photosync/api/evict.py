"""Frees the local disk: what a user asks for, and the copies that have to have it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time, timedelta
from threading import Event
from typing import TYPE_CHECKING

from photosync.api.change import checked_ids, is_selection
from photosync.api.copies import open_copy, wanted_album_folders
from photosync.api.selection import AskedSelection, selection_of
from photosync.errors import LockedError, PhotosyncError, UsageError
from photosync.units import day_before

if TYPE_CHECKING:
    from photosync.catalog import Catalog
    from photosync.config import Config
    from photosync.jobs.change.summary import ChangeSummary
    from photosync.jobs.evict.evict import Evict
    from photosync.jobs.evict.standing import UsedCopy
    from photosync.library import Library
    from photosync.model import Selection

MAX_AGE = timedelta(days=30)
_SELECTS = {"ids", "years", "months", "since", "until", "albums", "kind", "favorites", "hidden"}
"""What the catalog knows of an item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedEviction:
    """What a user asks for; the command line has the documentation of each value."""

    accounts: Sequence[str] = ()
    selection: AskedSelection = field(default_factory=AskedSelection)
    older_than: str | None = None
    max_age: timedelta = MAX_AGE

    def checked(self) -> Selection:
        """Which items are meant. Raises `UsageError`, and if it would be all."""
        asked = [each.name for each in fields(self.selection) if getattr(self.selection, each.name)]
        if refused := [name for name in asked if name not in _SELECTS]:
            raise UsageError(f"{', '.join(refused)}: files are not selected by that. Select otherwise.")
        if self.older_than is None and not is_selection(self.selection):
            raise UsageError("say which files are meant: --older-than 5y, or a selection such as --year 2019")
        selection = selection_of(self.selection)
        if self.selection.ids is not None:
            checked_ids(self.selection.ids)
        if self.older_than is None:
            return selection
        try:
            day = day_before(self.older_than, date.today())  # noqa: DTZ011 - the user's own calendar
        except ValueError as error:
            raise UsageError(f"--older-than: {error}") from error
        first = datetime.combine(day, time())
        return replace(selection, until=min(first, selection.until or first))


@dataclass(frozen=True, slots=True)
class Evicted:
    """What became of the files of one account."""

    summary: ChangeSummary
    results: Sequence[dict[str, object]] = field(repr=False)
    """What the command prints with `--json`: an object for each file."""


@contextmanager
def open_eviction(
    config: Config,
    library: Library,
    asked: AskedEviction,
    *,
    note: Callable[[str], None],
    warn: Callable[[str], None],
    cancel: Event,
    dry_run: bool,
) -> Iterator[Evict]:
    """A run, which has the locks of the library and of its copies. Nothing was looked at yet.

    Raises `UsageError`, too if there are not two copies at different places, `DestinationError` and `LockedError`.
    """
    from photosync.api.opening import open_catalog, open_catalog_to_write
    from photosync.jobs.evict.candidate import Wanted
    from photosync.jobs.evict.check import ENOUGH
    from photosync.jobs.evict.evict import Evict, accounts_of
    from photosync.jobs.fix.interrupted import settle_interrupted

    selection = asked.checked()
    for name in asked.accounts:
        config.check_name(name)
    if not library.exists:
        raise UsageError(f"{library.root} is no library yet: nothing was saved there")
    if len(config.copies) < ENOUGH:
        raise UsageError(
            f"{config.path}: a file is removed here only if two copies have it, and 'copies' names "
            f"{', '.join(config.copies) or 'none'}. Add another one."
        )
    with ExitStack() as stack:
        opened = open_catalog(library) if dry_run else open_catalog_to_write(library)
        catalog: Catalog = stack.enter_context(opened)
        errors: list[PhotosyncError] = []
        copies = list(_copies(config, library, stack, errors))
        if not dry_run:
            settle_interrupted(library, catalog)
        yield Evict(
            library=library,
            catalog=catalog,
            copies=copies,
            unusable=errors,
            wanted=Wanted(accounts_of(catalog, asked.accounts), selection, asked.selection.collections),
            albums=wanted_album_folders(config),
            max_age=asked.max_age,
            note=note,
            warn=warn,
            cancel=cancel,
        )


def _copies(config: Config, library: Library, stack: ExitStack, errors: list[PhotosyncError]) -> Iterator[UsedCopy]:
    """Each copy that can be opened; why others cannot goes into `errors`. Raises `LockedError`."""
    from photosync.copies import folder_of
    from photosync.jobs.evict.standing import UsedCopy

    for name, settings in config.copies.items():
        try:
            copy = stack.enter_context(open_copy(config, library, name))
        except LockedError:
            raise
        except PhotosyncError as error:
            errors.append(error)
        else:
            yield UsedCopy(name, copy.store, copy.record, folder_of(settings, config.path.parent))
