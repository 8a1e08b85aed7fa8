"""Finds files in an account's folders that no item has."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path, PurePath

from photosync.catalog import Snapshot
from photosync.jobs.findings import Finding, FindingKind, FindingReason
from photosync.jobs.user_files import UserFiles
from photosync.library import Library
from photosync.model import Location

_SIDECARS = frozenset({".xmp", ".aae", ".pp3", ".dop", ".thm"})
"""Extensions of files that other programs put next to a photo."""


def extra_files(
    library: Library, snapshot: Snapshot, account: str, unended_since: datetime | None
) -> Iterator[Finding]:
    """Each of them, with the finding `extra`. Files that an unended run may have brought since then are none.

    Hidden files and those that machines make are left out, and sidecars of other programs next to known photos.
    """
    roots = {root: Path(os.path.realpath(library.base(root))) for root in ("", *snapshot.roots(account))}
    for root in roots:
        base = library.base(root)
        others = {path for other, path in roots.items() if other != root}
        files = (path for path, _ in UserFiles().below(base if root else base / account))
        for folder, in_folder in groupby(files, lambda path: path.parent):
            if not others.isdisjoint([folder, *folder.parents]):
                continue  # found below its own root
            paths = list(in_folder)
            unknown = [path for path in paths if not snapshot.has_file(_location(path, base, root))]
            known = {path.name for path in paths} - {path.name for path in unknown}
            with_photo = known | {PurePath(name).stem for name in known}
            for path in unknown:
                is_sidecar = path.suffix.lower() in _SIDECARS and path.stem in with_photo
                if not is_sidecar and _is_old_file(path, unended_since) and not _was_pushed(snapshot, path):
                    location = _location(path, base, root)
                    error = f"{path.name}: no item of {account} has this file"
                    yield Finding(str(location), None, account, FindingKind.EXTRA, FindingReason.NOT_RECORDED, error)


def _location(path: Path, base: Path, root: str) -> Location:
    return Location(root, path.relative_to(base).as_posix())


def _is_old_file(path: Path, unended_since: datetime | None) -> bool:
    """Whether it is a file, and older than a run that has not ended: that one may not have recorded it yet."""
    try:
        found = path.lstat()
    except OSError:
        return False
    return not path.is_dir() and (unended_since is None or found.st_ctime < unended_since.timestamp())


def _was_pushed(snapshot: Snapshot, path: Path) -> bool:
    """Whether it is a file of the user that was uploaded."""
    return bool(snapshot.catalog.push_records(path=path))
