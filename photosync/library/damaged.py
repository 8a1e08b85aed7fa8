"""Moves what is damaged to `.photosync/damaged/DATE/PATH`, with a text file `PATH.why.txt` that says why."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from photosync.file_systems import sync_folder
from photosync.library.move import move_file
from photosync.library.names import SHORT_NAME_BYTES, shortened
from photosync.library.store import Library
from photosync.library.undo import write_durably
from photosync.model import Location

_NOTE = ".why.txt"
_COUNTER_BYTES = 8
"""For a number after the name, where the same path was damaged before on one day."""


def move_to_damaged(library: Library, location: Location, why: str) -> Path | None:
    """Move away whatever is at a location: a file, a folder, a link or a special file. Returns where it is now.

    None if nothing is there. Raises `OSError`; then it is still there.
    """
    source = library.file(location)
    if not os.path.lexists(source):
        return None
    target = library.kept_path(
        location, "damaged", shortened(source.name, SHORT_NAME_BYTES - len(_NOTE) - _COUNTER_BYTES)
    )
    workspace, note = library.workspace(location.root), target.with_name(target.name + _NOTE)
    write_durably(note, why.encode(errors="surrogateescape"), workspace)
    if stat.S_ISREG(source.lstat().st_mode):
        move_file(source, target, workspace=workspace)
    else:
        source.replace(target)  # a copy on another disk would not be the same
    for folder in (target.parent, source.parent):
        sync_folder(folder)
    return target
