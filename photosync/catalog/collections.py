"""The part of the catalog about collections and their items: albums, frames, folders, picks; and people."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection as Ids
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from photosync.catalog.connection import CatalogConnection
from photosync.model import PERSON, Collection, Item, Location

_ROWS = 1000
"""The number of rows that are read together."""


@dataclass(frozen=True, slots=True)
class RecordedCollection:
    """A collection as the catalog knows it."""

    account: str
    collection: Collection
    is_gone: bool
    """The provider has it no more; its members are those that it had last."""


@dataclass(frozen=True, slots=True)
class Member:
    """An item in a collection."""

    id: str
    location: Location | None
    """Of its file; None if it is not in the library."""
    sha256: str | None
    """Of its file."""


class Collections:
    """Part of a `Catalog`; shares its connection and its transactions."""

    def __init__(self, connection: CatalogConnection) -> None:
        self._connection = connection

    # Recording

    def record(self, account: str, run: int, collections: Iterable[Collection]) -> None:
        """Record that the provider has these, under these names. Their marks stay: see `finish_members`."""
        self._connection.executemany(
            """INSERT INTO collections (account, kind, id, name, count, cover, changed_run)
               VALUES (?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT (account, kind, id) DO UPDATE SET
                   name = excluded.name, count = coalesce(excluded.count, count),
                   cover = coalesce(excluded.cover, cover), gone = 0, changed_run = excluded.changed_run
               WHERE name <> excluded.name OR gone OR count IS NOT coalesce(excluded.count, count)
                   OR cover IS NOT coalesce(excluded.cover, cover)""",
            [(account, each.kind, each.id, each.name, each.count, each.cover, run) for each in collections],
        )

    def mark_gone(self, account: str, run: int, *, people: bool, there: Ids[Collection]) -> None:
        """Mark the account's collections, or its people, that are not among those that are `there`."""
        self._connection.execute(
            """UPDATE collections SET gone = 1, mark = NULL, changed_run = ?
                WHERE account = ? AND NOT gone AND (kind = ?) = ?
                    AND (kind, id) NOT IN (SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]')
                                           FROM json_each(?))""",
            (run, account, PERSON, people, json.dumps([(each.kind, each.id) for each in there])),
        )

    def living(self, account: str, *, people: bool) -> int:
        """How many collections, or people, are not gone; without albums that the user deleted by this program."""
        deleted = """SELECT 1 FROM changes WHERE changes.account = collections.account AND changes.id = collections.id
                     AND action = 'album delete' AND changed_at IS NOT NULL"""
        row = self._connection.execute(
            f"""SELECT count(*) FROM collections WHERE account = ? AND NOT gone AND (kind = ?) = ?
                    AND NOT EXISTS ({deleted})""",  # noqa: S608 - our own text
            (account, PERSON, people),
        )
        return int(row.fetchone()[0])

    def marks(self, account: str) -> dict[tuple[str, str], str]:
        """The marks of the collections whose members are known, by kind and id."""
        rows = self._connection.execute(
            "SELECT kind, id, mark FROM collections WHERE account = ? AND mark IS NOT NULL", (account,)
        )
        return {(kind, id_): mark for kind, id_, mark in rows}

    def add_members(self, account: str, run: int, collection: Collection, ids: Iterable[str]) -> None:
        """Record that the collection has these items, and perhaps others."""
        self._add([(account, collection.kind, collection.id, id_, run) for id_ in ids])

    def finish_members(self, account: str, run: int, collection: Collection) -> None:
        """The items that `add_members` got in this run are all that the collection has."""
        key = (account, collection.kind, collection.id)
        self._forget_unseen(run, "account = ? AND kind = ? AND collection = ?", *key)
        self._connection.execute(
            "UPDATE collections SET mark = ? WHERE account = ? AND kind = ? AND id = ?", (collection.mark, *key)
        )

    def note_listed(self, account: str, run: int, kind: str, items: Sequence[Item], *, are_all: bool) -> None:
        """Record the collections in which a listing shows these items. `are_all`: they are in no others."""
        members = [
            (Collection(id_, name, kind), item.id)
            for item in items
            for id_, name in zip(item.collection_ids or item.collections, item.collections, strict=True)
        ]
        self.record(account, run, {each.id: each for each, _ in members}.values())
        self._add([(account, kind, each.id, id_, run) for each, id_ in members])
        if are_all:
            ids = json.dumps([item.id for item in items])
            condition = "account = ? AND kind = ? AND item IN (SELECT value FROM json_each(?))"
            self._forget_unseen(run, condition, account, kind, ids)

    def finish_listing(self, account: str, run: int, kind: str, only: Sequence[str] = ()) -> None:
        """A complete listing of the account, or of the collections `only`, has shown all members in this run."""
        if only:
            for collection in only:
                condition = "account = ? AND kind = ? AND collection = ?"
                self._forget_unseen(run, condition, account, kind, collection)
            return
        self._forget_unseen(run, "account = ? AND kind = ?", account, kind)
        self._connection.execute(
            """UPDATE collections SET gone = 1, changed_run = ?1 WHERE account = ?2 AND kind = ?3 AND NOT gone
                   AND NOT EXISTS (SELECT 1 FROM members WHERE members.account = ?2 AND members.kind = ?3
                                   AND collection = collections.id)""",
            (run, account, kind),
        )

    def note_saved(self, account: str, run: int, ids: Iterable[str]) -> None:
        """Record that these items have other files now."""
        self._connection.executemany(
            """UPDATE collections SET changed_run = ?1 WHERE account = ?2 AND changed_run < ?1 AND (kind, id) IN
                   (SELECT kind, collection FROM members WHERE account = ?2 AND item = ?3)""",
            [(run, account, id_) for id_ in ids],
        )

    def _add(self, rows: Sequence[tuple[str, str, str, str, int]]) -> None:
        """Add members: account, kind, collection, item, run."""
        self._connection.executemany(
            """UPDATE collections SET changed_run = ?5 WHERE account = ?1 AND kind = ?2 AND id = ?3
                   AND changed_run < ?5 AND NOT EXISTS (SELECT 1 FROM members WHERE account = ?1 AND kind = ?2
                                                        AND collection = ?3 AND item = ?4)""",
            rows,
        )
        self._connection.executemany(
            """INSERT INTO members VALUES (?, ?, ?, ?, ?)
               ON CONFLICT (account, kind, collection, item) DO UPDATE SET seen_run = excluded.seen_run""",
            rows,
        )

    def _forget_unseen(self, run: int, condition: str, *parameters: object) -> None:
        """Forget members that this run did not see; not those that the provider has no more at all.

        A person who deletes photos at the service keeps their files, and where they belong.
        """
        is_gone = "SELECT 1 FROM items WHERE items.account = members.account AND items.id = item AND state = 'gone'"
        of_these = f"FROM members WHERE {condition} AND seen_run < ? AND NOT EXISTS ({is_gone})"
        self._connection.execute(
            f"""UPDATE collections SET changed_run = ? WHERE (account, kind, id) IN
                    (SELECT account, kind, collection {of_these})""",  # noqa: S608 - our own text
            (run, *parameters, run),
        )
        self._connection.execute(f"DELETE {of_these}", (*parameters, run))

    # Reading

    def of_items(self, account: str, ids: Ids[str], *, people: bool) -> Mapping[str, list[Collection]]:
        """The collections of each of these items, or the people on it, in the order of their names."""
        rows = self._connection.execute(
            """SELECT item, collections.id, name, collections.kind FROM members JOIN collections
                   ON collections.account = members.account AND collections.kind = members.kind
                   AND collections.id = members.collection
               WHERE members.account = ? AND item IN (SELECT value FROM json_each(?))
                   AND NOT gone AND (members.kind = ?) = ? ORDER BY name, members.collection""",
            (account, json.dumps([*ids]), PERSON, people),
        )
        found: defaultdict[str, list[Collection]] = defaultdict(list)
        for item, *values in rows:
            found[item].append(Collection(*values))
        return found

    def all(self, *, people: bool) -> Iterator[RecordedCollection]:
        """Every collection, or every person, of every account, in a fixed order."""
        rows = self._connection.execute(
            """SELECT account, id, name, kind, count, mark, cover, gone FROM collections
               WHERE (kind = ?) = ? ORDER BY account, kind, name, id""",
            (PERSON, people),
        ).fetchall()
        return (RecordedCollection(account, Collection(*values), bool(gone)) for account, *values, gone in rows)

    def members(self, account: str, collection: Collection) -> Iterator[Member]:
        """The items of a collection, in the order of their ids."""
        rows = self._connection.execute(
            """SELECT item, outside, path, stored_sha256 FROM members LEFT JOIN items
                   ON items.account = members.account AND items.id = members.item
               WHERE members.account = ? AND kind = ? AND collection = ? ORDER BY item""",
            (account, collection.kind, collection.id),
        )
        while some := rows.fetchmany(_ROWS):
            for id_, root, path, sha256 in some:
                yield Member(id_, None if path is None else Location(root, path), sha256)

    def changed_run(self, account: str | None = None) -> int:
        """The last run that changed a collection, its members or one of their files; 0 if there are none."""
        row = self._connection.execute(
            "SELECT coalesce(max(changed_run), 0) FROM collections WHERE ?1 IS NULL OR account = ?1", (account,)
        )
        return int(row.fetchone()[0])
