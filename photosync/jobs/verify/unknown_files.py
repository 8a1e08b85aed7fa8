"""Files that neither the catalog nor a list knows, and the missing ones that turn up among them under another name."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from photosync.catalog import Area, Catalog, RecordedFile, UnknownFile
from photosync.jobs.user_files import UserFiles
from photosync.jobs.verify.check_file import read
from photosync.library import Library
from photosync.model import Location

_SIDECAR_EXTENSIONS = frozenset(
    (".xmp", ".aae", ".pp3", ".dop", ".json", ".thm", ".srt", ".vrd", ".on1", ".arp", ".nksc", ".comask", ".xmpx")
)
"""Of files in which cameras and programs keep data of the photo or video with the same name."""


@dataclass(frozen=True, slots=True)
class UnknownFiles:
    """The unknown files of a library; the catalog's connection keeps them for the present check."""

    library: Library
    catalog: Catalog

    def find(self, area: Area) -> Iterator[Location]:
        """The unknown files of an area: not the program's own, hidden or machine-made ones. Raises `UsageError`."""
        base = self.library.base(area.root)
        others, base_length = self._roots_below(base), len(str(base / "_")) - 1
        for path in self._files(base / area.path, is_file=area.is_file):
            location = Location(area.root, str(path)[base_length:])
            if self._is_known(location, path) or any(other in path.parents for other in others):
                continue
            if path.is_symlink() or not path.is_dir():  # in place of the files of a folder that cannot be read
                yield location

    def _files(self, path: Path, *, is_file: bool) -> Iterator[Path]:
        if is_file:
            yield from [path] if os.path.lexists(path) else []
        elif path.is_dir():
            yield from (file for file, _ in UserFiles().below(path))

    def offsite_item(self, location: Location) -> str | None:
        """What is said of a file in the place of one that `evict` removed; None in any other place."""
        entry = self.catalog.offsite_at(location)
        if entry is None or entry.offsite != location:
            return None
        return (
            f"evict removed the file of {entry.account}'s item {entry.id} from here; if this is it, it counts again "
            f"after: photosync restore --id {entry.id}"
        )

    def note(self, location: Location) -> None:
        """Remember an unknown file."""
        try:
            found = self.library.file(location).lstat()
        except OSError:
            return  # it is gone again
        self.catalog.checks.add_unknown(location, found.st_size if stat.S_ISREG(found.st_mode) else -1)

    def moved_from(self, file: RecordedFile) -> UnknownFile | None:
        """The unknown file with the content of a missing one. Files of the right size are read for that.

        Where the size is not known, those with the right extension.
        """
        checks = self.catalog.checks
        if file.size_bytes is not None:
            candidates = checks.unknown_of_size(file.size_bytes)
        else:
            extension = _extension(file.location)
            candidates = [each for each in checks.unknown() if _extension(each.location) == extension]
        return next((each for each in candidates if self._sha256(each) == file.sha256), None)

    def _sha256(self, file: UnknownFile) -> str:
        """The content's hash; empty if it cannot be read."""
        if file.sha256 is None:
            try:
                sha256 = read(self.library.file(file.location), (), lambda _: None).sha256
            except OSError:
                sha256 = ""
            self.catalog.checks.set_unknown_sha256(file, sha256)
            return sha256
        return file.sha256

    def _is_known(self, location: Location, path: Path) -> bool:
        for similar in self.catalog.checks.similar_paths(location):
            if similar == location.path or _is_same_file(path, self.library.file(Location(location.root, similar))):
                return True
        checks = self.catalog.checks
        return checks.is_listed(location) or checks.was_pushed(path) or self._is_sidecar_of_photo(location)

    def _is_sidecar_of_photo(self, location: Location) -> bool:
        """Whether it is another program's sidecar: `IMG_1.xmp` or `IMG_1.JPG.xmp` next to `IMG_1.JPG`."""
        path = PurePosixPath(location.path)
        if path.suffix.lower() not in _SIDECAR_EXTENSIONS:
            return False
        return self.catalog.checks.has_file_named(Location(location.root, str(path.with_suffix(""))))

    def _roots_below(self, base: Path) -> list[Path]:
        """The folders of other roots that lie in this one."""
        others = [self.library.base(root) for root in self.catalog.roots()]
        return [other for other in others if base in other.parents]


def _extension(location: Location) -> str:
    return PurePosixPath(location.path).suffix.lower()


def _is_same_file(path: Path, other: Path) -> bool:
    """Whether a file system that takes two names for one has the file under both."""
    try:
        return os.path.samestat(path.lstat(), other.lstat())
    except OSError:
        return False
