"""The tables, and the migration of older catalogs."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from photosync.errors import DestinationError

MIGRATIONS = (
    """
    CREATE TABLE items (
        account TEXT NOT NULL,
        id TEXT NOT NULL,
        description TEXT NOT NULL,      -- the item as its provider described it last, JSON
        state TEXT NOT NULL,            -- saved, offsite, pushed, failed or gone
        first_run INTEGER NOT NULL,     -- the run that met it first
        saved_run INTEGER,              -- the run that brought the file
        outside TEXT NOT NULL,          -- '' for the library, else the folder that path is relative to
        path TEXT,                      -- where the file lies; null while there is none
        path_key TEXT,                  -- equal for paths that some file system takes for one
        revision TEXT,                  -- of the content that lies there
        delivered_size INTEGER,
        delivered_md5 TEXT,
        delivered_sha256 TEXT,          -- of the bytes as the provider sent them
        stored_size INTEGER,
        stored_sha256 TEXT,             -- of the file as it lies there
        saved_at TEXT,
        reason TEXT,                    -- why its content could not be brought last; null when all is well
        error TEXT,                     -- the same in a sentence
        PRIMARY KEY (account, id)
    );
    CREATE UNIQUE INDEX items_by_path ON items (outside, path_key) WHERE path_key IS NOT NULL;
    CREATE INDEX items_owed ON items (account) WHERE reason IS NOT NULL;

    CREATE TABLE listings (             -- up to where each kind of listing is known
        account TEXT NOT NULL,
        collection TEXT NOT NULL,
        selection TEXT NOT NULL,
        covered_run INTEGER NOT NULL,   -- all that was there then is known
        completed_at TEXT NOT NULL,     -- the last listing that went to its end
        total INTEGER,
        mark TEXT,
        PRIMARY KEY (account, collection, selection)
    );

    CREATE TABLE runs (
        run INTEGER PRIMARY KEY,
        command TEXT NOT NULL,
        account TEXT NOT NULL,
        started_at TEXT NOT NULL,
        ended_at TEXT,
        exit INTEGER,
        summary TEXT                    -- the JSON that the command printed
    );
    CREATE INDEX runs_by_account ON runs (account, run);

    CREATE TABLE sums (                 -- how each SHA256SUMS was left
        outside TEXT PRIMARY KEY,
        state TEXT NOT NULL
    );
    """,
    """
    ALTER TABLE items ADD COLUMN mended TEXT;   -- what the fixer did to the file and what not, JSON

    CREATE TABLE sidecars (             -- those that hold something of ours
        outside TEXT NOT NULL,
        path TEXT NOT NULL,
        path_key TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        account TEXT NOT NULL,          -- the item whose file it belongs to
        id TEXT NOT NULL,
        ours INTEGER NOT NULL,          -- made by us; 0: it was there, and something was added
        saved_run INTEGER NOT NULL,
        PRIMARY KEY (outside, path_key)
    );
    CREATE INDEX sidecars_by_item ON sidecars (account, id);

    CREATE TABLE fixing (               -- files that are just getting another content
        account TEXT NOT NULL,
        id TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        size INTEGER NOT NULL,
        mended TEXT,
        PRIMARY KEY (account, id)
    );
    """,
    """
    CREATE TABLE pushes (               -- files that went up; items has what they became, in the state pushed
        account TEXT NOT NULL,
        place TEXT NOT NULL,            -- where to, in the provider's words; '' for the account as a whole
        path BLOB NOT NULL,             -- absolute, in the bytes of the file system
        stamp TEXT NOT NULL,            -- tells whether the file is still the same
        size INTEGER NOT NULL,
        md5 TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        id TEXT NOT NULL,               -- the item
        pushed_at TEXT NOT NULL,
        PRIMARY KEY (account, place, path)
    );
    CREATE INDEX pushes_by_content ON pushes (account, size, sha256);
    CREATE INDEX pushes_by_item ON pushes (account, id);
    CREATE INDEX items_by_content ON items (account, stored_size, stored_sha256) WHERE stored_size IS NOT NULL;
    """,
    """
    CREATE TABLE left_files (           -- files that left their places: SHA256SUMS may still name them
        outside TEXT NOT NULL,
        path TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        PRIMARY KEY (outside, path, sha256)
    ) WITHOUT ROWID;
    """,
    """
    ALTER TABLE items ADD COLUMN proof TEXT;                        -- of the saved content: a word of model.Proof
    ALTER TABLE items ADD COLUMN verified_run INTEGER;              -- the run that read the file again last
    ALTER TABLE items ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;  -- runs in a row that failed for the same reason
    ALTER TABLE items ADD COLUMN failed_since TEXT;                 -- the first failure since the last success
    ALTER TABLE items ADD COLUMN failed_at TEXT;                    -- the last one
    ALTER TABLE items ADD COLUMN told_at TEXT;                      -- when the user was told of it
    ALTER TABLE sidecars ADD COLUMN verified_run INTEGER;
    UPDATE items SET tries = 1 WHERE reason IS NOT NULL;
    UPDATE items SET proof = CASE
        WHEN NOT json_valid(description) THEN 'own'
        WHEN json_extract(description, '$.notes') LIKE '%reencoded%'
            OR json_extract(description, '$.notes') LIKE '%gps_stripped%' THEN 'reencoded'
        WHEN delivered_md5 IN (json_extract(description, '$.md5'), json_extract(description, '$.md5_hint')) THEN 'hash'
        WHEN json_extract(description, '$.md5_hint') IS NOT NULL THEN 'own'
        WHEN delivered_size = json_extract(description, '$.size_bytes') THEN 'size'
        ELSE 'own' END
    WHERE path IS NOT NULL;

    CREATE TABLE repairs (              -- damaged or missing files that were replaced
        run INTEGER NOT NULL,
        account TEXT NOT NULL,
        id TEXT NOT NULL,
        outside TEXT NOT NULL,
        path TEXT NOT NULL,
        reason TEXT NOT NULL,           -- what was wrong with the file
        source TEXT NOT NULL,           -- where the good content came from
        repaired_at TEXT NOT NULL
    );
    CREATE INDEX repairs_by_item ON repairs (account, id);

    CREATE TABLE changed_since_copy (   -- a row: the copy of the catalog lacks something
        is_changed INTEGER PRIMARY KEY
    );
    """,
    """
    CREATE TABLE collections (          -- albums, frames, folders, picks; people
        account TEXT NOT NULL,
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        name TEXT NOT NULL,
        count INTEGER,                  -- of its items, as the provider says
        cover TEXT,                     -- the item that stands for it
        mark TEXT,                      -- the provider's, when its members were read; null: they have to be read
        gone INTEGER NOT NULL DEFAULT 0,    -- the provider has it no more
        changed_run INTEGER NOT NULL,   -- the run that changed its name, its members or their files last
        PRIMARY KEY (account, kind, id)
    ) WITHOUT ROWID;

    CREATE TABLE members (              -- the items in them; the catalog may not have the item
        account TEXT NOT NULL,
        kind TEXT NOT NULL,
        collection TEXT NOT NULL,
        item TEXT NOT NULL,
        seen_run INTEGER NOT NULL,      -- the run that saw it there last
        PRIMARY KEY (account, kind, collection, item)
    ) WITHOUT ROWID;
    CREATE INDEX members_by_item ON members (account, item);

    CREATE TABLE made_files (           -- files for the user that are made from the catalog: albums.json
        outside TEXT NOT NULL,
        path TEXT NOT NULL,
        path_key TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        size INTEGER NOT NULL,
        made_run INTEGER NOT NULL,      -- the last run whose changes it has; 0: it is just getting this content
        PRIMARY KEY (outside, path_key)
    ) WITHOUT ROWID;

    CREATE TABLE album_folders (        -- the accounts whose albums have folders
        account TEXT PRIMARY KEY,
        form TEXT NOT NULL,             -- of the files in them: symlink, hardlink or copy
        made_run INTEGER NOT NULL       -- the last run whose changes the folders have; 0: they are being changed
    ) WITHOUT ROWID;

    CREATE TABLE album_files (          -- links and copies in the folders of albums, before they are made
        outside TEXT NOT NULL,
        path TEXT NOT NULL,
        path_key TEXT NOT NULL,
        account TEXT NOT NULL,          -- the item whose file it stands for
        id TEXT NOT NULL,
        target TEXT NOT NULL,           -- the path of that file, relative to the same root
        form TEXT NOT NULL,             -- symlink, hardlink or copy
        sha256 TEXT NOT NULL,           -- of that file
        PRIMARY KEY (outside, path_key)
    ) WITHOUT ROWID;

    CREATE TABLE sidecars_due (         -- items whose sidecar may lack something that the catalog knows
        account TEXT NOT NULL,
        id TEXT NOT NULL,
        PRIMARY KEY (account, id)
    ) WITHOUT ROWID;
    INSERT INTO sidecars_due SELECT account, id FROM items WHERE path IS NOT NULL;
    CREATE TRIGGER due_when_saved_first AFTER INSERT ON items WHEN NEW.path IS NOT NULL BEGIN
        INSERT INTO sidecars_due VALUES (NEW.account, NEW.id) ON CONFLICT DO NOTHING;
    END;
    CREATE TRIGGER due_when_changed AFTER UPDATE OF description, saved_run ON items
        WHEN NEW.path IS NOT NULL AND (OLD.description, OLD.saved_run) IS NOT (NEW.description, NEW.saved_run) BEGIN
        INSERT INTO sidecars_due VALUES (NEW.account, NEW.id) ON CONFLICT DO NOTHING;
    END;
    CREATE TRIGGER due_when_on_it AFTER INSERT ON members WHEN NEW.kind = 'person' BEGIN
        INSERT INTO sidecars_due VALUES (NEW.account, NEW.item) ON CONFLICT DO NOTHING;
    END;
    CREATE TRIGGER due_when_not_on_it AFTER DELETE ON members WHEN OLD.kind = 'person' BEGIN
        INSERT INTO sidecars_due VALUES (OLD.account, OLD.item) ON CONFLICT DO NOTHING;
    END;
    CREATE TRIGGER due_when_renamed AFTER UPDATE OF name, gone ON collections
        WHEN NEW.kind = 'person' AND (OLD.name, OLD.gone) IS NOT (NEW.name, NEW.gone) BEGIN
        INSERT INTO sidecars_due SELECT account, item FROM members
            WHERE account = NEW.account AND kind = NEW.kind AND collection = NEW.id ON CONFLICT DO NOTHING;
    END;

    ALTER TABLE items ADD COLUMN content_identifier TEXT;   -- equal in the two halves of a live photo
    CREATE INDEX items_by_content_identifier ON items (account, content_identifier)
        WHERE content_identifier IS NOT NULL;
    """,
    """
    CREATE TABLE changes (              -- what a user had changed at a service
        run INTEGER NOT NULL,
        account TEXT NOT NULL,
        id TEXT NOT NULL,               -- the item, folder or album
        action TEXT NOT NULL,           -- trash, restore, purge, favorite, …
        detail TEXT NOT NULL,           -- what else belongs to it, such as a new name; '' for nothing
        changed_at TEXT                 -- when the service confirmed it; null: it was sent, and no answer came
    );
    CREATE INDEX changes_by_item ON changes (account, id);
    """,
    """
    ALTER TABLE items ADD COLUMN offsite_path TEXT;     -- where the file lay, while only copies of the library have it
    ALTER TABLE items ADD COLUMN offsite_key TEXT;      -- the same as path_key
    ALTER TABLE items ADD COLUMN offsite_since TEXT;    -- when it was removed from the library
    CREATE UNIQUE INDEX items_by_offsite_path ON items (outside, offsite_key) WHERE offsite_key IS NOT NULL;
    """,
)
"""Each step is applied once, in order, in its own transaction; `PRAGMA user_version` counts them."""

SCHEMA_VERSION = len(MIGRATIONS)


def check_version(connection: sqlite3.Connection, path: Path) -> int:
    """The catalog's version. A newer one is refused: writing to it could lose data unknown to this version."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > SCHEMA_VERSION:
        raise DestinationError(
            f"{path} was written by a newer photosync (schema {version}, this one knows {SCHEMA_VERSION}). "
            "Update photosync on this machine."
        )
    return version


def tables(connection: sqlite3.Connection) -> set[str]:
    """The names of the tables in the file."""
    return {name for (name,) in connection.execute("SELECT name FROM main.sqlite_schema WHERE type = 'table'")}


def missing_tables(connection: sqlite3.Connection, version: int) -> list[str]:
    """The tables that a catalog of this version has, and this database has not."""
    due = re.findall(r"CREATE TABLE (\w+)", "".join(MIGRATIONS[:version]))
    return sorted(set(due) - tables(connection))


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Migrate the catalog to this program's version."""
    for version in range(check_version(connection, path), SCHEMA_VERSION):
        connection.executescript(f"BEGIN; {MIGRATIONS[version]} PRAGMA user_version = {version + 1}; COMMIT;")
