"""What the catalog knows of one item and its file: a row of the table `items`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from photosync.catalog import item_json
from photosync.model import Item, Location

COLUMNS = """rowid, account, id, description, state, first_run, outside, path, revision,
    delivered_size, delivered_md5, delivered_sha256, stored_size, stored_sha256, saved_at,
    reason, error, mended, id IN (SELECT id FROM missing)"""
"""What to select for `from_row`."""


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """One item. What is not known is None."""

    row_id: int
    """Grows with the order in which the catalog got to know the items."""
    account: str
    id: str
    description: str
    """The item as its provider described it last: `item_json.to_text`."""
    state: str
    """saved, pushed, failed or gone."""
    first_run: int
    """The first run that saw the item."""
    location: Location | None = None
    revision: str | None = None
    delivered_size: int | None = None
    delivered_md5: str | None = None
    delivered_sha256: str | None = None
    stored_size: int | None = None
    stored_sha256: str | None = None
    saved_at: str | None = None
    reason: str | None = None
    """Why the last download failed."""
    error: str | None = None
    """The same in a sentence."""
    fix_record: str | None = None
    """What the fixer did and what not, JSON."""
    is_missing: bool = False
    """The file was not found when the run began."""

    @property
    def item(self) -> Item:
        """The item as its provider described it last."""
        return item_json.from_text(self.description)

    @property
    def needs_download(self) -> bool:
        """Whether the content is still to be downloaded, though nothing changed."""
        return (self.location is None and not self.was_pushed) or self.reason is not None or self.is_missing

    @property
    def was_pushed(self) -> bool:
        """Whether the item is in no library, but was uploaded from a file of the user's."""
        return self.state == "pushed"

    def differs_from(self, item: Item) -> bool:
        """Whether the provider has another content now, by the best that it gives: hash, revision or size."""
        if item.md5 is not None:
            return item.md5 != self.delivered_md5
        if self.was_pushed:
            return False  # size and revision are what the service made of it
        if item.revision is not None:
            return item.revision != self.revision
        return item.size_bytes is not None and item.size_bytes != self.delivered_size


def from_row(row: tuple[Any, ...]) -> CatalogEntry:
    """The entry of a row of `COLUMNS`."""
    *before, root, path = row[:8]
    location = None if path is None else Location(root, path)
    values = (*before, location, *row[8:-1], bool(row[-1]))
    return CatalogEntry(*values)
