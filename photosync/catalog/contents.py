"""The part of the catalog about contents that several items have, or one account alone.

Two items have one content if the same bytes were delivered for them; what the fixer did later does not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from photosync.catalog.connection import CatalogConnection
from photosync.model import Location

PATH = "coalesce(path, offsite_path)"
"""Also of a file that only copies of the library have."""
SAVED = f"{PATH} IS NOT NULL AND delivered_sha256 IS NOT NULL"


@dataclass(frozen=True, slots=True)
class SavedItem:
    """An item with a file, in the library or in copies of it alone."""

    account: str
    id: str
    location: Location
    sha256: str
    """Of the delivered content."""
    size_bytes: int
    """Of the delivered content."""
    is_offsite: bool
    """Only copies of the library have its file."""


@dataclass(frozen=True, slots=True)
class AccountCoverage:
    """What one account has, and no other one of those that are compared."""

    account: str
    items: int
    only_here: int
    """The items whose content no other account has."""
    only_here_bytes: int


class RecordedContents:
    """Part of a `Catalog`; shares its connection."""

    def __init__(self, connection: CatalogConnection) -> None:
        self._connection = connection

    def duplicates(self, accounts: Sequence[str]) -> Iterator[list[SavedItem]]:
        """The saved items of each content that several of them have; without accounts, of all."""
        items = self._items("count(*) > 1", "delivered_sha256, account", accounts)
        yield from (list(group) for _, group in groupby(items, key=lambda each: each.sha256))

    def only_in_one(self, accounts: Sequence[str]) -> Iterator[SavedItem]:
        """The saved items whose content only one account has; of the named accounts, or of all."""
        return self._items("count(DISTINCT account) = 1", "account", accounts)

    def _items(self, of_content: str, order: str, accounts: Sequence[str]) -> Iterator[SavedItem]:
        """The saved items of the contents with this condition."""
        of_those, names = of_accounts(accounts)
        rows = self._connection.execute(
            f"""SELECT account, id, outside, {PATH}, delivered_sha256, coalesce(delivered_size, stored_size, 0),
                    path IS NULL
                FROM items WHERE {SAVED}{of_those} AND delivered_sha256 IN (
                    SELECT delivered_sha256 FROM items WHERE {SAVED}{of_those}
                    GROUP BY delivered_sha256 HAVING {of_content})
                ORDER BY {order}, outside, {PATH}, id""",  # noqa: S608 - our own text
            (*names, *names),
        )
        return map(_item, rows)

    def coverage(self, accounts: Sequence[str]) -> list[AccountCoverage]:
        """For each account with saved items, how many of them only it has; of the named accounts, or of all."""
        of_those, names = of_accounts(accounts)
        rows = self._connection.execute(
            f"""SELECT account, count(*), coalesce(sum(accounts = 1), 0),
                    coalesce(sum(CASE WHEN accounts = 1 THEN coalesce(delivered_size, stored_size, 0) END), 0)
                FROM items JOIN (
                    SELECT delivered_sha256 AS content, count(DISTINCT account) AS accounts FROM items
                    WHERE {SAVED}{of_those} GROUP BY delivered_sha256) ON delivered_sha256 = content
                WHERE {SAVED}{of_those} GROUP BY account ORDER BY account""",  # noqa: S608 - our own text
            (*names, *names),
        )
        return [AccountCoverage(*row) for row in rows]


def of_accounts(accounts: Sequence[str]) -> tuple[str, Sequence[str]]:
    """A further condition for items of these accounts, and its parameters; without accounts, for all."""
    return (f" AND account IN ({', '.join('?' * len(accounts))})" if accounts else ""), accounts


def _item(row: tuple[str, str, str, str, str, int, int]) -> SavedItem:
    account, id_, root, path, sha256, size_bytes, is_offsite = row
    return SavedItem(account, id_, Location(root, path), sha256, size_bytes, bool(is_offsite))
