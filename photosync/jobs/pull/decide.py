"""Decides what to do with an item of the provider: a pure function."""

from __future__ import annotations

from enum import Enum, auto

from photosync.catalog import CatalogEntry, item_json
from photosync.model import Item, Selection


class Action(Enum):
    """What to do with an item."""

    SKIP = auto()
    """Nothing: it does not match the selection."""
    NOTHING = auto()
    """Nothing: the library has the item and its current content."""
    UPDATE = auto()
    """Record the new description; the content is the same."""
    DOWNLOAD = auto()
    """Download the content."""


def decide(item: Item, entry: CatalogEntry | None, selection: Selection, *, has_pushed_file: bool) -> Action:
    """The action for an item that the catalog knows as `entry`.

    `has_pushed_file`: the local file that was pushed as this item still exists, so no download is needed.
    """
    if not selection.matches(item):
        return Action.SKIP
    if entry is None or entry.needs_download or entry.differs_from(item):
        return Action.DOWNLOAD
    if entry.was_pushed and not has_pushed_file:
        return Action.DOWNLOAD
    is_as_recorded = entry.description == item_json.to_text(item) and not entry.is_gone
    return Action.NOTHING if is_as_recorded else Action.UPDATE
