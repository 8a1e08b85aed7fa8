"""SHA256SUMS: the list of all files in the format that `sha256sum -c` reads.

New files are appended. The list is written anew only when a line has to change, or when somebody else changed it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

SUMS_NAME = "SHA256SUMS"


def line(sha256: str, path: str) -> str:
    """One line. `path` has safe names, which need no escaping."""
    return f"{sha256}  {path}\n"


def append(folder: Path, entries: Iterable[tuple[str, str]]) -> None:
    """Add (sha256, path) lines at the end."""
    with (folder / SUMS_NAME).open("a", encoding="utf-8", newline="\n") as file:
        file.writelines(line(*entry) for entry in entries)
        file.flush()
        os.fsync(file.fileno())


def rewrite(folder: Path, entries: Iterable[tuple[str, str]]) -> None:
    """Write the whole file anew, in one step."""
    temporary = folder / f"{SUMS_NAME}.new"
    with temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(line(*entry) for entry in entries)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / SUMS_NAME)


def state(folder: Path) -> str:
    """Size and time of the file, to tell whether it changed."""
    try:
        found = (folder / SUMS_NAME).stat()
    except FileNotFoundError:
        return ""
    return f"{found.st_size}:{found.st_mtime_ns}"
