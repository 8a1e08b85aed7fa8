"""Compares SHA256SUMS of one root with the catalog."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from photosync.catalog import Area, Catalog
from photosync.jobs.file_state import FileFault, fault_of
from photosync.jobs.findings import FindingKind, FindingReason
from photosync.jobs.verify.check_file import damaged, unreadable
from photosync.library import SUMS_NAME, Library, sums
from photosync.library.sums import SumsLine

_NAMED = 3
"""The number of files or lines that are named of each kind."""
_SHOWN_BYTES = 80
"""Of a line that cannot be used."""


@dataclass(slots=True)
class _Lines:
    """The lines of a list, with names as they are in the catalog."""

    base: Path
    """The list's folder."""
    files: int = 0
    others: list[str] = field(default_factory=list)
    """The first lines by which no file can be checked."""
    other_count: int = 0

    def read(self) -> Iterator[SumsLine]:
        """Each line that names a file in the folder. Raises `OSError`."""
        for line in sums.read(self.base, self._note):
            name = _relative(line.name, self.base)
            if name.startswith(b"/") or b".." in name.split(b"/"):
                self._note(name)  # it leads out of the folder
                continue
            self.files += 1
            yield SumsLine(line.sha256, name)

    def _note(self, line: bytes) -> None:
        if not line.strip() or line.startswith(b"#"):
            return
        self.other_count += 1
        if self.other_count <= _NAMED:
            self.others.append(os.fsdecode(line.strip()[:_SHOWN_BYTES]))


def check_list(library: Library, catalog: Catalog, area: Area, *, has_catalog: bool) -> FileFault | None:
    """What is wrong with the list, or with its lines of the files in `area`. Its lines are in the catalog then.

    In a library, a list without any of the program's files is not missed. Without a catalog, the list is all there is.
    """
    base, checks = library.base(area.root), catalog.checks
    problem = fault_of(base / SUMS_NAME, None)
    if problem is not None:
        is_missed = not has_catalog or checks.count(area)[0] or checks.count_made(area)
        return problem if is_missed else None
    lines = _Lines(base)
    try:
        checks.add_list_lines(area.root, ((line.name, line.sha256.decode()) for line in lines.read()))
    except OSError as error:
        return unreadable(error)
    if not has_catalog:
        return _fault_of_lines(lines, area)
    without = _some(checks.files_without_line(area))
    other = _some(checks.files_with_other_line(area))
    if without and (base / SUMS_NAME).stat().st_size == 0:
        return damaged(FindingReason.EMPTY, "it is empty")
    wrong = [f"{what} {names}" for what, names in (("no line for", without), ("another hash for", other)) if names]
    if not wrong:
        return None
    what = f"it has {' and '.join(wrong)}; the next run that writes to the library corrects its lines"
    return FileFault(FindingKind.DIFFERENT, FindingReason.LINES, what)


def listed_names(folder: Path) -> Iterator[str]:
    """The names of all files in a folder's list, relative to it. Raises `OSError`."""
    return (os.fsdecode(line.name) for line in _Lines(folder).read())


def _fault_of_lines(lines: _Lines, area: Area) -> FileFault | None:
    """What is wrong with a list that is all that is known: what it does not name is not checked."""
    if not lines.files and not lines.other_count:
        return damaged(FindingReason.EMPTY, "it names no file, so that nothing can be checked")
    if lines.other_count and (not area.path or not lines.files):
        count = f"{lines.other_count} {'line' if lines.other_count == 1 else 'lines'}"
        names = ", ".join(lines.others) + (", …" if lines.other_count > _NAMED else "")
        return damaged(FindingReason.LINES, f"no file in the folder can be checked by {count} of it ({names})")
    return None


def _relative(name: bytes, base: Path) -> bytes:
    """A name of the list below its folder as it is in the catalog: `./a//b.jpg` is `a/b.jpg`. Others stay."""
    if name.startswith((b"./", b"/")) or b"//" in name or b"/./" in name:
        path = PurePosixPath(os.fsdecode(name))
        if path.is_relative_to(base):
            path = path.relative_to(base)
        return os.fsencode(path)
    return name


def _some(paths: Iterable[str]) -> str:
    """The number of paths, and the first of them; empty without any."""
    names, count = [], 0
    for path in paths:
        count += 1
        if count <= _NAMED:
            names.append(path)
    if not count:
        return ""
    more = ", …" if count > _NAMED else ""
    return f"{count} {'file' if count == 1 else 'files'} ({', '.join(names)}{more})"
