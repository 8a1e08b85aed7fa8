"""`favorite` and `hide`: what a user asks for."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from photosync.api.change import AskedChange, changing_items, wanted_items
from photosync.api.selection import AskedSelection


def favorite(ids: Iterable[str] | None, options: AskedSelection, *, on: bool = True) -> AskedChange:
    """Items become favourites, or are so no longer. Raises `UsageError`."""
    from photosync.jobs.change.marks import Favorite, check_marks_favorites

    return AskedChange(check_marks_favorites, changing_items(partial(Favorite, on=on), wanted_items(ids, options)))


def hide(ids: Iterable[str] | None, options: AskedSelection, *, on: bool = True) -> AskedChange:
    """Items are hidden from the usual view, or shown again. Raises `UsageError`."""
    from photosync.jobs.change.marks import Hide, check_hides_items

    return AskedChange(check_hides_items, changing_items(partial(Hide, on=on), wanted_items(ids, options)))
