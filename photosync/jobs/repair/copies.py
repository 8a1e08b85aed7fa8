"""Local files that may have a content: in the library, and in the folders that the user names with `--from`.

Nothing here is believed: a copy is hashed while it is copied.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from photosync.catalog import Catalog, CatalogEntry
from photosync.errors import UsageError
from photosync.file_systems import open_regular
from photosync.jobs.repair.contents import Content
from photosync.jobs.user_files import UserFiles
from photosync.library import PROGRAM_FOLDER, Hashes, Library, UndoRecords, digest_of, sums
from photosync.library.disk_errors import file_errors
from photosync.library.own_folders import temporary_path
from photosync.model import Location

_READ_BYTES = 1 << 20
_SIDECAR = ".xmp"


@dataclass(frozen=True, slots=True)
class Copy:
    """A file that may have a content."""

    path: Path
    source: str
    """For the user: where it is."""
    may_move: bool = False
    """Nobody misses it where it is: it is the file itself, renamed or moved."""


class FilesBySize:
    """Files that are found by their content; only those of a wanted size are kept and read.

    `paths` is read when it is needed first.
    """

    def __init__(self, paths: Callable[[], Iterable[Path]], sizes: Set[int | None]) -> None:
        self._paths = paths
        self._sizes = sizes
        self._by_size: dict[int | None, dict[Path, None]] | None = None
        self._sha256s: dict[Path, str | None] = {}

    def of_size(self, content: Content) -> Iterable[Path]:
        """The files that may have a content; of a sidecar, all with that extension."""
        if self._by_size is None:
            self._by_size = self._indexed()
        return tuple(self._by_size.get(content.size_bytes, ()))  # files may be added meanwhile

    def add(self, path: Path) -> None:
        """Take one more file, or one that has another content now, if the others were taken already."""
        self._sha256s.pop(path, None)
        if self._by_size is not None:
            self._take(path, self._by_size)

    def has_content(self, path: Path, content: Content) -> bool:
        """Whether a file has a content; false for what cannot be read. A file is read once."""
        if path not in self._sha256s:
            self._sha256s[path] = None
            with suppress(OSError):
                self._sha256s[path] = digest_of(path).sha256
        return self._sha256s[path] == content.sha256

    def _indexed(self) -> dict[int | None, dict[Path, None]]:
        found: dict[int | None, dict[Path, None]] = {}
        for path in self._paths():
            self._take(path, found)
        return found

    def _take(self, path: Path, found: dict[int | None, dict[Path, None]]) -> None:
        with suppress(OSError):
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                return
            if status.st_size in self._sizes:
                found.setdefault(status.st_size, {})[path] = None
            if None in self._sizes and path.suffix.lower() == _SIDECAR:
                found.setdefault(None, {})[path] = None


class LibraryCopies:
    """Files of the library: those that nobody knows come first, then other items' files, then what was moved away.

    A file in another's place counts as well: two files may have been exchanged.
    """

    def __init__(
        self, library: Library, catalog: Catalog, sizes: Set[int | None], alike: Iterable[CatalogEntry]
    ) -> None:
        """`sizes`: of all contents that are wanted. `alike`: entries that have one of them."""
        self._library = library
        self._catalog = catalog
        self._known = [library.file(each.location) for each in alike if each.location]
        self._roots = sorted({"", *catalog.roots()}, key=lambda root: -len(root))
        self._visible = FilesBySize(self._visible_files, sizes)
        self._files = FilesBySize(self._all_files, sizes)

    def of(self, content: Content) -> Iterator[Copy]:
        """Copies of the content."""
        for path in self._visible.of_size(content):
            if self._is_unknown(path) and self._files.has_content(path, content):
                yield Copy(path, self._source(path), may_move=True)
        for path in self._files.of_size(content):
            if self._files.has_content(path, content):
                yield Copy(path, self._source(path))

    def add(self, path: Path) -> None:
        """A file was moved or repaired: it may have the content of another one."""
        self._files.add(path)

    def _visible_files(self) -> Iterator[Path]:
        """Files that may be the user's; hidden ones and those that machines make are not moved."""
        for root in self._roots:
            with suppress(UsageError):  # an unreadable list of files to leave out: then all are left where they are
                yield from (path for path, _ in UserFiles().below(self._library.base(root)))

    def _all_files(self) -> Iterator[Path]:
        yield from self._known  # folders of the library may be links, which are not followed
        for root in self._roots:
            base = self._library.base(root)
            yield from files_below(base, without=PROGRAM_FOLDER)
            for name in ("trash", "damaged"):
                yield from files_below(base / PROGRAM_FOLDER / name)

    def _source(self, path: Path) -> str:
        is_inside = path.is_relative_to(self._library.root)
        return f"library: {path.relative_to(self._library.root) if is_inside else path}"

    def _is_unknown(self, path: Path) -> bool:
        """Whether it is a file that the user has renamed or moved: no item or list has it, and it was not uploaded."""
        if path.is_symlink():
            return False
        root = next(each for each in self._roots if path.is_relative_to(self._library.base(each)))
        location = Location(root, str(path.relative_to(self._library.base(root))))
        checks = self._catalog.checks
        is_known = location.path in checks.similar_paths(location) or checks.is_listed(location)
        return not (is_known or checks.was_pushed(path))


class FolderCopies:
    """Files of another folder: an older backup, a second library. It is only read."""

    def __init__(self, folder: Path, sizes: Set[int | None]) -> None:
        """`sizes`: of all contents that are wanted."""
        self.place = str(folder)
        """For messages."""
        self.source = f"folder: {folder}"
        """For a finding."""
        self._folder = folder
        self._files = FilesBySize(lambda: files_below(folder), sizes)
        self._listed: dict[str, list[Path]] | None = None
        self._undo = UndoRecords(folder / PROGRAM_FOLDER / "undo")

    def of(self, location: Location, content: Content) -> Iterator[Copy]:
        """Copies of the content: at the same path, by the folder's SHA256SUMS, by size and hash."""
        by_size = (path for path in self._files.of_size(content) if self._files.has_content(path, content))
        paths = chain([self._folder / location.path], self._listed_as(content.sha256), by_size)
        return (Copy(path, f"folder: {path}") for path in paths)

    def undo_record(self, sha256: str, before: str) -> bytes | None:
        """The record that turns a content into an earlier one; None if there is none. Raises `ItemError`."""
        return self._undo.find(sha256).get(before)

    def _listed_as(self, sha256: str) -> Iterator[Path]:
        if self._listed is None:
            self._listed = {}
            with suppress(OSError):
                for line in sums.read(self._folder):
                    path = self._folder / os.fsdecode(line.name)
                    self._listed.setdefault(line.sha256.decode(), []).append(path)
        yield from self._listed.get(sha256, [])


def files_below(folder: Path, without: str = "") -> Iterator[Path]:
    """All files below a folder, but for those in folders of the name `without`. Links to folders are not followed."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if each != without)
        yield from (Path(parent, name) for name in sorted(names))


def proved_copy(source: Path, sha256: str, workspace: Path) -> Path | None:
    """A synced second file in `workspace` with this content; None if `source` has another one, or cannot be read.

    Raises `ItemError` or `DestinationError` if it cannot be written.
    """
    target, hashes = temporary_path(workspace), Hashes()
    with file_errors(target), target.open("xb") as file:
        for chunk in _chunks(source):
            hashes.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if hashes.digest().sha256 == sha256:
        return target
    target.unlink()
    return None


def _chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file; nothing more of one that cannot be read."""
    with suppress(OSError), open_regular(path) as file:
        while chunk := file.read(_READ_BYTES):
            yield chunk
