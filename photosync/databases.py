"""The address of a database of SQLite, to read it without changing anything on the disk."""

from __future__ import annotations

from pathlib import Path


def address_to_read(path: Path) -> str:
    """Even a reader of a database in WAL mode creates files next to it; without a writer, `immutable` avoids that."""
    quiet = "" if path.with_name(f"{path.name}-wal").exists() else "&immutable=1"
    return f"{path.absolute().as_uri()}?mode=ro{quiet}"
