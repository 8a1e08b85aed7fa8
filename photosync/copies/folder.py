"""A copy in a folder, such as that of another disk. Files are written durably: synced, then renamed."""

from __future__ import annotations

import errno
import logging
import os
import re
import secrets
import stat
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from photosync.copies.store import Stored
from photosync.errors import DestinationError, ItemError, PhotosyncError, Reason
from photosync.file_systems import OF_THE_DISK, open_regular, set_times, sync_folder

_log = logging.getLogger(__name__)
_BLOCK = 1 << 20
_UNFINISHED = re.compile(r"\.photosync-unfinished-[0-9a-f]{16}")
"""The names of files that are being written."""


class FolderStore:
    """A folder; implements `CopyStore`. It has to exist, so that an unmounted disk is not taken for an empty copy.

    Nothing is read or written through symbolic links in it: they lead out of the copy.
    """

    has_content_tags = False

    def __init__(self, name: str, root: Path) -> None:
        self._name = name
        self._root = root
        self.address = os.path.realpath(root)  # as `place.address_of`
        self._descriptor: int | None = None
        """The folder as it was found first. While it is open, no other one gets its number."""
        self._unfinished: list[Path] = []

    def files(self) -> Iterator[Stored]:
        """See `CopyStore`."""
        self._unfinished.clear()
        with self._errors():
            self._check_root()
            folders = [""]
            while folders:
                prefix = folders.pop()
                for entry in self._entries(prefix):
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(f"{prefix}{entry.name}/")
                    elif _UNFINISHED.fullmatch(entry.name):
                        self._unfinished.append(Path(entry.path))
                    elif stored := _stored(f"{prefix}{entry.name}", entry):
                        yield stored
            self._check_root()

    def _entries(self, prefix: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self._root / prefix) as entries:
                return list(entries)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EPERM, errno.ENOENT):
                raise
            _log.warning("copy '%s': %s cannot be listed: %s", self._name, error.filename, error.strerror)
            return []

    def remove_unfinished(self) -> None:
        """See `CopyStore`."""
        with self._errors():
            self._check_root()
            for path in self._unfinished:
                path.unlink(missing_ok=True)

    def write(
        self,
        path: str,
        size_bytes: int,  # noqa: ARG002
        content: Iterator[bytes],
        modified_ns: int,
        *,
        is_new: bool,
        keep_as: str | None,
        md5: Callable[[], str] | None = None,  # noqa: ARG002
    ) -> str:
        """See `CopyStore`."""
        target = self._at(path)
        with self._errors(target):
            self._make_folder(target.parent)
            unfinished = target.with_name(f".photosync-unfinished-{secrets.token_hex(8)}")
            try:
                with unfinished.open("xb") as file:
                    file.writelines(content)
                    file.flush()
                    os.fsync(file.fileno())
                set_times(unfinished, modified_ns)
                self._check_root()
                self._make_room(target, self._at(keep_as) if keep_as else None, is_new=is_new)
                unfinished.replace(target)
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise
            sync_folder(target.parent)
            stored = _stored(path, target)
            return stored.tag if stored else ""

    def read(self, path: str, on_time: Callable[[int], object] = lambda _: None) -> Iterator[bytes]:
        """See `CopyStore`."""
        source = self._at(path)
        try:
            with open_regular(source, follow_links=False) as file:
                on_time(os.fstat(file.fileno()).st_mtime_ns)
                while block := file.read(_BLOCK):
                    yield block
        except FileNotFoundError:
            with self._errors():
                self._check_root()
            raise
        except OSError as error:  # a disk with a bad sector has good ones too
            with self._errors():
                self._check_root()
            raise ItemError(f"{source} cannot be read: {error.strerror or error}", Reason.UNREADABLE) from error

    def _at(self, path: str) -> Path:
        """The file at a path. Raises `ItemError` if it would be outside: a catalog may be anybody's."""
        file = self._root / path
        if ".." in file.parts[len(self._root.parts) :] or not file.is_relative_to(self._root):
            raise ItemError(f"{file} is not in {self._root}", Reason.UNREADABLE)
        return file

    def _make_room(self, target: Path, kept: Path | None, *, is_new: bool) -> None:
        """What has the path is kept under another one, if it may be replaced."""
        try:
            found = target.lstat()
        except FileNotFoundError:
            return
        if is_new or not stat.S_ISREG(found.st_mode):
            raise ItemError(
                f"{target} is there already, and stays: another file of yours, or one whose name differs in nothing "
                "that its file system tells apart. Move it, or make the copy in another folder.",
                Reason.NAME_TAKEN,
            )
        if kept is not None:
            self._make_folder(kept.parent)
            if os.path.lexists(kept):
                raise ItemError(f"{kept} is there already, and stays. Move it.", Reason.NAME_TAKEN)
            target.replace(kept)
            sync_folder(kept.parent)

    def _make_folder(self, folder: Path) -> None:
        """Make a folder below the root durably; never below the mount point of a disk that has gone meanwhile."""
        self._check_root()
        made = self._root
        for name in folder.relative_to(self._root).parts:
            parent, made = made, made / name
            try:
                mode = made.lstat().st_mode
            except FileNotFoundError:
                made.mkdir(exist_ok=True)
                sync_folder(parent)
                continue
            if not stat.S_ISDIR(mode):
                raise ItemError(
                    f"{made} is no folder: the copy cannot have files below it. Move it.", Reason.NAME_TAKEN
                )

    def _check_root(self) -> None:
        """Raise `DestinationError` if the folder is not there, or is not the one that it was."""
        try:
            found = self._root.stat()
            if self._descriptor is None:
                self._descriptor = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY)
                weakref.finalize(self, os.close, self._descriptor)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise DestinationError(
                f"copy '{self._name}': there is no folder {self._root}. Mount its disk, or make the folder."
            ) from error
        if not os.path.samestat(found, os.fstat(self._descriptor)):
            raise DestinationError(
                f"copy '{self._name}': {self._root} is another folder than at the beginning. Mount its disk again."
            )

    @contextmanager
    def _errors(self, path: Path | None = None) -> Iterator[None]:
        """The errors of the disk. `path`: of the file that is written; then others are of this file alone."""
        try:
            yield
        except PhotosyncError:
            raise
        except OSError as error:
            is_readonly = error.errno in (errno.EACCES, errno.EPERM) and not os.access(self._root, os.W_OK)
            told = error.strerror or str(error)
            if path is not None and error.errno not in OF_THE_DISK and not is_readonly:
                self._check_root()
                raise ItemError(
                    f"{path} cannot be written: {told}. Check the folder and what its file system allows.",
                    Reason.UNWRITABLE,
                ) from error
            where = error.filename or path or self._root
            raise DestinationError(f"copy '{self._name}': {where}: {told}. Correct the disk, run again.") from error


def _stored(path: str, file: Path | os.DirEntry[str]) -> Stored | None:
    """None for what is no regular file, or is gone."""
    try:
        found = file.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    return Stored(path, found.st_size, f"{found.st_size}:{found.st_mtime_ns}")
