"""A copy in a folder, such as that of another disk. Files are written durably: synced, then renamed."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from photosync.copies.store import Stored
from photosync.errors import DestinationError
from photosync.file_systems import set_times, sync_folder

_BLOCK = 1 << 20
_UNFINISHED = ".photosync-unfinished-"
"""The names of files that are being written begin so."""


class FolderStore:
    """A folder; implements `CopyStore`. It has to exist, so that an unmounted disk is not taken for an empty copy."""

    has_content_tags = False

    def __init__(self, name: str, root: Path) -> None:
        self._name = name
        self._root = root

    def files(self) -> Iterator[Stored]:
        """See `CopyStore`."""
        if not self._root.is_dir():
            raise DestinationError(
                f"copy '{self._name}': there is no folder {self._root}. Mount its disk, or make the folder."
            )
        with self._errors():
            for folder, folders, names in os.walk(self._root, onerror=_raise):
                folders.sort()
                for name in sorted(names):
                    path = Path(folder, name)
                    if name.startswith(_UNFINISHED):
                        path.unlink()  # of a run that was killed
                    elif not path.is_symlink():
                        yield self._stored(path)

    def write(self, path: str, size_bytes: int, content: Iterator[bytes], modified_ns: int) -> str:  # noqa: ARG002
        """See `CopyStore`."""
        target = self._root / path
        with self._errors():
            target.parent.mkdir(parents=True, exist_ok=True)
            unfinished = target.with_name(f"{_UNFINISHED}{secrets.token_hex(8)}")
            try:
                with unfinished.open("xb") as file:
                    file.writelines(content)
                    file.flush()
                    os.fsync(file.fileno())
                set_times(unfinished, modified_ns)
                unfinished.replace(target)
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise
            sync_folder(target.parent)
            return self._stored(target).tag

    def read(self, path: str, on_time: Callable[[int], object] = lambda _: None) -> Iterator[bytes]:
        """See `CopyStore`."""
        with self._errors(), (self._root / path).open("rb") as file:
            on_time(os.fstat(file.fileno()).st_mtime_ns)
            while block := file.read(_BLOCK):
                yield block

    def keep_earlier(self, path: str, as_path: str) -> None:
        """See `CopyStore`."""
        kept = self._root / as_path
        with self._errors():
            kept.parent.mkdir(parents=True, exist_ok=True)
            (self._root / path).replace(kept)
            sync_folder(kept.parent)

    def _stored(self, path: Path) -> Stored:
        found = path.stat()
        relative = path.relative_to(self._root).as_posix()
        return Stored(relative, found.st_size, f"{found.st_size}:{found.st_mtime_ns}")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            told = f"{error.filename}: {error.strerror}" if error.filename else str(error)
            raise DestinationError(f"copy '{self._name}': {told}. Correct the disk, run again.") from error


def _raise(error: OSError) -> None:
    raise error
