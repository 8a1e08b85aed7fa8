"""`trash`, `restore` and `purge`: what a user asks for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from photosync.api.change import AskedChange, checked_ids, is_selection, wanted_items
from photosync.api.selection import AskedSelection, selection_of
from photosync.errors import UsageError

if TYPE_CHECKING:
    from photosync.catalog import Catalog
    from photosync.jobs.account import Account
    from photosync.jobs.change.change import Action, Target
    from photosync.jobs.change.wanted import Wanted
    from photosync.library import Library


def trash(ids: Iterable[str] | None, options: AskedSelection, *, even_if_not_saved: bool = False) -> AskedChange:
    """Items or folders go to the trash. Raises `UsageError`."""
    from photosync.jobs.change.saved import SavedItems
    from photosync.jobs.change.trash import Trash, trash_of

    wanted = wanted_items(ids, options)

    def prepare(opened: Account, library: Library, catalog: Catalog) -> tuple[Action, list[Target]]:
        action = Trash(opened, catalog, SavedItems(opened, catalog, library), even_if_not_saved)
        return action, action.targets(wanted(opened))

    return AskedChange(trash_of, prepare)


def restore(ids: Iterable[str] | None, options: AskedSelection, *, everything: bool = False) -> AskedChange:
    """Items or folders come back from the trash. Raises `UsageError`."""
    from photosync.jobs.change.trash import Restore, trash_of

    wanted = _wanted_in_trash(ids, options, everything=everything)

    def prepare(opened: Account, _library: Library, catalog: Catalog) -> tuple[Action, list[Target]]:
        action = Restore(opened, catalog)
        return action, action.targets(wanted)

    return AskedChange(trash_of, prepare)


def purge(
    ids: Iterable[str] | None, options: AskedSelection, *, everything: bool = False, even_if_not_saved: bool = False
) -> AskedChange:
    """What is in the trash is deleted for good. Raises `UsageError`."""
    from photosync.jobs.change.saved import SavedItems
    from photosync.jobs.change.trash import Purge, check_can_purge

    wanted = _wanted_in_trash(ids, options, everything=everything)

    def prepare(opened: Account, library: Library, catalog: Catalog) -> tuple[Action, list[Target]]:
        action = Purge(opened, catalog, SavedItems(opened, catalog, library), even_if_not_saved)
        return action, action.targets(wanted)

    return AskedChange(check_can_purge, prepare)


def _wanted_in_trash(ids: Iterable[str] | None, options: AskedSelection, *, everything: bool) -> Wanted:
    """What the user named of the trash. Raises `UsageError`."""
    from photosync.jobs.change.wanted import Wanted

    if [ids is not None, is_selection(options), everything].count(True) != 1:
        raise UsageError(
            "say what of the trash is meant: ids (or - for those on standard input), a selection such as --year 2019, "
            "or --all"
        )
    selection = selection_of(options)
    if refused := [f"--{word}" for word in ("query", "recent") if getattr(options, word)]:
        raise UsageError(f"{', '.join(refused)}: services cannot search in the trash so. Select otherwise.")
    if options.collections:
        raise UsageError("--album: what is in the trash is in no album. Select otherwise.")
    return Wanted(None if ids is None else checked_ids(ids), selection, everything=everything)
