"""The catalog: one connection, used by one thread. The library's lock excludes other writers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Self

from photosync.catalog import entry, item_json, opening, schema
from photosync.catalog.album_files import AlbumFiles
from photosync.catalog.changes import Changes
from photosync.catalog.checks import Checks
from photosync.catalog.collections import Collections
from photosync.catalog.connection import CatalogConnection
from photosync.catalog.contents import RecordedContents
from photosync.catalog.copy import CatalogCopy
from photosync.catalog.entry import CatalogEntry
from photosync.catalog.failures import NO_FAILURE, Failures
from photosync.catalog.fixes import Fixes, Sidecar
from photosync.catalog.in_copies import InCopies
from photosync.catalog.listings import Listings
from photosync.catalog.live_photos import LivePhotos
from photosync.catalog.made_files import MadeFiles
from photosync.catalog.offsite import OffsiteFiles
from photosync.catalog.pushes import Pushes, PushRecord, records
from photosync.catalog.repairs import Repairs
from photosync.catalog.sidecars_due import SidecarsDue
from photosync.catalog.soundness import Soundness
from photosync.catalog.sums import Sums
from photosync.catalog.totals import AccountTotals, totals_of
from photosync.model import Digest, Item, Location, Proof

_ROWS = 1000
"""The number of rows that are read together."""
_OWED_ROWS = 200
"""The number of entries of items to download again that are read together."""
_SAVED_COLUMNS = (
    *("description", "state", "saved_run", "outside", "path", "path_key", "revision", "delivered_size"),
    *("delivered_md5", "delivered_sha256", "stored_size", "stored_sha256", "saved_at", "mended", "proof"),
    "content_identifier",
)
_RECORD_SAVED = f"""
    INSERT INTO items (account, id, first_run, {", ".join(_SAVED_COLUMNS)})
    VALUES ({", ".join("?" * (len(_SAVED_COLUMNS) + 3))})
    ON CONFLICT (account, id) DO UPDATE SET
        {", ".join(f"{column} = excluded.{column}" for column in _SAVED_COLUMNS)}, verified_run = NULL,
        offsite_path = NULL, offsite_key = NULL, offsite_since = NULL, {NO_FAILURE}"""  # noqa: S608 - our own names

_LISTED = "(SELECT value FROM json_each(?))"
"""The ids of a page as one parameter: there may be more than a statement can have parameters."""


@dataclass(frozen=True, slots=True)
class SavedFile:
    """An item whose complete file is at its location."""

    item: Item
    location: Location
    delivered: Digest
    """Of the bytes as the provider sent them."""
    stored_size: int
    stored_sha256: str
    sidecars: tuple[Sidecar, ...] = ()
    fix_record: str | None = None
    """The fixer's result; None if there is nothing to record."""
    proof: Proof = Proof.OWN
    content_identifier: str | None = None
    """Apple's, of a half of a live photo."""
    is_new: bool = False
    """The catalog has no entry of the item, so that nothing of an earlier file has to be looked for."""


class Catalog:
    """An open catalog: from `open` for the one writer, from `read` for all others."""

    def __init__(self, connection: CatalogConnection) -> None:
        self._connection = connection
        self._may_have_files = True
        """False: this run began without files and has saved none. Then no location has to be looked up."""
        self.copy = CatalogCopy(connection)
        self.soundness = Soundness(connection)
        self.fixes = Fixes(connection)
        self.failures = Failures(connection)
        self.contents = RecordedContents(connection)
        self.changes = Changes(connection)
        self.checks = Checks(connection)
        self.repairs = Repairs(connection)
        self.live_photos = LivePhotos(connection)
        self.collections = Collections(connection)
        self.listings = Listings(connection)
        self.sums = Sums(connection)
        self.sidecars_due = SidecarsDue(connection)
        self.made_files = MadeFiles(connection)
        self.album_files = AlbumFiles(connection)
        self.offsite = OffsiteFiles(connection, self.collections)
        self.in_copies = InCopies(connection)
        self._connection.execute("PRAGMA temp.journal_mode = MEMORY")  # for a page at a time, which is small
        self._connection.execute("CREATE TABLE temp.seen (id TEXT PRIMARY KEY, listed) WITHOUT ROWID")
        self._connection.execute("CREATE TABLE temp.missing (id TEXT PRIMARY KEY) WITHOUT ROWID")
        self._connection.execute("CREATE TABLE temp.owed (row INTEGER PRIMARY KEY)")

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open for writing. A missing catalog is created, an older one is migrated. Raises `DestinationError`."""
        return cls(opening.to_write(path))

    @classmethod
    def read(cls, path: Path) -> Self:
        """Open without changing the content; another process may write it meanwhile. Raises `DestinationError`."""
        return cls(opening.to_read(path))

    @classmethod
    def empty(cls) -> Self:
        """An empty catalog in memory, for a library that does not exist yet."""
        connection = CatalogConnection(Path(":memory:"), ":memory:")
        schema.migrate(connection, connection.path)
        return cls(connection)

    def belongs_to(self, library: str, *, claim: bool) -> bool:
        """Whether this is the catalog of the library with this UUID. `claim`: one that belongs to none becomes its own.

        The mark is SQLite's application id, 32 bits in the file's header.
        """
        mark = int.from_bytes(hashlib.sha256(library.encode()).digest()[:4], signed=True)
        found = self._connection.execute("PRAGMA application_id").fetchone()[0]
        if found == 0 and claim:
            self._connection.execute(f"PRAGMA application_id = {mark}")
        return found in (0, mark)

    @property
    def version(self) -> int:
        """Another number as soon as another process has changed the catalog."""
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    @property
    def begun(self) -> str:
        """When its first run began. The copies of a catalog, and its later states, have the same; empty: none yet."""
        row = self._connection.execute("SELECT started_at FROM runs ORDER BY run LIMIT 1").fetchone()
        return str(row[0]) if row else ""

    def close(self) -> None:
        """Write the write-ahead log into the database and close it."""
        self._connection.close()

    def copy_to(self, copy: CatalogConnection) -> None:
        """Replace the content of `copy` by that of this catalog."""
        self._connection.copy_to(copy)

    @contextmanager
    def transaction(self, *, synced: bool = True) -> Iterator[None]:
        """Record all changes in the `with` block, or none. `synced`: a power failure does not take them back."""
        if not synced:
            self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            if (
                self._connection.in_transaction
            ):  # a full disk may have ended it: https://www.sqlite.org/lang_transaction.html
                self._connection.execute("ROLLBACK")
            raise
        finally:
            if not synced:
                self._connection.execute("PRAGMA synchronous = FULL")

    @cached_property
    def has_log(self) -> bool:
        """Whether there is a write-ahead log: a transaction that is not synced takes microseconds."""
        return bool(self._connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal")

    def sync(self) -> None:
        """No power failure takes back what was recorded before. Raises `DestinationError`."""
        if self.has_log:
            self._connection.sync_log()

    # Runs

    def begin_run(self, command: str, account: str) -> int:
        """Record the start of a run; returns its number."""
        cursor = self._connection.execute(
            "INSERT INTO runs (command, account, started_at) VALUES (?, ?, ?)", (command, account, _now())
        )
        return int(cursor.lastrowid or 0)

    def end_run(self, run: int, exit_status: int, summary: str) -> None:
        """Record the end of a run."""
        self._connection.execute(
            "UPDATE runs SET ended_at = ?, exit = ?, summary = ? WHERE run = ?", (_now(), exit_status, summary, run)
        )

    # Items

    def begin_listing(self) -> None:
        """Forget the seen ids and missing files of the last run. Their ids are unique in one account only."""
        self._connection.execute("DELETE FROM temp.seen")
        self._connection.execute("DELETE FROM temp.missing")
        has_files = """SELECT EXISTS (SELECT 1 FROM items WHERE path_key IS NOT NULL)
            OR EXISTS (SELECT 1 FROM items WHERE offsite_key IS NOT NULL)"""
        self._may_have_files = bool(self._connection.execute(has_files).fetchone()[0])

    def note_seen(self, ids: Iterable[str], *, by_listing: bool = True) -> set[str]:
        """Note that the present run handles these ids. Returns those that it had not seen before.

        Only the items of the listing (`by_listing`) count as listed.
        """
        page = list(dict.fromkeys(ids))
        listed = json.dumps(page)
        seen = self._connection.execute(f"SELECT id FROM temp.seen WHERE id IN {_LISTED}", (listed,)).fetchall()  # noqa: S608
        self._connection.execute(
            """INSERT INTO temp.seen SELECT value, ? FROM json_each(?) WHERE true
               ON CONFLICT (id) DO UPDATE SET listed = listed OR excluded.listed""",
            (by_listing, listed),
        )
        return set(page).difference(id_ for (id_,) in seen)

    def forget_seen(self, ids: Iterable[str]) -> None:
        """The present run handles these items once more."""
        self._connection.executemany("DELETE FROM temp.seen WHERE id = ?", ((id_,) for id_ in ids))

    def listed_count(self) -> int:
        """The number of distinct items in the listing of the present run."""
        return int(self._connection.execute("SELECT count(*) FROM seen WHERE listed").fetchone()[0])

    def known(self, account: str, ids: Collection[str]) -> dict[str, CatalogEntry]:
        """The entries of these items by id, where they have one."""
        entries = self._entries(f"account = ? AND id IN {_LISTED}", account, json.dumps([*ids]))
        return {each.id: each for each in entries}

    def entry(self, account: str, id_: str) -> CatalogEntry | None:
        """One item's entry."""
        return next(self._entries("account = ? AND id = ?", account, id_), None)

    def entries_with_id(self, id_: str) -> list[CatalogEntry]:
        """The entries of this id in all accounts."""
        return list(self._entries("id = ? ORDER BY account", id_))

    def entry_at(self, location: Location) -> CatalogEntry | None:
        """The entry of the item whose file is at this location."""
        return next(self._entries("outside = ? AND path_key = ?", location.root, location.key), None)

    def offsite_at(self, location: Location) -> CatalogEntry | None:
        """The entry of the item whose file comes back to this location from a copy. Case makes no difference."""
        return next(self._entries("outside = ? AND offsite_key = ?", location.root, location.key), None)

    def owner_of(self, location: Location) -> tuple[str, str] | None:
        """The account and the id of the item whose file is at this location, or comes back to it from a copy."""
        if not self._may_have_files:
            return None
        return entry.owner(self._connection, location)

    def accounts(self) -> list[str]:
        """All accounts with items."""
        rows = self._connection.execute("SELECT DISTINCT account FROM items ORDER BY account")
        return [account for (account,) in rows]

    def entries(self, account: str) -> Iterator[CatalogEntry]:
        """All entries of an account; newest first."""
        return self._entries("account = ? ORDER BY rowid DESC", account)

    def _entries(self, condition: str, *parameters: object) -> Iterator[CatalogEntry]:
        return entry.select(self._connection, condition, *parameters)

    def record_saved(self, account: str, run: int, saved: Collection[SavedFile]) -> None:
        """Record that these files are at their locations. The caller holds a transaction."""
        self._may_have_files = True
        known = [each for each in saved if not each.is_new]
        self._connection.executemany("DELETE FROM temp.missing WHERE id = ?", [(each.item.id,) for each in known])
        self._connection.executemany(
            """INSERT OR IGNORE INTO left_files SELECT outside, path, stored_sha256 FROM items
               WHERE account = ? AND id = ? AND path IS NOT NULL AND (outside, path) <> (?, ?)""",
            [(account, each.item.id, each.location.root, each.location.path) for each in known],
        )
        now = _now()
        self._connection.executemany(
            _RECORD_SAVED,
            [
                (
                    *(account, each.item.id, run, item_json.to_text(each.item), "saved", run),
                    *(each.location.root, each.location.path, each.location.key, each.item.revision),
                    *(each.delivered.size_bytes, each.delivered.md5, each.delivered.sha256),
                    *(each.stored_size, each.stored_sha256, now, each.fix_record, each.proof),
                    each.content_identifier,
                )
                for each in saved
            ],
        )
        self.collections.note_saved(account, run, (each.item.id for each in saved))
        for each in saved:
            if each.sidecars or not each.is_new:
                self.fixes.set_sidecars(account, each.item.id, run, each.sidecars)

    def record_described(self, account: str, items: Iterable[Item]) -> None:
        """Record new descriptions of known items."""
        self._connection.executemany(
            """UPDATE items SET description = ?,
                   state = CASE WHEN state <> 'gone' THEN state WHEN path IS NOT NULL THEN 'saved'
                       WHEN offsite_path IS NOT NULL THEN 'offsite' ELSE 'pushed' END
               WHERE account = ? AND id = ?""",
            [(item_json.to_text(item), account, item.id) for item in items],
        )

    def mark_gone(self, account: str, ids: Iterable[str]) -> int:
        """Mark items that the provider no longer has. Files stay where they are.

        Returns how many items were not marked before.
        """
        return self._connection.executemany(
            f"UPDATE items SET state = 'gone', {NO_FAILURE} WHERE account = ? AND state <> 'gone' AND id = ?",  # noqa: S608
            [(account, id_) for id_ in ids],
        ).rowcount

    def unlisted(self, account: str) -> Iterator[CatalogEntry]:
        """The entries of items that are not in the present listing, and not gone.

        Without those that are neither photo nor video: they are listed only on request.
        """
        unlisted = "id NOT IN (SELECT id FROM seen WHERE listed) AND json_extract(description, '$.kind') <> 'other'"
        return self._entries(f"account = ? AND state <> 'gone' AND {unlisted}", account)

    # Files

    def files(self, account: str) -> Iterator[tuple[str, str, str]]:
        """Every file of the account: its item's id, its root and its path; those of a folder together."""
        of_account = "+account = ? AND path_key IS NOT NULL"  # with the plus, by the index of paths, and not sorted
        query = f"SELECT id, outside, path FROM items WHERE {of_account} ORDER BY outside, path_key"  # noqa: S608
        rows = self._connection.execute(query, (account,))
        while some := rows.fetchmany(_ROWS):
            yield from some

    def note_missing(self, ids: Iterable[str]) -> None:
        """Note that the files of these items were not found; kept until the next run."""
        self._connection.executemany("INSERT OR IGNORE INTO temp.missing VALUES (?)", ((id_,) for id_ in ids))

    def failed_or_missing(self, account: str) -> Iterator[CatalogEntry]:
        """Items to download again: the last download failed, or the file is missing. Gone items are left out.

        Items may be recorded during the iteration: it reads in batches.
        """
        self._connection.execute("DELETE FROM temp.owed")
        self._connection.execute(
            """INSERT INTO temp.owed SELECT rowid FROM items WHERE account = ?1 AND reason IS NOT NULL
               UNION SELECT items.rowid FROM missing CROSS JOIN items ON account = ?1 AND items.id = missing.id""",
            (account,),
        )
        batch = "SELECT max(row) FROM (SELECT row FROM owed WHERE row > ? ORDER BY row LIMIT ?)"
        condition = """rowid IN (SELECT row FROM owed WHERE row > ? AND row <= ?) AND state <> 'gone'
            AND (reason IS NOT NULL OR id IN (SELECT id FROM missing)) ORDER BY rowid"""
        after = 0
        while (last := self._connection.execute(batch, (after, _OWED_ROWS)).fetchone()[0]) is not None:
            yield from list(self._entries(condition, after, last))
            after = last

    def roots(self) -> list[str]:
        """The roots of all locations of files, those that were made, and those that only copies have, included."""
        # From one to the next in the index: DISTINCT would read the entries of all files.
        found = set()
        for key in ("path_key", "offsite_key"):
            following = f"SELECT min(outside) FROM items WHERE {key} IS NOT NULL"  # noqa: S608 - our own text
            found |= self._texts(
                f"""WITH RECURSIVE roots (root) AS ({following} UNION ALL
                    SELECT ({following} AND outside > root) FROM roots WHERE root IS NOT NULL)
                    SELECT root FROM roots WHERE root IS NOT NULL"""  # noqa: S608
            )
        return sorted(found | self._texts("SELECT outside FROM made_files"))

    def _texts(self, query: str) -> set[str]:
        return {text for (text,) in self._connection.execute(query)}

    def pushes(self, account: str) -> Pushes:
        """The pushes of an account."""
        return Pushes(self._connection, account)

    def push_records(self, *, path: Path | None = None, item: tuple[str, str] | None = None) -> list[PushRecord]:
        """Every push of the file at `path`, or as `item`, an account and an id; the oldest first."""
        return records(self._connection, path=path, item=item)

    def count_saved(self, account: str) -> int:
        """The number of items that have a file, here or in copies alone, and are not gone."""
        count = """SELECT count(*) FROM items
            WHERE account = ? AND coalesce(path, offsite_path) IS NOT NULL AND state <> 'gone'"""
        return int(self._connection.execute(count, (account,)).fetchone()[0])

    def totals(self, account: str) -> AccountTotals:
        """An account's items, and its last run."""
        return totals_of(self._connection, account)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
