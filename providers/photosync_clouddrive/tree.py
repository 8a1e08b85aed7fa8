"""The local copy of the drive's files and folders: a small SQLite file per account.

It is filled line by line from the changes stream (`changes_stream`) or page by page from a full listing
(`full_listing`), each with its checkpoint in one transaction. It is a cache: if deleted, one full listing restores it.

ROUND    one answer of the changes stream, or one listing; every node has the last that reported it.
REBUILD  from the round in which the service said 'reset' until the complete end; then nodes that were not reported
         since are purged.
CHANGE   a number that increases with every real change, so that a mark can mean 'all up to here'.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import sys
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from photosync.errors import DestinationError
from photosync.model import Kind
from photosync.provider_kit.amazon_drive.nodes import AVAILABLE, PENDING, PURGED, DriveNode, NodeKind
from photosync_clouddrive.folder_paths import FolderPaths

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS nodes (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, status TEXT NOT NULL, name TEXT, parents TEXT NOT NULL,
    is_root INTEGER NOT NULL, media TEXT NOT NULL, created TEXT NOT NULL, taken TEXT, size_bytes INTEGER, md5 TEXT,
    version TEXT, width INTEGER, height INTEGER, description TEXT, labels TEXT NOT NULL,
    round INTEGER NOT NULL, change INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS nodes_by_change ON nodes (change);
CREATE INDEX IF NOT EXISTS nodes_by_time ON nodes (kind, status, created, id);
CREATE TABLE IF NOT EXISTS links (
    parent TEXT NOT NULL, child TEXT NOT NULL, PRIMARY KEY (parent, child)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS links_by_child ON links (child);
"""
_COLUMNS = (
    "id, kind, status, name, parents, is_root, media, created, taken, size_bytes, md5, version, width, height, "
    "description, labels"
)
_VERSION = 2
_AFFECTED = (
    "WITH RECURSIVE affected(id) AS (SELECT id FROM nodes WHERE change > ? "
    "UNION SELECT child FROM links JOIN affected ON parent = affected.id) "
)
_BUSY_TIMEOUT_S = 30.0
_PAGE_ROWS = 500
UNBELIEVABLE_LOSS = 20
"""A rebuild that lacks more than half of the files, and more than this many, is not reported as changes."""


class DriveTree:
    """One account's nodes. Thread-safe; other processes may have it open too."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._change = 0
        """The number of the last change; valid only within a transaction, because other processes write too."""
        self._path = path
        with self._errors():
            try:
                self._database = _opened(path)
            except OSError as error:
                raise self._unusable(error) from error
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:
                # Damaged, or from another version of this program: everything can be listed again.
                for ending in ("", "-wal", "-shm"):
                    path.with_name(path.name + ending).unlink(missing_ok=True)
                self._database = _opened(path)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    # State of the last sync

    @property
    def checkpoint(self) -> str | None:
        """The service's mark for the stored state; None: nothing is stored."""
        return self._get("checkpoint")

    @property
    def is_rebuilding(self) -> bool:
        """Whether a full listing has started and not ended."""
        return self._get("rebuild_from") is not None

    @property
    def unusable(self) -> int:
        """How many entries since the last listing of everything had no usable id, or nothing but an id.

        The tree lacks them, or their changes, and the service tells them again only when everything is listed.
        """
        return self._number("unusable")

    @property
    def owner(self) -> str | None:
        """The id of the root folder of the account to which this tree belongs."""
        roots = self._rows("SELECT id FROM nodes WHERE is_root AND status = ?", AVAILABLE)
        return self._get("owner") or next((str(id_) for (id_,) in roots), None)

    def belong_to(self, owner: str) -> None:
        """Assign the tree to this account; data of another account is deleted."""
        with self._transaction():
            if self.owner not in (None, owner):
                for table in ("nodes", "links", "meta"):
                    self._database.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
                self._set("tree_id", uuid.uuid4().hex)
            self._set("owner", owner)

    def mark(self, scope: str) -> str:
        """A mark for the current content, for views of `scope`."""
        return f"{self._get('tree_id')}:{scope}:{self._number('change')}"

    def change_of(self, mark: str | None, scope: str) -> int | None:
        """The change number of `mark`; None for a mark of another tree or scope."""
        tree_id, _, rest = (mark or "").partition(":")
        marked_scope, _, number = rest.partition(":")
        if (tree_id, marked_scope) != (self._get("tree_id"), scope) or not number.isdigit():
            return None
        return int(number)

    def begin_round(self, *, rebuild: bool = False) -> None:
        """Begin a new answer of the service; with `rebuild`, a full listing."""
        with self._transaction():
            self._set("round", str(self._number("round") + 1))
            if rebuild:
                self._set("rebuild_from", str(self._number("round")))
            if rebuild or self.checkpoint is None:
                self._set("unusable", None)

    def forget_checkpoint(self) -> None:
        """Forget the checkpoint: the next request lists everything."""
        with self._transaction():
            self._set("checkpoint", None)

    def apply(
        self, nodes: Sequence[DriveNode], checkpoint: str | None, *, reset: bool = False, unusable: int = 0
    ) -> int:
        """Store a line, its nodes and its checkpoint, in one transaction. `unusable`: its entries that are no nodes.

        Returns the number of nodes that are new, changed, or not reported before in the current rebuild.
        """
        with self._transaction():
            round_ = self._number("round")
            # A later reset in the same answer is ignored: it is not known whether it revokes earlier lines.
            if reset and self._number("rebuild_from") != round_:
                self._set("rebuild_from", str(round_))
                self._set("unusable", None)
            unusable += sum(node.is_broken for node in nodes)
            if unusable:
                self._set("unusable", str(self._number("unusable") + unusable))
            rebuild_from = self._number("rebuild_from")
            news = sum([self._put(node, round_, rebuild_from) for node in nodes])
            if checkpoint is not None:
                self._set("checkpoint", checkpoint)
        return news

    def finish(self) -> bool:
        """The complete end: purge nodes that a rebuild did not report. False if suspiciously many are missing.

        Nothing is purged if there were unusable entries, which may be those nodes.
        """
        with self._transaction():
            start = self._get("rebuild_from")
            if start is None:
                return True
            self._set("rebuild_from", None)
            if self.unusable:
                return True
            before = self._count_files()
            missing = "SELECT id FROM nodes WHERE round < ? AND status != ?"
            for (id_,) in self._database.execute(missing, (int(start), PURGED)).fetchall():
                self._purge(id_, self._number("round"))
            after = self._count_files()
            is_believable = after * 2 >= before or before - after <= UNBELIEVABLE_LOSS
            if not is_believable:
                # Earlier marks become invalid, so the next listing is a full one.
                self._set("tree_id", uuid.uuid4().hex)
            return is_believable

    def _put(self, node: DriveNode, round_: int, rebuild_from: int) -> bool:
        """Store one node; returns whether anything changed."""
        if node.status == PURGED:
            return self._purge(node.id, round_)
        row = _row_of(node)
        *known, reported = self._database.execute(
            f"SELECT {_COLUMNS}, round FROM nodes WHERE id = ?",  # noqa: S608
            (node.id,),
        ).fetchone() or (None,)
        # An incomplete node: its stored data is kept, and must not be purged.
        if node.status == PENDING or node.is_broken or tuple(known) == row:
            self._database.execute("UPDATE nodes SET round = ? WHERE id = ?", (round_, node.id))
            return reported is not None and reported < rebuild_from
        marks = ", ".join("?" * (len(row) + 2))
        self._change += 1
        self._database.execute(f"INSERT OR REPLACE INTO nodes VALUES ({marks})", (*row, round_, self._change))  # noqa: S608
        self._database.execute("DELETE FROM links WHERE child = ?", (node.id,))
        links = [(parent, node.id) for parent in node.parents]
        self._database.executemany("INSERT OR IGNORE INTO links VALUES (?, ?)", links)
        return True

    def _purge(self, id_: str, round_: int) -> bool:
        """Keep only the id, so that changes since a mark include it. Children of a purged folder keep it as parent."""
        cursor = self._database.execute(
            "UPDATE nodes SET status = ?, is_root = 0, round = ?, change = ? WHERE id = ? AND status != ?",
            (PURGED, round_, self._change + 1, id_, PURGED),
        )
        if cursor.rowcount:
            self._change += 1
            self._database.execute("DELETE FROM links WHERE child = ?", (id_,))
        return cursor.rowcount > 0

    # Queries

    def folders(self) -> FolderPaths:
        """All folders, for paths."""
        rows = self._rows("SELECT id, name, parents, is_root, status FROM nodes WHERE kind = ?", NodeKind.FOLDER)
        return FolderPaths(
            {
                id_: DriveNode(id_, NodeKind.FOLDER, status, name, _split(parents), bool(is_root))
                for id_, name, parents, is_root, status in rows
            }
        )

    def file_counts(self, media: Sequence[Kind]) -> list[tuple[tuple[str, ...], int]]:
        """The number of available files in each combination of folders."""
        query = f"SELECT parents, COUNT(*) FROM nodes WHERE {_wanted(media)} GROUP BY parents"  # noqa: S608
        rows = self._rows(query, NodeKind.FILE, AVAILABLE, *media)
        return [(_split(parents), count) for parents, count in rows]

    def files(self, media: Sequence[Kind]) -> Iterator[list[DriveNode]]:
        """All available files, the newest first, in batches."""
        query = (
            f"SELECT {_COLUMNS} FROM nodes WHERE {_wanted(media)} "  # noqa: S608
            "AND (created, id) < (?, ?) ORDER BY created DESC, id DESC LIMIT ?"
        )
        created, id_ = "~", ""  # after every time
        while rows := self._rows(query, NodeKind.FILE, AVAILABLE, *media, created, id_, _PAGE_ROWS):
            created, id_ = rows[-1]["created"], rows[-1]["id"]
            yield [_node_of(row) for row in rows]

    def changed_files(self, since: int) -> Iterator[list[DriveNode]]:
        """Files that changed after `since`, or below a folder that did; also those that are gone."""
        query = f"SELECT {_COLUMNS} FROM nodes WHERE kind = ? AND id IN affected ORDER BY created DESC"  # noqa: S608
        rows = self._rows(_AFFECTED + query, since, NodeKind.FILE)
        for start in range(0, len(rows), _PAGE_ROWS):
            yield [_node_of(row) for row in rows[start : start + _PAGE_ROWS]]

    def _rows(self, query: str, *values: str | int) -> list[sqlite3.Row]:
        with self._lock, self._errors():
            return self._database.execute(query, values).fetchall()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Raises `DestinationError` for errors of the file inside the `with` block."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise self._unusable(error) from error
        except sqlite3.ProgrammingError:
            raise
        except sqlite3.DatabaseError as error:
            raise DestinationError(
                f"{self._path} is damaged: {error}. Delete it: the next run lists the whole drive again."
            ) from error

    def _unusable(self, error: Exception) -> DestinationError:
        return DestinationError(
            f"cannot use {self._path}: {error}. Check that its disk is not full, make its folder writable, "
            "or free the file."
        )

    # Counters

    def _count_files(self) -> int:
        return sum(count for _, count in self.file_counts(tuple(Kind)))

    def _number(self, key: str) -> int:
        return int(self._get(key) or 0)

    def _get(self, key: str) -> str | None:
        return next((str(value) for (value,) in self._rows("SELECT value FROM meta WHERE key = ?", key)), None)

    def _set(self, key: str, value: str | None) -> None:
        if value is None:
            self._database.execute("DELETE FROM meta WHERE key = ?", (key,))
        else:
            self._database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock, self._errors():
            self._database.execute("BEGIN IMMEDIATE")
            before = self._change = self._number("change")
            try:
                yield
                if self._change != before:
                    self._set("change", str(self._change))
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:  # a full disk may have ended it
                    self._database.execute("ROLLBACK")
                raise


def _opened(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = sqlite3.connect(path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)
    sys.audit("photosync.database", database)  # for `photosync.crash_hook`
    database.row_factory = sqlite3.Row
    try:
        with contextlib.suppress(OSError):
            path.chmod(0o600)  # it has the names of the user's files
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        _check_version(database)
        database.executescript(_SCHEMA)
        database.execute("INSERT OR IGNORE INTO meta VALUES ('tree_id', ?)", (uuid.uuid4().hex,))
        database.execute(f"PRAGMA user_version = {_VERSION}")
    except BaseException:
        database.close()
        raise
    return database


def _check_version(database: sqlite3.Connection) -> None:
    if database.execute("PRAGMA user_version").fetchone()[0] not in (0, _VERSION):
        raise sqlite3.DatabaseError("another version")


def _wanted(media: Sequence[Kind]) -> str:
    return f"kind = ? AND status = ? AND media IN ({', '.join('?' * len(media))})"


def _split(parents: str) -> tuple[str, ...]:
    """The parents from their column."""
    return tuple(parents.split("\n")) if parents else ()


def _row_of(node: DriveNode) -> tuple[object, ...]:
    """A node in the order of the columns. Times have all digits, so that they sort correctly as texts."""
    return (
        *(node.id, node.kind.value, node.status, node.name, "\n".join(node.parents), int(node.is_root)),
        *(node.media.value, node.created.isoformat(timespec="microseconds") if node.created else ""),
        *(node.taken and node.taken.isoformat(), node.size_bytes, node.md5, node.version, node.width, node.height),
        *(node.description, json.dumps(node.labels)),
    )


def _node_of(row: sqlite3.Row) -> DriveNode:
    """A node from its columns."""
    values = dict(row)
    for name in ("created", "taken"):
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    return DriveNode(
        **values
        | {
            "kind": NodeKind(row["kind"]),
            "media": Kind(row["media"]),
            "parents": _split(row["parents"]),
            "is_root": bool(row["is_root"]),
            "labels": tuple(json.loads(row["labels"])),
        }
    )
