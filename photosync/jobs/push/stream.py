"""The content of a stream: stored in a file first, because its size and hashes must be known.

The file is in the user's state folder, in a folder of its own whose name says what becomes of it if the run is killed.
It is the only copy that the program has, so one that is pushed is removed only when the content is at the service.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from photosync.errors import DestinationError, ItemError, Reason, UsageError
from photosync.file_systems import Lock, sync_folder
from photosync.user_folders import state_folder

_READ_BYTES = 1 << 20
_INCOMING = "incoming-"
"""The content is not complete, or nobody needs it without its run."""
_PUSHED = "pushing-"
"""The content is complete, and a run sends it."""


@dataclass(slots=True)
class StoredStream:
    """The content of a stream, while a run needs it."""

    path: Path

    def keep(self) -> Path:
        """Leave it for the user; returns its place."""
        self.path = _kept(self.path.parent) / self.path.name
        return self.path


def check_name(name: str) -> None:
    """Raises `UsageError` for what cannot be the name of a file."""
    if name in ("", ".", "..") or "/" in name or os.sep in name or "\0" in name:
        raise UsageError(f"--name: {name!r} is not the name of a file; give it without folders: --name IMG_0042.JPG")


@contextmanager
def stored(stream: BinaryIO, name: str, *, is_pushed: bool) -> Iterator[StoredStream]:
    """A file called `name` with the whole content of `stream`; removed at the end, unless it is kept.

    `is_pushed`: it is left for the user if the run is killed. Raises `UsageError` for a name that no file can have,
    `DestinationError` if it cannot be written, and `ItemError` if the stream cannot be read.
    """
    above = state_folder() / "streams"
    folder = above / f"{_INCOMING}{secrets.token_hex(6)}"
    with ExitStack() as stack:
        try:
            above.mkdir(mode=0o700, parents=True, exist_ok=True)
            stack.callback(_lock(folder).unlink, missing_ok=True)
            stack.enter_context(_held(folder))
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            folder.mkdir(mode=0o700)
            _store(stream, folder / name)
            if is_pushed:
                pushed = folder.rename(above / f"{_PUSHED}{_number(folder)}")
                sync_folder(above)
                stack.callback(shutil.rmtree, pushed, ignore_errors=True)
                folder = pushed
        except OSError as error:
            raise DestinationError(
                f"the content of standard input cannot be stored in {folder if folder.exists() else above}: "
                f"{error.strerror or error}"
            ) from error
        yield StoredStream(folder / name)


def clear_abandoned(note: Callable[[str], None]) -> None:
    """Remove what killed runs have left. What they were pushing is kept for the user, with a note."""
    with suppress(OSError):
        for path in list((state_folder() / "streams").iterdir()):
            if path.name.startswith((_INCOMING, _PUSHED)):
                with suppress(OSError), _held(path):  # a `Timeout` is one: its run is working
                    _settle(path, note)
                    _lock(path).unlink(missing_ok=True)


def _settle(folder: Path, note: Callable[[str], None]) -> None:
    if folder.name.startswith(_INCOMING):
        shutil.rmtree(folder)
        return
    for file in _kept(folder).iterdir():
        note(f"what came from standard input in a run that was killed is kept in {file}; push that, and delete it")


def _kept(folder: Path) -> Path:
    """The folder under the name of those that are the user's."""
    return folder.rename(folder.with_name(_number(folder)))


def _number(folder: Path) -> str:
    return folder.name.rpartition("-")[2]


def _lock(folder: Path) -> Path:
    return folder.with_name(f"{_number(folder)}.lock")


def _held(folder: Path) -> AbstractContextManager[None]:
    """The lock of the run that needs a folder. Raises `filelock.Timeout`."""
    return Lock(_lock(folder), timeout_s=0, mode=0o600).held()


def _store(stream: BinaryIO, path: Path) -> None:
    with path.open("xb") as file:
        while piece := _piece_of(stream):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def _piece_of(stream: BinaryIO) -> bytes:
    try:
        return stream.read(_READ_BYTES)
    except OSError as error:
        raise ItemError(f"standard input cannot be read: {error.strerror or error}", Reason.UNREADABLE) from error
