"""SHA256SUMS: the list of all files in the format that `sha256sum -c` reads.

New files are appended. The list is rewritten only if a line must change, or another program changed the list.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

SUMS_NAME = "SHA256SUMS"


def append(folder: Path, entries: Iterable[tuple[str, str]]) -> None:
    """Add (sha256, path) lines at the end."""
    _write(folder / SUMS_NAME, "a", entries)


def rewrite(folder: Path, entries: Iterable[tuple[str, str]]) -> None:
    """Replace the whole file in one step."""
    temporary = folder / f"{SUMS_NAME}.new"
    _write(temporary, "w", entries)
    temporary.replace(folder / SUMS_NAME)


def _write(path: Path, mode: Literal["a", "w"], entries: Iterable[tuple[str, str]]) -> None:
    with path.open(mode, encoding="utf-8", newline="\n") as file:
        file.writelines(f"{sha256}  {name}\n" for sha256, name in entries)  # safe names need no escaping
        file.flush()
        os.fsync(file.fileno())


def state(folder: Path) -> str:
    """Size and time of the file, which show whether it has changed."""
    try:
        found = (folder / SUMS_NAME).stat()
    except FileNotFoundError:
        return ""
    return f"{found.st_size}:{found.st_mtime_ns}"
