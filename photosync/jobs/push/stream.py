"""The content of a stream that is pushed: stored in a file first, because its size and hashes must be known.

The file is in the user's state folder. It is the only copy that the program has, so it is removed only when the content
is at the service.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO

from photosync.errors import DestinationError, ItemError, Reason, UsageError
from photosync.user_folders import state_folder

_READ_BYTES = 1 << 20


def check_name(name: str) -> None:
    """Raises `UsageError` for what cannot be the name of a file."""
    if name in ("", ".", "..") or "/" in name or os.sep in name or "\0" in name:
        raise UsageError(f"--name: {name!r} is not the name of a file; give it without folders: --name IMG_0042.JPG")


def stored(stream: BinaryIO, name: str) -> Path:
    """A file called `name` with the whole content of `stream`, in a folder of its own.

    Raises `UsageError` for a name that no file can have, `DestinationError` if it cannot be written, and `ItemError` if
    the stream cannot be read.
    """
    above = state_folder() / "streams"
    folder = Path()
    try:
        above.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=above))
        try:
            with (folder / name).open("xb") as file:
                while piece := _piece_of(stream):
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    except OSError as error:
        raise DestinationError(
            f"the content of standard input cannot be stored in {folder if folder.name else above}: "
            f"{error.strerror or error}"
        ) from error
    return folder / name


def remove(path: Path) -> None:
    """Remove a file that `stored` has made, and its folder."""
    shutil.rmtree(path.parent, ignore_errors=True)


def _piece_of(stream: BinaryIO) -> bytes:
    try:
        return stream.read(_READ_BYTES)
    except OSError as error:
        raise ItemError(f"standard input cannot be read: {error.strerror or error}", Reason.UNREADABLE) from error
