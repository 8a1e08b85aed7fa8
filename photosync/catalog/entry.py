"""An item and its file in the catalog: a row of the table `items`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from photosync.catalog import item_json
from photosync.catalog.connection import UNREADABLE, CatalogConnection
from photosync.characters import is_utf_8
from photosync.model import Item, Location, Proof

_COLUMNS = """rowid, account, id, description, state, first_run, outside, path, offsite_path, revision,
    delivered_size, delivered_md5, delivered_sha256, stored_size, stored_sha256, saved_at,
    reason, error, mended, proof, verified_run, tries, failed_since, failed_at, told_at, content_identifier,
    id IN (SELECT id FROM missing)"""
"""The columns for `_from_row`."""
_PROOFS = {each.value: each for each in Proof}
_TOGETHER = 500
"""Rows that are fetched in one call."""


class CatalogEntry(NamedTuple):
    """One item. Unknown values are None. A tuple, because a run makes one of every item, which takes half the time."""

    row_id: int
    """Increases in the order in which items were recorded first."""
    account: str
    id: str
    description: str
    """The provider's last description of the item: `item_json.to_text`."""
    state: str
    """saved, offsite, pushed, failed or gone."""
    first_run: int
    """The first run that saw the item."""
    location: Location | None = None
    """Where its file is in the library."""
    offsite: Location | None = None
    """Where its file was, and comes back to, if only copies of the library have it."""
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
    """The fixer's result, JSON."""
    proof: str | None = None
    """A word of `model.Proof`; None while there is no file."""
    verified_run: int | None = None
    """The run that read the file again last, and found it as it was saved."""
    tries: int = 0
    """How many runs in a row failed for the same reason."""
    failed_since: str | None = None
    """The first failure since the last success, ISO 8601."""
    failed_at: str | None = None
    """The last failure, ISO 8601."""
    told_at: str | None = None
    """When the user was told of it last, ISO 8601."""
    content_identifier: str | None = None
    """Apple's, of a half of a live photo."""
    is_missing: bool = False
    """The file was not found when the run began."""
    connection: CatalogConnection | None = None
    """Names the catalog's file in errors."""

    @property
    def item(self) -> Item:
        """The provider's last description of the item. Raises `DestinationError` if it is damaged."""
        try:
            return item_json.from_text(self.description)
        except UNREADABLE as error:
            raise self._damaged(error) from error

    @property
    def proved(self) -> Proof | None:
        """`proof` as a value. Raises `DestinationError` if it is damaged."""
        try:
            return _PROOFS[self.proof] if self.proof else None
        except UNREADABLE as error:
            raise self._damaged(error) from error

    def _damaged(self, error: Exception) -> Exception:
        return self.connection.damaged_entry(error) if self.connection else error

    @property
    def needs_download(self) -> bool:
        """Whether the content must be downloaded although it has not changed."""
        is_elsewhere = self.was_pushed or self.offsite is not None
        return (self.location is None and not is_elsewhere) or self.reason is not None or self.is_missing

    @property
    def own_location(self) -> Location | None:
        """Where its file is; or comes back to, if only copies of the library have it."""
        return self.location or self.offsite

    @property
    def was_pushed(self) -> bool:
        """Whether the item is not in the library, but was uploaded from a file of the user."""
        return self.state == "pushed"

    @property
    def is_gone(self) -> bool:
        """Whether the provider did not list the item any more."""
        return self.state == "gone"

    def differs_from(self, item: Item) -> bool:
        """Whether the provider has another content now, by the best available value: hash, revision or size."""
        if item.md5 is not None:
            return item.md5 != self.delivered_md5
        if self.was_pushed:
            return False  # the service may have changed size and revision
        if item.revision is not None:
            return item.revision != self.revision
        return item.size_bytes is not None and item.size_bytes != self.delivered_size


def select(connection: CatalogConnection, condition: str, *parameters: object) -> Iterator[CatalogEntry]:
    """The entries for which `condition`, our own SQL, is true."""
    if not all(is_utf_8(each) for each in parameters if isinstance(each, str)):
        return iter(())  # a path of the user's, or text of the command line; no entry has it
    query = f"SELECT {_COLUMNS} FROM items WHERE {condition}"  # noqa: S608 - our own text
    rows = connection.execute(query, parameters)
    return (_from_row(row, connection) for some in iter(lambda: rows.fetchmany(_TOGETHER), []) for row in some)


def owner(connection: CatalogConnection, location: Location) -> tuple[str, str] | None:
    """The account and the id of the item whose file is at a location, or comes back to it from a copy."""
    key = location.key
    if not (is_utf_8(location.root) and is_utf_8(key)):
        return None
    query = """SELECT account, id FROM items WHERE outside = ?1 AND path_key = ?2
        UNION ALL SELECT account, id FROM items WHERE outside = ?1 AND offsite_key = ?2"""
    found: tuple[str, str] | None = connection.execute(query, (location.root, key)).fetchone()
    return found


def _from_row(row: tuple[Any, ...], connection: CatalogConnection) -> CatalogEntry:
    """The entry of a row of `_COLUMNS`."""
    root, path, offsite_path, is_missing = row[6], row[7], row[8], row[-1]
    location = None if path is None else Location(root, path)
    offsite = None if offsite_path is None else Location(root, offsite_path)
    return CatalogEntry._make((*row[:6], location, offsite, *row[9:-1], bool(is_missing), connection))
