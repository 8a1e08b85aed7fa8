"""Compares SHA256SUMS of one root with the catalog."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from photosync.catalog import Area, Catalog
from photosync.jobs.file_state import FileFault, fault_of
from photosync.jobs.findings import FindingKind, FindingReason
from photosync.jobs.verify.check_file import damaged, unreadable
from photosync.library import SUMS_NAME, Library, sums

_NAMED = 3
"""The number of files that are named of each kind."""


def check_list(library: Library, catalog: Catalog, area: Area) -> FileFault | None:
    """What is wrong with the list, or with its lines of the files in `area`. Its lines are in the catalog then.

    A list without any of the program's files is not missed.
    """
    base, checks = library.base(area.root), catalog.checks
    is_needed = bool(checks.count(area)[0])
    problem = fault_of(base / SUMS_NAME, None)
    if problem is not None:
        return problem if is_needed else None
    try:
        lines = ((_relative(line.name, base), line.sha256.decode()) for line in sums.read(base))
        checks.add_list_lines(area.root, lines)
    except OSError as error:
        return unreadable(error)
    without = _some(checks.files_without_line(area))
    other = _some(checks.files_with_other_line(area))
    if without and (base / SUMS_NAME).stat().st_size == 0:
        return damaged(FindingReason.EMPTY, "it is empty")
    wrong = [f"{what} {names}" for what, names in (("no line for", without), ("another hash for", other)) if names]
    if not wrong:
        return None
    what = f"it has {' and '.join(wrong)}; the next run that writes to the library corrects its lines"
    return FileFault(FindingKind.DIFFERENT, FindingReason.LINES, what)


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
